"""Weeks whose sum has not come: until it does, windows over use have a week less in them."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from accounts.models import UsageWeek

_WEEK = timedelta(days=7)
# A source that is silent for longer is no late week.
_MOST_WEEKS = 4


def late_week(*, account_id: int, end: date) -> date | None:
    """The last day of the first week that is over by `end` and of which no sum has come, where use
    of the account comes as sums of weeks; None where none is late."""
    rows = UsageWeek.objects.filter(account=account_id, day__lte=end)
    latest: date | None = rows.aggregate(latest=Max("day"))["latest"]
    if latest is None or not _WEEK <= end - latest < _WEEK * (_MOST_WEEKS + 1):
        return None
    return latest + _WEEK
