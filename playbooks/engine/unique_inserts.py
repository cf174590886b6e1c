"""Inserts that a unique constraint makes once: what was there before comes back as nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
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
     saw, opened_at, opened_day, next_position, next_step_at, recovers_bands, recovers_score,
     ends_on)
SELECT account_id, playbook_id, playbook_key, family, severity, start_id, csm_id, 'open', '', why,
       saw, %(now)s, %(day)s, 1, %(now)s, recovers_bands, recovers_score, ends_on
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    account_id bigint, playbook_id bigint, playbook_key text, family text, severity smallint,
    start_id bigint, csm_id bigint, why text, saw jsonb, recovers_bands varchar[],
    recovers_score numeric, ends_on jsonb)
ON CONFLICT (account_id, playbook_key) WHERE state = 'open' DO NOTHING
RETURNING id, start_id
"""

# What does not depend on the play is copied from its step.
_TASKS = """
INSERT INTO playbooks_task
    (account_id, play_id, step_id, escalation, title, guidance, channel, owner_id, owner_role,
     fallback, opened_at, due_at, state, outcome, reason, note, why, closes_when, escalate_at,
     closed_at)
SELECT given.account_id, given.play_id, s.id, '', s.title, s.purpose || E'\\n\\n' || s.guidance,
       s.channel, given.owner_id, given.owner_role, given.fallback, %(now)s, given.due_at,
       given.state, given.outcome, '', '', given.why, given.closes_when, given.escalate_at,
       CASE WHEN given.state = 'done' THEN %(now)s END
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    account_id bigint, play_id bigint, step_id bigint, owner_id bigint, owner_role text,
    fallback text, due_at timestamptz, state text, outcome text, why text, closes_when text,
    escalate_at timestamptz)
JOIN playbooks_playbookstep s ON s.id = given.step_id
ON CONFLICT (play_id, step_id) DO NOTHING
RETURNING id
"""

_NEXT_STEPS = """
UPDATE playbooks_play p
SET next_position = given.next_position, next_step_at = given.next_step_at,
    looked_at = given.looked_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    id bigint, next_position smallint, next_step_at timestamptz, looked_at timestamptz)
WHERE p.id = given.id AND p.state = 'open'
RETURNING p.id
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
class NewPlay:
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
    ends_on: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewTask:
    """A step's task; `owner_role` is that of the step, settled. `state` and `outcome` are those of
    a step the platform does by itself."""

    account_id: int
    play_id: int
    step_id: int
    owner_id: int | None
    owner_role: str
    fallback: str
    due_at: str
    state: str
    outcome: str | None
    why: str
    closes_when: str
    escalate_at: str | None


@dataclass(frozen=True, slots=True)
class NextStep:
    id: int
    next_position: int | None
    next_step_at: str | None
    looked_at: str | None = None


def insert_starts(
    rows: Sequence[StartRow], *, now: datetime
) -> dict[tuple[int, str, int | None], int]:
    """Ids of those that are new, by (account, playbook, signal)."""
    found = _insert_json_rows(_STARTS, rows, {"now": now})
    return {(account_id, key, signal_id): pk for pk, account_id, key, signal_id in found}


def insert_plays(rows: Sequence[NewPlay], *, now: datetime, day: date) -> dict[int, int]:
    """Ids of the plays that are new, by their start."""
    found = _insert_json_rows(_PLAYS, rows, {"now": now, "day": day})
    return {start_id: pk for pk, start_id in found}


def insert_tasks(rows: Sequence[NewTask], *, now: datetime) -> int:
    """How many are new."""
    return len(_insert_json_rows(_TASKS, rows, {"now": now}))


def update_next_steps(rows: Sequence[NextStep]) -> None:
    """The plays must be locked."""
    _insert_json_rows(_NEXT_STEPS, rows, {})


def _insert_json_rows(
    sql: str,
    rows: Sequence[StartRow] | Sequence[NewPlay] | Sequence[NewTask] | Sequence[NextStep],
    values: dict[str, Any],
) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"rows": json.dumps([_columns_of_row(row) for row in rows])})
        return list(cursor.fetchall())


def _columns_of_row(row: StartRow | NewPlay | NewTask | NextStep) -> dict[str, Any]:
    """dataclasses.asdict copies deeply, which took a quarter of firing."""
    return {name: getattr(row, name) for name in row.__slots__}
