"""Who is not signed in, or no longer: to the log-in, with a way back, and with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_noop

from accounts.access import SignedOutError, address_of
from accounts.pages.sign_in import known_devices, unsaved
from accounts.ui.request_kind import (
    came_from,
    is_api,
    is_form,
    page_of_part,
    wants_page,
    wants_part,
)

_NOT_DONE = gettext_noop(
    "You were signed out, so your last step was not done. Sign in, and do it once"
    " more from the page that you come back to."
)
_TOO_OLD = gettext_noop(
    "This page was older than your last log-in, so your last step was not done. It"
    " is up to date now: do it once more."
)


class SignedOutMiddleware:
    """Answers for views that ask who it is; forgets what was kept once a form has saved it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_form(request) and not is_api(request) and response.status_code < 400:
            kept = request.POST.get(unsaved.FIELD)
            if kept:
                unsaved.drop(request, kept)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return to_login(request) if isinstance(exception, SignedOutError) else None


def to_login(request: HttpRequest) -> HttpResponse:
    """Says on the log-in what was not saved, and whether it is kept (account/login.html)."""
    if _resolver_match_of(request).url_name == "logout":
        return _redirect_window(request, reverse("login"))
    back = _way_back(request)
    if request.method == "POST":
        person = known_devices.last_person(request)
        if not unsaved.keep(request, person=person, back=back):
            _warn_person(request, _NOT_DONE)
    return _redirect_window(request, redirect_to_login(back).url)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. A form of ours that is older than the log-in is offered once more; one
    from elsewhere is refused, and nothing of it is kept or shown."""
    if not _is_ours(request):
        return render(request, "403_csrf.html", status=403)
    if _resolver_match_of(request).url_name == "login" and request.user.is_authenticated:
        return redirect("home")
    if not _asks_who_it_is(_resolver_match_of(request)):
        return render(request, "403_csrf.html", status=403)
    if not request.user.is_authenticated:
        if known_devices.last_person(request) is None:
            context = {"typed": unsaved.shown(unsaved.typed(request))}
            return render(request, "403_csrf.html", context, status=403)
        return to_login(request)
    back = _way_back(request)
    if unsaved.keep(request, person=request.user.pk, back=back):
        return _redirect_window(request, reverse("unsaved"))
    _warn_person(request, _TOO_OLD)
    return _redirect_window(request, back)


def _is_ours(request: HttpRequest) -> bool:
    """Browsers name the origin with every form; a page elsewhere cannot say another."""
    origin = urlsplit(request.headers.get("Origin", ""))
    return (origin.scheme, origin.netloc) == (request.scheme, request.get_host())


def _asks_who_it_is(match: ResolverMatch) -> bool:
    return hasattr(match.func, "right") or "admin" in match.app_names


def _resolver_match_of(request: HttpRequest) -> ResolverMatch:
    assert request.resolver_match is not None  # noqa: S101 -- only asked from within a view
    return request.resolver_match


def _warn_person(request: HttpRequest, words: str) -> None:
    """To a person: a script that tells something by the way shows no answer."""
    if wants_page(request) or wants_part(request):
        messages.warning(request, gettext(words))


def _redirect_window(request: HttpRequest, address: str) -> HttpResponse:
    """A page goes there; a part tells htmx to take the whole window along."""
    if request.headers.get("HX-Request") != "true":
        return redirect(address)
    return HttpResponse(status=401, headers={"HX-Redirect": address})


def _way_back(request: HttpRequest) -> str:
    """The page that the part or form stands on, and never an address that is only posted to."""
    if request.headers.get("HX-Request") == "true":
        stood_on = page_of_part(request)
    else:
        stood_on = came_from(request) if request.method == "POST" else ""
    return _page_at(stood_on) or _page_at(request.get_full_path()) or reverse("home")


def _page_at(address: str) -> str:
    """The page at a local address, or of the action at it; empty when it is neither."""
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(
        address, allowed_hosts=None
    ):
        return ""
    try:
        match = resolve(unquote(urlsplit(address).path))
    except Resolver404:
        return ""
    page = getattr(match.func, "page", "")
    return address_of(page, match.kwargs) if page else address
