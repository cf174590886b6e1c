"""A body that did not come whole does nothing: every address, on raw sockets, at a real server."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.keys import HEALTH_READ, WORK_WRITE
from accounts.models import ApiKey, ImportFile, ImportRun, InboxReceipt, RevenueMovement, UsageDay
from cs_platform.runtime.routes import routes
from tests.accounts.bulk import make_key, usage
from tests.accounts.loading import account, load_raw
from tests.permission_house import build_house, everything_stored
from tests.raw_http import OFFSETS, Answer, Cut, Raw, cuts, reset, send, send_text
from tests.web_server import WebServer, serving

SENDERS = 8
CASES_OF_PAGES = 5_000  # docs/facts.md says so
# Their body is never read: they answer 404 or 405 to a POST, whatever comes with it.
WITHOUT_BODY = {
    "api_import",
    "in_app_script",
    "api_schema",
    "api_nowhere",
    "api_plays",
    "api_play",
    "api_tasks",
    "api_task",
    "api_surveys",
    "api_survey",
    "api_survey_answers",
    "api_survey_answer",
    "api_survey_invitations",
    "api_survey_invitation",
    "api_health",
    "api_health_movers",
    "api_account_health",
    "api_account_health_history",
    "api_account_health_explain",
    "api_crossings",
    "api_scorecards",
    "api_scorecard",
}


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), serving() as started:
        yield started


@pytest.fixture
def house(transactional_db):
    return build_house()


def _bulk(kind: str, content_type: str, body: bytes, token: str, **headers: str) -> Raw:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    names |= {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    return Raw(f"/api/v1/bulk/{kind}/", body, names)


MOVEMENTS = (
    b"external_id,account,effective_on,kind,currency,arr\nm1,acme,2025-01-01,new,USD,120000.00"
)
RECORDS = [usage(day=f"2025-03-{day:02}", events=123_456) for day in range(1, 9)]
BODIES = {
    "JSON": ("usage", "application/json", json.dumps(RECORDS).encode()),
    "NDJSON": ("usage", "application/x-ndjson", "\n".join(map(json.dumps, RECORDS)).encode()),
    "CSV": ("movements", "text/csv", MOVEMENTS),
    # Not collected before a thread takes it (docs/adr/0016): read from the socket.
    "large CSV": ("movements", "text/csv", MOVEMENTS + b"\n" * 70_000),
}


def _bulk_requests(token: str, **headers: str) -> dict[str, Raw]:
    plain = {name: _bulk(*body, token, **headers) for name, body in BODIES.items()}
    packed = {
        f"{name} in gzip": replace(
            request,
            body=gzip.compress(request.body),
            headers={**request.headers, "Content-Encoding": "gzip"},
        )
        for name, request in plain.items()
    }
    return plain | packed


def _form(path: str, session: str) -> Raw:
    secret = "s" * 32
    return Raw(
        path,
        b"reason=" + b"x" * 60 + b"&text=" + b"y" * 60,
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={secret}",
            "X-CSRFToken": secret,
        },
    )


def _upload(path: str, session: str) -> Raw:
    part = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="accounts.csv"\r\n'
    rows = b"".join(b"a%d,Account %d\n" % (n, n) for n in range(4_000))
    body = part + b"Content-Type: text/csv\r\n\r\nexternal_id,name\n" + rows + b"\r\n--edge--\r\n"
    form = _form(path, session)
    return replace(
        form,
        body=body,
        headers={**form.headers, "Content-Type": "multipart/form-data; boundary=edge"},
    )


def _signed_in(person) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def _tried(server: WebServer, cases: list[Cut]) -> list[Answer]:
    """The answers to those that could be answered. The platform took none of them for whole."""
    run = f"cut{id(cases)}"

    def cut(number: int) -> Answer | None:
        request, at, end = cases[number]
        sent = request.sent()[:at]
        if end == "FIN":
            return send(server, request, f"{run}-{number}", sent=sent)
        reset(server, request, f"{run}-{number}", sent=sent)
        return None

    with ThreadPoolExecutor(SENDERS) as pool:
        answers = [answer for answer in pool.map(cut, range(len(cases))) if answer]
    said = {status for name, status in server.statuses().items() if name.startswith(f"{run}-")}
    assert said == {answer.status for answer in answers} == {400}
    return answers


def _code(answer: Answer) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return json.loads(answer.body)["code"]


@pytest.mark.parametrize("body", [*BODIES, *(f"{name} in gzip" for name in BODIES)])
def test_a_cut_bulk_request_is_incomplete_and_stores_nothing(server, house, body):
    load_raw("accounts", account())
    request = _bulk_requests(make_key(), Idempotency_Key="k1")[body]
    send(server, replace(request, body=b"").whole(), "first-use-of-the-key")
    before = everything_stored()
    cases = list(cuts(request))
    assert len(cases) == 4 * OFFSETS
    answers = _tried(server, cases)
    assert {_code(answer) for answer in answers} == {"incomplete"}
    assert everything_stored() == before
    assert not InboxReceipt.objects.exists()
    for chunked in (False, True):  # the key is free, and chunks are read like any other body
        whole = replace(request, chunked=chunked).whole()
        assert send(server, whole, f"whole-request-{chunked}").status == 200
    assert InboxReceipt.objects.count() == 1
    assert ImportRun.objects.get().created == (1 if "CSV" in body else len(RECORDS))
    if "CSV" in body:
        assert RevenueMovement.objects.get().amount_minor == 12_000_000
    else:
        assert {row.events for row in UsageDay.objects.all()} == {123_456}


def test_a_cut_body_changes_nothing_at_any_address(server, house):
    """Signed in and past the CSRF check, so that nothing else refuses it."""
    ops = house.people["ops"]
    session = _signed_in(ops)
    token = make_key(WORK_WRITE, HEALTH_READ, owner=ops)
    ApiKey.objects.update(latest_use_at=datetime.now(UTC) + timedelta(hours=1))  # notes no use
    cases, seen = [], set()
    for number, (address, view) in enumerate(_pages()):
        request = _form(address, session)
        if address.startswith("/api/"):
            key = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            request = replace(request, headers={**request.headers, **key})
        ways = list(cuts(request))
        if view in seen:  # the admin site has the same few views for every model
            cases += ways[number % OFFSETS :: OFFSETS]
        else:
            seen.add(view)
            cases += _once_each(ways, first=number)
    assert len(cases) >= CASES_OF_PAGES
    before = everything_stored()
    _tried(server, cases)
    assert everything_stored() == before


def test_the_script_of_products_is_refused_to_a_post_whatever_becomes_of_its_body(server, house):
    request = _form("/in-app/v1/in_app.js", _signed_in(house.people["ops"]))
    assert send(server, request.whole(), "whole-script").status == 405
    for number, (_, at, end) in enumerate(cuts(request)):
        if end == "FIN" and number % 16 == 0:
            said = send(server, request, f"cut-script-{number}", sent=request.sent()[:at])
            assert said is None or said.status in (400, 405)
    assert 500 not in {status for name, status in server.statuses().items() if "script" in name}


def _once_each(ways: list[Cut], *, first: int) -> list[Cut]:
    """Each offset in one of the four ways, in turns."""
    four = [ways[n : n + 2 * OFFSETS] for n in (0, 2 * OFFSETS)]
    turns = [divmod((n + first) % 4, 2) for n in range(OFFSETS)]
    return [four[chunked][2 * n + end] for n, (chunked, end) in enumerate(turns)]


def _pages() -> list[tuple[str, str]]:
    """Every address, with something in the place of its arguments, and the view behind it."""
    found = {}
    for name, pattern, entry in routes():
        if name in WITHOUT_BODY or name == "api_bulk":
            continue
        filled = re.sub(r"<(?:(\w+):)?\w+>", lambda m: "1" if m[1] == "int" else "acme", pattern)
        plain = re.sub(r"\(\?P<\w+>[^)]*\)", "1", filled).replace("^", "").replace("$", "")
        address = "/" + plain.replace("\\Z", "").replace("\\", "")
        view = inspect.unwrap(entry.callback)
        found[address] = f"{view.__module__}.{view.__qualname__}"
    return sorted(found.items())


def test_a_cut_upload_keeps_no_file(server, house):
    session = _signed_in(house.people["ops"])
    request = _upload("/imports/upload/", session)
    cases = list(cuts(request))
    assert len(cases) == 4 * OFFSETS
    _tried(server, cases)
    assert not ImportFile.objects.exists()
    for chunked in (False, True):
        whole = replace(request, chunked=chunked).whole()
        assert send(server, whole, f"whole-upload-{chunked}").status == 302
    assert [file.rows for file in ImportFile.objects.all()] == [4_000, 4_000]


LIES = {
    "longer than the body": (lambda size: str(size + 1), 400, "incomplete"),
    "longer than any": (lambda size: str(10**12), 413, "too_large"),
    "negative": (lambda size: "-1", 400, "bad_request"),
    "two of them": (lambda size: f"{size}\r\nContent-Length: {size + 1}", 400, "bad_request"),
    "a list": (lambda size: f"{size}, {size}", 400, "bad_request"),
    "hexadecimal": (lambda size: hex(size), 400, "bad_request"),
    "signed": (lambda size: f"+{size}", 400, "bad_request"),
    "not a number": (lambda size: "many", 400, "bad_request"),
    "none": (lambda size: None, 411, "length_required"),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("lie", LIES)
def test_a_length_that_is_not_that_of_the_body_stores_nothing(server, house, lie, body):
    """What is no HTTP is refused by the server before the platform, as a problem as well."""
    load_raw("accounts", account())
    request = _bulk_requests(make_key(), Idempotency_Key="k1")[body]
    stated, status, code = LIES[lie]
    lying = replace(request, length=stated(len(request.body)))
    answer = send(server, lying, "a-request-that-lies")
    assert answer.status == status
    assert _code(answer) == code
    assert not ImportRun.objects.exists()
    assert not InboxReceipt.objects.exists()


NO_HTTP = {
    "no version": "POST {path}\r\n",
    "another version": "POST {path} HTTP/9.9\r\n",
    "a word too many": "POST {path} HTTP/1.1 please\r\n",
    "two spaces": "POST  {path} HTTP/1.1\r\n",
    "no method": "{{}} {path} HTTP/1.1\r\n",
    "an endless address": "POST {path}" + "x" * 9_000 + " HTTP/1.1\r\n",
    "a header without a colon": "POST {path} HTTP/1.1\r\nHost\r\n",
    "a header without a name": "POST {path} HTTP/1.1\r\n: localhost\r\n",
    "a folded header": "POST {path} HTTP/1.1\r\nHost: a\r\n b\r\n",
    "bare line feeds": "POST {path} HTTP/1.1\nHost: localhost\n",
    "too many headers": "POST {path} HTTP/1.1\r\n" + "X-A: 1\r\n" * 200,
    "another expectation": "POST {path} HTTP/1.1\r\nExpect: miracles\r\n",
}


@pytest.mark.parametrize("path", ["/api/v1/bulk/usage/", "/login/"])
@pytest.mark.parametrize("head", NO_HTTP)
def test_what_is_no_http_is_refused_without_html(server, house, head, path):
    answer = send_text(server, NO_HTTP[head].format(path=path) + "\r\n")
    assert answer.status in (400, 414, 417, 431)
    if path.startswith("/api/"):
        assert _code(answer) == "bad_request"
    else:
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.body.count(b"\n") == 1


def test_an_announced_length_is_where_the_body_ends(server, house):
    """What follows is the next request on the connection: its half is never part of this one."""
    load_raw("accounts", account())
    request = _bulk_requests(make_key())["JSON"]
    shorter = replace(request, length=str(len(request.body) - 5))
    answer = send(server, shorter, "a-request-too-short")
    assert _code(answer) == "json"
    assert not UsageDay.objects.exists()


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip", "identity", "x"])
def test_a_transfer_coding_other_than_chunked_is_refused(server, house, coding):
    load_raw("accounts", account())
    request = _bulk_requests(make_key())["NDJSON"]
    coded = replace(request, headers={**request.headers, "Transfer-Encoding": coding}, length=None)
    answer = send(
        server, coded, "a-request-in-a-coding", sent=replace(request, chunked=True).sent()
    )
    assert answer.status in (400, 411, 501)
    assert not UsageDay.objects.exists()
    assert not ImportRun.objects.exists()
