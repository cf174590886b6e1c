"""An upload to facts: a piece, what was refused of it, the sums and the place reached are one
transaction, so that whoever takes over after a kill goes on at the next row."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from django.db import transaction

from accounts.intake.column_mapping import Columns, mapping_of
from accounts.intake.fields import Kind
from accounts.intake.read_batches import ReadBatch
from accounts.intake.row_reader import RowReader
from accounts.loading.pipeline import FactLoader, SourceGone, load_run
from accounts.loading.run_memory import remembers
from accounts.loading.runs import start_run
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


def reader_of(file: ImportFile, *, now: datetime) -> RowReader:
    reading = mapping_of(file.mapping).reading(now=now)
    return RowReader(Kind(file.kind), columns_of(file).fields, reading)


def loader_of(file: ImportFile, *, day: date, now: datetime) -> FactLoader:
    mapping = mapping_of(file.mapping)
    return FactLoader(day=day, now=now, backfill=mapping.backfill, source=mapping.source)


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
    reader = reader_of(file, now=now)
    loader = loader_of(file, day=day, now=now)
    if remembers(reader.kind):
        for number in range(piece):
            rows = columns_of(file).records(rows_of(file, number=number))
            loader.remember(reader.read(list(rows)))
    load_run(
        run,
        _read_pieces(file, reader, piece=piece),
        loader=loader,
        in_batch=lambda batch: on_progress(batch.reached),
        before_end=lambda run: _resolve_fixed(run, file, now=now),
    )


def _read_pieces(file: ImportFile, reader: RowReader, *, piece: int) -> Iterator[ReadBatch]:
    """From that piece on. Raises SourceGone where they were erased meanwhile."""
    columns = columns_of(file)
    while piece < file.chunks:
        following = min(piece + _PIECES.get(reader.kind, 1), file.chunks)
        rows = [row for number in range(piece, following) for row in rows_of(file, number=number)]
        if not rows:
            raise SourceGone("Its content was erased on request: what was imported before is in.")
        yield reader.read(list(columns.records(rows)), reached=following)
        piece = following


def _resolve_fixed(run: ImportRun, file: ImportFile, *, now: datetime) -> None:
    """Rows that a mended file brought settle what was refused before, once it is known of every row
    whether it is in."""
    if file.fixes is None:
        return
    fixed = FixedRows.of(file, now=now)
    columns = columns_of(file)
    positions = open_records(run).values_list("position", flat=True)
    refused = set(map(columns.line_of, positions))
    for number in range(file.chunks):
        rows = rows_of(file, number=number)
        fixed.resolve([(line, row) for line, row in rows if line not in refused])
