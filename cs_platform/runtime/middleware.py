"""What every answer passes through: a missing database, unsafe text, the browser's limits."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Installation
from accounts.ui.request_kind import is_api, is_form, wants_page
from cs_platform.runtime.refusals import refuse, refuse_large, unavailable

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(),"
    " payment=(), usb=()"
)
UPLOAD_PATH = "/imports/upload/"
# The documented 200 MB of a file, and what a form adds around it.
MOST_UPLOADED = 201 * 1024 * 1024
MOST_IN_A_FORM = 5 * 1024 * 1024


class DatabaseUnavailableMiddleware:
    """Postgres away, or too busy for the time limit: 503 and when to come back, never 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Errors of a view; those of other middleware reach handler500."""
        if isinstance(exception, OperationalError | InterfaceError):
            return unavailable(request, exception)
        return None


class OneInstallationMiddleware:
    """What the installation counts by is read once a request, by whatever asks first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with Installation.read_once():
            return self.get_response(request)


class RefuseUnsafeTextMiddleware:
    """NUL, lone surrogates and bytes that are no UTF-8 are refused before they reach a query."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_text(request.META.get("QUERY_STRING", "")) or "\0" in request.path:
            detail = "The address contains characters that are not text."
            return refuse(request, 400, code="address", detail=detail)
        # An endpoint of the API takes no form, and says so itself.
        if is_form(request) and not is_api(request) and not _form_is_text(request):
            detail = "The form contains characters that are not text."
            return refuse(request, 400, code="form", detail=detail)
        return self.get_response(request)


def _is_text(query: str) -> bool:
    # WSGI hands bytes over as Latin-1; what is percent-encoded is decoded here.
    raw = unquote_to_bytes(query.encode("latin-1", "replace"))
    if b"\0" in raw:
        return False
    try:
        raw.decode("utf-8")  # strict: refuses encoded surrogates as well
    except UnicodeDecodeError:
        return False
    return True


def _form_is_text(request: HttpRequest) -> bool:
    values = [text for key, found in request.POST.lists() for text in (key, *found)]
    return not any("\0" in text or "\ufffd" in text or _has_surrogate(text) for text in values)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


class DropUnsafeCookiesMiddleware:
    """A quoted cookie can hold a NUL, which no query takes: as if it had not been sent."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [n for n, value in request.COOKIES.items() if "\0" in n + value]:
            del request.COOKIES[name]
        return self.get_response(request)


class RefuseLargeBodiesMiddleware:
    """By what a request announces, before a byte of it is taken: a form is small, only somebody
    who is signed in sends a file, and the server reads no more than was announced."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = _announced_length(request)
        if announced > MOST_IN_A_FORM and (announced > MOST_UPLOADED or not _may_be_large(request)):
            return refuse_large(request)
        return self.get_response(request)


def _announced_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 1 << 62


def _may_be_large(request: HttpRequest) -> bool:
    if is_api(request):
        # An endpoint reads its body itself, after the key, within limits that it says as a problem.
        return True
    return request.path == UPLOAD_PATH and _is_signed_in(request)


def _is_signed_in(request: HttpRequest) -> bool:
    """Anybody can send a cookie: the session is looked up."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return key is not None and SESSION_KEY in SessionStore(key)


class ContentSecurityPolicyMiddleware:
    """No inline script or style anywhere; nothing of a logged-in page stays in a cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if _is_logged_in(request):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class RefusedMethodMiddleware:
    """A view refuses a method without a word: a browser gets a page with a way on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or is_api(request) or not wants_page(request):
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


def _is_logged_in(request: HttpRequest) -> bool:
    """Looks only into a session that the page has read anyway: no query of its own."""
    session = getattr(request, "session", None)
    return session is not None and session.accessed and SESSION_KEY in session
