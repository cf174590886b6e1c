"""A batch as it came, read and loaded: the same way at once and out of the inbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.api import bodies
from accounts.intake.column_mapping import ColumnMapping
from accounts.intake.parse_options import ParseOptions, iso_reading
from accounts.intake.questions import refuse_months
from accounts.intake.read_batches import ReadBatch
from accounts.intake.records import read_records
from accounts.intake.row_reader import RowReader
from accounts.intake.specs import SPECS, Kind
from accounts.intake.usage_rows import UsageReader
from accounts.loading import LoadResult
from accounts.loading.pipeline import FactLoader, load_run
from accounts.loading.results import Place
from accounts.models import ImportRun
from accounts.queries.source_mappings import mapping_for

_ADVICE = "each record with covers and the value day"


@dataclass(frozen=True, slots=True)
class RequestBatch:
    """`body` is decompressed; `digest` tells it from others."""

    kind: Kind
    media_type: str
    body: bytes
    digest: str


def work_through(batch: RequestBatch, *, run: ImportRun, day: date, now: datetime) -> LoadResult:
    """Loads what is good, keeps what is not, and finishes the run. In the caller's transaction.

    Raises FileRefused or Problem where the body as a whole cannot be read: nothing is stored.
    """
    source = str(run.declared_source_id)
    sent = _read_batch(batch, mapping=mapping_for(source, kind=batch.kind), now=now)
    loader = FactLoader(
        day, now, source, by_ops=False, is_part=False, is_listing=True, place=Place.INDEX
    )
    results: list[LoadResult] = []
    load_run(run, [sent], loader=loader, after_batch=results.append)
    return results[0]


def _read_batch(batch: RequestBatch, *, mapping: ColumnMapping | None, now: datetime) -> ReadBatch:
    """As it is kept of the key's source what its columns and words mean."""
    if batch.media_type == bodies.CSV:
        return _read_csv(batch, mapping=mapping, now=now)
    reading = iso_reading(now=now)
    if mapping is not None:
        reading = mapping.meanings(reading)
    indexed, errors = bodies.json_records(batch.body, found=batch.media_type)
    sent = dict(indexed)
    if mapping is not None:
        indexed = bodies.under_our_names(indexed, spec=SPECS[batch.kind], mapping=mapping)
    read = _read_objects(batch.kind, indexed, reading=reading)
    read.errors, read.read = errors + read.errors, len(indexed) + len(errors)
    read.as_sent = lambda positions: {index: sent.get(index) for index in positions}
    said = any(isinstance(raw, dict) and raw.get("covers") for _, raw in indexed)
    return _of_days(read, said=said, reading=reading)


def _read_objects(
    kind: Kind, indexed: Iterable[tuple[int, object]], *, reading: ParseOptions
) -> ReadBatch:
    if kind == Kind.USAGE:
        usage, errors = UsageReader((), reading).read_objects(indexed)
        return ReadBatch(kind, usage=usage, errors=errors)
    intake = read_records(indexed, spec=SPECS[kind], reading=reading)
    return ReadBatch(kind, records=intake.records, errors=intake.errors)


def _read_csv(batch: RequestBatch, *, mapping: ColumnMapping | None, now: datetime) -> ReadBatch:
    header, rows = bodies.csv_records(batch.body, spec=SPECS[batch.kind], mapping=mapping)
    reading = mapping.reading(now=now) if mapping else iso_reading(now=now, typed=False)
    read = RowReader(batch.kind, header, reading).read(rows)
    return _of_days(read, said="covers" in header, reading=reading)


def _of_days(read: ReadBatch, *, said: bool, reading: ParseOptions) -> ReadBatch:
    """What counts days or weeks; `said`: which of both. Raises FileRefused for months."""
    is_asked = "covers" in SPECS[read.kind].by_name() and not said
    if is_asked and "covers" not in reading.constants:
        refuse_months(read.days(), advice=_ADVICE)
    return read
