"""Times that are read when a test runs.

A constant at the top of a module is read when the suite is collected, and grows older with every
test that runs before: what is "ten minutes old" there is an hour old at the end of the suite.
"""

from datetime import UTC, date, datetime, timedelta


def now() -> datetime:
    """Aware, UTC."""
    return datetime.now(UTC)


def before_now(**amount: float) -> datetime:
    """That long before now: `before_now(minutes=10)`, in the units of timedelta."""
    return now() - timedelta(**amount)


def today() -> date:
    """The day in UTC, the zone of an installation nobody has set up."""
    return now().date()


def yesterday() -> date:
    return today() - timedelta(days=1)
