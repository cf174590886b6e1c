"""A batch as it came, understood and loaded: the same way at once and out of the inbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from accounts.api import bodies
from accounts.intake import csv_files
from accounts.intake.column_mapping import ColumnMapping
from accounts.intake.errors import RecordError
from accounts.intake.parse_options import ParseOptions, iso_reading
from accounts.intake.questions import refuse_months
from accounts.intake.records import Record, read_records
from accounts.intake.specs import SPECS, Kind, RecordSpec
from accounts.intake.usage_blocks import BlockReader, UsageColumns
from accounts.intake.usage_rows import UsageReader, UsageRow, is_plain
from accounts.loading import LoadResult, finish_run, keep_problems, load
from accounts.loading.account_names import renamed_columns, renamed_rows
from accounts.loading.results import Place
from accounts.loading.runs import count
from accounts.loading.usage import distinct_rows, load_usage
from accounts.loading.usage_columns import load_usage_columns
from accounts.loading.usage_ids import UsageIds
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


@dataclass(slots=True)
class Sent:
    """A request as it was understood: records by index, and everything that is wrong with it.

    `as_sent` gives the record at an index as it came. Usage is rows (JSON) or columns (CSV).
    """

    spec: RecordSpec
    as_sent: Callable[[int], object]
    records: list[Record] = field(default_factory=list)
    errors: list[RecordError] = field(default_factory=list)
    usage: list[UsageRow] = field(default_factory=list)
    usage_columns: UsageColumns | None = None


def work_through(batch: RequestBatch, *, run: ImportRun, day: date, now: datetime) -> LoadResult:
    """Loads what is good, keeps what is not, and finishes the run. In the caller's transaction.

    Raises FileRefused or Problem where the body as a whole cannot be read: nothing is stored.
    """
    mapping = mapping_for(str(run.declared_source_id), kind=batch.kind)
    sent = _read_batch(batch, mapping=mapping, now=now)
    result = _load_sent(sent, source=str(run.declared_source_id), day=day, now=now)
    result.reject(sent.errors)
    refused = {problem.position for problem in result.problems}
    keep_problems(run, result.problems, raw={n: sent.as_sent(n) for n in refused})
    count(run, result, read=len(result.statuses))
    finish_run(run, now=now)
    return result


def _read_batch(batch: RequestBatch, *, mapping: ColumnMapping | None, now: datetime) -> Sent:
    """As it is kept of the key's source what its columns and words mean."""
    spec = SPECS[batch.kind]
    if batch.media_type == bodies.CSV:
        return _understood_csv(batch.body, spec=spec, mapping=mapping, now=now)
    reading = iso_reading(now=now)
    if mapping is not None:
        reading = mapping.meanings(reading)
    indexed, errors = bodies.json_records(batch.body, found=batch.media_type)
    as_sent = dict(indexed).get
    if mapping is not None:
        indexed = bodies.under_our_names(indexed, spec=spec, mapping=mapping)
    if spec.kind == Kind.USAGE:
        reader = UsageReader((), reading)
        usage, wrong = reader.read_objects(indexed)
        sent = Sent(spec, as_sent, errors=errors + wrong, usage=usage)
    else:
        intake = read_records(indexed, spec=spec, reading=reading)
        sent = Sent(spec, as_sent, intake.records, errors + intake.errors)
    said = any(isinstance(raw, dict) and raw.get("covers") for _, raw in indexed)
    return _of_days(sent, said=said, reading=reading)


def _understood_csv(
    body: bytes, *, spec: RecordSpec, mapping: ColumnMapping | None, now: datetime
) -> Sent:
    header, rows = bodies.csv_records(body, spec=spec, mapping=mapping)
    cells = dict(rows)
    reading = mapping.reading(now=now) if mapping else iso_reading(now=now, typed=False)

    def as_sent(index: int) -> object:
        row = cells[index]
        return csv_files.as_mapping(row, header=header) or {"row": row}

    if spec.kind == Kind.USAGE and not is_plain(header, reading):
        usage, errors = UsageReader(header, reading).read(rows)
        sent = Sent(spec, as_sent, errors=errors, usage=usage)
        return _of_days(sent, said="covers" in header, reading=reading)
    if spec.kind == Kind.USAGE:
        found, errors = BlockReader(header, reading).read(rows)
        sent = Sent(spec, as_sent, errors=errors, usage_columns=found)
        return _of_days(sent, said=False, reading=reading)
    good: list[tuple[int, object]] = []
    ragged = []
    for index, row in rows:
        raw = csv_files.as_mapping(row, header=header)
        if raw is None:
            message = csv_files.ragged(row, header=header)
            ragged.append(RecordError(index, "", "ragged", message))
        else:
            good.append((index, raw))
    intake = read_records(good, spec=spec, reading=reading)
    sent = Sent(spec, as_sent, intake.records, ragged + intake.errors)
    return _of_days(sent, said="covers" in header, reading=reading)


def _of_days(sent: Sent, *, said: bool, reading: ParseOptions) -> Sent:
    """What counts days or weeks; `said`: which of both. Raises FileRefused for months."""
    if "covers" in sent.spec.by_name() and not said and "covers" not in reading.constants:
        days = {row.day for row in sent.usage}
        days |= {day for record in sent.records if isinstance(day := record.values["day"], date)}
        if sent.usage_columns is not None:
            told = np.unique(sent.usage_columns.day).tolist()
            days |= {sent.usage_columns.days[place] for place in told}
        refuse_months(days, advice=_ADVICE)
    return sent


def _load_sent(sent: Sent, *, source: str, day: date, now: datetime) -> LoadResult:
    result, directory = LoadResult(place=Place.INDEX), UsageIds()
    if sent.usage_columns is not None:
        columns = renamed_columns(sent.usage_columns, source=source, directory=directory)
        load_usage_columns(columns, directory=directory, day=day, result=result, backfill=False)
    elif sent.usage:
        usage = renamed_rows(sent.usage, source=source, directory=directory)
        rows = distinct_rows(usage, result=result)
        load_usage(rows, directory=directory, day=day, result=result)
    else:
        return load(
            kind=sent.spec.kind,
            records=sent.records,
            day=day,
            now=now,
            source=source,
            place=Place.INDEX,
            by_ops=False,
        )
    return result
