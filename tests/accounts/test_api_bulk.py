"""The bulk endpoint: every record is answered, in every format."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import Account, ImportRun, RejectedRecord, Ticket, UsageDay
from tests.accounts.bulk import ACCOUNTS, TICKETS, USAGE, is_problem, post, usage
from tests.accounts.loading import account, load_raw

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    "address", ["/api/v1/", "/api/v1/bulk/", "/api/v1/nowhere/", "/api/v1/bulk/accounts"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_does_not_exist_is_a_problem_to_read(client, address, method):
    answer = client.generic(method, address, headers={"Accept": "text/html"})
    assert is_problem(answer, 404) == "not_found"


def test_a_problem_is_json_also_where_the_answer_would_be_yaml(client):
    assert is_problem(client.get("/api/v1/schema/"), 401) == "not_authenticated"
