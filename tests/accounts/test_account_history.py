"""Dated rows of accounts: in any order, and the latest day decides what is true today."""

import itertools
from datetime import UTC, date, datetime

import pytest

from accounts.models import Account, AttributeHistory, Plan, Pool, User
from tests.accounts.loading import DAY, NOW, account, load_raw, movement, problems, statuses

pytestmark = pytest.mark.django_db


def dated(as_of, **values):
    return {"account": "acme", "as_of": as_of, **values}


def known(attribute):
    rows = AttributeHistory.objects.filter(attribute=attribute, superseded_at=None)
    return list(rows.order_by("valid_from").values_list("value", "valid_from", "valid_to"))


ROWS = (
    dated("2024-01-01", seats=5, plan="basic"),
    dated("2024-06-01", seats=8),
    dated("2024-09-01", seats=8, plan="pro"),
)


@pytest.mark.parametrize("order", list(itertools.permutations(ROWS)))
def test_any_order_and_any_files_give_the_same_history(order):
    load_raw("accounts", account(seats=9))
    for row in order:
        assert statuses(load_raw("account_history", row)) == ["created"]
    assert statuses(load_raw("account_history", *order)) == ["unchanged"] * 3
    first, pro = (str(Plan.objects.get(key=key).pk) for key in ("basic", "pro"))
    assert known("seats") == [
        ("5", date(2024, 1, 1), date(2024, 6, 1)),
        ("8", date(2024, 6, 1), date(2024, 9, 1)),
        ("8", date(2024, 9, 1), DAY),
        ("9", DAY, None),
    ]
    assert known("plan") == [
        (first, date(2024, 1, 1), date(2024, 9, 1)),
        (pro, date(2024, 9, 1), DAY),
        ("", DAY, None),
    ]
    assert Account.objects.get().seats == 9


def test_the_latest_day_decides_what_is_true_today():
    ada = User.objects.create_user("ada@demo.example", name="Ada", role="csm")
    Pool.objects.create(name="North")
    load_raw("accounts", account(seats=9, pool="North"), day=date(2024, 5, 1))
    row = dated("2024-06-01", seats=12, owner="Ada@demo.example", stage="value")
    assert statuses(load_raw("account_history", row)) == ["created"]
    found = Account.objects.get()
    assert (found.seats, found.owner, found.pool, found.stage) == (12, ada, None, "value")
    corrected = dated("2024-06-01", seats=11, owner=None)
    assert statuses(load_raw("account_history", corrected)) == ["updated"]
    found = Account.objects.get()
    assert (found.seats, found.owner, found.stage) == (11, None, "value")


def test_a_trial_and_a_designation_may_be_dated_and_tiers_follow():
    load_raw("accounts", account())
    load_raw("movements", movement("m1", "2024-03-01", "new", "600.00"))
    load_raw(
        "account_history",
        dated("2024-01-01", status="trial"),
        dated("2024-05-01", is_strategic=True),
        dated("2024-08-01", is_strategic=False),
    )
    assert known("status") == [
        ("trial", date(2024, 1, 1), date(2024, 3, 1)), ("active", date(2024, 3, 1), None),
    ]  # fmt: skip
    assert known("touch_tier") == [
        ("tech", date(2024, 3, 1), date(2024, 5, 1)),
        ("high", date(2024, 5, 1), date(2024, 8, 31)),
        ("tech", date(2024, 8, 31), None),
    ]
    found = Account.objects.get()
    assert (found.status, found.is_strategic, found.touch_tier) == ("active", False, "tech")


def test_what_is_not_known_is_named_and_good_rows_stay():
    load_raw("accounts", account())
    result = load_raw(
        "account_history",
        dated("2024-01-01", seats=5) | {"account": "nobody"},
        dated("2024-01-01", owner="ghost@demo.example"),
        dated("2024-02-01", seats=5),
    )
    assert statuses(result) == ["rejected", "rejected", "created"]
    assert problems(result) == {(0, "account", "unknown"), (1, "owner", "unknown")}


def test_a_backfill_was_known_on_its_own_day():
    load_raw("accounts", account(seats=5), day=date(2024, 1, 1))
    load_raw("account_history", dated("2024-06-01", seats=8), backfill=True)
    rows = AttributeHistory.objects.filter(attribute="seats").order_by("valid_from")
    assert list(rows.values_list("value", "valid_to", "learned_at", "superseded_at")) == [
        ("5", date(2024, 6, 1), datetime(2024, 1, 1, 12, tzinfo=UTC), None),
        ("8", None, datetime(2024, 6, 1, tzinfo=UTC), None),
    ]
    load_raw("account_history", dated("2024-03-01", seats=6))
    late = rows.get(value="6")
    assert (late.learned_at, late.valid_to) == (NOW, date(2024, 6, 1))
