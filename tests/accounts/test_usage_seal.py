"""What is sealed stays as it is; what is learned later is learned on a later day."""

import threading
from datetime import date

import pytest
from django.db import connection, connections, transaction

from accounts.loading import seal_usage
from accounts.loading.seals import learned_from
from accounts.models import UsageDay, UsageSeal
from tests.accounts.loading import DAY, account, load_raw

pytestmark = pytest.mark.django_db


def usage(day, events=5):
    return {"account": "acme", "day": day, "feature": "search", "events": events}


def learned():
    rows = UsageDay.objects.order_by("day", "learned_on")
    return [(str(row.day), str(row.learned_on), row.events) for row in rows]


def test_what_a_slow_load_tells_of_a_sealed_day_is_learned_after_the_seal():
    load_raw("accounts", account())
    load_raw("usage", usage("2025-03-10"), day=date(2025, 3, 10))
    seal_usage(until=date(2025, 3, 12))

    # It began on the 11th, when that day was open.
    load_raw("usage", usage("2025-03-10", 7), usage("2025-03-11"), day=date(2025, 3, 11))

    assert learned() == [
        ("2025-03-10", "2025-03-10", 5),
        ("2025-03-10", "2025-03-13", 2),
        ("2025-03-11", "2025-03-13", 5),
    ]


def test_a_seal_never_moves_back():
    seal_usage(until=DAY)
    assert seal_usage(until=date(2025, 3, 1)).sealed_until == DAY


def test_rewritten_history_breaks_the_seal():
    load_raw("accounts", account())
    before = seal_usage(until=DAY)
    load_raw("usage", usage("2024-11-05"), backfill=True)

    assert learned() == [("2024-11-05", "2024-11-05", 5)]
    broken = UsageSeal.objects.get()
    assert (broken.sealed_until, broken.number) == (None, before.number + 1)
    assert seal_usage(until=DAY).number == broken.number


@pytest.mark.django_db(transaction=True)
def test_a_seal_waits_for_loads_under_way():
    holding, done, seen = threading.Event(), threading.Event(), []

    def load():
        with transaction.atomic():
            seen.append(learned_from(date(2025, 3, 1), backfill=False))
            holding.set()
            done.wait(timeout=20)
        connections.close_all()

    loading = threading.Thread(target=load)
    loading.start()
    holding.wait(timeout=20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    with pytest.raises(Exception, match="lock timeout"), transaction.atomic():
        seal_usage(until=DAY)
    done.set()
    loading.join()
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")

    assert seen == [date(2025, 3, 1)]
    assert seal_usage(until=DAY).sealed_until == DAY
