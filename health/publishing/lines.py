"""Who watches which lines: kept true in the transaction that publishes a card or a playbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from health.models import WatchLine, WatchLineUse
from health.scoring import WatchLineSpec


def line_owner(key: str) -> str:
    """As a scorecard of this key watches its alert lines."""
    return f"scorecard:{key}"


@transaction.atomic
def register_lines(*, owner: str, lines: Iterable[WatchLineSpec], now: datetime) -> None:
    """`owner` (such as `playbook:at_risk`) watches these lines from now on, and no others.

    A line that is new crosses by what moves from now on: who is beyond it already stays silent. A
    line that nobody watches any more is judged no longer.
    """
    with connection.cursor() as cursor:
        # Two who publish at once must not each find the other's line missing, or unused.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('health watch lines'))")
    wanted = set(lines)
    known = {row.spec: row for row in WatchLine.objects.all()}
    fresh = [
        WatchLine(subject=line.subject, value=line.value, registered_at=now)
        for line in sorted(wanted - known.keys(), key=lambda line: line.name)
    ]
    known |= {row.spec: row for row in WatchLine.objects.bulk_create(fresh)}
    WatchLineUse.objects.filter(owner=owner).delete()
    WatchLineUse.objects.bulk_create(WatchLineUse(line=known[line], owner=owner) for line in wanted)
    WatchLine.objects.filter(uses=None).delete()
