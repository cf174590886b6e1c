"""A refused record put right where it is listed, or tried again: its account may exist now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.intake.column_mapping import mapping_of
from accounts.intake.errors import RecordError
from accounts.intake.fields import Kind
from accounts.intake.parse_options import ParseOptions, iso_reading
from accounts.intake.read_batches import ReadBatch
from accounts.intake.records import read_records
from accounts.intake.specs import SPECS
from accounts.loading.pipeline import FactLoader
from accounts.loading.results import LoadResult, Place, Status
from accounts.loading.runs import keep_problems
from accounts.models import ImportRun, User
from accounts.queries.source_mappings import mapping_for
from accounts.uploads.resolve import open_records

MOST_AT_ONCE = 5_000
_LIST_MARK = "|"


@dataclass(frozen=True, slots=True)
class Retry:
    """Who tries what again; `values` by position, as text."""

    run: ImportRun
    values: Mapping[int, Mapping[str, str | None]]
    user: User
    day: date
    now: datetime


def mend(retry: Retry) -> LoadResult:
    """Loads the records; those taken are settled, of the others the problems are kept anew."""
    kind = Kind(retry.run.kind)
    with transaction.atomic():
        ImportRun.objects.select_for_update().get(pk=retry.run.pk)  # two people, one record
        still = set(
            open_records(retry.run)
            .filter(position__in=retry.values.keys())
            .values_list("position", flat=True)
        )
        raw = {position: dict(retry.values[position]) for position in sorted(still)}
        intake = read_records(raw.items(), spec=SPECS[kind], reading=_parse_options_of(retry))
        loader = FactLoader(
            retry.day,
            retry.now,
            source=str(retry.run.declared_source_id),
            is_part=False,
            place=Place.INDEX if retry.run.via == ImportRun.Via.API else Place.ROW,
        )
        result = loader.load(ReadBatch(kind, records=intake.records, errors=intake.errors))
        _settle_taken_records(retry, result)
        _keep_anew(retry.run, result, raw=raw)
    return result


def retry_all(
    run: ImportRun, *, user: User, day: date, now: datetime, limit: int = MOST_AT_ONCE
) -> LoadResult:
    """The refused records as they are, the first ones up to the limit."""
    rows = open_records(run).filter(is_whole=True).order_by("position", "pk")
    values: dict[int, dict[str, str | None]] = {}
    for position, record in rows.values_list("position", "record")[: limit * 2]:
        if is_editable(record):
            text = as_text(record)
            cleared = {name: None for name, value in record.items() if value is None}
            values.setdefault(position, {**text, **cleared})
    first = dict(list(values.items())[:limit])
    return mend(Retry(run, first, user, day, now))


def is_editable(record: Mapping[str, Any]) -> bool:
    """A row that did not split into the right number of cells has no fields to put right."""
    return bool(record) and "row" not in record and "value" not in record


def as_text(record: Mapping[str, Any]) -> dict[str, str]:
    """Values of JSON as a file would write them; NUL was kept as a visible mark."""
    return {name: _cell_text(value).replace("␀", "\x00") for name, value in record.items()}


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _LIST_MARK.join(map(str, value))
    return str(value)


def _parse_options_of(retry: Retry) -> ParseOptions:
    """As the file was read; what came by the API or a command is written as ISO."""
    if retry.run.file is not None:
        return mapping_of(retry.run.file.mapping).reading(now=retry.now)
    plain = iso_reading(now=retry.now, typed=False)
    kept = mapping_for(str(retry.run.declared_source_id), kind=Kind(retry.run.kind))
    return kept.meanings(plain) if kept else plain


def _settle_taken_records(retry: Retry, result: LoadResult) -> None:
    taken = [p for p, status in result.statuses.items() if status != Status.REJECTED]
    open_records(retry.run).filter(position__in=taken).update(
        settled_at=retry.now, settled_by=retry.user
    )


def _keep_anew(
    run: ImportRun, result: LoadResult, *, raw: Mapping[int, Mapping[str, str | None]]
) -> None:
    problems: dict[int, Sequence[RecordError]] = defaultdict(list)
    for problem in result.problems:
        if not problem.warning:
            problems[problem.position] = [*problems[problem.position], problem]
    open_records(run).filter(position__in=problems).delete()
    keep_problems(run, [p for found in problems.values() for p in found], raw=raw)
