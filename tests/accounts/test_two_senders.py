"""Two senders tell of one account-day at the same moment: both are accepted, and it counts once."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from accounts.intake.fields import Kind
from accounts.intake.parse_options import iso_reading
from accounts.loading.files import FileImport, import_file
from accounts.loading.partitions import ensure_usage_partition
from accounts.models import Account, DirtyAccount, Feature, SessionDay, UsageDay
from tests.accounts.bulk import USAGE, make_key, post, usage
from tests.accounts.loading import DAY, account, load_raw
from tests.pipeline.processes import until
from tests.times import now, today

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = [f"2025-03-{number:02}" for number in range(1, 13)]
HEADER = "account,day,feature,events\n"


def _csv(rows: list[dict]) -> bytes:
    return (HEADER + "".join(",".join(map(str, row.values())) + "\n" for row in rows)).encode()


def _by_api(content_type: str, body: bytes) -> str:
    answer = post(USAGE, body, make_key(), content_type=content_type)
    assert answer.status_code == 200, answer.content
    (record,) = answer.json()["records"]
    return record["status"]


def _by_file(body: bytes) -> str:
    at = now()
    file = FileImport(
        name="usage.csv", source=io.BytesIO(body), kind=Kind.USAGE,
        reading=iso_reading(now=at, typed=False), day=at.date(), now=at,
    )  # fmt: skip
    run = import_file(file, progress=lambda read, of: None, report=lambda problem: None)
    assert (run.state, run.read, run.rejected) == ("done", 1, 0)
    return next(name for name in ("created", "updated", "unchanged") if getattr(run, name))


WAYS: dict[str, Callable[[dict], str]] = {
    "JSON": lambda row: _by_api("application/json", json.dumps([row]).encode()),
    "NDJSON": lambda row: _by_api("application/x-ndjson", json.dumps(row).encode()),
    "CSV": lambda row: _by_api("text/csv", _csv([row])),
    "file": lambda row: _by_file(_csv([row])),
}


def _somebody_waits_for_us() -> bool:
    """For a row of the transaction that asks. (What pg_stat_activity says it says only once.)"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks w JOIN pg_locks h USING (transactionid)"
            " WHERE NOT w.granted AND h.granted AND h.pid = pg_backend_pid())"
        )
        return cursor.fetchone()[0]


def _while_somebody_else_tells(
    events: int, send: Callable[[], str], *, day: date | None = None
) -> str:
    """`day` is the one on which the other learns it; today unless told."""
    told = usage(events=events)
    return _while_another(lambda: load_raw("usage", told, day=day or today()), send)


def _while_another(write: Callable[[], object], send: Callable[[], str]) -> str:
    """What is sent waits for what is written and not committed; its status afterwards."""
    statuses: list[str] = []

    def sending() -> None:
        try:
            statuses.append(send())
        finally:
            connection.close()

    sender = threading.Thread(target=sending)
    with transaction.atomic():
        write()
        sender.start()
        until(_somebody_waits_for_us)
    sender.join()
    assert statuses, "the sender failed"
    return statuses[0]


@pytest.fixture(autouse=True)
def _acme():
    load_raw("accounts", account())
    ensure_usage_partition(date(2025, 3, 1))
    Feature.objects.create(key="search", name="Search", valid_from=DAY)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("other", "status"), [(5, "unchanged"), (3, "updated")])
def test_a_sender_waits_for_the_other_and_is_accepted(way, other, status):
    DirtyAccount.objects.all().delete()
    sent = usage(events=5)
    assert _while_somebody_else_tells(other, lambda: WAYS[way](sent)) == status
    assert sum(row.events for row in UsageDay.objects.all()) == 5
    assert DirtyAccount.objects.exists()


@pytest.mark.parametrize("way", WAYS)
def test_what_two_learn_on_different_days_is_not_added_up(way):
    """An import that began yesterday, and whoever sends the same today before it is committed."""
    yesterday = today() - timedelta(days=1)
    sent = usage(events=5)
    status = _while_somebody_else_tells(5, lambda: WAYS[way](sent), day=yesterday)
    assert status == "unchanged"
    assert [(row.learned_on, row.events) for row in UsageDay.objects.all()] == [(yesterday, 5)]


def test_sessions_that_two_learn_on_different_days_are_not_added_up():
    sessions = {"account": "acme", "day": "2025-03-01", "sessions": 3, "minutes": 40}
    more = sessions | {"sessions": 4}

    def on_progress() -> str:
        (status,) = load_raw("sessions", more, day=today()).statuses.values()
        return status

    def other() -> None:
        load_raw("sessions", sessions, day=today() - timedelta(days=1))

    assert _while_another(other, on_progress) == "updated"
    assert sorted(row.sessions for row in SessionDay.objects.all()) == [1, 3]


@pytest.mark.parametrize("ways", [("JSON", "JSON"), ("CSV", "CSV"), ("JSON", "CSV")])
def test_many_senders_of_the_same_new_days_are_all_accepted(ways):
    load_raw("accounts", *(account(f"a{number}") for number in range(20)))
    token = make_key()
    rows = [usage(f"a{n}", day, events=n + 1) for n in range(20) for day in DAYS]
    bodies = {
        "JSON": ("application/json", json.dumps(rows).encode()),
        "CSV": ("text/csv", _csv(rows[::-1])),
    }
    gate = threading.Barrier(len(ways) * 3)

    def send(way: str) -> int:
        content_type, body = bodies[way]
        try:
            gate.wait(60)
            return post(USAGE, body, token, content_type=content_type).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(gate.parties) as pool:
        assert list(pool.map(send, ways * 3)) == [200] * gate.parties
    ids = dict(Account.objects.values_list("pk", "external_id"))
    stored = {(ids[row.account_id], str(row.day)): row.events for row in UsageDay.objects.all()}
    assert stored == {(row["account"], row["day"]): row["events"] for row in rows}
    assert UsageDay.objects.count() == len(rows)
