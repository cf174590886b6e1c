"""An upload to facts: a piece, what was refused of it, the sums and the place reached are one
transaction, so that whoever takes over after a kill goes on at the next row."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from accounts.intake.column_mapping import mapping_of
from accounts.intake.fields import Kind
from accounts.intake.kept_rows import Row
from accounts.loading.due_ledgers import derive_run
from accounts.loading.results import LoadResult, Status
from accounts.loading.rows import RowLoader, load_counted
from accounts.loading.runs import finish_run, start_run
from accounts.models import ImportFile, ImportRun, User
from accounts.uploads.resolve import Settling
from accounts.uploads.storage import clear_bytes, move_on, rows_of

_PIECES = {Kind.USAGE: 4}


def start_import(file: ImportFile, *, user: User, now: datetime) -> ImportRun:
    """The run, in the caller's transaction beside the job that does it.

    Raises:
        FileMovedOn: the file was not checked, or is imported already.
    """
    with transaction.atomic():
        move_on(file, ImportFile.State.CHECKED, state=ImportFile.State.STARTED)
        clear_bytes(file)
        return start_run(
            kind=file.kind,
            source=file.name,
            now=now,
            declared_source=mapping_of(file.mapping).source,
            digest=file.digest,
            user=user,
            file=file,
        )


def loader_of(file: ImportFile, *, day: date, now: datetime) -> RowLoader:
    mapping = mapping_of(file.mapping)
    return RowLoader(
        kind=Kind(file.kind),
        fields=mapping.chosen(file.header).fields,
        reading=mapping.reading(now=now),
        day=day,
        now=now,
        backfill=mapping.backfill,
        source=mapping.source,
    )


def import_upload(
    run: ImportRun, *, piece: int, day: date, now: datetime, on_progress: Callable[[int], None]
) -> None:
    """From that piece on; `on_progress` gets the next one, in the transaction of each batch."""
    file = run.file
    if file is None or run.state != ImportRun.State.RUNNING:
        return
    columns = mapping_of(file.mapping).chosen(file.header)
    loader = loader_of(file, day=day, now=now)
    settling = Settling.of(file, now=now)
    while piece < file.chunks:
        following = min(piece + _PIECES.get(loader.kind, 1), file.chunks)
        batch = [row for number in range(piece, following) for row in rows_of(file, number=number)]
        if not batch:
            reason = "Its content was erased on request: what was imported before is in."
            derive_run(run, day=day, now=now)
            finish_run(run, now=now, reason=reason)
            return
        with transaction.atomic():
            picked = [(line, columns.pick(row)) for line, row in batch]
            result = load_counted(picked, loader=loader, run=run)
            settling.settle(_taken(batch, result))
            on_progress(following)
        piece = following
    derive_run(run, day=day, now=now)
    finish_run(run, now=now)


def _taken(batch: list[Row], result: LoadResult) -> list[Row]:
    refused = {p for p, status in result.statuses.items() if status == Status.REJECTED}
    return [(line, row) for line, row in batch if line not in refused]
