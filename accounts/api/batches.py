"""A batch as it came, understood and loaded: the same way at once and out of the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.api import bodies
from accounts.intake import csv_files
from accounts.intake.errors import RecordError
from accounts.intake.records import Record, iso_reading, read_records
from accounts.intake.specs import SPECS, Kind, RecordSpec
from accounts.intake.usage_rows import UsageReader, UsageRow
from accounts.loading import LoadResult, finish_run, keep_problems, load
from accounts.loading.results import Place
from accounts.loading.runs import count
from accounts.loading.usage import Directory, distinct_rows, load_usage
from accounts.models import ImportRun


@dataclass(frozen=True, slots=True)
class Batch:
    """`body` is decompressed; `digest` tells it from others."""

    kind: Kind
    media_type: str
    body: bytes
    digest: str


@dataclass(slots=True)
class Sent:
    """A request as it was understood: records by index, and everything that is wrong with it."""

    spec: RecordSpec
    raw: Mapping[int, object]
    records: list[Record] = field(default_factory=list)
    errors: list[RecordError] = field(default_factory=list)
    usage: list[UsageRow] = field(default_factory=list)


def work_through(batch: Batch, *, run: ImportRun, day: date, now: datetime) -> LoadResult:
    """Loads what is good, keeps what is not, and finishes the run. In the caller's transaction.

    Raises FileRefused or Problem where the body as a whole cannot be read: nothing is stored.
    """
    sent = _understood(batch, now=now)
    result = _loaded(sent, source=str(run.declared_source_id), day=day, now=now)
    result.reject(sent.errors)
    keep_problems(run, result.problems, raw=sent.raw)
    count(run, result, read=len(result.statuses))
    finish_run(run, now=now)
    return result


def _understood(batch: Batch, *, now: datetime) -> Sent:
    spec = SPECS[batch.kind]
    if batch.media_type == bodies.CSV:
        return _understood_csv(batch.body, spec=spec, now=now)
    indexed, errors = bodies.json_records(batch.body, found=batch.media_type)
    if spec.kind == Kind.USAGE:
        reader = UsageReader((), iso_reading(now=now))
        usage, wrong = reader.read_objects(indexed)
        return Sent(spec, dict(indexed), usage=usage, errors=errors + wrong)
    intake = read_records(indexed, spec=spec, reading=iso_reading(now=now))
    return Sent(spec, dict(indexed), intake.records, errors + intake.errors)


def _understood_csv(body: bytes, *, spec: RecordSpec, now: datetime) -> Sent:
    header, rows = bodies.csv_records(body, spec=spec)
    raw: dict[int, object] = {}
    errors = []
    for index, row in rows:
        mapping = csv_files.as_mapping(row, header=header)
        if mapping is None:
            message = csv_files.ragged(row, header=header)
            errors.append(RecordError(index, "", "ragged", message))
        raw[index] = mapping or {"row": row}
    ragged = {error.position for error in errors}
    good = [(index, mapping) for index, mapping in raw.items() if index not in ragged]
    intake = read_records(good, spec=spec, reading=iso_reading(now=now, typed=False))
    return Sent(spec, raw, intake.records, errors + intake.errors)


def _loaded(sent: Sent, *, source: str, day: date, now: datetime) -> LoadResult:
    if not sent.usage:
        return load(
            kind=sent.spec.kind,
            records=sent.records,
            day=day,
            now=now,
            source=source,
            place=Place.INDEX,
        )
    result = LoadResult(place=Place.INDEX)
    rows = distinct_rows(sent.usage, result=result)
    load_usage(rows, directory=Directory(), day=day, result=result)
    return result
