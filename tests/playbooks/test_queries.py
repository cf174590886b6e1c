"""What opened no play stays visible to those who may see the account."""

from datetime import timedelta

from accounts.models import Account, Installation
from playbooks.firing import fire_signals
from playbooks.queries import held_back
from tests.playbooks.conftest import NOW


def test_what_is_held_back_stays_visible_the_largest_first(house):
    for arr in range(1, 9):
        house.falls(house.account(f"a{arr}", arr_minor=arr * 1000), "watch")
    churned = house.account("gone", status="churned")
    house.falls(churned, "watch")
    fire_signals(limit=50, now=NOW)

    rows = held_back(user=house.people["alice"], since=NOW - timedelta(days=7))

    assert [(row.account_name, row.reason) for row in rows] == [
        ("a3", ""),
        ("a2", ""),
        ("a1", ""),
        ("gone", "The account has churned"),
    ]


def test_nobody_sees_what_is_held_back_elsewhere(house):
    Installation.objects.update(visibility="own")
    house.falls(house.account(status="churned"), "watch")
    fire_signals(limit=50, now=NOW)
    since = NOW - timedelta(days=7)

    assert len(held_back(user=house.people["alice"], since=since)) == 1
    assert held_back(user=house.people["bob"], since=since) == []
    assert Account.objects.count() == 1
