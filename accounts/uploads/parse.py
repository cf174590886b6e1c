"""From the bytes of an upload to its rows: read once to the end, or refused as a whole."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.db import transaction

from accounts.intake import csv_files, workbooks
from accounts.intake.cells import as_it_was
from accounts.intake.column_mapping import ROW_COLUMN
from accounts.intake.errors import FileRefused, TooLarge
from accounts.intake.kept_rows import Row, chunks
from accounts.intake.streams import FILE_LIMITS, GZIP
from accounts.models import ImportFile
from accounts.uploads.storage import (
    FileMovedOn,
    bytes_of,
    clear_bytes,
    clear_rows,
    hold,
    move_on,
    write_rows,
)
from accounts.uploads.suggestions import suggest

SAMPLE = 1_000
_READING = ImportFile.State.READING
_FOUND = ("titles", "note", "rows", "chunks", "kind", "mapping", "sheets", "sheet", "heading")


@dataclass(frozen=True, slots=True)
class _Table:
    titles: tuple[str, ...]
    rows: Iterator[Row]
    note: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    heading: int | None = None


def is_packed(file: ImportFile) -> bool:
    """gzip, or a workbook: its size does not say how much is in it."""
    start = bytes_of(file).read(len(workbooks.MAGIC))
    return start.startswith((workbooks.MAGIC, GZIP))


def read_upload(file: ImportFile, *, on_progress: Callable[[int], None]) -> None:
    """Leaves the file ready to be matched, or refused with the reason; safe to repeat.

    `on_progress` gets the number of rows so far, in the transaction that keeps them. Nothing is
    left of a file that is discarded meanwhile.
    """
    with contextlib.suppress(FileMovedOn):
        try:
            _read_and_suggest(file, on_progress=on_progress)
        except FileRefused as refused:
            _refuse_upload(file, refused)


def _read_and_suggest(file: ImportFile, *, on_progress: Callable[[int], None]) -> None:
    with transaction.atomic():
        hold(file, _READING)
        clear_rows(file)
    table = _open_table(file)
    sample = _store_rows(file, table, on_progress=on_progress)
    file.titles, file.note = list(table.titles), table.note
    file.sheets, file.sheet, file.heading = list(table.sheets), table.sheet, table.heading
    suggest(file, sample=sample)
    with transaction.atomic():
        on_progress(file.rows)  # whoever lost the job leaves the rows of another reading alone
        found = {name: getattr(file, name) for name in _FOUND}
        move_on(file, _READING, state=ImportFile.State.READY, reason="", **found)
        if not table.sheets:
            clear_bytes(file)  # of a workbook another sheet may be asked for


def _store_rows(
    file: ImportFile, table: _Table, *, on_progress: Callable[[int], None]
) -> list[Row]:
    """The first rows, to look at; all of them are kept."""
    sample: list[Row] = []
    file.rows = file.chunks = 0
    for chunk in chunks(table.rows):
        sample += chunk[: SAMPLE - len(sample)]
        file.rows += len(chunk)
        if file.rows > FILE_LIMITS.records:
            message = f"has more than {FILE_LIMITS.records:,} rows; split it"
            raise TooLarge("too_many_rows", message)
        with transaction.atomic():
            hold(file, _READING)
            write_rows(file, chunk, number=file.chunks)
            on_progress(file.rows)
        file.chunks += 1
    if not file.rows:
        raise FileRefused("empty", "has column names and no rows below them")
    return sample


def _refuse_upload(file: ImportFile, refused: FileRefused) -> None:
    """The bytes stay: another encoding may be tried on them."""
    reason = f"{refused.code}: {refused.message}"[:500]
    with transaction.atomic():
        move_on(file, _READING, state=ImportFile.State.REFUSED, reason=reason, rows=0, chunks=0)
        clear_rows(file)


def _open_table(file: ImportFile) -> _Table:
    source = cast(BinaryIO, bytes_of(file))
    start = source.read(len(workbooks.MAGIC))
    source.seek(0)
    if start == workbooks.MAGIC:
        return _sheet_table(source, file)
    layout, rows = csv_files.opened_rows(source, limits=FILE_LIMITS, encoding=file.encoding or None)
    note = ""
    if layout.above:
        note = f"Line {layout.above + 1} names the columns; what stands above it is left out."
    rows = _without_formula_marks(rows) if ROW_COLUMN in layout.header else rows
    return _Table(layout.titles, rows, note)


def _without_formula_marks(rows: Iterable[Row]) -> Iterator[Row]:
    """Our own list of refused rows came back: its formulas were marked as text."""
    for line, row in rows:
        yield line, [as_it_was(cell) for cell in row]


def _sheet_table(source: BinaryIO, file: ImportFile) -> _Table:
    sheet = workbooks.open_sheet(source, limits=FILE_LIMITS, name=file.sheet, heading=file.heading)
    heading, first = next(sheet.rows, (0, []))
    note = ""
    if len(sheet.names) > 1:
        note = f"The workbook has {len(sheet.names)} sheets; “{sheet.name[:60]}” is read."
    titles = csv_files.titles_of(first, limits=FILE_LIMITS)
    rows = _padded_rows(sheet.rows, width=len(titles))
    return _Table(titles, rows, note, sheet.names, sheet.name, heading)


def _padded_rows(rows: Iterable[Row], *, width: int) -> Iterator[Row]:
    """A sheet does not say empty cells at the end of a row; a text file does."""
    for line, row in rows:
        yield line, row + [""] * (width - len(row))
