"""The next message of thousands that are due at one moment, as when customers' mornings begin."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import OutboxMessage, User
from accounts.work import outbox

MORNING = datetime(2025, 3, 14, 8, tzinfo=UTC)
WAITING = 3_000


@pytest.fixture
def queue(db) -> None:
    ada = User.objects.create_user("ada@example.com", name="Ada")
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            key=f"k{number}", channel="email", user=ada, subject="Hello", next_at=MORNING,
            priority=5 if number % 2 else 6,
        )
        for number in range(WAITING)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_outboxmessage")


def _scans(plan: dict[str, Any]) -> Iterator[int]:
    if plan.get("Relation Name") == "accounts_outboxmessage" and "Scan" in plan["Node Type"]:
        yield plan["Actual Rows"] * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from _scans(part)


def messages_read(work: Callable[[], object]) -> int:
    """By the queries that look for the next one."""
    with CaptureQueriesContext(connection) as seen:
        work()
    asked = [each["sql"] for each in seen if each["sql"].startswith("SELECT")]
    read = 0
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            (told,) = json.loads(json.dumps(cursor.fetchone()[0]))
            read += sum(_scans(told["Plan"]))
    return read


@pytest.mark.parametrize("priority", [5, 6], ids=["usual", "in bulk"])
def test_who_takes_the_next_reads_no_more_than_a_few(queue, priority):
    OutboxMessage.objects.exclude(priority=priority).update(state="suppressed")
    taken = []
    assert messages_read(lambda: taken.append(outbox._claim_oldest_message(now=MORNING))) < 10
    assert taken[0].priority == priority


def test_who_asks_whether_any_waits_reads_no_more_than_a_few(queue):
    waiting = outbox.waiting(now=MORNING).order_by("next_at", "pk")
    assert messages_read(waiting.first) < 10
