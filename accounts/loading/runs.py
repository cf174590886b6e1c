"""Imports on the record: who sent what, how it went, and every record that was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.catalogue import DIRECT_SOURCE
from accounts.declarations import address_of
from accounts.intake.errors import RecordError
from accounts.loading.notices import Notice, Notices, problems_of, together
from accounts.loading.results import LoadResult, Status
from accounts.models import (
    ApiKey,
    ImportFile,
    ImportRun,
    OutboxMessage,
    RejectedRecord,
    User,
)
from accounts.work.notices import in_app, post

# Notes may be 20,000 characters long; what is longer than a record may be is cut, and said to be.
_LONGEST_VALUE = 20_000
_LONGEST_RECORD = 40_000
_LONGEST_NAME = 300
_MOST_FIELDS = 200
_MOST_KEPT = 100_000


def start_run(
    *,
    kind: str,
    source: str,
    now: datetime,
    declared_source: str = DIRECT_SOURCE,
    digest: str = "",
    user: User | None = None,
    api_key: ApiKey | None = None,
    file: ImportFile | None = None,
) -> ImportRun:
    """`source`: the file's or the key's name, to show. `declared_source`: key of the source whose
    ids the records carry."""
    via = ImportRun.Via.API if api_key else ImportRun.Via.PAGE if file else ImportRun.Via.COMMAND
    return ImportRun.objects.create(
        kind=kind,
        source=source[:80],
        declared_source_id=declared_source,
        digest=digest,
        user=user,
        api_key=api_key,
        via=via,
        file=file,
        started_at=now,
    )


def keep_problems(
    run: ImportRun, problems: Sequence[RecordError], *, raw: Mapping[int, object]
) -> None:
    """Beside each problem the record as it came, so that it can be mended and sent again."""
    room = max(_MOST_KEPT - run.rejected - run.warnings, 0)
    RejectedRecord.objects.bulk_create(
        (_rejected_record(run, problem, raw.get(problem.position)) for problem in problems[:room]),
        batch_size=1_000,
    )


def _rejected_record(run: ImportRun, problem: RecordError, raw: object) -> RejectedRecord:
    record, is_whole = kept(raw)
    return RejectedRecord(
        run=run,
        level="warning" if problem.warning else "rejected",
        position=problem.position,
        field=problem.field[:80],
        code=problem.code[:40],
        message=storable(problem.message)[:500],
        record=record,
        is_whole=is_whole,
    )


def count(run: ImportRun, result: LoadResult, *, read: int) -> None:
    """Adds a batch to the run's sums, in the batch's own transaction."""
    counts = result.counts()
    run.read += read
    run.created += counts[Status.CREATED]
    run.updated += counts[Status.UPDATED]
    run.unchanged += counts[Status.UNCHANGED]
    run.rejected += counts[Status.REJECTED]
    run.warnings += result.warnings
    run.save(update_fields=["read", "created", "updated", "unchanged", "rejected", "warnings"])


def keep_notices(run: ImportRun, notices: Notices, *, raw: Mapping[int, object]) -> None:
    """Added to the run's, in the batch's own transaction; each is kept as a warning once."""
    if not notices:
        return
    known = _stored_notices(run)
    new = [notice for key, notice in notices.items() if key not in known]
    keep_problems(run, problems_of(new), raw=raw)
    told = together(known, notices)
    run.notices = {key: notice.as_json() for key, notice in told.items()}
    run.warnings += len(new)
    run.save(update_fields=["notices", "warnings"])


def tell_notices(run: ImportRun) -> list[RecordError]:
    """At the end of the run: what is said of all it is about."""
    problems = problems_of(_stored_notices(run).values())
    for problem in problems:
        kept_as = RejectedRecord.objects.filter(
            run=run, position=problem.position, field=problem.field, code=problem.code
        )
        kept_as.update(message=storable(problem.message)[:500])
    return problems


def _stored_notices(run: ImportRun) -> dict[str, Notice]:
    return {key: Notice(**said) for key, said in run.notices.items()}


def finish_run(run: ImportRun, *, now: datetime, reason: str = "") -> None:
    """A reason means that it failed."""
    run.state = ImportRun.State.FAILED if reason else ImportRun.State.DONE
    run.reason = storable(reason)[:500]
    run.finished_at = now
    with transaction.atomic():
        run.save(update_fields=["state", "reason", "finished_at"])
        if run.user is not None and run.via == ImportRun.Via.PAGE:
            post([_outcome_message(run, run.user, now=now)])


def reopen_run(*, run_id: int) -> None:
    """One that failed goes on, in the transaction in which its job tries again."""
    failed = ImportRun.objects.filter(pk=run_id, state=ImportRun.State.FAILED)
    failed.update(state=ImportRun.State.RUNNING, finished_at=None, reason="")


def _outcome_message(run: ImportRun, user: User, *, now: datetime) -> OutboxMessage:
    what = f"{run.kind.replace('_', ' ').capitalize()} from {run.source}"
    counts = f"{run.created} new, {run.updated} changed, {run.rejected} rejected."
    return in_app(
        key=f"import:{run.pk}:{run.state}",
        user_id=user.pk,
        subject=f"Import failed: {what}" if run.reason else f"Import finished: {what}",
        body=run.reason or counts,
        link=address_of("accounts.ImportRun", run.pk),
        now=now,
    )


def storable(text: str) -> str:
    """What Postgres takes: NUL and half characters become visible marks."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")


def kept(raw: object) -> tuple[dict[str, Any], bool]:
    """The record as it may be stored, and whether nothing of it had to be cut."""
    if not isinstance(raw, Mapping):
        raw = {} if raw is None else {"value": raw}
    budget = _Budget(_LONGEST_RECORD, len(raw) <= _MOST_FIELDS)
    pairs = list(raw.items())[:_MOST_FIELDS]
    record = {
        storable(str(name))[:_LONGEST_NAME]: _storable_value(value, budget) for name, value in pairs
    }
    return record, budget.is_whole


@dataclass(slots=True)
class _Budget:
    """Characters that a record may still take."""

    left: int
    is_whole: bool

    def cut(self, text: str) -> str:
        room = max(min(self.left, _LONGEST_VALUE), 0)
        self.is_whole = self.is_whole and len(text) <= room
        self.left -= min(len(text), room)
        return storable(text[:room])


def _storable_value(value: object, budget: _Budget) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        budget.is_whole = budget.is_whole and len(value) <= _MOST_FIELDS
        return [budget.cut(part) for part in value[:_MOST_FIELDS]]
    if isinstance(value, str):
        return budget.cut(value)
    budget.is_whole = False  # as text it is no longer what was sent
    return budget.cut(repr(value)[:_LONGEST_VALUE])
