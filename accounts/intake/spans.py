"""What a count is over: its day, or a week that is named by its first or its last day."""

from collections.abc import MutableMapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from accounts.intake.dates import DateOptions
from accounts.intake.errors import FieldError


class Covers(StrEnum):
    DAY = "day"
    WEEK_FROM = "week_from"
    WEEK_TO = "week_to"


WEEK = 7
_TO_ITS_LAST_DAY = timedelta(days=WEEK - 1)


def read_span(
    values: MutableMapping[str, Any], *, calendar: DateOptions
) -> list[tuple[str, FieldError]]:
    """Leaves `day`, the last one that is counted, and for a week `days`: how many they are.

    A week that has not ended is an error: what it counts would stand on a day that is ahead.
    """
    covers = values.pop("covers", None)
    if covers not in (Covers.WEEK_FROM, Covers.WEEK_TO):
        return []
    first: date = values["day"]
    last = first + _TO_ITS_LAST_DAY if covers == Covers.WEEK_FROM else first
    if last > calendar.now.date() + timedelta(days=1):
        message = f"begins a week that ends on {last}; send it when that has come"
        return [("day", FieldError("week_ahead", message))]
    values["day"], values["days"] = last, WEEK
    return []
