"""Plays and tasks as the API says them, and their OpenAPI description."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from accounts.api.schema import PARAMETERS, problem_responses
from playbooks.models import Play, Task

_TEXT = {"type": "string"}
_NULLABLE = {"type": ["string", "null"]}
_ID = {"type": "integer"}
_TIME = {"type": "string", "format": "date-time"}
_LATER = {"type": ["string", "null"], "format": "date-time"}
_PLAY = {
    "id": _ID, "account": _TEXT, "playbook": _TEXT, "version": _ID, "state": _TEXT,
    "outcome": _NULLABLE, "reason": _TEXT, "why": _TEXT, "opened_at": _TIME, "closed_at": _LATER,
}  # fmt: skip
_TASK = {
    "id": _ID, "account": _TEXT, "play": {"type": ["integer", "null"]}, "title": _TEXT,
    "guidance": _TEXT, "channel": _TEXT, "owner": _NULLABLE, "state": _TEXT,
    "outcome": _NULLABLE, "reason": _TEXT, "why": _TEXT, "opened_at": _TIME, "due_at": _TIME,
    "snoozed_until": _LATER, "closed_at": _LATER, "closed_by": _NULLABLE,
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


def _object_schema(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    named = list(required or properties)
    return {"type": "object", "properties": properties, "required": named}


def _list_schema(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    items = {"type": "array", "items": _object_schema(properties)}
    return _object_schema({name: items, "next": {"type": ["integer", "null"]}})


_READ, _WRITE = (401, 403, 404, 406, 429, 500, 503), (400, 401, 403, 404, 409, 411, 413, 415, 422)
PLAYS = {(200, "application/json"): _list_schema("plays", _PLAY), **problem_responses(400, *_READ)}
TASKS = {(200, "application/json"): _list_schema("tasks", _TASK), **problem_responses(400, *_READ)}
PLAY = {(200, "application/json"): _object_schema(_PLAY), **problem_responses(*_READ)}
TASK = {(200, "application/json"): _object_schema(_TASK), **problem_responses(*_READ, *_WRITE)}
PLAY_STARTED = {
    (201, "application/json"): _object_schema(_PLAY),
    **problem_responses(*_READ, *_WRITE),
}
FILTERS = [
    OpenApiParameter(name, OpenApiTypes.STR, description=words)
    for name, words in (
        ("account", "External id of the account."),
        ("state", "Only what is in this state."),
        ("after", "`next` of the page before."),
    )
]
IDEMPOTENCY = [each for each in PARAMETERS if each.name == "Idempotency-Key"]
START = {"application/json": _object_schema({"account": _TEXT, "playbook": _TEXT})}
ACT = {
    "application/json": {
        "type": "object",
        "description": "complete: outcome and note; skip: reason; snooze: until; reassign: owner.",
        "properties": dict.fromkeys(("outcome", "note", "reason", "until", "owner"), _TEXT),
    }
}
