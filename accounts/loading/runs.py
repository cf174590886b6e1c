"""Imports on the record: who sent what, how it went, and every record that was refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.intake.errors import RecordError
from accounts.loading.results import LoadResult, Status
from accounts.models import ApiKey, ImportRun, RejectedRecord, User

_LONGEST_VALUE = 300
_MOST_FIELDS = 50
_MOST_KEPT = 100_000


def start_run(
    *,
    kind: str,
    source: str,
    now: datetime,
    digest: str = "",
    user: User | None = None,
    api_key: ApiKey | None = None,
) -> ImportRun:
    return ImportRun.objects.create(
        kind=kind, source=source[:80], digest=digest, user=user, api_key=api_key, started_at=now
    )


def keep_problems(
    run: ImportRun, problems: Sequence[RecordError], *, raw: Mapping[int, object]
) -> None:
    """Beside each problem the record as it came, so that it can be mended and sent again."""
    room = max(_MOST_KEPT - run.rejected - run.warnings, 0)
    RejectedRecord.objects.bulk_create(
        (
            RejectedRecord(
                run=run,
                level="warning" if problem.warning else "rejected",
                position=problem.position,
                field=problem.field[:80],
                code=problem.code[:40],
                message=storable(problem.message)[:500],
                record=_kept(raw.get(problem.position)),
            )
            for problem in problems[:room]
        ),
        batch_size=1_000,
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


def finish_run(run: ImportRun, *, now: datetime, reason: str = "") -> None:
    """A reason means that it failed."""
    run.state = ImportRun.State.FAILED if reason else ImportRun.State.DONE
    run.reason = storable(reason)[:500]
    run.finished_at = now
    run.save(update_fields=["state", "reason", "finished_at"])


def storable(text: str) -> str:
    """What Postgres takes: NUL and half characters become visible marks."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")


def _kept(raw: object) -> Any:
    if isinstance(raw, Mapping):
        pairs = list(raw.items())[:_MOST_FIELDS]
        return {storable(str(name))[:_LONGEST_VALUE]: _kept_value(value) for name, value in pairs}
    return {} if raw is None else {"value": _kept_value(raw)}


def _kept_value(value: object) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [storable(part)[:_LONGEST_VALUE] for part in value[:_MOST_FIELDS]]
    text = value if isinstance(value, str) else repr(value)[:_LONGEST_VALUE]
    return storable(text[:_LONGEST_VALUE])
