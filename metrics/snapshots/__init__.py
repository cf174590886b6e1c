"""What reports read instead of computing: months and days, kept in line with the facts."""

from datetime import date

from django.db import connection, transaction

from accounts.models import Installation
from accounts.queries.rates import rate_table
from metrics.facts.days import is_current
from metrics.facts.renewals import read_chances
from metrics.models import ReportDay
from metrics.snapshots.days import write_days
from metrics.snapshots.months import write_months


def take_snapshots(*, day: date) -> int:
    """Bring what is stored up to `day` in line with the facts; how many months and days were
    written.

    Running twice writes nothing the second time; two runs at once take turns.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('metrics.take_snapshots'))")
        installation = Installation.current()
        rates = rate_table(base=installation.currency)
        months = write_months(day=day, rates=rates)
        days = write_days(day=day, rates=rates, zone=installation.time_zone)
        return len(months) + len(days)


def day_to_refresh() -> date | None:
    """The latest stored day, when a fact below it changed since: it is computed for every reader
    until it is written again."""
    stored = ReportDay.objects.order_by("-day").first()
    if stored is None:
        return None
    rates = rate_table(base=Installation.current().currency)
    is_read = is_current(stored, rates=rates, chances=read_chances())
    return None if is_read else stored.day
