"""NRR, GRR and logo retention month by month: stored where the copy is current, else computed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import connection

from metrics.facts.ledger import RateTable
from metrics.facts.months import stale_months
from metrics.facts.positions import read_months
from metrics.facts.scope import ReportScope
from metrics.models import TOTAL, RetentionMonth
from metrics.retention.positions import Bridge, Cohort, Logos, Retention


@dataclass(frozen=True, slots=True)
class MonthRetention:
    """The twelve months that end on `month`."""

    month: date
    total: Retention
    segments: dict[str, Retention]
    is_stored: bool = True
    """Read from the nightly copy; False when it was computed just now."""


Months = dict[date, dict[str, Retention]]
"""By month and segment."""


def retention_series(
    *, months: Sequence[date], rates: RateTable, scope: ReportScope
) -> tuple[MonthRetention, ...]:
    """Exact in either case; raises metrics.facts.ledger.MissingRateError."""
    is_restated = scope.known_before is not None
    stale = list(months) if is_restated else stale_months(months=months, rates=rates)
    computed = {
        positions.month: positions.retention()
        for positions in read_months(months=stale, rates=rates, scope=scope)
    }
    current = [month for month in months if month not in computed]
    found = computed | stored_months(months=current, scope=scope)
    return tuple(
        MonthRetention(
            month=month,
            total=sum(found.get(month, {}).values(), Retention()),
            segments=found.get(month, {}),
            is_stored=month not in computed,
        )
        for month in months
    )


_PARTS = (("bridge", Bridge), ("cohort", Cohort), ("logos", Logos))
_COLUMNS = [f"{prefix}_{f.name}" for prefix, part in _PARTS for f in fields(part)]


def stored_months(*, months: Sequence[date], scope: ReportScope) -> Months:
    """As the nightly copy has them: whether it is current is not asked."""
    return _stored(months) if scope.accounts is None else _added_up(months, scope)


def _stored(months: Sequence[date]) -> Months:
    rows = RetentionMonth.objects.filter(month__in=months).exclude(segment=TOTAL)
    return _by_month(rows.values_list("month", "segment", *_COLUMNS))


def _by_month(rows: Iterable[Sequence[Any]]) -> Months:
    """Rows of month, segment and the numbers in the order of `_COLUMNS`."""
    found: Months = {}
    for month, segment, *numbers in rows:
        retention = Retention(Bridge(*numbers[:6]), Cohort(*numbers[6:11]), Logos(*numbers[11:]))
        if retention != Retention():
            found.setdefault(month, {})[segment] = retention
    return found


# In the order of the fields of Bridge, Cohort and Logos. Uses index: account_month_month.
_ADDED_UP = """
    SELECT month, segment,
        sum(start_minor),
        coalesce(sum(change) FILTER (WHERE kind = 'new'), 0),
        coalesce(sum(change) FILTER (WHERE kind = 'reactivation'), 0),
        coalesce(sum(change) FILTER (WHERE kind = 'expansion'), 0),
        coalesce(-sum(change) FILTER (WHERE kind = 'contraction'), 0),
        coalesce(-sum(change) FILTER (WHERE kind = 'churn'), 0),
        coalesce(sum(start_minor) FILTER (WHERE was_active), 0),
        0,
        coalesce(sum(change) FILTER (WHERE kind = 'expansion' AND was_active), 0),
        coalesce(-sum(change) FILTER (WHERE kind = 'contraction' AND was_active), 0),
        coalesce(-sum(change) FILTER (WHERE kind = 'churn'), 0),
        count(*) FILTER (WHERE was_active),
        count(*) FILTER (WHERE was_active AND is_active),
        count(*) FILTER (WHERE is_active),
        count(*) FILTER (WHERE kind = 'new'),
        count(*) FILTER (WHERE kind = 'reactivation'),
        count(*) FILTER (WHERE kind = 'expansion' AND was_active),
        count(*) FILTER (WHERE kind = 'contraction' AND was_active)
    FROM (SELECT *, end_minor - start_minor AS change FROM metrics_accountmonth) m
    WHERE month = ANY(%(months)s) AND {scope}
    GROUP BY month, segment
"""


def _added_up(months: Sequence[date], scope: ReportScope) -> Months:
    with connection.cursor() as cursor:
        cursor.execute(
            _ADDED_UP.format(scope=scope.condition(account="m.account_id")),
            {"months": list(months)},
        )
        return _by_month((*row[:2], *map(int, row[2:])) for row in cursor.fetchall())
