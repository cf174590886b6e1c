"""Positions of a month-end from the stored months: a tenth of the rows of the ledger."""

import numpy as np

from accounts.money.conversion import Integers
from accounts.money.rates import RateTable
from metrics.facts.copied_columns import copy_columns
from metrics.facts.months import stale_months
from metrics.facts.positions import TRAILING_MONTHS
from metrics.facts.scope import ReportScope
from metrics.retention.vectors import PositionArrays
from metrics.retention.windows import Window, month_end, months_before

# Uses index: account_month_month. A month lies together in the table.
_POSITIONS = """
    SELECT m.account_id, m.start_minor, m.end_minor, m.was_active::int4, m.is_active::int4,
        (m.kind = 'reactivation')::int4
    FROM metrics_accountmonth m
    WHERE m.month = %(month)s AND {scope} ORDER BY m.account_id
"""


def stored_positions(
    *, window: Window, rates: RateTable, scope: ReportScope
) -> tuple[Integers, PositionArrays] | None:
    """Account ids and their positions; None where only the ledger can tell.

    Accounts without ARR at either end may be left out, and `had_revenue` is only right for those
    that came: nothing else is asked of it.
    """
    if not is_stored(window=window, rates=rates, scope=scope):
        return None
    rows = copy_columns(
        sql=_POSITIONS.format(scope=scope.condition(account="m.account_id")),
        params={"month": window.end},
        columns={
            "account": "i8", "start": "i8", "end": "i8",
            "was_active": "i4", "is_active": "i4", "had_revenue": "i4",
        },
    )  # fmt: skip
    arrays = PositionArrays(
        start=rows["start"],
        end=rows["end"],
        was_active=rows["was_active"].astype(np.bool_),
        is_active=rows["is_active"].astype(np.bool_),
        had_revenue=rows["had_revenue"].astype(np.bool_),
    )
    return rows["account"], arrays


def is_stored(*, window: Window, rates: RateTable, scope: ReportScope) -> bool:
    """Twelve months to a month-end, as known now, with nothing posted since it was stored."""
    end = window.end
    if scope.known_before is not None or end != month_end(end):
        return False
    if window.start != months_before(end=end, months=TRAILING_MONTHS):
        return False
    return not stale_months(months=[end], rates=rates)
