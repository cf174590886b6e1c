"""Requests as bytes on a socket, so that they can be cut, chunked and lied about."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from tests.web_server import WebServer

OFFSETS = 50
ENDS = ("FIN", "RST")


@dataclass(frozen=True, slots=True)
class Raw:
    """A request; `length` is what it states, None where it states nothing."""

    path: str
    body: bytes
    headers: dict[str, str]
    length: str | None = None
    chunked: bool = False
    method: str = "POST"

    def whole(self) -> Raw:
        return replace(self, length=None if self.chunked else str(len(self.body)))

    def head(self, request_id: str) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"X-Request-ID: {request_id}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {self.length}"] if self.length is not None else []
        lines += ["Transfer-Encoding: chunked"] if self.chunked else []
        return "\r\n".join([*lines, "", ""]).encode()

    def sent(self) -> bytes:
        """The body as it goes over the wire."""
        if not self.chunked:
            return self.body
        third = len(self.body) // 3 + 1
        pieces = [self.body[at : at + third] for at in range(0, len(self.body), third)]
        return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


# A request, how many bytes of its body are sent, and how the connection ends after them.
Cut = tuple[Raw, int, str]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def offsets(size: int) -> list[int]:
    """Where a body of that many bytes is cut: 50 places, all before its end."""
    return sorted({size * n // OFFSETS for n in range(OFFSETS)})


def cuts(request: Raw) -> Iterator[Cut]:
    """By length and in chunks, at each offset, ended in each way."""
    for chunked in (False, True):
        way = replace(request, chunked=chunked).whole()
        for at, end in product(offsets(len(way.sent())), ENDS):
            yield way, at, end


def send(server: WebServer, request: Raw, request_id: str, *, sent: bytes | None = None) -> Answer:
    """What the server answers to it; `sent` instead of the body, and then the end (FIN)."""
    with server.connect() as wire:
        wire.sendall(request.head(request_id) + (request.sent() if sent is None else sent))
        wire.shutdown(socket.SHUT_WR)
        return _read(wire)


def send_text(server: WebServer, text: str) -> Answer:
    """What the server answers to bytes that need not be HTTP."""
    with server.connect() as wire:
        wire.sendall(text.encode())
        wire.shutdown(socket.SHUT_WR)
        return _read(wire)


def reset(server: WebServer, request: Raw, request_id: str, *, sent: bytes) -> None:
    """The beginning of a request and a reset (RST), once the server has begun to read it."""
    with server.connect() as wire:
        wire.sendall(_expecting(request).head(request_id))
        assert wire.recv(64).startswith(b"HTTP/1.1 100 ")
        wire.sendall(sent)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _expecting(request: Raw) -> Raw:
    return replace(request, headers={**request.headers, "Expect": "100-continue"})


def _read(wire: socket.socket) -> Answer:
    pieces: list[bytes] = []
    while piece := wire.recv(65_536):
        pieces.append(piece)
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    if headers.get("Transfer-Encoding") == "chunked":
        body = b"".join(_unchunked(body))
    return Answer(int(first.split()[1]), headers, body)


def _unchunked(body: bytes) -> Iterable[bytes]:
    while body:
        size, _, body = body.partition(b"\r\n")
        yield body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
