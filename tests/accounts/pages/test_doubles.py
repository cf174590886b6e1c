"""The pages of likely doubles and of a merge, for CS ops."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AccountAudit, Ticket, User
from tests.accounts.loading import account, contract, load_raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client):
    client.force_login(User.objects.create_user("ops@acme.example", role="ops"))
    load_raw(
        "accounts",
        account("acme", name="Acme Ltd", domain="acme.example"),
        account("old", name="ACME", domain="acme.example"),
    )
    return client


def test_doubles_are_listed_and_lead_to_a_merge(ops):
    page = ops.get("/doubles/").content.decode()
    assert "same domain, same name" in page
    assert "?merged=old&amp;into=acme" in page
    Account.objects.filter(external_id="old").update(name="Other", domain="")
    assert "No account looks like another one" in ops.get("/doubles/").content.decode()


def test_more_pairs_than_a_page_holds_and_one_number_of_queries(ops, django_assert_num_queries):
    load_raw("accounts", *(account(f"a{n}", name=f"Twin {n // 2}") for n in range(120)))
    with CaptureQueriesContext(connection) as few:
        ops.get("/doubles/?page=2")
    with django_assert_num_queries(len(few)):
        page = ops.get("/doubles/").content.decode()
    assert page.count("Look at a merge") == 50
    assert ops.get("/doubles/?page=2").content.decode().count("Look at a merge") == 11


def test_the_page_says_what_a_merge_would_do_and_does_nothing(ops):
    load_raw("tickets", {"external_id": "t1", "account": "old", "category": "defect",
                         "opened_at": "2025-03-03T09:00:00+00:00"})  # fmt: skip
    page = ops.get("/doubles/merge/?merged=old&into=acme").content.decode()
    assert "ACME into Acme Ltd" in page
    assert "Tickets" in page
    assert "ARR of both together stays what it was on every day." in page
    assert Ticket.objects.get().account.external_id == "old"
    refused = ops.get("/doubles/merge/?merged=old&into=old").content.decode()
    assert "An account is not merged into itself" in refused
    assert "Merge them" not in refused


def test_a_merge_is_done_once_by_somebody_and_leads_to_the_account(ops):
    sent = {"merged": "old", "into": "acme"}
    answer = ops.post("/doubles/merge/now/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/acme/")
    assert Account.objects.get(external_id="old").merged_into.external_id == "acme"
    trail = AccountAudit.objects.filter(pgh_obj__external_id="old", merged_into__isnull=False)
    assert trail.exists()
    again = ops.post("/doubles/merge/now/", sent, follow=True).content.decode()
    assert "was merged into “acme” already" in again


def test_a_change_of_arr_is_shown_by_day_and_accepted_by_hand(ops):
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "100.00", account="old",
                                   subscription="s"))  # fmt: skip
    load_raw("contracts", contract("c2", "2024-07-01", "2026-07-01", "120.00", subscription="s"))
    sent = {"merged": "old", "into": "acme"}
    page = ops.get("/doubles/merge/", sent).content.decode()
    assert "from 1 Jul 2024 on by -10,000 of USD" in " ".join(page.split())
    ops.post("/doubles/merge/now/", sent)
    assert Account.objects.get(external_id="old").merged_into is None
    ops.post("/doubles/merge/now/", {**sent, "accepts_change": "on"})
    assert Account.objects.get(external_id="old").merged_into is not None


@pytest.mark.parametrize("role", ["csm", "manager", "executive"])
def test_nobody_else_merges(client, role):
    client.force_login(User.objects.create_user("somebody@acme.example", role=role))
    assert client.get("/doubles/").status_code == 403
    assert client.post("/doubles/merge/now/", {"merged": "a", "into": "b"}).status_code == 403
