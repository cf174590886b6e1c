"""Renewal dates ring at fixed distances, once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.loading.renewals import MARKS_IN_DAYS, emit_renewal_dates
from accounts.models import Account, Signal

DAY = date(2025, 3, 14)


def account(days_left: int, **values) -> Account:
    renews_on = DAY + timedelta(days=days_left)
    fields = {"name": "Acme", "renews_on": renews_on, **values}
    return Account.objects.create(external_id=f"a{days_left}", **fields)


@pytest.mark.django_db
def test_a_renewal_rings_at_its_marks_and_only_there():
    for days_left in (*MARKS_IN_DAYS, 119, 91, 1):
        account(days_left)
    assert emit_renewal_dates(day=DAY) == len(MARKS_IN_DAYS)
    rung = Signal.objects.values_list("account__external_id", "payload__days_left")
    assert set(rung) == {(f"a{mark}", mark) for mark in MARKS_IN_DAYS}
    signal = Signal.objects.get(account__external_id="a90")
    assert (signal.kind, signal.key) == ("renewal.date", "2025-06-12:90")
    assert signal.occurred_at == datetime(2025, 3, 14, tzinfo=UTC)


@pytest.mark.django_db
def test_a_renewal_rings_once_however_often_it_is_asked():
    account(90)
    account(60, status="churned")
    assert [emit_renewal_dates(day=DAY) for _ in range(2)] == [1, 1]
    assert Signal.objects.count() == 1


@pytest.mark.django_db
def test_the_clock_is_the_day_to_give_notice_by_and_the_end_rings_no_mark_twice():
    """Ends in 180 days with 90 days of notice: 90 days are left to decide."""
    renews_on = DAY + timedelta(days=180)
    account(0, renews_on=renews_on, decides_on=DAY + timedelta(days=90))
    assert emit_renewal_dates(day=DAY) == 1
    signal = Signal.objects.get()
    assert signal.key == f"{renews_on}:90"
    assert signal.payload == {
        "renews_on": renews_on.isoformat(),
        "decides_on": (DAY + timedelta(days=90)).isoformat(),
        "days_left": 90,
    }
    Account.objects.update(decides_on=None)
    emit_renewal_dates(day=DAY + timedelta(days=90))
    assert Signal.objects.count() == 1
