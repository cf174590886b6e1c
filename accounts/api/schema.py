"""The OpenAPI description of the bulk endpoint, made of the same tables that read the records."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from accounts.api.idempotency import PATTERN as IDEMPOTENCY_KEY
from accounts.intake.specs import SPECS, Field, Kind, RecordSpec, Type
from accounts.intake.streams import BULK_LIMITS

_TEXT = {"type": "string"}
_TYPES: dict[Type, dict[str, Any]] = {
    Type.INTEGER: {"type": "integer"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.DAY: {"type": "string", "format": "date"},
    Type.LONG_DAY: {"type": "string", "format": "date"},
    Type.PAST_DAY: {"type": "string", "format": "date"},
    Type.LONG_PAST_DAY: {"type": "string", "format": "date"},
    Type.PAST_MOMENT: {"type": "string", "format": "date-time"},
    Type.EMAIL: {"type": "string", "format": "email"},
    Type.ID: {"type": "string", "minLength": 1, "maxLength": 64},
    Type.ACCOUNT_ID: {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,64}$"},
    Type.AMOUNT: {"type": "string", "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,9})?$"},
    Type.PERCENT: {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,2})?$"},
    Type.NUMBER: {"type": "string", "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,4})?$"},
    Type.NAMES: {"type": "array", "items": _TEXT},
    Type.IDS: {"type": "array", "items": _TEXT},
}


def _field_schema(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = dict(_TYPES.get(field.type, _TEXT))
    if field.type == Type.CHOICE:
        described["enum"] = sorted(field.options)
    if field.type == Type.CHOICES:
        described = {"type": "array", "items": {**_TEXT, "enum": sorted(field.options)}}
    if field.clearable:
        described = {"anyOf": [described, {"type": "null"}]}
    if field.help_text:
        described["description"] = field.help_text
    return described


def record_schema(spec: RecordSpec) -> dict[str, Any]:
    return {
        "title": spec.kind.value,
        "type": "object",
        "properties": {field.name: _field_schema(field) for field in spec.fields},
        "required": [field.name for field in spec.fields if field.required],
        "additionalProperties": False,
    }


_NOTE = {
    "type": "object",
    "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
    "required": ["field", "code", "message"],
}
_COUNTS = ("import", "created", "updated", "unchanged", "rejected", "warnings")
_ANSWER = {
    "type": "object",
    "properties": {
        **{name: {"type": "integer"} for name in _COUNTS},
        "records": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "index": {"type": "integer"},
                    "status": {"enum": ["created", "updated", "unchanged", "rejected"]},
                    "errors": {"type": "array", "items": _NOTE},
                    "warnings": {"type": "array", "items": _NOTE},
                },
                "required": ["index", "status"],
            },
        },
    },
    "required": [*_COUNTS, "records"],
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": {**_TEXT, "description": "Stable: incomplete, length_required, too_large, …"},
        "detail": _TEXT,
    },
    "required": ["type", "title", "status", "code", "detail"],
}


def problem_responses(*codes: int) -> dict[tuple[int, str], dict[str, Any]]:
    return {(code, "application/problem+json"): _PROBLEM for code in codes}


PARAMETERS = [
    OpenApiParameter(
        "kind", OpenApiTypes.STR, OpenApiParameter.PATH, enum=[kind.value for kind in Kind]
    ),
    OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "pattern": IDEMPOTENCY_KEY},
        OpenApiParameter.HEADER,
        description="The same key and body within 24 hours are answered again, not done again.",
    ),
]
PARAMETERS.append(
    OpenApiParameter(
        "Prefer",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="respond-async: usage, sessions and user_days are stored, answered 202 and"
        " worked through within seconds; ask /api/v1/imports/<import>/ how it went.",
    )
)
REQUESTS = {
    "application/json": {
        "type": "array",
        "maxItems": BULK_LIMITS.records,
        "items": {"anyOf": [record_schema(spec) for spec in SPECS.values()]},
    },
    "application/x-ndjson": _TEXT,
    "text/csv": _TEXT,
}
_ACCEPTED = {
    "type": "object",
    "properties": {"import": {"type": "integer"}, "state": _TEXT},
    "required": ["import", "state"],
}
_IMPORT = {
    "type": "object",
    "properties": {
        **{name: {"type": "integer"} for name in ("read", *_COUNTS)},
        "state": {"enum": ["running", "done", "failed"]},
        "reason": _TEXT,
        "problems": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["import", "state", "reason", "problems"],
}
IMPORT_RESPONSES = {
    (200, "application/json"): _IMPORT,
    **{(code, "application/problem+json"): _PROBLEM for code in (401, 403, 404, 429, 500, 503)},
}
RESPONSES = {
    (200, "application/json"): _ANSWER,
    (202, "application/json"): _ACCEPTED,
    **{
        (code, "application/problem+json"): _PROBLEM
        for code in (400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 422, 429, 500, 503)
    },
}
