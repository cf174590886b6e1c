"""Months that changed after they were reported: by how much, since when, and what changed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from accounts.models import Installation
from accounts.money.rates import RateTable
from accounts.money.sql import RATES, converted, rate_params
from metrics.definitions import Method, Rate
from metrics.facts.ledger import rates_as_text
from metrics.facts.scope import ReportScope
from metrics.models import ReportedMonth
from metrics.queries.series import MonthRetention
from metrics.retention.rates import stored

LARGEST = 5

ReportedRates = Mapping[Rate, Decimal | None]
"""As shares, six places."""


class LateAccount(NamedTuple):
    """What was learned of an account after the report: `change` of ARR by the month's end."""

    external_id: str
    name: str
    movements: int
    change: int


@dataclass(frozen=True, slots=True)
class Restatement:
    """`since`: when the first of what changed the month was learned; None where no movement did.
    `currencies` whose rate was corrected. `largest` of its accounts."""

    reported_on: date
    reported: ReportedRates
    since: date | None
    movements: int
    accounts: int
    largest: tuple[LateAccount, ...]
    currencies: tuple[str, ...]


def restated_months(
    months: Sequence[MonthRetention], *, base: str, scope: ReportScope, method: Method
) -> dict[date, ReportedMonth]:
    """Those with a rate that differs from what was reported of all accounts."""
    if not scope.is_everything:
        return {}
    now = {month.month: month.total for month in months}
    rows = ReportedMonth.objects.filter(month__in=now, currency=base)
    return {
        row.month: row
        for row in rows
        if any(row.rate(rate, method) != stored(now[row.month].rate(rate)) for rate in Rate)
    }


def restatement_of(row: ReportedMonth, *, rates: RateTable, method: Method) -> Restatement:
    late = _late_accounts(row, rates=rates)
    current = rates_as_text(rates.on(row.month))
    currencies = {c for c in row.rates | current if row.rates.get(c) != current.get(c)}
    movements, accounts, since = late[0][-3:] if late else (0, 0, None)
    return Restatement(
        reported_on=row.reported_on,
        reported={rate: row.rate(rate, method) for rate in Rate},
        since=since,
        movements=movements,
        accounts=accounts,
        largest=tuple(LateAccount._make(found[:4]) for found in late),
        currencies=tuple(sorted(currencies)),
    )


# Uses index: accounts_revenuemovement_pkey. ORDER BY makes the planner read rows by the key: it
# cannot know that few are newer than the report.
_LATE = f"""
    SELECT a.external_id, a.name, count(*), coalesce(sum({converted("m.amount_minor")}), 0)::bigint,
        (sum(count(*)) OVER ())::bigint, count(*) OVER (), min(min(
            (GREATEST(m.recorded_at, m.backfilled_at) AT TIME ZONE %(zone)s)::date)) OVER ()
    FROM (
        SELECT * FROM accounts_revenuemovement WHERE id > %(through)s ORDER BY id OFFSET 0
    ) m
    JOIN accounts_account a ON a.id = m.account_id
    LEFT JOIN {RATES} ON r.currency = m.currency
    WHERE m.effective_on <= %(month)s
    GROUP BY a.id ORDER BY abs(coalesce(sum({converted("m.amount_minor")}), 0)) DESC, a.external_id
    LIMIT %(largest)s
"""  # noqa: S608 -- constant expressions, no input


def _late_accounts(
    row: ReportedMonth, *, rates: RateTable
) -> list[tuple[str, str, int, int, int, int, date]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _LATE,
            {
                "month": row.month,
                "through": row.ledger_through,
                "zone": Installation.current().time_zone,
                "largest": LARGEST,
                **rate_params(rates.on(row.month)),
            },
        )
        return list(cursor.fetchall())
