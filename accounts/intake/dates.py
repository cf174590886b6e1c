"""Days and moments: one chosen reading, an offset or a chosen zone, never a guess."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from accounts.intake.errors import FieldError, shown

EARLIEST_YEAR = 2000
_YEARS_AHEAD = 5
# Of contracts, companies and people.
_EARLIEST_LONG_YEAR, _LATEST_LONG_YEAR = 1900, 9999
_CLOCK_SKEW = timedelta(minutes=5)
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9])"
    r"(?::([0-5][0-9])(?:\.([0-9]{1,6}))?)?"
    r"(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?"
)


class DateOrder(StrEnum):
    ISO = "YYYY-MM-DD"
    DAY_FIRST = "DD-MM-YYYY"
    MONTH_FIRST = "MM-DD-YYYY"


_DATE = {
    DateOrder.ISO: re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
    DateOrder.DAY_FIRST: re.compile(
        r"(?P<d>[0-9]{1,2})(?P<s>[-./])(?P<m>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})"
    ),
    DateOrder.MONTH_FIRST: re.compile(
        r"(?P<m>[0-9]{1,2})(?P<s>[-./])(?P<d>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})"
    ),
}
_DAY_NUMBER = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
# A clock as spreadsheets write it, after a date in the chosen order.
_CLOCK = re.compile(
    r"(?P<date>[0-9./-]{8,10})(?:,? |T)(?P<h>[0-9]{1,2}):(?P<min>[0-5][0-9])"
    r"(?::(?P<sec>[0-5][0-9]))?(?: ?(?P<half>[AaPp][Mm]))?"
)


# A day with a time behind it, in whatever order and form.
_TIMED = re.compile(r"[0-9./-]{8,10}(?:,? |T)[0-9]{1,2}:[0-5][0-9].{0,22}")


@dataclass(frozen=True, slots=True)
class DateOptions:
    """How dates of one source read, and what counts as the future for it."""

    now: datetime
    order: DateOrder = DateOrder.ISO
    zone: ZoneInfo | None = None


def day(value: str, *, calendar: DateOptions) -> date:
    """Of an event: from 2000 to five years ahead. A time behind it is read to its day."""
    return _in_range(_any_day(value, calendar=calendar), value=value, calendar=calendar)


def long_day(value: str, *, calendar: DateOptions) -> date:
    """Of contracts, companies and people: from 1900 on."""
    found = _any_day(value, calendar=calendar)
    if not _EARLIEST_LONG_YEAR <= found.year <= _LATEST_LONG_YEAR:
        raise FieldError(
            "date_range", f"{shown(value)} is before {_EARLIEST_LONG_YEAR}; check the year"
        )
    return found


def _any_day(value: str, *, calendar: DateOptions) -> date:
    if _TIMED.fullmatch(value):
        return _day_of(value, calendar=calendar)
    # A date that starts with its year reads in one way only, whatever was chosen for the others.
    match = _DATE[calendar.order].fullmatch(value) or _DATE[DateOrder.ISO].fullmatch(value)
    if match is None:
        raise _no_date(value, calendar=calendar)
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError as error:
        raise FieldError(
            "date", f"{shown(value)} is a day that does not exist; write one that does"
        ) from error


def _day_of(value: str, *, calendar: DateOptions) -> date:
    """In the chosen zone where the time has an offset, else the day as it stands there."""
    match = _MOMENT.fullmatch(value)
    if match is None:
        date_part = value.replace("T", " ").partition(" ")[0].rstrip(",")
        return _any_day(date_part, calendar=calendar)
    local = _local_datetime(match, value=value)
    if match[6] is None:
        return local.date()
    try:
        return local.replace(tzinfo=_offset_zone(match[6])).astimezone(calendar.zone or UTC).date()
    except OverflowError as error:
        raise FieldError(
            "date", f"{shown(value)} is a day that does not exist; write one that does"
        ) from error


def _no_date(value: str, *, calendar: DateOptions) -> FieldError:
    if _DAY_NUMBER.fullmatch(value):
        words = "is a day's number in a spreadsheet; format its column as a date, and save it again"
        return FieldError("date", f"{shown(value)} {words}")
    return FieldError("date", f"{shown(value)} is not a date; write it as {calendar.order.value}")


def past_day(value: str, *, calendar: DateOptions) -> date:
    """A day that has begun somewhere on earth; a client's tomorrow is accepted."""
    return past(day(value, calendar=calendar), value=value, calendar=calendar)


def past(found: date, *, value: str, calendar: DateOptions) -> date:
    if found > calendar.now.date() + timedelta(days=1):
        raise FieldError("future", f"{shown(value)} lies in the future; send it when it has come")
    return found


def _in_range(found: date, *, value: str, calendar: DateOptions) -> date:
    latest = calendar.now.year + _YEARS_AHEAD
    if not EARLIEST_YEAR <= found.year <= latest:
        raise FieldError(
            "date_range", f"{shown(value)} is outside {EARLIEST_YEAR} to {latest}; check the year"
        )
    return found


def moment(value: str, *, calendar: DateOptions) -> datetime:
    """An instant in UTC; without an offset only where the source's zone was chosen. A day without
    a time is its beginning there."""
    match = _MOMENT.fullmatch(value)
    if match is None and calendar.zone and _DATE[calendar.order].fullmatch(value):
        begins = datetime.combine(day(value, calendar=calendar), time(), tzinfo=calendar.zone)
        return begins.astimezone(UTC)
    if match is None and (clock := _CLOCK.fullmatch(value)) and calendar.order != DateOrder.ISO:
        return _on_the_clock(clock, value=value, calendar=calendar)
    if match is None:
        raise FieldError(
            "moment",
            f"{shown(value)} is not a date with time and offset; "
            "write it as 2026-03-01T09:30:00+01:00",
        )
    local = _local_datetime(match, value=value)
    _in_range(local.date(), value=value, calendar=calendar)
    offset = match[6]
    if offset is None:
        return _in_zone(local, value=value, zone=calendar.zone)
    return local.replace(tzinfo=_offset_zone(offset)).astimezone(UTC)


def _on_the_clock(match: re.Match[str], *, value: str, calendar: DateOptions) -> datetime:
    on = day(match["date"], calendar=calendar)
    hour, half = int(match["h"]), (match["half"] or "").lower()
    if hour > (12 if half else 23) or (half and hour == 0):
        raise FieldError(
            "moment", f"{shown(value)} is a time that does not exist; write one that does"
        )
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    local = datetime(  # noqa: DTZ001 -- the zone is attached by the caller
        on.year, on.month, on.day, hour, int(match["min"]), int(match["sec"] or 0)
    )
    return _in_zone(local, value=value, zone=calendar.zone)


def past_moment(value: str, *, calendar: DateOptions) -> datetime:
    found = moment(value, calendar=calendar)
    if found > calendar.now + _CLOCK_SKEW:
        raise FieldError(
            "future", f"{shown(value)} lies in the future; send it when it has happened"
        )
    return found


def _local_datetime(match: re.Match[str], *, value: str) -> datetime:
    try:
        found = date.fromisoformat(match[1])
    except ValueError as error:
        raise FieldError(
            "moment", f"{shown(value)} is a day that does not exist; write one that does"
        ) from error
    micro = int((match[5] or "0").ljust(6, "0"))
    return datetime(  # noqa: DTZ001 -- the zone is attached by the caller
        found.year, found.month, found.day, int(match[2]), int(match[3]), int(match[4] or 0), micro
    )


def _offset_zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))


def _in_zone(local: datetime, *, value: str, zone: ZoneInfo | None) -> datetime:
    """The first of two readings in an autumn hour; a spring hour that was skipped is refused."""
    if zone is None:
        raise FieldError(
            "offset", f"{shown(value)} has no offset; add one such as +01:00 or Z, or choose a zone"
        )
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        raise FieldError(
            "skipped_hour",
            f"{shown(value)} does not exist in {zone.key}: clocks went forward; add its offset",
        )
    return instant


@cache
def _known_zones() -> set[str]:
    # Reads the directory of zones: once a process is enough.
    return available_timezones()


def time_zone(value: str) -> str:
    if value not in _known_zones():
        raise FieldError(
            "time_zone", f"{shown(value)} is not a time zone; write it like Europe/Paris"
        )
    return value
