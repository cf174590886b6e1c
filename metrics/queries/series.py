"""NRR, GRR and logo retention month by month: stored where the copy is current, else computed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts.money.rates import RateTable
from metrics.definitions import PARTS, Bridge, Cohort, Logos, Method, Retention
from metrics.facts.figure_sql import sum_of
from metrics.facts.months import stale_months
from metrics.facts.positions import read_months
from metrics.facts.scope import ReportScope
from metrics.models import TOTAL, RetentionMonth


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
    *, months: Sequence[date], rates: RateTable, scope: ReportScope, method: Method
) -> tuple[MonthRetention, ...]:
    """Exact in either case."""
    is_kept = scope.known_before is None and (scope.accounts is None or method is Method.BY_ACCOUNT)
    stale = stale_months(months=months, rates=rates) if is_kept else list(months)
    computed = {
        positions.month: positions.retention(method)
        for positions in read_months(months=stale, rates=rates, scope=scope)
    }
    current = [month for month in months if month not in computed]
    found = computed | stored_months(months=current, scope=scope, method=method)
    return tuple(
        MonthRetention(
            month=month,
            total=sum(found.get(month, {}).values(), Retention()),
            segments=found.get(month, {}),
            is_stored=month not in computed,
        )
        for month in months
    )


_COLUMNS = [f"{prefix}_{name}" for prefix, part in PARTS.items() for name in part.sums()]
_BRIDGE, _COHORT = len(Bridge.sums()), len(Cohort.sums())


def stored_months(
    *, months: Sequence[date], scope: ReportScope, method: Method = Method.BY_ACCOUNT
) -> Months:
    """As the nightly copy has them: whether it is current is not asked.

    Of some accounts only by account: their months are added up from those of each account.
    """
    return _stored_segments(months, method) if scope.accounts is None else _added_up(months, scope)


def _stored_segments(months: Sequence[date], method: Method) -> Months:
    rows = RetentionMonth.objects.filter(month__in=months, method=method).exclude(segment=TOTAL)
    return _by_month(rows.values_list("month", "segment", *_COLUMNS))


def _by_month(rows: Iterable[Sequence[Any]]) -> Months:
    """Rows of month, segment and the numbers in the order of `_COLUMNS`."""
    found: Months = {}
    for month, segment, *numbers in rows:
        bridge, rest = numbers[:_BRIDGE], numbers[_BRIDGE:]
        retention = Retention(Bridge(*bridge), Cohort(*rest[:_COHORT]), Logos(*rest[_COHORT:]))
        if retention != Retention():
            found.setdefault(month, {})[segment] = retention
    return found


_SUMS = [sum_of(made_of) for part in PARTS.values() for made_of in part.sums().values()]
# In the order of `_COLUMNS`. Uses index: account_month_month.
_ADDED_UP = f"""
    SELECT m.month, m.segment, {", ".join(_SUMS)}
    FROM metrics_accountmonth m
    WHERE m.month = ANY(%(months)s) AND {{scope}}
    GROUP BY m.month, m.segment
"""  # noqa: S608 -- constant expressions, no input


def _added_up(months: Sequence[date], scope: ReportScope) -> Months:
    with connection.cursor() as cursor:
        cursor.execute(
            _ADDED_UP.format(scope=scope.condition(account="m.account_id")),
            {"months": list(months)},
        )
        return _by_month(cursor.fetchall())
