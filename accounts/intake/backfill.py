"""History that says when each fact was learned, or that it was recorded at the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, tzinfo

from accounts.intake.field_values import Value
from accounts.intake.fields import Kind
from accounts.intake.records import Record

# The day on which a record recorded at the time became known.
_OWN_DAY = {
    Kind.ACCOUNT_HISTORY: "as_of",
    Kind.CONTACTS: "met_on",
    Kind.CONTRACTS: "starts_on",
    Kind.MOVEMENTS: "effective_on",
    Kind.INVOICES: "issued_on",
    Kind.TICKETS: "opened_at",
    Kind.INTERACTIONS: "occurred_at",
    Kind.EVENTS: "occurred_on",
}
# Usage keeps its own day of learning in its rows.
BACKFILLED = frozenset({*_OWN_DAY, Kind.USAGE, Kind.SESSIONS})


def recorded_at_the_time(
    records: Sequence[Record], *, kind: Kind, day: date, zone: tzinfo
) -> list[Record]:
    """Learned on its own day, at the latest on `day`, where a record does not say when."""
    field = _OWN_DAY.get(kind)
    if field is None:
        return list(records)
    return [_dated(record, record.values.get(field), day=day, zone=zone) for record in records]


def _dated(record: Record, own: Value, *, day: date, zone: tzinfo) -> Record:
    if own is None or record.values.get("learned_on") is not None:
        return record
    if isinstance(own, datetime):
        own = own.astimezone(zone).date()
    if not isinstance(own, date):
        return record
    return replace(record, values={**record.values, "learned_on": min(own, day)})


def learned_on(values: Mapping[str, Value]) -> date | None:
    found = values.get("learned_on")
    return found if isinstance(found, date) else None


def moment_of(day: date | None, *, now: datetime, zone: tzinfo) -> datetime:
    """The beginning of the day; now where no day is said, and at the latest."""
    return now if day is None else min(now, datetime.combine(day, time(), tzinfo=zone))
