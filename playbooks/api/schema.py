"""Plays and tasks as the API says them, and their OpenAPI description."""

from __future__ import annotations

from typing import Any

from accounts.api.read_schema import (
    ID,
    LATER,
    LIST_PARAMETERS,
    NULLABLE,
    NULLABLE_ID,
    TEXT,
    TIME,
    filter_parameters,
    list_responses,
    object_schema,
    row_responses,
)
from accounts.api.schema import PARAMETERS, problem_responses
from playbooks.models import Play, Task

PLAY_PROPERTIES = {
    "id": ID, "account": TEXT, "playbook": TEXT, "version": ID, "state": TEXT,
    "outcome": NULLABLE, "reason": TEXT, "why": TEXT, "opened_at": TIME, "closed_at": LATER,
}  # fmt: skip
TASK_PROPERTIES = {
    "id": ID, "account": TEXT, "play": NULLABLE_ID, "title": TEXT,
    "guidance": TEXT, "channel": TEXT, "owner": NULLABLE, "state": TEXT,
    "outcome": NULLABLE, "reason": TEXT, "why": TEXT, "opened_at": TIME, "due_at": TIME,
    "snoozed_until": LATER, "closed_at": LATER, "closed_by": NULLABLE,
}  # fmt: skip


def play(row: Play) -> dict[str, Any]:
    return {
        "id": row.pk,
        "account": row.account.external_id,
        "playbook": row.playbook_key,
        "version": row.playbook.version,
        "state": row.state,
        "outcome": row.outcome,
        "reason": row.reason,
        "why": row.why,
        "opened_at": row.opened_at.isoformat(),
        "closed_at": row.closed_at and row.closed_at.isoformat(),
    }


def task(row: Task) -> dict[str, Any]:
    return {
        "id": row.pk,
        "account": row.account.external_id,
        "play": row.play_id,
        "title": row.title,
        "guidance": row.guidance,
        "channel": row.channel,
        "owner": row.owner and row.owner.email,
        "state": row.state,
        "outcome": row.outcome,
        "reason": row.reason,
        "why": row.why,
        "opened_at": row.opened_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "snoozed_until": row.snoozed_until and row.snoozed_until.isoformat(),
        "closed_at": row.closed_at and row.closed_at.isoformat(),
        "closed_by": row.closed_by and row.closed_by.email,
    }


_WRITE = (400, 401, 403, 404, 406, 409, 411, 413, 415, 422, 429, 500, 503)
PLAYS = list_responses("plays", PLAY_PROPERTIES)
TASKS = list_responses("tasks", TASK_PROPERTIES)
PLAY, TASK = row_responses(PLAY_PROPERTIES), row_responses(TASK_PROPERTIES)
TASK_WORKED = {
    (200, "application/json"): object_schema(TASK_PROPERTIES),
    **problem_responses(*_WRITE),
}
PLAY_STARTED = {
    (201, "application/json"): object_schema(PLAY_PROPERTIES),
    **problem_responses(*_WRITE),
}
FILTERS = [
    *filter_parameters(account="External id of the account.", state="Only what is in this state."),
    *LIST_PARAMETERS,
]
IDEMPOTENCY = [each for each in PARAMETERS if each.name == "Idempotency-Key"]
START = {"application/json": object_schema({"account": TEXT, "playbook": TEXT})}
ACT = {
    "application/json": {
        "type": "object",
        "description": "complete: outcome and note; skip: reason; snooze: until; reassign: owner.",
        "properties": dict.fromkeys(("outcome", "note", "reason", "until", "owner"), TEXT),
    }
}
