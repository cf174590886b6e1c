"""The body of a bulk request, within its limits, as records by index."""

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.request import Request

from accounts.api.problems import ApiProblem
from accounts.intake import csv_files, json_bodies
from accounts.intake.column_mapping import ColumnMapping, Columns, our_names
from accounts.intake.errors import FileRefused, RecordError, TooLarge
from accounts.intake.specs import RecordSpec
from accounts.intake.streams import BULK_LIMITS, gunzip

JSON = "application/json"
NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
CSV = "text/csv"
MEDIA_TYPES = (JSON, "application/x-ndjson", CSV)
_PIECE = 1 << 20

Indexed = Iterable[tuple[int, object]]


def media_type(request: Request) -> str:
    """The content type without parameters; Problem 415 for what is not taken here."""
    found = request.content_type.partition(";")[0].strip().lower()
    charset = _media_type_parameter(request.content_type, "charset")
    if found not in (JSON, CSV) and found not in NDJSON:
        detail = f"Send {', '.join(MEDIA_TYPES)}, plain or with Content-Encoding: gzip."
        raise ApiProblem(415, code="content_type", detail=detail)
    if charset not in ("", "utf-8", "utf8"):
        raise ApiProblem(415, code="charset", detail="Send the body as UTF-8.")
    return found


def _media_type_parameter(content_type: str, name: str) -> str:
    for part in content_type.split(";")[1:]:
        found, _, value = part.partition("=")
        if found.strip().lower() == name:
            return value.strip().strip('"').lower()
    return ""


def plain_body(request: Request) -> bytes:
    """Decompressed; refused as soon as it is known to be too large."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise ApiProblem(415, code="content_encoding", detail="Send the body plain or as gzip.")
    body = _read_limited_body(request)
    if encoding == "gzip":
        if not body.startswith(b"\x1f\x8b"):
            raise ApiProblem(400, code="gzip", detail="The body is announced as gzip and is not.")
        return gunzip(body, limits=BULK_LIMITS)
    return body


def _read_limited_body(request: Request) -> bytes:
    """To its end, past Django's own limit, which is for forms; never more than ours in memory."""
    stream = request._request
    pieces, size = [], 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > BULK_LIMITS.size:
            raise TooLarge("too_large", f"is over {BULK_LIMITS.megabytes} MB; split it")
        pieces.append(piece)
    return b"".join(pieces)


def json_object(body: bytes) -> Mapping[str, Any]:
    """One object; Problem 400 for anything else."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise ApiProblem(400, code="not_an_object", detail="Send one JSON object.")
    return said


def json_records(body: bytes, *, found: str) -> tuple[list[tuple[int, object]], list[RecordError]]:
    """Records by index, and those lines of NDJSON that are none."""
    if found == JSON:
        return list(enumerate(json_bodies.array(body, limits=BULK_LIMITS))), []
    records: list[tuple[int, object]] = []
    errors: list[RecordError] = []
    for index, record in json_bodies.lines(body, limits=BULK_LIMITS):
        if isinstance(record, RecordError):
            errors.append(record)
        else:
            records.append((index, record))
    if not records and not errors:
        raise FileRefused("empty", "is empty; send one record a line")
    return records, errors


def under_our_names(
    records: Iterable[tuple[int, object]], *, spec: RecordSpec, mapping: ColumnMapping
) -> list[tuple[int, object]]:
    """Objects whose keys are columns of the source, as its mapping names them. A field of ours
    stays what it is; one that is there under both names is left, and refused, under the source's.
    """
    known = spec.by_name()
    theirs = {name: ours or "" for name, ours in mapping.columns.items() if name not in known}

    def renamed(record: object) -> object:
        if not isinstance(record, dict):
            return record
        found: dict[str, object] = {}
        for name, value in record.items():
            ours = name if name in known else str(theirs.get(name.lower(), name) or "")
            is_free = bool(ours) and ours in known and (ours == name or ours not in record)
            if is_free and ours not in found:
                found[ours] = value
            elif ours and not (mapping.ignores_rest and name.lower() not in theirs):
                found[name] = value
        return found

    return [(index, renamed(record)) for index, record in records]


def csv_records(
    body: bytes, *, spec: RecordSpec, mapping: ColumnMapping | None
) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """The fields, and the cells of each record with its index."""
    source = io.BytesIO(body)
    layout = csv_files.inspect(source, limits=BULK_LIMITS)
    columns = {n: ours or None for n, ours in mapping.columns.items()} if mapping else {}
    names = our_names(
        layout.header,
        kind=spec.kind,
        columns=columns,
        ignores_rest=bool(mapping and mapping.ignores_rest),
    )
    rows = csv_files.rows(source, layout=layout, limits=BULK_LIMITS)
    kept = Columns.of(names, kind=spec.kind)
    return kept.fields, list(kept.records(enumerate(row for _line, row in rows)))
