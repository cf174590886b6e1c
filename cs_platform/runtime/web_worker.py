"""A gunicorn worker whose threads never wait for a slow client (docs/adr/0018).

The event loop collects a request of up to 64 KB; a thread takes it when it is whole, when the
client has ended it early, or when its deadline has passed: then the application reads what came
and nothing more. Larger bodies are read by the few threads for uploads, at a minimum rate.
Probes have threads of their own. HTTP/1 without TLS only: that is the proxy's.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from cs_platform.runtime.incoming_request import SMALL_BYTES, Incoming, Progress

PROBE_THREADS, UPLOAD_THREADS = 2, 2
REQUEST_SECONDS = 20.0  # from a request's first byte until a small one is whole
LEAST_RATE = 32 * 1024  # bytes a second of a large body, once REQUEST_SECONDS are over
# What the system takes of an answer, whether or not the client takes it (it gives what it may).
ANSWER_BYTES = 256 * 1024
SEND_SECONDS = 20.0  # until the client has taken one piece of its answer
LINGER_SECONDS = 2.0  # between our end of a connection and the client's
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TOO_LATE = "HTTP/1.1 408 Request Timeout"
_TOO_LONG = "HTTP/1.1 431 Request Header Fields Too Large"
# What is no HTTP is a 400, unless there is a better word for it.
_STATUSES = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}
_NO_HTTP = "Check the request line, the headers and the length of the body."
_FAILED = "Nothing of the request was stored. Tell CS ops when you sent it."


class BoundedUnreader(SocketUnreader):  # type: ignore[misc]
    """What the parser and the application read from: first what was collected, then the socket
    at a minimum rate, or nothing at all. What comes too late reads as the end of the input."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.is_cut = False  # something was asked for that did not come
        self._began = self._received = 0.0
        self._may_wait = False

    def begin(self, data: bytes, *, may_wait: bool) -> None:
        self.unread(data)
        self._began, self._received, self._may_wait = time.monotonic(), 0.0, may_wait

    def chunk(self, size_hint: int | None = None) -> bytes:
        piece = self._receive_until_deadline(size_hint) if self._may_wait else b""
        self._received += len(piece)
        if not piece:
            self.is_cut, self._may_wait = True, False
        return piece

    def _receive_until_deadline(self, size_hint: int | None) -> bytes:
        before = self.sock.gettimeout()
        left = self._began + REQUEST_SECONDS + self._received / LEAST_RATE - time.monotonic()
        try:
            self.sock.settimeout(max(left if before is None else min(left, before), 0.001))
            return bytes(super().chunk(size_hint))
        except TimeoutError:
            return b""
        finally:
            self.sock.settimeout(before)


class Connection(TConn):  # type: ignore[misc]
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.init()  # the parser; reads nothing
        self.unreader = self.parser.unreader = BoundedUnreader(self.sock)
        self.data_ready = True
        self.is_closing = self.has_ended = self.was_told_to_continue = False
        self.deadline = 0.0
        self.incoming = Incoming()


class WebWorker(ThreadWorker):  # type: ignore[misc]
    def init_process(self) -> None:
        self.waiting: dict[Connection, None] = {}  # in the order in which they began to wait
        self.probes = ThreadPoolExecutor(PROBE_THREADS, thread_name_prefix="probe")
        self.uploads = ThreadPoolExecutor(UPLOAD_THREADS, thread_name_prefix="upload")
        self.served = threading.local()  # the connection that a thread is at work on
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another worker was quicker, or the client is gone
        self.nr_conns += 1
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ANSWER_BYTES)
        connection = Connection(self.cfg, sock, client, listener.getsockname())
        self._wait_for_client(connection, seconds=REQUEST_SECONDS)
        if self.nr_conns >= self.worker_connections:
            self._drop_connection(next(iter(self.waiting)))  # who has waited longest makes room

    def finish_request(self, connection: Connection, future: Future[Any]) -> None:
        """Called in the event loop when a thread has answered, or failed to."""
        try:
            may_stay = not future.cancelled() and future.result()
        except Exception:
            # What a thread raised ends its own connection; the event loop serves all others.
            self.log.exception("Error handling a request")
            may_stay = False
        if not may_stay:
            self._linger_before_close(connection)
            return
        connection.incoming = Incoming()
        connection.was_told_to_continue = False
        seconds = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER
        self._wait_for_client(connection, seconds=seconds)
        if pipelined := connection.unreader.take_buffered():
            self._take_received(connection, pipelined)

    def murder_pending(self) -> None:
        """Deadlines; gunicorn's loop asks at least once a second."""
        now = time.monotonic()
        for connection in [c for c in self.waiting if c.deadline <= now]:
            progress = connection.incoming.progress
            if connection.is_closing or progress is Progress.EMPTY:
                self._drop_connection(connection)
            elif progress is Progress.HEAD:
                self._refuse_connection(connection, _TOO_LATE)
            else:
                self._hand_over(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker stops: what is not whole by then is not waited for."""
        for connection in self.waiting:
            connection.deadline = min(connection.deadline, deadline)

    def _wait_for_client(self, connection: Connection, *, seconds: float) -> None:
        connection.sock.setblocking(False)
        connection.deadline = time.monotonic() + seconds
        self.waiting[connection] = None
        read = partial(self._read_waiting, connection)
        self.poller.register(connection.sock, selectors.EVENT_READ, read)

    def _read_waiting(self, connection: Connection, sock: socket.socket) -> None:
        try:
            piece = sock.recv(SMALL_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # reset
            self._drop_connection(connection)
            return
        if not connection.is_closing:
            self._take_received(connection, piece)
        elif not piece:
            self._drop_connection(connection)

    def _take_received(self, connection: Connection, piece: bytes) -> None:
        """`piece` is empty when the client sends no more."""
        incoming = connection.incoming
        if piece and incoming.progress is Progress.EMPTY:
            connection.deadline = time.monotonic() + REQUEST_SECONDS
        progress = incoming.add(piece)
        connection.has_ended = not piece
        if progress is Progress.ENDLESS:
            self._refuse_connection(connection, _TOO_LONG)
        elif progress in (Progress.WHOLE, Progress.LARGE):
            self._hand_over(connection)
        elif connection.has_ended and progress is Progress.BODY:
            self._hand_over(connection)  # cut: the application says so
        elif connection.has_ended:
            self._drop_connection(connection)
        elif progress is Progress.BODY and incoming.expects_continue:
            self._tell_to_continue(connection)

    def _tell_to_continue(self, connection: Connection) -> None:
        if not connection.was_told_to_continue:
            connection.was_told_to_continue = True
            with contextlib.suppress(OSError):  # gone: the next event says so
                connection.sock.send(_CONTINUE)

    def _hand_over(self, connection: Connection) -> None:
        self._stop_waiting(connection)
        incoming = connection.incoming
        is_large = incoming.progress is Progress.LARGE
        connection.unreader.begin(bytes(incoming.data), may_wait=is_large)
        pool = self.uploads if is_large else self.probes if incoming.is_probe else self.tpool
        future = pool.submit(self.handle, connection)
        future.add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, connection, done)
        )

    def handle(self, connection: Connection) -> bool:
        """In a thread."""
        self.served.connection = connection
        return bool(super().handle(connection))

    def handle_error(self, request: Any, client: socket.socket, address: Any, error: Any) -> None:
        """In a thread: what the parser refuses, and what the application did not answer."""
        status = next((s for kind, s in _STATUSES.items() if isinstance(error, kind)), None)
        if status is None and _is_no_http(error):
            status = HTTPStatus.BAD_REQUEST
        if status is None:
            self.log.error("Error handling a request", exc_info=error)
        else:
            self.log.warning("Refused a request from %s: %s", (address or ("",))[0], error)
        is_for_api = self.served.connection.incoming.is_for_api
        with contextlib.suppress(OSError):  # gone
            client.settimeout(SEND_SECONDS)
            client.sendall(_refusal_bytes(status, is_for_api=is_for_api))

    def handle_request(self, request: Any, connection: Connection) -> bool:
        """In a thread."""
        if connection.was_told_to_continue:
            request._expected_100_continue = False
        if connection.incoming.progress is not Progress.WHOLE:
            request.force_close()  # what is still sent belongs to this request
        connection.sock.settimeout(SEND_SECONDS)
        try:
            return bool(super().handle_request(request, connection))
        except TimeoutError:
            self.log.info("A client did not take its answer within %s s", SEND_SECONDS)
            return False

    def _keepalive_after(self, connection: Connection, keepalive: bool) -> bool:
        """After a cut nobody knows where the next request would begin."""
        may_stay = super()._keepalive_after(connection, keepalive)
        return bool(may_stay and not connection.unreader.is_cut)

    def _refuse_connection(self, connection: Connection, status_line: str) -> None:
        with contextlib.suppress(OSError):
            answer = f"{status_line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            connection.sock.send(answer.encode())
        self._stop_waiting(connection)
        self._linger_before_close(connection)

    def _linger_before_close(self, connection: Connection) -> None:
        """Our end is closed first: closing at once what has unread input would reset it, and the
        client might lose its answer (RFC 9112, 9.6)."""
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close_connection(connection)
        else:
            connection.is_closing = True
            self._wait_for_client(connection, seconds=LINGER_SECONDS)

    def _stop_waiting(self, connection: Connection) -> None:
        del self.waiting[connection]
        self.poller.unregister(connection.sock)

    def _drop_connection(self, connection: Connection) -> None:
        self._stop_waiting(connection)
        self._close_connection(connection)

    def _close_connection(self, connection: Connection) -> None:
        self.nr_conns -= 1
        connection.close()


def _is_no_http(error: Exception) -> bool:
    """The client's fault; a wrong header of our own answer is not, though its class says so."""
    if isinstance(error, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName):
        return False
    chunks = (errors.InvalidChunkSize, errors.ChunkMissingTerminator, errors.InvalidChunkExtension)
    return isinstance(error, (errors.ParseException, *chunks))


def _refusal_bytes(status: HTTPStatus | None, *, is_for_api: bool) -> bytes:
    """The whole answer: a problem in JSON below /api/, one line elsewhere. None is a failure."""
    # Django is set up when a request comes; not yet when gunicorn looks this worker up.
    from accounts.api.problems import MEDIA_TYPE, problem_answer  # noqa: PLC0415

    code, detail = ("bad_request", _NO_HTTP) if status else ("error", _FAILED)
    status = status or HTTPStatus.INTERNAL_SERVER_ERROR
    media_type, body = "text/plain; charset=utf-8", f"{detail}\n".encode()
    if is_for_api:
        media_type, body = MEDIA_TYPE, problem_answer(status, code=code, detail=detail).content
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body
