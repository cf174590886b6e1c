"""Inserts that a unique constraint makes once: what was there before comes back as nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

_STARTS = """
INSERT INTO playbooks_playstart
    (account_id, playbook_id, playbook_key, signal_id, trigger_key, csm_id, result, reason, why,
     is_urgent, rank, saw, decided_at)
SELECT account_id, playbook_id, playbook_key, signal_id, trigger_key, csm_id, result, reason, why,
       is_urgent, rank, saw, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    account_id bigint, playbook_id bigint, playbook_key text, signal_id bigint, trigger_key text,
    csm_id bigint, result text, reason text, why text, is_urgent boolean, rank numeric, saw jsonb)
ON CONFLICT (signal_id, playbook_key) DO NOTHING
RETURNING id, account_id, playbook_key, signal_id
"""

_PLAYS = """
INSERT INTO playbooks_play
    (account_id, playbook_id, playbook_key, family, severity, start_id, csm_id, state, reason, why,
     saw, opened_at, opened_day, next_position, next_step_at, recovers_bands, recovers_score)
SELECT account_id, playbook_id, playbook_key, family, severity, start_id, csm_id, 'open', '', why,
       saw, %(now)s, %(day)s, 1, %(now)s, recovers_bands, recovers_score
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    account_id bigint, playbook_id bigint, playbook_key text, family text, severity smallint,
    start_id bigint, csm_id bigint, why text, saw jsonb, recovers_bands varchar[],
    recovers_score numeric)
ON CONFLICT (account_id, playbook_key) WHERE state = 'open' DO NOTHING
RETURNING id, start_id
"""


@dataclass(frozen=True, slots=True)
class StartRow:
    account_id: int
    playbook_id: int
    playbook_key: str
    signal_id: int | None
    trigger_key: str
    csm_id: int | None
    result: str
    reason: str
    why: str
    is_urgent: bool
    rank: int
    saw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlayRow:
    account_id: int
    playbook_id: int
    playbook_key: str
    family: str
    severity: int
    start_id: int
    csm_id: int | None
    why: str
    saw: dict[str, Any]
    recovers_bands: tuple[str, ...]
    recovers_score: str | None


def insert_starts(
    rows: Sequence[StartRow], *, now: datetime
) -> dict[tuple[int, str, int | None], int]:
    """Ids of those that are new, by (account, playbook, signal)."""
    found = _insert(_STARTS, rows, {"now": now})
    return {(account_id, key, signal_id): pk for pk, account_id, key, signal_id in found}


def insert_plays(rows: Sequence[PlayRow], *, now: datetime, day: date) -> dict[int, int]:
    """Ids of the plays that are new, by their start."""
    found = _insert(_PLAYS, rows, {"now": now, "day": day})
    return {start_id: pk for pk, start_id in found}


def _insert(
    sql: str, rows: Sequence[StartRow] | Sequence[PlayRow], values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"rows": json.dumps([asdict(row) for row in rows])})
        return list(cursor.fetchall())
