"""Errors as application/problem+json (RFC 9457): a stable code, and words that say what to do."""

import math
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from psycopg2.errors import DeadlockDetected, LockNotAvailable
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from accounts.intake.errors import FileRefused, LengthMissing, TooLarge

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "5"
_TITLES = {
    400: "The request cannot be read",
    401: "A valid key is needed",
    403: "The key does not allow this",
    404: "There is nothing here",
    405: "This address does not take this method",
    406: "Only JSON is answered here",
    409: "The same request is being worked on",
    411: "The length of the request is missing",
    413: "The request is too large",
    415: "This content type is not taken here",
    422: "This cannot be done as it was asked",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "The database does not answer right now",
}


class ApiProblem(Exception):
    """An answer other than success, with what the client should do about it."""

    def __init__(self, status_code: int, *, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.code = code
        self.detail = detail


def problem_details(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None leaves a bug to be a bug (500, logged)."""
    problem = _as_problem(exception)
    if problem is None:
        return None
    headers = {}
    if challenge := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if problem.status_code in (409, 503):
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    body = _problem_body(problem)
    # Whatever the endpoint answers in when all is well: a problem is JSON.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = JSONRenderer.media_type
    return Response(body, problem.status_code, headers=headers, content_type=MEDIA_TYPE)


def problem_answer(status: int, *, code: str, detail: str) -> JsonResponse:
    """The same outside of the framework's views."""
    problem = ApiProblem(status, code=code, detail=detail)
    return JsonResponse(_problem_body(problem), status=status, content_type=MEDIA_TYPE)


def _problem_body(problem: ApiProblem) -> dict[str, object]:
    return {
        "type": "about:blank",
        "title": _TITLES.get(problem.status_code, "Error"),
        "status": problem.status_code,
        "code": problem.code,
        "detail": problem.detail,
    }


def _as_problem(exception: Exception) -> ApiProblem | None:
    if isinstance(exception, ApiProblem):
        return exception
    if isinstance(exception, FileRefused):
        return _of_body(exception)
    if isinstance(exception, OperationalError | InterfaceError):
        return _of_database(exception)
    return _of_framework(exception)


def _of_body(refused: FileRefused) -> ApiProblem:
    status = 400
    if isinstance(refused, TooLarge):
        status = 413
    elif isinstance(refused, LengthMissing):
        status = 411
    return ApiProblem(status, code=refused.code, detail=f"The body {refused.message}.")


def _of_database(exception: Exception) -> ApiProblem:
    if isinstance(exception.__cause__, LockNotAvailable | DeadlockDetected):
        detail = "Other work holds these records; send the same request again in a moment."
        return ApiProblem(409, code="busy", detail=detail)
    return ApiProblem(503, code="unavailable", detail="Send the same request again in a moment.")


def _of_framework(exception: Exception) -> ApiProblem | None:
    if isinstance(exception, Http404):
        return ApiProblem(404, code="not_found", detail="Check the address.")
    if isinstance(exception, PermissionDenied):
        return ApiProblem(
            403, code="permission_denied", detail="Ask CS ops for a key with the scope."
        )
    if isinstance(exception, RequestDataTooBig):
        return ApiProblem(413, code="too_large", detail="Split the request.")
    if isinstance(exception, exceptions.Throttled):
        words = "The key has sent its requests of this minute; wait as Retry-After says."
        return ApiProblem(429, code="rate_limited", detail=words)
    if isinstance(exception, exceptions.APIException):
        detail = exception.detail
        text = str(detail) if isinstance(detail, str) else "Check the request."
        return ApiProblem(exception.status_code, code=str(exception.default_code), detail=text)
    return None
