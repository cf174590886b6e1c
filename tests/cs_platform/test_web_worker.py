"""The web server itself, over raw sockets: what it answers, and whom it does not wait for.

The application below it is tests/cs_platform/echo.py; the server is started as `manage.py up` and
the container start it, with one process, so that its eight threads are all there are.
"""

import contextlib
import hashlib
import os
import signal

import pytest

from cs_platform.runtime.incoming_request import SMALL_BYTES
from cs_platform.runtime.supervisor import WEB
from tests.cs_platform import echo
from tests.cs_platform.slow_clients import (
    Dripping,
    answer,
    ask,
    chunked,
    connect,
    get,
    is_closed,
    post,
    reset,
    said,
    seconds_of,
    served,
    usual_seconds_of,
)

ECHO = [*WEB[:-1], "tests.cs_platform.echo:application"]
PAGE, PROBE, UPLOAD = "ThreadPoolExecutor", "probe", "upload"
LARGE = SMALL_BYTES * 4
MANY = 200


@pytest.fixture(scope="module")
def port():
    with served(ECHO, CS_WEB_WORKERS="1") as (port, _):
        yield port


def told(port: int, request: bytes) -> dict:
    with connect(port) as sock:
        sock.sendall(request)
        return said(sock)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


# --- What everybody expects of a server


def test_a_connection_carries_many_requests(port):
    with connect(port) as sock:
        for n in range(5):
            sock.sendall(post(f"/{n}", body=b"x" * n))
            assert (found := said(sock))["read"] == n
            assert found["path"] == f"/{n}"


def test_a_request_may_come_in_pieces(port):
    with connect(port) as sock:
        for byte in post("/slow", body=b"hello"):
            sock.sendall(bytes([byte]))
        assert said(sock)["sha256"] == digest(b"hello")


def test_requests_sent_at_once_are_answered_in_order(port):
    with connect(port) as sock:
        sock.sendall(
            get("/1") + post("/2", body=b"two") + chunked("/3", chunks=[b"thr", b"ee"]) + get("/4")
        )
        found = [said(sock) for _ in range(4)]
        assert [one["path"] for one in found] == ["/1", "/2", "/3", "/4"]
        assert [one["read"] for one in found] == [0, 3, 5, 0]
        sock.sendall(get("/5"))
        assert said(sock)["path"] == "/5"


def test_http_1_0_ends_with_its_answer_unless_it_asks_to_stay(port):
    with connect(port) as sock:
        sock.sendall(b"POST /old HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
        assert said(sock)["read"] == 2
        assert is_closed(sock)
    with connect(port) as sock:
        for _ in range(2):
            sock.sendall(b"GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert said(sock)["path"] == "/old"


@pytest.mark.parametrize("size", [5, LARGE])
def test_who_waits_to_continue_is_told_once(port, size):
    with connect(port) as sock:
        sock.sendall(post("/", "Expect: 100-continue", length=size))
        assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"y" * size)
        assert sock.recv(9) == b"HTTP/1.1 "
        assert sock.recv(3) == b"200"


def test_a_refused_body_does_not_become_the_next_request(port):
    with connect(port) as sock:
        sock.sendall(post("/unread", body=get("/smuggled")) + get("/next"))
        assert [said(sock)["path"] for _ in range(2)] == ["/unread", "/next"]


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\nHost: a\n\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"\r\n\r\n\r\n", 400),
        (b"what is this\r\n\r\n", 400),
        (post("/", "Content-Length: 3", body=b"x"), 400),
        (get("/", "Transfer-Encoding: chunked", "Content-Length: 3"), 400),
        (get("/", "A: " + "a" * 70_000)[:-4], 431),
    ],
)
def test_odd_requests_are_refused_at_once(port, request_bytes, status):
    def refused() -> None:
        assert ask(port, request_bytes)[0] == status

    assert seconds_of(refused) < 15  # well before any deadline


# --- Which threads do it


def test_each_kind_has_threads_of_its_own(port):
    body = b"z" * LARGE
    assert told(port, get("/healthz"))["thread"] == PROBE
    assert told(port, get("/"))["thread"] == PAGE
    assert told(port, post("/", body=body[:SMALL_BYTES]))["thread"] == PAGE
    assert told(port, chunked("/", chunks=[b"one", b"two"]))["thread"] == PAGE
    for large in (post("/", body=body), chunked("/", chunks=[body[:60_000]] * 3)):
        assert told(port, large)["thread"] == UPLOAD
    assert told(port, post("/", body=body))["sha256"] == digest(body)


def test_probes_and_uploads_do_not_wait_for_busy_pages(port, tmp_path):
    release = tmp_path / "release"
    with contextlib.ExitStack() as open_ones:
        busy = [open_ones.enter_context(connect(port)) for _ in range(12)]
        open_ones.callback(release.touch)
        for sock in busy:
            sock.sendall(get(f"/until{release}"))
        assert told(port, get("/healthz"))["thread"] == PROBE
        assert told(port, post("/", body=b"z" * LARGE))["read"] == LARGE
        release.touch()
        assert [said(sock)["thread"] for sock in busy] == [PAGE] * 12


# --- Who cuts, and who goes


@pytest.mark.parametrize(
    ("request_bytes", "read", "error"),
    [
        (post("/", body=b"four", length=10), 4, ""),
        (post("/", body=b"z" * 5_000, length=LARGE), 5_000, ""),
        (chunked("/", chunks=[b"four"], ended=False), 0, "NoMoreData"),
        (chunked("/", chunks=[b"z" * LARGE], ended=False), 0, "NoMoreData"),
    ],
)
def test_a_cut_body_reaches_the_application_as_far_as_it_came(port, request_bytes, read, error):
    with connect(port) as sock:
        sock.sendall(request_bytes)
        sock.shutdown(1)
        found = said(sock)
        assert (found["read"], found["error"]) == (read, error)
        assert is_closed(sock)


def test_who_is_gone_costs_nothing(port):
    started = post("/", body=b"x", length=10)
    for request in (b"", b"GET", started, post("/", body=b"x", length=LARGE), get("/long")):
        for leave in (reset, lambda sock: sock.close()):
            sock = connect(port)
            sock.sendall(request)
            leave(sock)
    assert told(port, get("/"))["path"] == "/"


# --- Who is slow


def test_who_is_too_late_is_told_and_the_application_reads_what_came(port):
    """At its own pace, 20 s: all three at once."""
    with connect(port) as head, connect(port) as small, connect(port) as large:
        head.sendall(b"GET / HTTP/1.1\r\nHost: lo")
        small.sendall(post("/", body=b"four", length=10))
        large.sendall(post("/", body=b"z" * 5_000, length=LARGE))
        status, headers, _ = answer(head)
        assert (status, headers["Connection"]) == (408, "close")
        assert said(small)["read"] == 4
        assert said(large)["read"] == 5_000
        assert all(map(is_closed, (head, small, large)))


SLOW = {
    "half-sent heads": (b"POST /login/ HTTP/1.1\r\nHost: loc", b"x"),
    "half-sent forms": (post("/login/", body=b"login=", length=1_000), b"x"),
    "half-sent chunks": (chunked("/", chunks=[b"x"], ended=False) + b"ff\r\n", b"x"),
    "chunks of one byte": (chunked("/", chunks=[b"x"], ended=False), b"1\r\nx\r\n"),
    "large bodies": (post("/", body=b"x", length=LARGE), b"x"),
    "large bodies, chunked": (chunked("/", chunks=[b"x" * LARGE], ended=False), b"1\r\nx\r\n"),
    "who waits to continue": (post("/", "Expect: 100-continue", length=1_000), b"x"),
    "refused large bodies": (post("/unread", length=LARGE), b"x" * 1_000),
    "connections without a word": (b"", b""),
    "connections kept after an answer": (get("/"), b""),
    "answers that nobody takes": (get("/page"), b""),
}


@pytest.mark.parametrize("kind", SLOW)
def test_pages_and_probes_do_not_wait_for_slow_clients(port, kind):
    start, rest = SLOW[kind]
    alone = usual_seconds_of(lambda: told(port, get("/healthz")), times=5)
    with Dripping(port, count=MANY, start=start, rest=rest) as slow:
        took = []
        for _ in range(10):
            took.append(seconds_of(lambda: told(port, get("/healthz"))))
            assert told(port, post("/", body=b"hello"))["thread"] == PAGE
        # A busy machine takes longer with nobody beside, and one may be unlucky there.
        assert sorted(took)[5] < 1 + 4 * alone, took
        assert len(slow.connections) == MANY


def test_two_thousand_idle_connections_and_more_than_there_may_be(port):
    with Dripping(port, count=2_000, start=b"", rest=b""), contextlib.ExitStack() as more:
        assert seconds_of(lambda: told(port, get("/healthz"))) < 5
        for _ in range(2_400):  # beyond what the process may have open
            more.enter_context(connect(port))
        assert told(port, get("/"))["path"] == "/"


def test_a_refused_upload_that_goes_on_does_not_hold_the_others_up(port):
    with connect(port) as sock:
        sock.sendall(post("/unread", body=b"z" * 5_000, length=LARGE))
        status, headers, _ = answer(sock)
        assert (status, headers["Connection"]) == (200, "close")
        sock.sendall(b"z" * 5_000)
        assert told(port, get("/"))["path"] == "/"


def test_who_does_not_take_an_answer_gives_its_thread_back():
    """Four threads, and four who do not read their 32 MB: within 20 s the threads are free."""
    with served(ECHO, CS_WEB_WORKERS="1") as (port, _), contextlib.ExitStack() as readers:
        for _ in range(4):
            readers.enter_context(connect(port)).sendall(get("/long"))
        assert seconds_of(lambda: told(port, get("/healthz"))) < 5
        assert told(port, get("/"))["path"] == "/"
        assert echo.LONG > 16_000_000  # more than the buffers of two sockets


# --- Its end


def test_a_stop_answers_what_has_begun_and_waits_for_nobody_else(tmp_path):
    release = tmp_path / "release"
    with (
        served(ECHO, CS_WEB_WORKERS="1") as (port, process),
        connect(port) as busy,
        connect(port) as idle,
    ):
        idle.sendall(get("/"))
        assert said(idle)["path"] == "/"
        with Dripping(port, count=20, start=b"GET / HT", rest=b""):
            busy.sendall(get(f"/until{release}"))
            assert told(port, get("/"))["path"] == "/"  # what came before is in its thread
            os.kill(process.pid, signal.SIGTERM)
            assert is_closed(idle)
            release.touch()
            assert said(busy)["path"] == f"/until{release}"
            assert seconds_of(lambda: process.wait(60)) < 15  # well before it would be killed
