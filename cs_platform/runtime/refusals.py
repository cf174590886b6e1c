"""Answers to requests that no view answers: a problem below /api/, a page or a line elsewhere."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from accounts.api.problems import RETRY_AFTER_SECONDS, problem_answer
from accounts.ui.request_kind import is_api, wants_page

log = logging.getLogger(__name__)

_TOO_LARGE = (
    "<!doctype html><html lang=en><title>Too large</title><h1>That is too large</h1>"
    "<p>A file may have 200 MB. Split it, and upload the parts one after another."
    ' <a href="/imports/">Back to imports</a></p></html>'
)
_UNAVAILABLE = (
    "<!doctype html><html lang=en><title>Back in a moment</title>"
    "<h1>Back in a moment</h1>"
    "<p>The database does not answer right now. Nothing you saved is lost."
    " This page works again as soon as the database does: try again in a few seconds.</p></html>"
)


def refuse(request: HttpRequest, status: int, *, code: str, detail: str) -> HttpResponse:
    """A problem for the API, a page for people, a line for other programs."""
    if is_api(request):
        return problem_answer(status, code=code, detail=detail)
    if not wants_page(request):
        return HttpResponse(detail, status=status)
    page = defaults.bad_request(request, SuspiciousOperation(detail))
    page.status_code = status
    return page


def refuse_large(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return problem_answer(413, code="too_large", detail="Split the request.")
    return HttpResponse(_TOO_LARGE, status=413)


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 and when to come back."""
    # The class says what happened; the text may hold values of people.
    log.warning("database unavailable: %s", type(error.__cause__ or error).__name__)
    if is_api(request):
        detail = "Send the same request again in a moment."
        answer: HttpResponse = problem_answer(503, code="unavailable", detail=detail)
    else:
        answer = HttpResponse(_UNAVAILABLE, status=503)
    answer.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: what Django refuses by itself."""
    if not is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, DisallowedHost):
        detail = "Send the request to a host name that ALLOWED_HOSTS has."
        return problem_answer(400, code="host", detail=detail)
    return problem_answer(400, code="bad_request", detail="Check the address and the headers.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    if is_api(request):
        return problem_answer(404, code="not_found", detail="Check the address.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: called while the exception is handled, so it can still be told apart."""
    error = sys.exception()
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable(request, error)
    if is_api(request):
        detail = "Nothing of the request was stored. Tell CS ops the X-Request-ID of this answer."
        return problem_answer(500, code="error", detail=detail)
    return defaults.server_error(request)
