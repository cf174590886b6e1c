"""The one clock, read by views, tasks, commands and admin; all below get the time passed in.

An installation that shows imported history is frozen on Installation.as_of: today() is then that
day and now() its last second in the installation's zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from accounts.models.installation import Installation


def now() -> datetime:
    """Aware, UTC."""
    installation = Installation.current()
    if installation.as_of is None:
        return datetime.now(UTC)
    end_of_day = datetime.combine(installation.as_of, time(23, 59, 59), tzinfo=installation.zone)
    return end_of_day.astimezone(UTC)


def today() -> date:
    """The day it is in the installation's zone."""
    return Installation.current().today()
