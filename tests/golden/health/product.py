"""The product as it lives through the year, night after night, and as it is told all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.core.management import call_command

from accounts.demo.offering import FEATURES, PLANS
from accounts.demo.staff import Staff
from accounts.models import Account, Installation, Plan, User
from cs_platform.scheduling.nightly_steps import BY_NAME, Shard
from health.models import HealthScore, ThresholdCrossing
from health.queries.scorecards import published_card
from health.recompute import refresh_feeds
from tests.accounts.loading import load_raw
from tests.golden.health.facts import Files

NIGHT = ("score", "close")
OPENING = ("contracts", "accounts")
_DAY = timedelta(days=1)
GRACE = SETTLING = timedelta(days=30)


def set_up(staff: Staff, *, begun: date) -> None:
    """What CS ops settles before any fact comes."""
    for member in staff.members:
        User.objects.create(id=member.id, email=member.email, name=member.name, role=member.role)
    Plan.objects.bulk_create(
        Plan(key=plan.key, name=plan.name, first_value_days=plan.first_value_days) for plan in PLANS
    )
    features = [
        {"key": f.key, "name": f.name, "is_core": f.is_core, "plans": list(f.plans)}
        for f in FEATURES
    ]
    bring("features", features, day=begun, backfill=False)


def live_through(told: Mapping[date, Files], *, first: date, last: date) -> None:
    """What is older than the first day is history of another system; then day by day. The steps
    that open a day are run where something becomes due on it."""
    due = due_days(told)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for kind, rows in told.get(day, ()):
            bring(kind, rows, day=day, backfill=day == first)
        if day == first:
            refresh_feeds()
        night(day, steps=(*NIGHT, *OPENING) if day + _DAY in due else NIGHT)


def due_days(told: Mapping[date, Files]) -> set[date]:
    """Days on which a contract begins, ends or lapses, and a tier has waited for 30 days."""
    found = set()
    for files in told.values():
        for row in dict(files).get("contracts", ()):
            begun, ended = map(date.fromisoformat, (row["starts_on"], row["ends_on"]))
            found |= {begun, ended, ended + GRACE}
    return found | {day + SETTLING for day in found}


def bring(kind: str, rows: list[dict[str, Any]], *, day: date, backfill: bool) -> None:
    result = load_raw(kind, *rows, day=day, backfill=backfill)
    refused = [problem for problem in result.problems if not problem.warning]
    assert refused == [], refused[:5]


def night(day: date, *, steps: Sequence[str]) -> None:
    opening = day + timedelta(days=1)
    ids = Account.objects.order_by("pk").values_list("pk", flat=True)
    now = datetime.combine(opening, time(0, 15), tzinfo=UTC)
    for name in steps:
        BY_NAME[name].run(Shard(day, opening, now, ids[0], ids[len(ids) - 1]))


def import_and_rescore(at_once: Files, *, first: date, today: date) -> None:
    for kind, rows in at_once:
        bring(kind, rows, day=today, backfill=True)
    Installation.objects.update(as_of=today)
    call_command("rescore", since=first)


def figures(*, last: date) -> dict[tuple[str, date], dict[str, Any]]:
    """What the scores of closed days say, by account and day; the latest revision counts."""
    rows = HealthScore.objects.filter(day__lte=last).order_by("account_id", "day", "revision")
    found = {}
    for row in rows.select_related("scorecard", "account"):
        keys = published_card(row.scorecard_id).spec.raw_keys
        found[row.account.external_id, row.day] = {
            "scorecard": row.scorecard.key,
            "score": row.score,
            "band": row.band,
            "confidence": row.confidence,
            "components": row.components,
            "readings": row.readings,
            "raw": {
                key: None if np.isnan(value) else round(value, 6)
                for key, value in zip(keys, row.raw, strict=True)
            },
        }
    return found


def crossings(*, last: date) -> set[tuple[Any, ...]]:
    return set(
        ThresholdCrossing.objects.filter(day__lte=last).values_list(
            "account__external_id", "day", "subject", "cause", "direction", "from_band", "to_band"
        )
    )
