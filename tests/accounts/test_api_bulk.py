"""The bulk endpoint: keys, answers by record, repeats, and everything nasty."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, RequestFactory
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.keys import create_key, revoke_key
from accounts.models import (
    Account,
    ApiKey,
    ImportRun,
    InboxReceipt,
    RejectedRecord,
    Ticket,
    UsageDay,
    User,
)
from tests.accounts.loading import account, load_raw
from tests.nasty import NASTY_BODIES, NASTY_FILES, NASTY_RECORDS

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
ACCOUNTS, USAGE, TICKETS = (f"/api/v1/bulk/{kind}/" for kind in ("accounts", "usage", "tickets"))


def make_key(*scopes: str, **rest) -> str:
    return create_key(name="CRM", scopes=scopes or ["ingest:*"], now=NOW, **rest)[1]


@pytest.fixture
def token() -> str:
    return make_key()


def post(url: str, body, token: str, *, content_type="application/json", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    names["Authorization"] = f"Bearer {token}"
    if content_type:
        names["Content-Type"] = content_type
    client = Client(raise_request_exception=False)
    return client.generic("POST", url, data, content_type="", headers=names)


def usage(account: str = "acme", day: str = "2025-03-01", events: object = 5):
    return {"account": account, "day": day, "feature": "search", "events": events}


def is_problem(answer, status: int) -> str:
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body["detail"]
    return body["code"]


def test_every_record_is_answered_and_good_ones_are_kept(token):
    load_raw("accounts", account())
    answer = post(USAGE, [usage(), usage("ghost"), usage(events="5"), usage()], token)
    assert answer.status_code == 200
    body = answer.json()
    assert [record["status"] for record in body["records"]] == [
        "created",
        "rejected",
        "rejected",
        "unchanged",
    ]
    errors = [record["errors"][0] for record in body["records"] if "errors" in record]
    assert [(e["field"], e["code"]) for e in errors] == [("account", "unknown"), ("events", "type")]
    assert (body["created"], body["rejected"], body["unchanged"]) == (1, 2, 1)
    assert UsageDay.objects.get().events == 5
    run = ImportRun.objects.get(pk=body["import"])
    assert (run.read, run.rejected, run.api_key.name) == (4, 2, "CRM")
    kept = RejectedRecord.objects.order_by("position")
    assert [(row.position, row.record["account"]) for row in kept] == [(1, "ghost"), (2, "acme")]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson", "text/csv"])
def test_three_formats_plain_and_packed(token, content_type, packed):
    records = [account("a1", seats=3), account("a2")]
    body = {
        "application/json": json.dumps(records),
        "application/x-ndjson": "\n".join(map(json.dumps, records)),
        "text/csv": "external_id,name,seats\na1,A1,3\na2,A2,\n",
    }[content_type].encode()
    headers = {"Content_Encoding": "gzip"} if packed else {}
    body = gzip.compress(body) if packed else body
    answer = post(ACCOUNTS, body, token, content_type=content_type, **headers)
    assert answer.json()["created"] == 2, answer.content
    assert Account.objects.get(external_id="a1").seats == 3


def test_a_key_opens_what_its_scope_says():
    narrow = make_key("ingest:usage")
    assert is_problem(post(ACCOUNTS, [account()], narrow), 403) == "permission_denied"
    assert post(USAGE, [], narrow).status_code == 200
    assert not Account.objects.exists()


def test_an_endpoint_that_says_nothing_is_closed(token):
    class Forgotten(APIView):
        def get(self, request):
            return Response({})

    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    answer = Forgotten.as_view()(request).render()
    assert is_problem(answer, 403) == "permission_denied"


def test_dead_keys_open_nothing():
    ada = User.objects.create_user("ada@demo.example", name="Ada", role="ops")
    expired = make_key(lifetime=timedelta(seconds=-1))
    orphaned = make_key(owner=ada)
    revoked_key, revoked = create_key(name="old", scopes=["ingest:*"], now=NOW)
    assert post(ACCOUNTS, [], orphaned).status_code == 200
    User.objects.update(is_active=False)
    revoke_key(revoked_key, now=NOW)
    for token in (expired, orphaned, revoked, "cs_live_guess", "", "cs_live_\xe4"):
        assert is_problem(post(ACCOUNTS, [account()], token), 401) == "authentication_failed"
    assert not Account.objects.exists()


def test_a_session_cookie_never_opens_the_api():
    ops = User.objects.create_user("ops@demo.example", name="Ops", role="ops")
    client = Client()
    client.force_login(ops)
    answer = client.post(ACCOUNTS, [account()], content_type="application/json")
    assert is_problem(answer, 401) == "not_authenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_only_the_hash_of_a_key_is_stored_and_its_use_is_noted(token):
    key = ApiKey.objects.get()
    assert token not in json.dumps(ApiKey.objects.values().get(), default=str)
    assert key.latest_use_at is None
    post(ACCOUNTS, [], token)
    key.refresh_from_db()
    assert key.latest_use_at is not None


def test_the_same_key_and_body_is_answered_again_and_not_done_again(token):
    first = post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    again = post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert ImportRun.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(token):
    post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    answer = post(ACCOUNTS, [account("other")], token, Idempotency_Key="k1")
    assert is_problem(answer, 422) == "idempotency_key_reused"
    assert Account.objects.count() == 1


def test_idempotency_keys_of_two_credentials_never_meet(token):
    post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    answer = post(ACCOUNTS, [account("other")], make_key(), Idempotency_Key="k1")
    assert answer.json()["created"] == 1


def test_an_idempotency_key_is_free_again_after_a_day(token):
    post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
    InboxReceipt.objects.update(received_at=NOW - timedelta(hours=25))
    answer = post(ACCOUNTS, [account("other")], token, Idempotency_Key="k1")
    assert answer.json()["created"] == 1


def test_a_refused_request_leaves_its_key_unused(token):
    assert post(ACCOUNTS, b"nope", token, Idempotency_Key="k1").status_code == 400
    assert not InboxReceipt.objects.exists()
    assert post(ACCOUNTS, [account()], token, Idempotency_Key="k1").status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "ä", "k" * 256])
def test_an_idempotency_key_is_visible_ascii(token, key):
    answer = post(ACCOUNTS, [account()], token, Idempotency_Key=key)
    assert is_problem(answer, 400) == "idempotency_key"


@pytest.mark.django_db(transaction=True)
def test_racing_repeats_are_done_once():
    token = make_key()

    def send(_: int):
        try:
            answer = post(ACCOUNTS, [account()], token, Idempotency_Key="k1")
            return answer.status_code, answer.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    done = [body for status, body in answers if status == 200]
    assert {status for status, _ in answers} <= {200, 409}
    assert done
    assert all(body == done[0] for body in done)
    assert ImportRun.objects.count() == Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_racing_usage_of_the_same_days_is_counted_once():
    token = make_key()
    load_raw("accounts", account())
    records = [usage(day=f"2025-03-{n:02}", events=n) for n in range(1, 29)]

    def send(step: int):
        try:
            return post(USAGE, records[::step], token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, [1, -1, 1, -1, 1, -1])) <= {200, 409}
    assert {row.day.day: row.events for row in UsageDay.objects.all()} == {
        n: n for n in range(1, 29)
    }


@pytest.mark.django_db(transaction=True)
def test_racing_writers_of_the_same_records_agree():
    token = make_key()
    records = [account(f"a{n}", seats=n) for n in range(50)]

    def send(step: int):
        try:
            return post(ACCOUNTS, records[::step], token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, [1, -1, 1, -1, 1, -1])) <= {200, 409}
    assert Account.objects.count() == 50


@pytest.mark.parametrize("body", NASTY_BODIES.values(), ids=NASTY_BODIES)
@pytest.mark.parametrize("url", [ACCOUNTS, USAGE, TICKETS])
def test_a_body_with_two_readings_is_refused(token, url, body):
    answer = post(url, body, token)
    assert is_problem(answer, 413 if body.count(b"{}") > 5_000 else 400)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("body", NASTY_RECORDS, ids=repr)
@pytest.mark.parametrize("url", [ACCOUNTS, USAGE, TICKETS])
def test_nasty_records_are_rejected_one_by_one(token, url, body):
    answer = post(url, body, token)
    assert answer.status_code == 200
    assert {record["status"] for record in answer.json()["records"]} == {"rejected"}
    assert all(e["message"] for r in answer.json()["records"] for e in r["errors"])


@pytest.mark.parametrize("content", NASTY_FILES.values(), ids=NASTY_FILES)
def test_nasty_files_are_refused(token, content):
    headers = {"Content_Encoding": "gzip"} if content.startswith(b"\x1f\x8b") else {}
    answer = post(USAGE, content, token, content_type="text/csv", **headers)
    assert answer.status_code in (400, 413)
    assert is_problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/xml", "", "application/json; charset=bogus", "x"]
)
def test_other_content_types_are_refused(token, content_type):
    assert is_problem(post(ACCOUNTS, [account()], token, content_type=content_type), 415)


def test_more_than_32_megabytes_are_refused_packed_or_not(token):
    large = b'[{"external_id": "a", "name": "' + b"x" * (33 << 20) + b'"}]'
    assert is_problem(post(ACCOUNTS, large, token), 413) == "too_large"
    packed = post(ACCOUNTS, gzip.compress(large), token, Content_Encoding="gzip")
    assert is_problem(packed, 413) == "too_large"


def test_more_than_django_allows_for_forms_is_fine(token):
    records = [account(f"a{n}", industry="x" * 80, tags=["y" * 40] * 30) for n in range(4_500)]
    body = json.dumps(records).encode()
    assert len(body) > 5 << 20
    assert post(ACCOUNTS, body, token).json()["created"] == 4_500


def test_unknown_kinds_and_methods(token):
    assert is_problem(post("/api/v1/bulk/planets/", [], token), 404) == "not_found"
    answer = Client().get(ACCOUNTS, headers={"Authorization": f"Bearer {token}"})
    assert is_problem(answer, 405) == "method_not_allowed"


def test_a_query_string_that_is_no_text_is_refused(token):
    answer = post(f"{ACCOUNTS}?a=%00", [account()], token)
    assert answer.status_code == 400


def test_tickets_come_in_by_api(token):
    load_raw("accounts", account())
    ticket = {
        "external_id": "t1",
        "account": "acme",
        "opened_at": "2025-03-01T08:00:00+01:00",
        "category": "how_to",
    }
    assert post(TICKETS, [ticket], token).json()["created"] == 1
    assert Ticket.objects.get().opened_at == datetime(2025, 3, 1, 7, tzinfo=UTC)


def test_the_schema_describes_every_kind(token):
    answer = Client().get(
        "/api/v1/schema/?format=json", headers={"Authorization": f"Bearer {token}"}
    )
    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/api/v1/bulk/{kind}/"]["post"]
    assert {"200", "400", "413", "422"} <= set(operation["responses"])
    assert Client().get("/api/v1/schema/").status_code == 401


def test_the_command_prints_a_key_once(capsys):
    call_command("api_key", "create", "--name", "CRM", "--scope", "ingest:accounts")
    token = capsys.readouterr().out.strip()
    assert post(ACCOUNTS, [account()], token).status_code == 200
    call_command("api_key", "list")
    assert token not in (listed := capsys.readouterr().out)
    assert "ingest:accounts" in listed
    call_command("api_key", "revoke", token[:14])
    assert post(ACCOUNTS, [], token).status_code == 401
    with pytest.raises(CommandError):
        call_command("api_key", "create", "--name", "X", "--scope", "everything")


@pytest.mark.parametrize(
    "address", ["/api/v1/", "/api/v1/bulk/", "/api/v1/nowhere/", "/api/v1/bulk/accounts"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_does_not_exist_is_a_problem_to_read(client, address, method):
    answer = client.generic(method, address, headers={"Accept": "text/html"})
    assert is_problem(answer, 404) == "not_found"


def test_a_problem_is_json_also_where_the_answer_would_be_yaml(client):
    assert is_problem(client.get("/api/v1/schema/"), 401) == "not_authenticated"
