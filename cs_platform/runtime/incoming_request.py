"""How much of an HTTP request has arrived, judged by its bytes: no sockets, no server.

Only its framing is looked at (RFC 9112): where the head ends and how long the body is. Whatever
looks odd counts as whole, because the server's own parser then refuses it at once.
"""

from __future__ import annotations

import re
from enum import Enum

# A request up to this size is collected before a thread takes it; a head must fit in.
SMALL_BYTES = 64 * 1024
_PROBES = re.compile(rb"(?:GET|HEAD) /(?:healthz|readyz|metrics)[ ?]")
_API = re.compile(rb"[^ \r\n]* +(?:https?://[^/ \r\n]*)?/api/", re.I)
_FRAMING = re.compile(
    rb"^(content-length|transfer-encoding|expect)[ \t]*:[ \t]*(.*?)[ \t]*\r$", re.I | re.M
)
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")


class Progress(Enum):
    EMPTY = "nothing has arrived"
    HEAD = "the head is not complete"
    BODY = "a small body is not complete"
    WHOLE = "everything has arrived"
    LARGE = "the head has arrived, and its body is larger than what is collected"
    ENDLESS = "the head is larger than any head may be"


class Incoming:
    """One request while its bytes arrive."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.progress = Progress.EMPTY
        self.expects_continue = False
        self._body_at = self._searched = 0
        self._length: int | None = 0  # None: the body is chunked
        self._chunk_at = 0  # where the size of the next chunk stands

    def add(self, piece: bytes) -> Progress:
        """Each byte is looked at once, however small the pieces are."""
        self.data += piece
        if self.data and not self._body_at:
            self._look_for_head()
        if self._body_at:
            self.progress = self._progress_of_body()
        return self.progress

    @property
    def is_probe(self) -> bool:
        """Asked by a load balancer or by Prometheus."""
        return _PROBES.match(self.data, 2 if self._starts_with_empty_line() else 0) is not None

    @property
    def is_for_api(self) -> bool:
        """The request line names an address below /api/, whatever else is wrong with it."""
        return _API.match(self.data, 2 if self._starts_with_empty_line() else 0) is not None

    def _starts_with_empty_line(self) -> bool:
        return self.data.startswith(b"\r\n")

    def _look_for_head(self) -> None:
        # One empty line may stand before a request, and none of its own lines is empty.
        start = 2 if self._starts_with_empty_line() else 0
        end = self.data.find(b"\r\n\r\n", max(start, self._searched - 3))
        if end >= 0:
            self._read_head(bytes(self.data[: end + 2]))
            self._body_at = self._chunk_at = end + 4
        elif _BARE_LINE_FEED.search(self.data, self._searched):
            self._body_at = len(self.data)  # no parser of ours waits for the end of such a head
        else:
            is_endless = len(self.data) > SMALL_BYTES
            self.progress = Progress.ENDLESS if is_endless else Progress.HEAD
        self._searched = len(self.data)

    def _read_head(self, head: bytes) -> None:
        found = [(name.lower(), value.lower()) for name, value in _FRAMING.findall(head)]
        self._length = _length_of([each for each in found if each[0] != b"expect"])
        has_version = head.split(b"\r\n", 1)[0].endswith(b"HTTP/1.1")
        self.expects_continue = has_version and (b"expect", b"100-continue") in found

    def _progress_of_body(self) -> Progress:
        if self._length is None:
            if self._has_final_chunk():
                return Progress.WHOLE
            is_large = len(self.data) - self._body_at > SMALL_BYTES
        elif len(self.data) - self._body_at >= self._length:
            return Progress.WHOLE
        else:
            is_large = self._length > SMALL_BYTES
        return Progress.LARGE if is_large else Progress.BODY

    def _has_final_chunk(self) -> bool:
        while (end := self.data.find(b"\r\n", self._chunk_at)) >= 0:
            try:
                size = int(self.data[self._chunk_at : end].split(b";")[0], 16)
            except ValueError:
                return True  # no size: the parser refuses it
            if size <= 0:
                # The trailers, none as a rule, and an empty line.
                return self.data.find(b"\r\n\r\n", end) >= 0
            if end + 2 + size + 2 > len(self.data):
                return False
            self._chunk_at = end + 2 + size + 2
        return False


def _length_of(framing: list[tuple[bytes, bytes]]) -> int | None:
    """None: chunked. 0 as well where two fields contradict each other or one is no length."""
    if len(framing) != 1:
        return 0
    [(name, value)] = framing
    if name == b"transfer-encoding":
        return None if value.endswith(b"chunked") else 0
    return int(value) if value.isdigit() and len(value) < 19 else 0
