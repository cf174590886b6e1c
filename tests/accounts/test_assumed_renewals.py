"""Which automatic renewals are listed as assumed, and what takes one from the list."""

from datetime import date

import pytest
from django.db import connection
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from accounts.loading import renew_and_expire
from accounts.models import Account, Contract, Installation, RenewalConfirmation, User
from accounts.queries.assumed_renewals import assumed_renewals
from tests.accounts.loading import NOW, account, contract, load_raw

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 1)
AUTO = {"auto_renew": True, "uplift_percent": "5"}


@pytest.fixture(autouse=True)
def acme():
    """The worked example of the specification: 60,000 for 2025, uplift 5 %, no row."""
    load_raw("accounts", account())
    old = contract("old", "2025-01-01", "2026-01-01", "60000.00", subscription="S-1", **AUTO)
    load_raw("contracts", old, day=TODAY)


@pytest.fixture
def ops():
    return User.objects.create(email="ops@demo.example", name="Nia Ops", role="ops")


def listed(user, day=TODAY):
    return [
        (r.contract, str(r.renewed_on), r.arr_minor) for r in assumed_renewals(user=user, day=day)
    ]


def invoice(external_id, issued_on, **changes):
    row = {
        "external_id": external_id, "account": "acme", "issued_on": issued_on,
        "due_on": "2026-04-01", "amount": "100.00", "currency": "USD", "state": "open",
    }  # fmt: skip
    load_raw("invoices", row | changes, day=TODAY)


def test_it_is_listed_with_its_line_and_arr_from_day_30(ops):
    assert listed(ops) == [("old", "2026-01-01", 63_000_00)]
    (row,) = assumed_renewals(user=ops, day=TODAY)
    assert (row.name, row.line, row.owner, row.days) == ("Acme", "S-1", "", 59)
    assert listed(ops, date(2026, 1, 30)) == []
    assert listed(ops, date(2026, 1, 31)) == [("old", "2026-01-01", 63_000_00)]


def test_a_new_term_takes_it_from_the_list(ops):
    load_raw("contracts", contract("new", "2026-01-01", "2027-01-01", "61000.00"), day=TODAY)
    assert listed(ops) == []


def test_a_cancellation_takes_it_from_the_list(ops):
    gone = contract("old", "2025-01-01", "2026-01-01", "60000.00", cancelled_on="2026-02-01")
    load_raw("contracts", gone, day=TODAY)
    assert listed(ops) == []


@pytest.mark.parametrize(
    ("issued_on", "changes", "stays"),
    [
        ("2025-12-31", {}, True),
        ("2026-01-01", {}, False),
        ("2026-02-15", {}, False),
        ("2026-02-15", {"amount": "-100.00"}, True),
        ("2026-02-15", {"state": "written_off"}, True),
    ],
)
def test_an_invoice_of_that_day_or_later_takes_it_from_the_list(ops, issued_on, changes, stays):
    invoice("i", issued_on, **changes)
    assert bool(listed(ops)) == stays


def confirm(user, renewed_on=date(2026, 1, 1)):
    old = Contract.objects.get(external_id="old")
    return RenewalConfirmation.objects.create(
        account=old.account, contract=old, renewed_on=renewed_on, arr_minor=63_000_00,
        currency="USD", confirmed_by=user, confirmed_at=NOW,
    )  # fmt: skip


def test_a_person_takes_it_from_the_list_until_it_renews_itself_again(ops):
    confirm(ops)
    assert listed(ops) == []
    a_year_later = date(2027, 2, 1)
    renew_and_expire(day=a_year_later, now=NOW)
    assert listed(ops, a_year_later) == [("old", "2027-01-01", 66_150_00)]


def test_a_confirmation_is_never_changed(ops):
    confirm(ops)
    with pytest.raises(InternalError, match="Cannot update or delete"):
        RenewalConfirmation.objects.update(arr_minor=0)


@pytest.mark.parametrize("whose", ["installation", "account"])
def test_nothing_is_assumed_where_movements_say_what_is_paid(ops, whose):
    if whose == "installation":
        Installation.objects.update(revenue_source="movements")
    else:
        Account.objects.update(revenue_source="movements", revenue_source_reason="Billed by usage")
    assert listed(ops) == []


def test_only_accounts_in_sight_are_listed():
    Installation.objects.update(visibility="own")
    csm = User.objects.create(email="csm@demo.example", name="Sam", role="csm")
    assert listed(csm) == []
    Account.objects.update(owner=csm)
    assert [row.owner for row in assumed_renewals(user=csm, day=TODAY)] == ["Sam"]


def test_the_number_of_queries_does_not_grow(ops):
    load_raw("accounts", account("globex"))
    with CaptureQueriesContext(connection) as one:
        assert len(listed(ops)) == 1
    more = [
        contract(
            f"g{n}",
            "2025-01-01",
            "2026-01-01",
            "1.00",
            account="globex",
            subscription=f"{n}",
            **AUTO,
        )
        for n in range(3)
    ]
    load_raw("contracts", *more, day=TODAY)
    with CaptureQueriesContext(connection) as four:
        assert len(listed(ops)) == 4
    assert len(one) == len(four)
