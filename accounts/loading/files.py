"""A CSV file to facts: read to its end first, then written batch by batch, each with its sums."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake import csv_files
from accounts.intake.column_mapping import Columns, our_names
from accounts.intake.errors import FileRefused, RecordError, in_order
from accounts.intake.parse_options import ParseOptions
from accounts.intake.plain_blocks import count_plain, plain_blocks
from accounts.intake.questions import are_months, days_of, refuse_months
from accounts.intake.read_batches import ReadBatch
from accounts.intake.row_reader import RowReader
from accounts.intake.specs import SPECS, Kind
from accounts.intake.streams import COMMAND_LIMITS
from accounts.intake.usage_rows import is_plain
from accounts.intake.wide_rows import MOST_WIDE_ROWS, given_by, spread_faults
from accounts.loading.pipeline import FactLoader, load_run
from accounts.loading.results import LoadResult
from accounts.loading.runs import finish_run, start_run
from accounts.models import ImportRun, User

_BATCH = {Kind.USAGE: 20_000}
_SMALL_BATCH = 5_000
# Of so many rows it is looked whether their days are the names of months.
_ASKED_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class FileImport:
    """One file and how it is to be read. `columns` maps its names to ours; None leaves one out."""

    name: str
    source: BinaryIO
    kind: Kind
    reading: ParseOptions
    day: date
    now: datetime
    encoding: str | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)
    backfill: bool = False
    declared_source: str = DIRECT_SOURCE
    ignores_rest: bool = False
    user: User | None = None


def import_file(
    file: FileImport,
    *,
    progress: Callable[[int, int], None],
    report: Callable[[RecordError], None],
) -> ImportRun:
    """The finished run. FileRefused, with a failed run left behind, when nothing was read."""
    run = start_run(
        kind=file.kind,
        source=file.name,
        now=file.now,
        declared_source=file.declared_source,
        user=file.user,
    )
    try:
        layout, columns, by_blocks = _inspect_file(file)
        _refuse_months(file, layout, columns)
    except FileRefused as refused:
        finish_run(run, now=file.now, reason=refused.message)
        raise
    run.digest = _file_digest(file.source)
    run.save(update_fields=["digest"])
    if left_out := _left_out(file, layout.header):
        message = f"left out, because no field is called so: {', '.join(left_out)}"
        report(RecordError(1, "", "left_out", message, warning=True))

    def after_batch(result: LoadResult) -> None:
        for problem in in_order(result.problems):
            report(problem)
        progress(run.read, layout.records)

    loader = FactLoader(
        day=file.day, now=file.now, source=file.declared_source, backfill=file.backfill
    )
    batches = _read_batches(file, layout, columns, by_blocks=by_blocks)
    for problem in load_run(run, batches, loader=loader, after_batch=after_batch):
        report(problem)
    return run


def _inspect_file(file: FileImport) -> tuple[csv_files.Layout, Columns, bool]:
    """The file read to its end: what is wrong with it is found before the first write."""
    if file.kind == Kind.USAGE and file.encoding in (None, "utf-8"):
        layout, _ = csv_files.opened_rows(
            file.source, limits=COMMAND_LIMITS, encoding=file.encoding
        )
        columns = _mapped_columns(layout.header, file=file)
        records = None
        is_usual = columns.keeps_all and is_plain(columns.fields, file.reading)
        if layout.encoding.startswith("utf-8") and is_usual and not layout.above:
            records = count_plain(file.source, limits=COMMAND_LIMITS)
        if records is not None and records <= COMMAND_LIMITS.records:
            return replace(layout, records=records), columns, True
    layout = csv_files.inspect(file.source, limits=COMMAND_LIMITS, encoding=file.encoding)
    columns = _mapped_columns(layout.header, file=file)
    if columns.spread is not None and layout.records > MOST_WIDE_ROWS:
        message = f"has more than {MOST_WIDE_ROWS} rows of several counts each; split it"
        raise FileRefused("too_many_rows", message)
    return layout, columns, False


def _refuse_months(file: FileImport, layout: csv_files.Layout, columns: Columns) -> None:
    """Where nobody said what is counted: of its first rows, as the page asks."""
    spec = SPECS[file.kind]
    if "covers" not in spec.by_name() or "covers" in {*columns.fields, *file.reading.constants}:
        return
    rows = csv_files.rows(file.source, layout=layout, limits=COMMAND_LIMITS)
    days: set[date] = set()
    for _ in range(_ASKED_ROWS // _SMALL_BATCH):
        records = [row for _, row in columns.records(islice(rows, _SMALL_BATCH))]
        days |= days_of(records, columns=columns.fields, kind=file.kind, reading=file.reading)
        if not records or (len(days) > 1 and not are_months(days)):
            break
    refuse_months(days, advice="--set covers=day")


def _read_batches(
    file: FileImport, layout: csv_files.Layout, columns: Columns, *, by_blocks: bool
) -> Iterator[ReadBatch]:
    reader = RowReader(file.kind, columns.fields, file.reading)
    if by_blocks:
        blocks = plain_blocks(file.source, limits=COMMAND_LIMITS, delimiter=layout.delimiter)
        yield from map(reader.read_block, blocks)
        return
    rows = columns.records(csv_files.rows(file.source, layout=layout, limits=COMMAND_LIMITS))
    while batch := list(islice(rows, _BATCH.get(file.kind, _SMALL_BATCH))):
        yield reader.read(batch)


def _field_names(file: FileImport, header: tuple[str, ...]) -> list[str | None]:
    return our_names(header, kind=file.kind, columns=file.columns, ignores_rest=file.ignores_rest)


def _left_out(file: FileImport, header: tuple[str, ...]) -> list[str]:
    """The names that nobody mapped."""
    pairs = zip(header, _field_names(file, header), strict=True)
    return [name for name, ours in pairs if ours is None and name not in file.columns]


def _mapped_columns(header: tuple[str, ...], *, file: FileImport) -> Columns:
    spec = SPECS[file.kind]
    names = _field_names(file, header)
    kept = [name for name in names if name]
    missing = spec.not_given({*given_by(kept, spec=spec), *file.reading.constants})
    if missing:
        raise FileRefused(
            "missing_column", _missing_column_message(missing, header=header, names=names)
        )
    if len(set(kept)) != len(kept):
        raise FileRefused("header", "two columns are mapped to the same field")
    for fault in spread_faults(kept, spec=spec):
        raise FileRefused("header", fault)
    return Columns.of(names, kind=file.kind)


def _missing_column_message(
    missing: Sequence[str], *, header: Sequence[str], names: Sequence[str | None]
) -> str:
    name = missing[0].split(" or ")[0]
    unused = ", ".join(title for title, ours in zip(header, names, strict=True) if ours is None)
    return (
        f"no column says {', '.join(missing)}: map one (--map COLUMN={name}) or give every row the"
        f" same value (--set {name}=VALUE)" + (f"; not used are {unused}" if unused else "")
    )


def _file_digest(source: BinaryIO) -> str:
    source.seek(0)
    digest = hashlib.sha256()
    while piece := source.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
