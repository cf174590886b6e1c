"""Accept now, work later: a batch is one durable row, and the client asks for its import.

For kinds that say nothing about a person: their bodies may be kept as they came.
"""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime

from django.db import connection, transaction
from rest_framework.request import Request

from accounts import clock
from accounts.api.batches import RequestBatch, work_through
from accounts.api.idempotency import Answer
from accounts.api.problems import ApiProblem
from accounts.intake.errors import FileRefused
from accounts.intake.specs import Kind
from accounts.loading import finish_run, reopen_run, start_run
from accounts.models import ApiKey, ImportRun, InboxBatch, Job
from accounts.work import jobs

JOB_KIND = "inbox.batch"
KINDS = frozenset({Kind.USAGE, Kind.SESSIONS, Kind.USER_DAYS, Kind.ACTIVE_USERS})
# Packing costs more time than it saves room above this.
_GZIP_LEVEL = 1


def is_async(request: Request, batch: RequestBatch) -> bool:
    """Asked for with `Prefer: respond-async` (RFC 7240), which a server may always ignore."""
    wishes = {wish.strip().lower() for wish in request.headers.get("Prefer", "").split(",")}
    return "respond-async" in wishes and batch.kind in KINDS


def accept(batch: RequestBatch, *, key: ApiKey) -> Answer:
    """The row, the run and the job that works it through: all of them, or none."""
    now, day = clock.now(), clock.today()
    run = start_run(
        kind=batch.kind,
        source=key.name,
        now=now,
        declared_source=str(key.source_id),
        digest=batch.digest,
        api_key=key,
    )
    number = _store_batch(batch, source=key.name, day=day)
    jobs.enqueue(
        kind=JOB_KIND,
        key=str(number),
        payload={"batch": number, "received_on": day.isoformat(), "run": run.pk},
        next_at=datetime.now(UTC),
    )
    return Answer(202, {"import": run.pk, "state": run.state})


def _store_batch(batch: RequestBatch, *, source: str, day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_inboxbatch"
            " (received_on, received_at, source, kind, media_type, body)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            [
                day,
                datetime.now(UTC),
                source[:80],
                batch.kind,
                batch.media_type,
                gzip.compress(batch.body, _GZIP_LEVEL),
            ],
        )
        return int(cursor.fetchone()[0])


def work_batch(claim: jobs.Claim) -> None:
    """The handler of an inbox job; a run that is finished already is left as it is."""
    payload = claim.payload
    kept = InboxBatch.objects.get(id=payload["batch"], received_on=payload["received_on"])
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=payload["run"])
        if run.state == ImportRun.State.RUNNING:
            _load_kept_batch(kept, run=run)


def _load_kept_batch(kept: InboxBatch, *, run: ImportRun) -> None:
    body = gzip.decompress(bytes(kept.body))
    batch = RequestBatch(Kind(kept.kind), kept.media_type, body, run.digest)
    try:
        with transaction.atomic():
            work_through(batch, run=run, day=kept.received_on, now=clock.now())
    except FileRefused as refused:
        finish_run(run, now=clock.now(), reason=f"The body {refused.message}.")
    except ApiProblem as problem:
        finish_run(run, now=clock.now(), reason=problem.detail)


def forget_bodies(*, before: datetime) -> int:
    """Of batches that came before then and are in; one whose job is not done is kept for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_inboxbatch b WHERE b.received_at < %s AND NOT EXISTS ("
            " SELECT FROM accounts_job j"
            " WHERE j.kind = %s AND j.key = b.id::text AND j.state <> %s)",
            [before, JOB_KIND, Job.State.DONE],
        )
        return int(cursor.rowcount)


def give_up(claim: jobs.Claim, *, reason: str) -> None:
    run = ImportRun.objects.get(pk=claim.payload["run"])
    if run.state == ImportRun.State.RUNNING:
        finish_run(run, now=clock.now(), reason=reason)


def revive(claim: jobs.Claim) -> None:
    """Its body is kept for as long as its job is not done."""
    reopen_run(run_id=claim.payload["run"])
