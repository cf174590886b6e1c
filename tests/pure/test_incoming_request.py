"""How much of a request has arrived, however its bytes are cut into pieces."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs_platform.runtime.incoming_request import SMALL_BYTES, Incoming, Progress

POST = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    POST + b"Content-Length: 0\r\n\r\n",
    POST + b"content-length :5\r\n\r\nhello",
    POST + b"Content-Length: 64000\r\n\r\n" + b"x" * 64_000,
    CHUNKED + b"0\r\n\r\n",
    CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
    CHUNKED + b"7;name=value\r\n0\r\n\r\nab\r\n0\r\n\r\n",  # its data look like an end
    CHUNKED + b"A\r\n0123456789\r\n0\r\nTrailer: yes\r\nAnother: too\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", WHOLE)
@given(data=st.data())
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_bytes, data):
    cuts = data.draw(st.lists(st.integers(1, len(request_bytes) - 1), max_size=6))
    marks = [0, *sorted(set(cuts)), len(request_bytes)]
    incoming = Incoming()
    for start, end in itertools.pairwise(marks):
        assert incoming.progress in (Progress.EMPTY, Progress.HEAD, Progress.BODY)
        incoming.add(request_bytes[start:end])
    assert incoming.progress is Progress.WHOLE
    assert incoming.data == request_bytes


@pytest.mark.parametrize("request_bytes", [bytes_ for bytes_ in WHOLE if len(bytes_) < 1_000])
def test_byte_by_byte(request_bytes):
    incoming = Incoming()
    seen = [incoming.add(request_bytes[at : at + 1]) for at in range(len(request_bytes))]
    assert seen.index(Progress.WHOLE) == len(request_bytes) - 1


@pytest.mark.parametrize("request_bytes", WHOLE)
def test_what_follows_belongs_to_the_next_request(request_bytes):
    assert Incoming().add(request_bytes + b"GET / HTTP/1.1\r\n") is Progress.WHOLE


@pytest.mark.parametrize(
    ("request_bytes", "progress"),
    [
        (b"", Progress.EMPTY),
        (b"\r\n", Progress.HEAD),
        (b"GET / HTTP/1.1\r\nA: b\r\n", Progress.HEAD),
        (b"G" * SMALL_BYTES, Progress.HEAD),
        (b"G" * (SMALL_BYTES + 1), Progress.ENDLESS),
        (POST + b"Content-Length: 5\r\n\r\nhell", Progress.BODY),
        (POST + b"Content-Length: %d\r\n\r\n" % SMALL_BYTES, Progress.BODY),
        (POST + b"Content-Length: %d\r\n\r\n" % (SMALL_BYTES + 1), Progress.LARGE),
        (CHUNKED, Progress.BODY),
        (CHUNKED + b"5\r\nhello\r\n0\r\nTrailer: y\r\n", Progress.BODY),
        (CHUNKED + b"fffff\r\n" + b"x" * SMALL_BYTES, Progress.LARGE),
    ],
)
def test_what_is_missing(request_bytes, progress):
    assert Incoming().add(request_bytes) is progress


@pytest.mark.parametrize(
    "odd",
    [
        b"GET / HTTP/1.1\n\n",
        b"GET / HTTP/1.1\r\nA: b\n",
        POST + b"Content-Length: -5\r\n\r\n",
        POST + b"Content-Length: many\r\n\r\n",
        POST + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n",
        CHUNKED + b"what\r\n",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        POST + b"Transfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_what_the_parser_refuses_is_not_waited_for(odd):
    incoming = Incoming()
    seen = [incoming.add(odd[at : at + 1]) for at in range(len(odd))]
    assert seen[-1] is Progress.WHOLE


@pytest.mark.parametrize(
    ("head", "expects"),
    [
        (POST + b"Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n", True),
        (POST + b"Content-Length: 5\r\n\r\n", False),
        (b"POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", False),
    ],
)
def test_who_waits_for_a_continue(head, expects):
    incoming = Incoming()
    incoming.add(head)
    assert incoming.expects_continue is expects


@pytest.mark.parametrize(
    ("line", "is_probe"),
    [
        (b"GET /healthz HTTP/1.1", True),
        (b"\r\nHEAD /readyz HTTP/1.1", True),
        (b"GET /metrics?x=1 HTTP/1.1", True),
        (b"GET /metricsfoo HTTP/1.1", False),
        (b"POST /healthz HTTP/1.1", False),
        (b"GET /?/healthz HTTP/1.1", False),
    ],
)
def test_probes_are_known_by_their_address(line, is_probe):
    incoming = Incoming()
    incoming.add(line + b"\r\n\r\n")
    assert incoming.is_probe is is_probe
