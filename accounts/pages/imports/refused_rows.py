"""The refused rows of an import as CSV: as they came, and beside each what is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import groupby

from accounts.intake.cells import neutral
from accounts.intake.column_mapping import ROW_COLUMN, mapping_of
from accounts.intake.specs import SPECS
from accounts.models import ImportFile, ImportRun, RejectedRecord
from accounts.pages.imports.labels import field_word, in_words
from accounts.uploads.import_run import columns_of
from accounts.uploads.resolve import open_records
from accounts.uploads.retry_rows import as_text
from accounts.uploads.storage import rows_of

_NOTES = (ROW_COLUMN.capitalize(), "Import field", "Import problem")
_BOM = "\ufeff"  # so that a spreadsheet reads the letters as they are


def refused_rows(run: ImportRun) -> Iterator[str]:
    """Line by line: a hundred thousand refused rows are not held in memory."""
    problems = open_records(run).order_by("position", "pk").iterator(chunk_size=2_000)
    groups = ((place, list(rows)) for place, rows in groupby(problems, key=lambda r: r.position))
    file = run.file
    if file is None or file.forgotten_at is not None:
        return _of_records(run, groups, {})
    if columns_of(file).spread is not None:
        # Of a row with many counts only some are refused: those, and what was said for all rows.
        return _of_records(run, groups, mapping_of(file.mapping).constants)
    return _of_file(file, groups)


Groups = Iterator[tuple[int, list[RejectedRecord]]]


def _of_file(file: ImportFile, groups: Groups) -> Iterator[str]:
    notes = {name.lower() for name in _NOTES}
    places = [n for n, name in enumerate(file.header) if name not in notes]
    yield _BOM + _csv_line([*_NOTES, *(file.titles[place] for place in places)])
    kept = _stored_rows(file)
    for position, problems in groups:
        # Both go by row number: each is walked once.
        row = next((row for line, row in kept if line == position), [])
        cells = [row[place] if place < len(row) else "" for place in places]
        cells += row[len(file.titles) :]
        # What is wrong comes first: a row with a cell too many does not push it aside.
        yield _csv_line([*_problem_cells(position, problems), *cells])


def _stored_rows(file: ImportFile) -> Iterator[tuple[int, list[str]]]:
    for number in range(file.chunks):
        yield from rows_of(file, number=number)


def _of_records(run: ImportRun, groups: Groups, constants: Mapping[str, str]) -> Iterator[str]:
    spec = next((spec for spec in SPECS.values() if spec.kind == run.kind), None)
    names = list(spec.by_name()) if spec else ["record"]
    yield _BOM + _csv_line([*_NOTES, *names])
    for position, problems in groups:
        record = {**constants, **as_text(problems[0].record)}
        cells = [record.get(name, "") for name in names] if spec else [str(record)]
        yield _csv_line([*_problem_cells(position, problems), *cells])


def _problem_cells(position: int, problems: list[RejectedRecord]) -> list[str]:
    named = [(field_word(p.field) if p.field else "", in_words(p.message)) for p in problems]
    fields = "; ".join(dict.fromkeys(field for field, _ in named if field))
    words = "; ".join(f"{field} {message}".strip() for field, message in named)
    return [str(position), fields, words]


def _csv_line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([neutral(cell) for cell in cells])
    return text.getvalue()
