"""History that says when each fact was learned, or that it was recorded at the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, tzinfo
from types import MappingProxyType

from accounts.intake.field_values import Value
from accounts.intake.fields import Kind
from accounts.intake.records import Record

NO_SESSIONS: Mapping[str, datetime] = MappingProxyType({})
# The day on which a record recorded at the time became known.
_OWN_DAY = {
    Kind.ACCOUNT_HISTORY: "as_of",
    Kind.TEAM: "since",
    Kind.CONTACTS: "met_on",
    Kind.CONTRACTS: "starts_on",
    Kind.MOVEMENTS: "effective_on",
    Kind.INVOICES: "issued_on",
    Kind.TICKETS: "opened_at",
    Kind.INTERACTIONS: "occurred_at",
    Kind.GROUP_SESSIONS: "starts_at",
    Kind.CSM_SENTIMENTS: "said_at",
    Kind.EVENTS: "occurred_on",
    Kind.ONBOARDING: "due_on",
    Kind.SURVEY_ANSWERS: "answered_at",
}
# An attendance has the day of its session. Usage keeps a day of learning in its rows, active days
# of people always count as known on their own.
_USED = frozenset({Kind.USAGE, Kind.SESSIONS, Kind.USER_DAYS, Kind.ACTIVE_USERS})
BACKFILLED = frozenset({*_OWN_DAY, Kind.ATTENDANCES, *_USED})


def recorded_at_the_time(
    records: Sequence[Record],
    *,
    kind: Kind,
    sessions: Mapping[str, datetime] = NO_SESSIONS,
    day: date,
    zone: tzinfo,
) -> list[Record]:
    """Learned on its own day, at the latest on `day`, where a record does not say when.
    `sessions`: when those began that attendances name."""
    if kind == Kind.ATTENDANCES:
        own: list[Value] = [sessions.get(str(record.values["session"])) for record in records]
    elif kind in _OWN_DAY:
        own = [record.values.get(_OWN_DAY[kind]) for record in records]
    else:
        return list(records)
    return [
        _with_learned_day(record, moment, day=day, zone=zone)
        for record, moment in zip(records, own, strict=True)
    ]


def _with_learned_day(record: Record, own: Value, *, day: date, zone: tzinfo) -> Record:
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
