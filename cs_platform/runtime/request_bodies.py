"""Request bodies: each has come whole before anything is done, or the request is refused.

RFC 9112 §6: a body is whole when as many bytes came as Content-Length says, or when a chunked one
came to its last chunk. A server hands over what there is, however little that be; Django reads
nothing of a chunked body.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from gunicorn.http.errors import ParseException

from accounts.intake.errors import BodyIncomplete, FileRefused, LengthMissing
from accounts.ui.request_kind import is_api, is_form
from cs_platform.runtime.refusals import refuse, refuse_large

_WITH_A_BODY = frozenset({"POST", "PUT", "PATCH"})
_PIECE = 1 << 16
_MOST_DIGITS = 18


class WholeBody(io.RawIOBase):
    """The body of one request; every read raises FileRefused once it is known to be cut.

    `length` is what the request states, in bytes; None for a body that ends by itself.
    """

    def __init__(
        self, source: Any, *, length: int | None, refusal: FileRefused | None = None
    ) -> None:
        self._source = source
        self._left = length
        self._refusal = refusal

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if self._refusal is not None:
            raise self._refusal
        wanted = -1 if size is None else size
        if self._left is not None:
            wanted = self._left if wanted < 0 else min(wanted, self._left)
        found = self._read_from_source(wanted) if wanted else b""
        if self._left is not None:
            self._left -= wanted
        return found

    def _read_from_source(self, wanted: int) -> bytes:
        try:
            found: bytes = self._source.read(wanted)
        except (OSError, ParseException) as error:
            # Kept: read once more, gunicorn's input looks as if it had ended well.
            self._refusal = BodyIncomplete()
            raise self._refusal from error
        if self._left is not None and len(found) < wanted:
            self._refusal = BodyIncomplete()
            raise self._refusal
        return found


def body_of(environ: dict[str, Any]) -> WholeBody:
    """The body as the request announces it: by its length, in chunks, or none."""
    source, stated = environ["wsgi.input"], environ.get("CONTENT_LENGTH") or ""
    coding = environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower()
    if coding == "chunked" and environ.get("wsgi.input_terminated"):
        return WholeBody(source, length=None)
    if coding:
        message = "has a transfer coding other than chunked; use Content-Encoding: gzip"
        return WholeBody(source, length=0, refusal=FileRefused("transfer_coding", message))
    if stated.isascii() and stated.isdigit() and len(stated) <= _MOST_DIGITS:
        return WholeBody(source, length=int(stated))
    is_missing = bool(stated) or environ["REQUEST_METHOD"] in _WITH_A_BODY
    return WholeBody(source, length=0, refusal=LengthMissing() if is_missing else None)


class WholeBodiesMiddleware:
    """Reads the body of a page's request to its end before the page is called.

    An endpoint of the API reads its own, after the key and within its own limit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request._stream = body_of(request.META)  # type: ignore[assignment]
        if is_api(request):
            return self.get_response(request)
        try:
            _read_whole_body(request)
        except RequestDataTooBig:
            return refuse_large(request)
        except FileRefused as refused:
            status = 411 if isinstance(refused, LengthMissing) else 400
            return refuse(request, status, code=refused.code, detail=f"The body {refused.message}.")
        return self.get_response(request)


def _read_whole_body(request: HttpRequest) -> None:
    """A form with files goes to Django's parser piece by piece, everything else into memory."""
    is_chunked = "HTTP_TRANSFER_ENCODING" in request.META
    is_multipart = request.content_type == "multipart/form-data"
    if request.method == "POST" and is_multipart and request.META.get("CONTENT_LENGTH"):
        request.POST  # noqa: B018 -- read for what it leaves behind
        while request.read(_PIECE):  # what stands behind the last part
            pass
    elif is_form(request) or is_chunked or request.META.get("CONTENT_LENGTH"):
        size = len(request.body)
        if is_chunked:  # Django's parser of forms asks for the length
            request.META["CONTENT_LENGTH"] = str(size)
