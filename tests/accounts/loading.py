"""Raw mappings through intake and loading, as every door does it."""

from datetime import UTC, date, datetime
from typing import Any

from accounts.intake.parse_options import iso_reading
from accounts.intake.records import read_records
from accounts.intake.specs import SPECS, Kind
from accounts.loading import LoadResult, load

DAY = date(2025, 3, 14)
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)


def load_raw(kind: str, *raw: dict[str, Any], day: date = DAY, **rest: Any) -> LoadResult:
    spec = SPECS[Kind(kind)]
    # The reading's own clock is later than all test days: what is future is tested in pure.
    reading = iso_reading(now=datetime(2030, 1, 1, tzinfo=UTC))
    intake = read_records(enumerate(raw), spec=spec, reading=reading)
    assert intake.errors == []
    now = NOW if day == DAY else datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return load(kind=spec.kind, records=intake.records, day=day, now=now, **rest)


def statuses(result: LoadResult) -> list[str]:
    return [result.statuses[position].value for position in sorted(result.statuses)]


def problems(result: LoadResult) -> set[tuple[int, str, str]]:
    return {(p.position, p.field, p.code) for p in result.problems}


def account(external_id: str = "acme", **fields: Any) -> dict[str, Any]:
    return {"external_id": external_id, "name": external_id.capitalize(), **fields}


def movement(external_id: str, effective_on: str, kind: str, arr: str, **fields: Any):
    return {
        "external_id": external_id,
        "account": "acme",
        "effective_on": effective_on,
        "kind": kind,
        "arr": arr,
        "currency": "USD",
        **fields,
    }


def contract(external_id: str, starts_on: str, ends_on: str | None, arr: str | None, **fields: Any):
    return {
        "external_id": external_id,
        "account": "acme",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "arr": arr,
        "currency": "USD",
        **fields,
    }
