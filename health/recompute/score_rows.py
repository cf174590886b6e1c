"""Writes what was judged: COPY into a staging table, then one statement a table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from django.db import connection
from psycopg2.extras import execute_values

from accounts import binary_rows
from accounts.catalogue import SignalKind
from accounts.postgres_copy import copy
from accounts.work.signals import NewSignal, emit
from health.facts.scope import Ints
from health.queries.installation import InstallationDay
from health.queries.scorecards import Card
from health.recompute import score_statements
from health.recompute.crossings import NewCrossing
from health.recompute.state import State
from health.scoring import Cause, Evaluation, to_decimal
from health.signals import CrossingSignal, Direction

_EPOCH = date(1970, 1, 1)
_LONGEST_SUBJECT = 95

# Asked only where a month is missing: the function lets one transaction in at a time.
_ENSURE = """
    SELECT cs_ensure_partitions('health_healthscore', month::date, month::date)
    FROM generate_series(
        date_trunc('month', %(first)s::timestamp), %(last)s::timestamp, '1 month'
    ) month
    WHERE to_regclass('health_healthscore_' || to_char(month, 'YYYYMM')) IS NULL
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """Accounts judged together on one day under one card; rows of all arrays correspond.

    `is_present` marks those whose present state this is; the others only get history. `is_final`
    marks those whose present state was of a later day before: a later score was compared with
    theirs, so what differs now becomes a revision, as on a closed day. Without `has_rule` no
    assignment rule gives them a scorecard: `card` is the one that judged them last.
    """

    account_ids: Ints
    day: date
    card: Card
    evaluation: Evaluation
    state: State
    crossings: list[NewCrossing]
    is_present: Ints
    is_final: Ints
    has_rule: bool = True


def stage(judged: Sequence[Judged]) -> None:
    buffer = io.BytesIO()
    buffer.write(binary_rows.HEADER)
    for part in judged:
        buffer.write(binary_rows.rows(_staging_columns(part)))
    buffer.write(binary_rows.TRAILER)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(score_statements.STAGING)
    copy("COPY health_scored FROM STDIN (FORMAT binary)", buffer)


def write_history(*, closed: list[date], has_final: bool, now: datetime) -> None:
    values: dict[str, Any] = {"closed": closed, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(score_statements.OPEN_DAYS, values)
        if closed or has_final:
            cursor.execute(score_statements.FINAL_DAYS, values)


def write_current(*, lines: Sequence[int], now: datetime) -> None:
    """`lines` are the ids of the watch lines the sides are told of."""
    with connection.cursor() as cursor:
        cursor.execute(score_statements.CURRENT, {"now": now, "lines": list(lines)})


def rebuild_sparks(account_ids: Ints) -> None:
    with connection.cursor() as cursor:
        cursor.execute(score_statements.SPARKS, {"ids": account_ids.tolist()})


def write_crossings(
    judged: Sequence[Judged], *, calendar: InstallationDay, now: datetime
) -> tuple[int, int]:
    """Numbers of crossings and of signals written; what was there already stays as it is."""
    found = [(part, crossing) for part in judged for crossing in part.crossings]
    if not found:
        return 0, 0
    with connection.cursor() as cursor, connection.wrap_database_errors:
        rows = [_crossing_row(part, crossing, now) for part, crossing in found]
        written = execute_values(
            cursor.cursor, score_statements.CROSSINGS, rows, page_size=1_000, fetch=True
        )
        fresh = set(written)
    emitted = emit(
        _new_crossing_signal(part, crossing, min(now, calendar.end_of(part.day)))
        for part, crossing in found
        if crossing.change.cause is Cause.MOVED and _crossing_key(part, crossing) in fresh
    )
    return len(fresh), emitted


def _staging_columns(part: Judged) -> list[binary_rows.Column]:
    result, state, count = part.evaluation, part.state, len(part.account_ids)
    day = (part.day - _EPOCH).days
    components = len(part.card.spec.component_keys)
    return [
        (">i8", part.account_ids),
        (">i4", np.full(count, day - binary_rows.DATE_SHIFT)),
        (">i8", np.full(count, part.card.id)),
        (">i2", result.score),
        (">i2", state.band),
        (">i2", _effective_bands(part)),
        (">i4", result.confidence),
        (">f8", result.raw),
        (">i2", result.readings),
        (">i2", np.floor(result.weights * 10_000 + 0.5)),
        (">i2", result.components),
        (">i2", state.components[:, :components]),
        (">i8", (result.gate_hits << np.arange(result.gate_hits.shape[1])).sum(axis=1)),
        (">i2", state.lines),
        (">i4", state.crossing_seq),
        (">i4", state.crossing_day),
        (">i2", part.is_present),
        (">i2", part.is_final),
        (">i2", state.last_band),
        (">i2", state.was_new),
        (">i2", np.full(count, not part.has_rule)),
    ]


def _effective_bands(part: Judged) -> Ints:
    """Positions of the overriding bands where the card has them, else the computed ones."""
    effective = part.state.band.copy()
    keys = [band.key for band in part.card.spec.bands]
    for row, key in part.state.overrides.items():
        if key in keys:
            effective[row] = keys.index(key)
    return effective


def _crossing_key(part: Judged, crossing: NewCrossing) -> tuple[int, date, str, int]:
    account_id = int(part.account_ids[crossing.change.row])
    return account_id, part.day, crossing.change.stored_subject, crossing.seq


def _crossing_row(part: Judged, crossing: NewCrossing, now: datetime) -> tuple[object, ...]:
    change = crossing.change
    return (
        *_crossing_key(part, crossing),
        str(change.kind),
        str(change.cause),
        str(change.direction),
        change.from_band,
        change.to_band,
        to_decimal(crossing.before),
        to_decimal(crossing.after),
        part.card.id,
        crossing.is_overridden,
        now,
    )


def _new_crossing_signal(part: Judged, crossing: NewCrossing, occurred_at: datetime) -> NewSignal:
    row = crossing.change.row
    told = crossing_signal(
        card=part.card, day=part.day, crossing=crossing, first_seq=_first_seq(part, row)
    )
    return NewSignal(
        account_id=int(part.account_ids[row]),
        kind=SignalKind.HEALTH_CROSSED,
        key=_signal_key(part.day, crossing),
        occurred_at=occurred_at,
        payload=told.to_json(),
    )


def _signal_key(day: date, crossing: NewCrossing) -> str:
    """With a digest of what was crossed where that is too long for the column."""
    subject = crossing.change.stored_subject
    if len(subject) > _LONGEST_SUBJECT:
        subject = sha256(subject.encode()).hexdigest()
    return f"{day.isoformat()}:{subject}:{crossing.seq}"


def crossing_signal(
    *, card: Card, day: date, crossing: NewCrossing, first_seq: int
) -> CrossingSignal:
    """`first_seq` is the number of the first of all that this rescoring crossed."""
    change = crossing.change
    return CrossingSignal(
        day=day,
        subject=change.subject,
        line=None if change.line is None else change.line.value,
        direction=Direction(change.direction),
        before=change.told_from or change.from_band,
        after=change.to_band,
        value=change.value,
        score_before=to_decimal(crossing.before),
        score=to_decimal(crossing.after),
        scorecard=card.spec.key,
        version=card.spec.version,
        handled_first=card.spec.handled_first,
        is_overridden=crossing.is_overridden,
        crossing_group=f"{day.isoformat()}:{first_seq}",
    )


def _first_seq(part: Judged, row: int) -> int:
    return min(crossing.seq for crossing in part.crossings if crossing.change.row == row)


def ensure_partitions(first: date, last: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE, {"first": first, "last": last + timedelta(days=1)})
