"""Raw HTTP over sockets: clients that drip, stand still, cut, and the answers they get."""

from __future__ import annotations

import contextlib
import json
import socket
import statistics
import struct
import threading
import time
from collections.abc import Callable, Iterator
from subprocess import Popen

from tests.pipeline.processes import running, until


def connect(port: int, *, takes: int | None = None) -> socket.socket:
    """`takes`: bytes that are received before anybody reads them."""
    sock = socket.socket()
    if takes is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
    sock.settimeout(60)
    try:
        sock.connect(("127.0.0.1", port))
    except OSError:
        sock.close()
        raise
    return sock


def answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """The next answer on this connection, and no byte after it: status, headers, body."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += (byte := sock.recv(1))
        assert byte, f"closed after {head!r}"
    first, *lines = head.decode().split("\r\n")[:-2]
    headers = dict(line.split(": ", 1) for line in lines)
    body = b""
    while len(body) < int(headers["Content-Length"]):
        body += (piece := sock.recv(int(headers["Content-Length"]) - len(body)))
        assert piece, "closed in the body"
    return int(first.split()[1]), headers, body


def said(sock: socket.socket) -> dict:
    """What tests/cs_platform/echo.py was given."""
    status, _, body = answer(sock)
    assert status == 200, body
    return json.loads(body)


def ask(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    with connect(port) as sock:
        sock.sendall(request)
        return answer(sock)


def get(path: str, *more: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *more, "", ""]).encode()


def post(path: str, *more: str, body: bytes = b"", length: int | None = None) -> bytes:
    """`length`: what is announced, where it is not the truth."""
    announced = f"Content-Length: {len(body) if length is None else length}"
    head = [f"POST {path} HTTP/1.1", "Host: localhost", announced, *more, "", ""]
    return "\r\n".join(head).encode() + body


def chunked(path: str, *more: str, chunks: list[bytes], ended: bool = True) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", *more, "", ""]
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return "\r\n".join(head).encode() + body + (b"0\r\n\r\n" if ended else b"")


def reset(sock: socket.socket) -> None:
    """Closes with an RST instead of a FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def is_closed(sock: socket.socket) -> bool:
    """The server has ended this connection."""
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def answers(port: int) -> bool:
    try:
        return ask(port, get("/healthz", "Connection: close"))[0] == 200
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(command: list[str], **more: str) -> Iterator[tuple[int, Popen[bytes]]]:
    """Port and process of a web server that answers."""
    port = free_port()
    with running(command, CS_BIND="127.0.0.1", CS_PORT=str(port), **more) as process:
        until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, "the web server ended"
        yield port, process


class Dripping:
    """Many connections that send the rest of their request byte by byte, for ever."""

    def __init__(self, port: int, *, count: int, start: bytes, rest: bytes = b"x") -> None:
        self.sent = 0
        self.rest = rest
        self._over = threading.Event()
        self.connections: list[socket.socket] = []
        for _ in range(count):
            sock = connect(port, takes=4_096)  # and nobody reads them
            sock.sendall(start)
            self.connections.append(sock)
        self._thread = threading.Thread(target=self._drip, daemon=True)

    def __enter__(self) -> Dripping:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for sock in self.connections:
            sock.close()

    def _drip(self) -> None:
        while self.rest and not self._over.wait(1):
            for sock in self.connections:
                with contextlib.suppress(OSError):  # the server gave it up
                    sock.send(self.rest)
                    self.sent += 1


def seconds_of(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def usual_seconds_of(action: Callable[[], object], *, times: int) -> float:
    """The median: one may be unlucky on a busy machine."""
    return statistics.median(seconds_of(action) for _ in range(times))
