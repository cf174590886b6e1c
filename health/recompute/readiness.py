"""Looks once a week who is ready for an expansion, keeps what was seen, and tells who became it.

A look of an account and week is written once; its signals go with it in one transaction. Whoever
comes second finds the row and tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from accounts.catalogue import SignalKind
from accounts.models import Installation
from accounts.work.signals import NewSignal, emit
from health.facts.profiles import load as load_profiles
from health.facts.readiness import agent_weeks, load_readiness
from health.facts.scope import FactScope, Ints
from health.facts.sources import remembered_feeds
from health.measures.inputs import Flags, Floats
from health.models import ReadinessLook
from health.queries.installation import calendar
from health.scoring.readiness import (
    NOT_KNOWN,
    READINESS,
    Readiness,
    ReadinessFacts,
    ReadinessVerdicts,
    growth,
    judge_readiness,
    takes_over,
)

# Weeks end on a Sunday, so that the list is there on Monday morning.
LOOK_WEEKDAY = 6

# What is told of who is there for the first time; leaving `ready` for any other is told as well.
_BECAME = {
    Readiness.READY: SignalKind.EXPANSION_READY,
    Readiness.CONVERSATIONS_FIRST: SignalKind.EXPANSION_NEEDS_TALKS,
    Readiness.STAKEHOLDERS_FIRST: SignalKind.EXPANSION_NEEDS_PEOPLE,
}

# The look before is the latest one there is. Without one nothing began: it is found true already,
# which starts nothing by itself. Uses index: readiness_look_once_a_week
_KEEP = """
    WITH seen AS (
        SELECT * FROM unnest(
            %(ids)s::bigint[], %(weeks)s::text[], %(weeks_known)s::smallint[],
            %(conversations)s::integer[], %(stakeholders)s::integer[], %(functions)s::integer[],
            %(looks_above)s::smallint[], %(met)s::smallint[], %(readiness)s::text[],
            %(is_early)s::boolean[]
        ) s(account_id, weeks, weeks_known, conversations, stakeholders, functions, looks_above,
            met, readiness, is_early)
    ), kept AS (
        INSERT INTO health_readinesslook (
            account_id, day, weeks, weeks_known, conversations, stakeholders, functions,
            looks_above, met, readiness, is_early, judged_at
        )
        SELECT account_id, %(day)s, weeks::bigint[], weeks_known, conversations, stakeholders,
            functions, looks_above, met, readiness, is_early, %(now)s
        FROM seen ORDER BY account_id
        ON CONFLICT (account_id, day) DO NOTHING
        RETURNING account_id, readiness
    )
    SELECT k.account_id, b.readiness, k.readiness
    FROM kept k LEFT JOIN LATERAL (
        SELECT l.readiness FROM health_readinesslook l
        WHERE l.account_id = k.account_id AND l.day < %(day)s ORDER BY l.day DESC LIMIT 1
    ) b ON true
    ORDER BY 1
"""


def is_look_day(day: date) -> bool:
    return day.weekday() == LOOK_WEEKDAY


@transaction.atomic
def look_at_readiness(*, day: date, account_ids: Sequence[int], now: datetime) -> int:
    """Of customers among the accounts, as of the closed `day`; how many looks are new."""
    if not account_ids:
        return 0
    when = calendar()
    scope = FactScope(
        np.unique(np.asarray(account_ids, dtype=np.int64)),
        day,
        day,
        when.zone,
        # The night that closes a day sees all that is known; one of days later what was then.
        as_known=day < when.today(now) - timedelta(days=1),
    )
    profiles = load_profiles(scope, with_history=True).on(day)
    facts = load_readiness(scope, profiles=profiles, feeds=remembered_feeds())
    verdicts = judge_readiness(facts)
    rows = np.flatnonzero(profiles.is_customer(day))
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP, _look_columns(scope, rows, facts, verdicts) | {"day": day, "now": now}
        )
        kept = cursor.fetchall()
    places = {int(pk): place for place, pk in enumerate(scope.account_ids)}
    emit(
        NewSignal(
            account_id=account_id,
            kind=kind,
            key=day.isoformat(),
            occurred_at=_end_of_day(day),
            payload=_look_payload(facts, places[account_id]),
        )
        for account_id, before, after in kept
        for kind in _kinds_told(before, after)
    )
    return len(kept)


def _kinds_told(before: str | None, after: str) -> Iterator[SignalKind]:
    if before is None or before == after:
        return
    if before == Readiness.READY:
        yield SignalKind.EXPANSION_NOT_READY
    if (kind := _BECAME.get(Readiness(after))) is not None:
        yield kind


def _look_payload(facts: ReadinessFacts, place: int) -> dict[str, object]:
    counts = {
        name: _whole_or_none(getattr(facts, name)[place])
        for name in ("conversations", "stakeholders", "functions")
    }
    grown = float(growth(facts.weeks[place : place + 1])[0])
    change = None if np.isnan(grown) else round(grown, 4)
    note = (
        "use {} on the twelve weeks before, {} commercial conversations, {} people of {} functions"
    )
    told = ["?" if n is None else n for n in counts.values()]
    return {
        "note": note.format("not known" if change is None else f"{change:+.1%}", *told),
        "growth": change,
        **counts,
    }


def _look_columns(
    scope: FactScope, rows: Ints, facts: ReadinessFacts, verdicts: ReadinessVerdicts
) -> dict[str, Any]:
    weeks = [f"{{{','.join(map(str, week))}}}" for week in facts.weeks[rows].tolist()]
    looks = verdicts.looks_above[rows]
    return {
        "ids": scope.account_ids[rows].tolist(),
        "weeks": weeks,
        "weeks_known": facts.weeks_known[rows].tolist(),
        "conversations": _whole_numbers(facts.conversations[rows]),
        "stakeholders": _whole_numbers(facts.stakeholders[rows]),
        "functions": _whole_numbers(facts.functions[rows]),
        "looks_above": [None if n == NOT_KNOWN else n for n in looks.tolist()],
        "met": verdicts.met[rows].tolist(),
        "readiness": [READINESS[n].value for n in verdicts.readiness[rows].tolist()],
        "is_early": _plain_flags(verdicts.is_early[rows]),
    }


def _plain_flags(values: Flags) -> list[bool]:
    return [bool(value) for value in values]


def _whole_numbers(values: Floats) -> list[int | None]:
    return [_whole_or_none(value) for value in values.tolist()]


def _whole_or_none(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


def _end_of_day(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), Installation.current().zone)


def forget_looks(*, before: date) -> int:
    """Those of a day before that; how many they were."""
    return ReadinessLook.objects.filter(day__lt=before).delete()[0]


def emit_takeovers(*, day: date) -> int:
    """Agents take over, on the look at which that begins. How many accounts it begins at."""
    weeks = agent_weeks(end=day)
    begun = np.flatnonzero(takes_over(weeks.by_agents, weeks.by_all))
    occurred_at = _end_of_day(day)
    emit(
        NewSignal(
            account_id=int(weeks.account_ids[place]),
            kind=SignalKind.AGENTS_TAKE_OVER,
            key=day.isoformat(),
            occurred_at=occurred_at,
            payload=_takeover_payload(weeks.by_agents[place, -4:], weeks.by_all[place, -4:]),
        )
        for place in begun.tolist()
    )
    return len(begun)


def _takeover_payload(by_agents: Ints, by_all: Ints) -> dict[str, object]:
    agents, everybody = int(by_agents.sum()), int(by_all.sum())
    share = agents / everybody
    return {
        "note": f"agents made {share:.0%} of the events of four weeks",
        "share": round(share, 4),
        "by_agents": agents,
        "by_all": everybody,
    }
