"""Two loads at once: each waits for the other, and no fact changes its customer."""

import threading

import pytest
from django.db import connection, transaction

from accounts.models import Account, Contract, Interaction, RevenueMovement
from tests.accounts.loading import account, contract, load_raw, movement, problems
from tests.waiting import until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def customers():
    load_raw("accounts", account("acme"), account("other"))


def at_once(kind: str, first: dict, second: dict):
    """The second begins when the first is written and not committed; what became of both."""
    results = []

    def elsewhere():
        results.append(load_raw(kind, second))
        connection.close()

    loading = threading.Thread(target=elsewhere)
    with transaction.atomic():
        results.append(load_raw(kind, first))
        loading.start()
        until_blocked(loading)
    loading.join()
    return results


def test_a_contract_sent_for_two_customers_at_once_stays_with_the_first():
    raw = contract("X1", "2025-01-01", "2026-01-01", "1000.00")

    first, second = at_once("contracts", raw, raw | {"account": "other"})

    assert (problems(first), problems(second)) == (
        set(),
        {(0, "external_id", "other_account")},
    )
    assert Contract.objects.get().account.external_id == "acme"
    (posted,) = RevenueMovement.objects.all()
    assert posted.account.external_id == "acme"
    assert dict(Account.objects.values_list("external_id", "arr_minor")) == {
        "acme": 100_000,
        "other": 0,
    }


def test_a_meeting_of_two_customers_has_nobody_of_the_second():
    load_raw("contacts", {"external_id": "c1", "account": "other", "name": "Bo"})
    raw = {
        "external_id": "i1",
        "account": "acme",
        "occurred_at": "2025-03-01T08:00:00Z",
        "kind": "meeting",
    }

    _, second = at_once("interactions", raw, raw | {"account": "other", "contacts": ["c1"]})

    assert problems(second) == {(0, "external_id", "other_account")}
    assert Interaction.objects.get().contacts.count() == 0


def test_the_same_contract_sent_twice_at_once_is_written_once():
    raw = contract("X1", "2025-01-01", "2026-01-01", "1000.00")

    first, second = at_once("contracts", raw, raw)

    assert [r.statuses[0].value for r in (first, second)] == ["created", "unchanged"]
    assert RevenueMovement.objects.count() == 1


def test_a_movement_sent_for_two_customers_at_once_is_posted_to_the_first():
    raw = movement("m1", "2025-01-01", "new", "1000.00")

    first, second = at_once("movements", raw, raw | {"account": "other"})

    assert (problems(first), problems(second)) == (set(), {(0, "external_id", "posted_already")})
    assert RevenueMovement.objects.get().account.external_id == "acme"
    assert dict(Account.objects.values_list("external_id", "arr_minor")) == {
        "acme": 100_000,
        "other": 0,
    }
