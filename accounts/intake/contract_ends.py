"""The end of a contract as a file writes it, as the renewal date that is stored."""

from collections.abc import MutableMapping
from datetime import date, timedelta
from typing import Any

from accounts.intake.errors import FieldError
from accounts.intake.fields import Kind, RecordSpec
from accounts.intake.parse_options import EndDate, ParseOptions

# What systems write that have no word for "until further notice".
_FIRST_OPEN_YEAR = 2099
_DAY = timedelta(days=1)


def read_end(
    values: MutableMapping[str, Any], *, spec: RecordSpec, reading: ParseOptions
) -> list[tuple[str, FieldError]]:
    """Leaves the renewal date, the first day that is not covered, or the day of a cancellation;
    returns warnings."""
    ends_on: date | None = values.get("ends_on") if spec.kind == Kind.CONTRACTS else None
    if ends_on is None:
        return []
    if ends_on.year >= _FIRST_OPEN_YEAR:
        values["ends_on"] = None
        message = f"{ends_on} is read as open-ended; write an earlier day if it is a real one"
        return [("ends_on", FieldError("open_end", message))]
    if reading.end_date == EndDate.LAST_DAY:
        values["ends_on"] = ends_on + _DAY
    if reading.end_date == EndDate.CANCELLED:
        values["ends_on"] = None
        values["cancelled_on"] = values.get("cancelled_on") or ends_on
    return []
