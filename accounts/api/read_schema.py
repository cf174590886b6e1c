"""The OpenAPI description of what all lists and single rows have in common."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from accounts.api.schema import problem_responses

Properties = dict[str, Any]
TEXT = {"type": "string"}
NULLABLE = {"type": ["string", "null"]}
ID = {"type": "integer"}
NULLABLE_ID = {"type": ["integer", "null"]}
NUMBER = {"type": ["number", "null"]}
BOOLEAN = {"type": "boolean"}
TIME = {"type": "string", "format": "date-time"}
LATER = {"type": ["string", "null"], "format": "date-time"}
READ_ERRORS = (400, 401, 403, 404, 406, 429, 500, 503)
UNCHANGED: dict[Any, Any] = {
    304: OpenApiResponse(description="What `If-None-Match` names is still what is answered.")
}


def object_schema(properties: Properties, *, required: bool = True) -> Properties:
    """`required`: every property is there, whatever is asked for."""
    named = {"required": list(properties)} if required else {}
    return {"type": "object", "properties": properties, **named}


def row_responses(properties: Properties) -> dict[Any, Any]:
    row = object_schema(properties, required=False)
    return {(200, "application/json"): row, **UNCHANGED, **problem_responses(*READ_ERRORS)}


def list_responses(
    name: str, properties: Properties, *, following: Properties = NULLABLE_ID
) -> dict[Any, Any]:
    items = {"type": "array", "items": object_schema(properties, required=False)}
    page = object_schema({name: items, "next": following})
    return {(200, "application/json"): page, **UNCHANGED, **problem_responses(*READ_ERRORS)}


def filter_parameters(**words: str) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(name, OpenApiTypes.STR, description=said) for name, said in words.items()
    ]


ROW_PARAMETERS = [
    OpenApiParameter(
        "fields",
        OpenApiTypes.STR,
        description="Names of fields with commas between them: no others are answered.",
    ),
    OpenApiParameter(
        "If-None-Match",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="The `ETag` of an answer: 304 while it would be the same.",
    ),
]
LIST_PARAMETERS = [*filter_parameters(after="`next` of the page before."), *ROW_PARAMETERS]
