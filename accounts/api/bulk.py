"""POST /api/v1/bulk/<kind>/: up to 5,000 records, answered one by one; the good ones are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.api import bodies, idempotency, schema
from accounts.api.idempotency import Answer
from accounts.api.keys import allows
from accounts.intake import csv_files
from accounts.intake.errors import RecordError
from accounts.intake.records import Record, iso_reading, read_records
from accounts.intake.specs import SPECS, Kind, RecordSpec
from accounts.intake.usage_rows import UsageReader, UsageRow
from accounts.loading import LoadResult, Status, finish_run, keep_problems, load, start_run
from accounts.loading.runs import count
from accounts.loading.usage import Directory, distinct_rows, load_usage
from accounts.models import ApiKey


@dataclass(slots=True)
class Sent:
    """A request as it was understood: records by index, and everything that is wrong with it."""

    spec: RecordSpec
    raw: Mapping[int, object]
    records: list[Record] = field(default_factory=list)
    errors: list[RecordError] = field(default_factory=list)
    usage: list[UsageRow] = field(default_factory=list)


class MayIngest(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        key, kind = request.auth, view.kwargs["kind"]
        if not isinstance(key, ApiKey):
            return False
        if kind not in SPECS:
            raise Http404
        return allows(key, f"ingest:{kind}")


class BulkView(APIView):
    permission_classes = (MayIngest,)

    @extend_schema(
        operation_id="bulk_write",
        parameters=schema.PARAMETERS,
        request=schema.REQUESTS,
        responses=schema.RESPONSES,
    )
    def post(self, request: Request, kind: str) -> Response:
        key = cast(ApiKey, request.auth)  # MayIngest lets nobody else through
        idempotency_key = idempotency.checked_key(request.headers.get("Idempotency-Key"))
        found = bodies.media_type(request)
        body = bodies.plain_body(request)
        digest = idempotency.fingerprint(kind.encode(), found.encode(), body)
        source = f"key:{key.pk}"
        with transaction.atomic():
            if idempotency_key is not None:
                kept = idempotency.begin(
                    source=source, key=idempotency_key, digest=digest, now=datetime.now(UTC)
                )
                if kept is not None:
                    headers = {"Idempotency-Replayed": "true"}
                    return Response(kept.body, kept.status, headers=headers)
            sent = _understood(body, found=found, spec=SPECS[Kind(kind)])
            answer = _done(sent, key=key, digest=digest)
            if idempotency_key is not None:
                idempotency.finish(answer, source=source, key=idempotency_key)
        return Response(answer.body, answer.status)


def _understood(body: bytes, *, found: str, spec: RecordSpec) -> Sent:
    if found == bodies.CSV:
        return _understood_csv(body, spec=spec)
    indexed, errors = bodies.json_records(body, found=found)
    if spec.kind == Kind.USAGE:
        reader = UsageReader((), iso_reading(now=clock.now()))
        usage, wrong = reader.read_objects(indexed)
        return Sent(spec, dict(indexed), usage=usage, errors=errors + wrong)
    intake = read_records(indexed, spec=spec, reading=iso_reading(now=clock.now()))
    return Sent(spec, dict(indexed), intake.records, errors + intake.errors)


def _understood_csv(body: bytes, *, spec: RecordSpec) -> Sent:
    header, rows = bodies.csv_records(body, spec=spec)
    raw: dict[int, object] = {}
    errors = []
    for index, row in rows:
        mapping = csv_files.as_mapping(row, header=header)
        if mapping is None:
            message = csv_files.ragged(row, header=header)
            errors.append(RecordError(index, "", "ragged", message))
        raw[index] = mapping or {"row": row}
    ragged = {error.position for error in errors}
    good = [(index, mapping) for index, mapping in raw.items() if index not in ragged]
    intake = read_records(good, spec=spec, reading=iso_reading(now=clock.now(), typed=False))
    return Sent(spec, raw, intake.records, errors + intake.errors)


def _done(sent: Sent, *, key: ApiKey, digest: str) -> Answer:
    now = clock.now()
    run = start_run(kind=sent.spec.kind, source=key.name, now=now, digest=digest, api_key=key)
    result = _loaded(sent, key=key, now=now)
    result.reject(sent.errors)
    keep_problems(run, result.problems, raw=sent.raw)
    count(run, result, read=len(result.statuses))
    finish_run(run, now=now)
    return Answer(200, _answer(result, run_id=run.pk))


def _loaded(sent: Sent, *, key: ApiKey, now: datetime) -> LoadResult:
    day = clock.today()
    if not sent.usage:
        return load(kind=sent.spec.kind, records=sent.records, day=day, now=now, source=key.name)
    result = LoadResult()
    rows = distinct_rows(sent.usage, result=result)
    load_usage(rows, directory=Directory(), day=day, result=result)
    return result


def _answer(result: LoadResult, *, run_id: int) -> dict[str, Any]:
    counts = result.counts()
    notes: dict[int, list[RecordError]] = defaultdict(list)
    for problem in result.problems:
        notes[problem.position].append(problem)
    return {
        "import": run_id,
        **{status.value: counts[status] for status in Status},
        "warnings": result.warnings,
        "records": [
            _record(index, result.statuses[index], notes.get(index, []))
            for index in sorted(result.statuses)
        ],
    }


def _record(index: int, status: Status, notes: list[RecordError]) -> dict[str, Any]:
    answer: dict[str, Any] = {"index": index, "status": status.value}
    for name, wanted in (("errors", False), ("warnings", True)):
        found = [note for note in notes if note.warning == wanted]
        if found:
            answer[name] = [
                {"field": note.field, "code": note.code, "message": note.message} for note in found
            ]
    return answer
