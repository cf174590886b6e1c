"""A CSV file to facts: read to its end first, then written batch by batch, each with its sums."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO

from django.db import transaction

from accounts.intake import csv_files
from accounts.intake.errors import FileRefused, RecordError, in_order, shown
from accounts.intake.records import Reading, Record, read_record
from accounts.intake.specs import SPECS, Kind, RecordSpec
from accounts.intake.streams import FILE_LIMITS
from accounts.intake.usage_rows import UsageReader
from accounts.loading.batches import load
from accounts.loading.results import LoadResult
from accounts.loading.runs import count, finish_run, keep_problems, start_run
from accounts.loading.usage import Directory, distinct_rows, load_usage
from accounts.models import ImportRun, User

_BATCH = {Kind.USAGE: 20_000}
_SMALL_BATCH = 5_000

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class FileImport:
    """One file and how it is to be read. `columns` maps its names to ours; None leaves one out."""

    name: str
    source: BinaryIO
    kind: Kind
    reading: Reading
    day: date
    now: datetime
    encoding: str | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)
    backfill: bool = False
    user: User | None = None


@dataclass(frozen=True, slots=True)
class _Columns:
    """The file's own header, and which places of a row carry which of our fields."""

    header: tuple[str, ...]
    kept: tuple[str, ...]
    places: tuple[int, ...]

    def pick(self, rows: Iterator[Row]) -> Iterator[Row]:
        return rows if len(self.places) == len(self.header) else self._picked(rows)

    def _picked(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Ragged rows go through as they are: their error shows all they have."""
        for line, row in rows:
            fits = len(row) == len(self.header)
            yield line, [row[place] for place in self.places] if fits else row


def import_file(
    file: FileImport,
    *,
    progress: Callable[[int, int], None],
    report: Callable[[RecordError], None],
) -> ImportRun:
    """The finished run. FileRefused, with a failed run left behind, when nothing was read."""
    run = start_run(kind=file.kind, source=file.name, now=file.now, user=file.user)
    try:
        layout = csv_files.inspect(file.source, limits=FILE_LIMITS, encoding=file.encoding)
        columns = _columns(layout.header, file=file)
    except FileRefused as refused:
        finish_run(run, now=file.now, reason=refused.message)
        raise
    run.digest = _digest(file.source)
    run.save(update_fields=["digest"])
    directory = Directory()
    usage = UsageReader(columns.kept, file.reading)
    rows = columns.pick(csv_files.rows(file.source, layout=layout, limits=FILE_LIMITS))
    while batch := list(islice(rows, _BATCH.get(file.kind, _SMALL_BATCH))):
        problems = _load_batch(batch, file=file, run=run, usage=usage, directory=directory)
        for problem in problems:
            report(problem)
        progress(run.read, layout.records)
    finish_run(run, now=file.now)
    return run


def _load_batch(
    batch: list[Row], *, file: FileImport, run: ImportRun, usage: UsageReader, directory: Directory
) -> list[RecordError]:
    with transaction.atomic():
        if file.kind == Kind.USAGE:
            result = _load_usage(batch, file=file, usage=usage, directory=directory)
        else:
            result = _load_records(batch, file=file, header=usage.header, directory=directory)
        refused = {problem.position for problem in result.problems}
        raw = {line: _as_sent(row, usage.header) for line, row in batch if line in refused}
        keep_problems(run, result.problems, raw=raw)
        count(run, result, read=len(batch))
    return in_order(result.problems)


def _as_sent(row: list[str], header: tuple[str, ...]) -> object:
    return csv_files.as_mapping(row, header=header) or {"row": row}


def _load_usage(
    batch: list[Row], *, file: FileImport, usage: UsageReader, directory: Directory
) -> LoadResult:
    rows, errors = usage.read(batch)
    result = LoadResult()
    result.reject(errors)
    load_usage(
        distinct_rows(rows, result=result),
        directory=directory,
        day=file.day,
        result=result,
        backfill=file.backfill,
    )
    return result


def _load_records(
    batch: list[Row], *, file: FileImport, header: tuple[str, ...], directory: Directory
) -> LoadResult:
    spec = SPECS[file.kind]
    records: list[Record] = []
    errors: list[RecordError] = []
    for line, row in batch:
        raw = csv_files.as_mapping(row, header=header)
        if raw is None:
            errors.append(RecordError(line, "", "ragged", csv_files.ragged(row, header=header)))
            continue
        outcome = read_record(raw, spec=spec, position=line, reading=file.reading)
        if isinstance(outcome, Record):
            records.append(outcome)
        else:
            errors += outcome
    result = load(
        kind=file.kind,
        records=records,
        day=file.day,
        now=file.now,
        backfill=file.backfill,
        directory=directory,
    )
    result.reject(errors)
    return result


def kind_of(name: str, header: Iterable[str]) -> Kind | None:
    """By the file's name (accounts.csv, usage-2024.csv), else by its columns; None when unclear."""
    stem = name.lower().replace("-", "_")
    named = [kind for kind in Kind if stem.startswith(kind.value)]
    if named:
        return max(named, key=len)
    columns = set(header)
    fitting = [kind for kind, spec in SPECS.items() if _fits(spec, columns)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(spec: RecordSpec, columns: set[str]) -> bool:
    required = {field.name for field in spec.fields if field.required}
    return required <= columns <= set(spec.by_name())


def _columns(header: tuple[str, ...], *, file: FileImport) -> _Columns:
    spec = SPECS[file.kind]
    names = [file.columns.get(name, name) for name in header]
    known = spec.by_name()
    unknown = [n for n, ours in zip(header, names, strict=True) if ours and ours not in known]
    if unknown:
        raise FileRefused(
            "unknown_column",
            f"the column {shown(unknown[0])} is not one of {file.kind} ({', '.join(known)}); "
            "map it to one of them or leave it out",
        )
    kept = tuple(name for name in names if name)
    missing = [f.name for f in spec.fields if f.required and f.name not in kept]
    if missing:
        raise FileRefused("missing_column", f"the column {missing[0]} of {file.kind} is missing")
    if len(set(kept)) != len(kept):
        raise FileRefused("header", "two columns are mapped to the same field")
    return _Columns(header, kept, tuple(n for n, name in enumerate(names) if name))


def _digest(source: BinaryIO) -> str:
    source.seek(0)
    digest = hashlib.sha256()
    while piece := source.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
