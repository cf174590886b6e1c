"""What opened no play stays visible to those who may see the account."""

from datetime import timedelta

from accounts.models import Account
from playbooks.engine import fire_signals
from playbooks.queries.starts import suppressed_starts
from tests.playbooks.conftest import NOW


def test_what_is_held_back_stays_visible_the_largest_first(house):
    for arr in range(1, 9):
        house.falls(house.account(f"a{arr}", arr_minor=arr * 1000), "watch")
    churned = house.account("gone", status="churned")
    house.falls(churned, "watch")
    fire_signals(limit=50, now=NOW)

    rows = suppressed_starts(accounts=Account.objects.values("pk"), since=NOW - timedelta(days=7))

    assert [(row.account_name, row.reason) for row in rows] == [
        ("a3", ""),
        ("a2", ""),
        ("a1", ""),
        ("gone", "The account has churned"),
    ]


def test_only_the_books_own_starts_are_shown(house):
    mine = house.account("mine", status="churned")
    theirs = house.account("theirs", status="churned")
    for account in (mine, theirs):
        house.falls(account, "watch")
    fire_signals(limit=50, now=NOW)

    for accounts in (Account.objects.filter(pk=mine.pk).values("pk"), [mine.pk]):
        rows = suppressed_starts(accounts=accounts, since=NOW - timedelta(days=7))
        assert [row.account_name for row in rows] == ["mine"]
    assert suppressed_starts(accounts=[], since=NOW - timedelta(days=7)) == []
