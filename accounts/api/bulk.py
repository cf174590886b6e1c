"""POST /api/v1/bulk/<kind>/: up to 5,000 records, answered one by one; the good ones are kept."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.api import bodies, idempotency, schema
from accounts.api.batches import RequestBatch, work_through
from accounts.api.idempotency import Answer
from accounts.api.inbox import accept, is_async
from accounts.api.permissions import MayIngest
from accounts.intake.errors import RecordError
from accounts.intake.specs import Kind
from accounts.loading import LoadResult, Status, start_run
from accounts.models import ApiKey


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
        found = bodies.media_type(request)
        body = bodies.plain_body(request)
        digest = idempotency.fingerprint(kind.encode(), found.encode(), body)

        def work() -> Answer:
            batch = RequestBatch(Kind(kind), found, body, digest)
            return (
                accept(batch, key=key)
                if is_async(request, batch)
                else _answer_at_once(batch, key=key)
            )

        return idempotency.once(request, digest=digest, work=work)


def _answer_at_once(batch: RequestBatch, *, key: ApiKey) -> Answer:
    now = clock.now()
    run = start_run(
        kind=batch.kind,
        source=key.name,
        now=now,
        declared_source=str(key.source_id),
        digest=batch.digest,
        api_key=key,
    )
    result = work_through(batch, run=run, day=clock.today(), now=now)
    return Answer(200, _batch_answer(result, run_id=run.pk))


def _batch_answer(result: LoadResult, *, run_id: int) -> dict[str, Any]:
    counts = result.counts()
    notes: dict[int, list[RecordError]] = defaultdict(list)
    for problem in result.problems:
        notes[problem.position].append(problem)
    return {
        "import": run_id,
        **{status.value: counts[status] for status in Status},
        "warnings": result.warnings,
        "records": [
            _record_answer(index, result.statuses[index], notes.get(index, []))
            for index in sorted(result.statuses)
        ],
    }


def _record_answer(index: int, status: Status, notes: list[RecordError]) -> dict[str, Any]:
    answer: dict[str, Any] = {"index": index, "status": status.value}
    for name, wanted in (("errors", False), ("warnings", True)):
        found = [note for note in notes if note.warning == wanted]
        if found:
            answer[name] = [
                {"field": note.field, "code": note.code, "message": note.message} for note in found
            ]
    return answer
