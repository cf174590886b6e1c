"""An upload to facts: a piece, what was refused of it, the sums and the place reached are one
transaction, so that whoever takes over after a kill goes on at the next row."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from accounts.intake.column_mapping import Columns, mapping_of
from accounts.intake.fields import Kind
from accounts.loading.due_ledgers import derive_run
from accounts.loading.row_loader import RowLoader, load_counted
from accounts.loading.run_memory import remembers
from accounts.loading.runs import finish_run, start_run
from accounts.models import ImportFile, ImportRun, User
from accounts.uploads.resolve import FixedRows, open_records
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
        fields=columns_of(file).fields,
        reading=mapping.reading(now=now),
        day=day,
        now=now,
        backfill=mapping.backfill,
        source=mapping.source,
    )


def columns_of(file: ImportFile) -> Columns:
    return mapping_of(file.mapping).chosen(file.header, kind=Kind(file.kind))


def import_upload(
    run: ImportRun, *, piece: int, day: date, now: datetime, on_progress: Callable[[int], None]
) -> None:
    """From that piece on; `on_progress` gets the next one, in the transaction of each batch. Who
    takes over reads the pieces before again, so that rows are judged over the whole run."""
    file = run.file
    if file is None or run.state != ImportRun.State.RUNNING:
        return
    loader = loader_of(file, day=day, now=now)
    columns = columns_of(file)
    if remembers(loader.kind):
        for number in range(piece):
            loader.remember(columns.records(rows_of(file, number=number)))
    while piece < file.chunks:
        following = min(piece + _PIECES.get(loader.kind, 1), file.chunks)
        batch = [row for number in range(piece, following) for row in rows_of(file, number=number)]
        if not batch:
            reason = "Its content was erased on request: what was imported before is in."
            _end_run(run, file, day=day, now=now, reason=reason)
            return
        with transaction.atomic():
            load_counted(list(columns.records(batch)), loader=loader, run=run)
            on_progress(following)
        piece = following
    _end_run(run, file, day=day, now=now)


def _end_run(
    run: ImportRun, file: ImportFile, *, day: date, now: datetime, reason: str = ""
) -> None:
    """Only then is it known of every row whether it is in: those that a mended file brought settle
    what was refused before."""
    derive_run(run, day=day, now=now)
    if file.fixes is not None:
        fixed = FixedRows.of(file, now=now)
        columns = columns_of(file)
        positions = open_records(run).values_list("position", flat=True)
        refused = set(map(columns.line_of, positions))
        for number in range(file.chunks):
            rows = rows_of(file, number=number)
            fixed.resolve([(line, row) for line, row in rows if line not in refused])
    finish_run(run, now=now, reason=reason)
