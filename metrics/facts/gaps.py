"""What a report leaves out for want of a rate, and what it converts at an early one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts.money.rates import RateTable, Unconverted
from metrics.facts.scope import ReportScope
from metrics.retention.windows import Window

# One step of each index a currency, however long the tables are.
# Uses index: movement_currency, contract_currency.
_RECORDED = """
    WITH RECURSIVE moved AS (
        (SELECT currency FROM accounts_revenuemovement ORDER BY currency LIMIT 1)
        UNION ALL
        SELECT (SELECT m.currency FROM accounts_revenuemovement m
            WHERE m.currency > moved.currency ORDER BY m.currency LIMIT 1)
        FROM moved WHERE moved.currency IS NOT NULL
    ), signed AS (
        (SELECT currency FROM accounts_contract ORDER BY currency LIMIT 1)
        UNION ALL
        SELECT (SELECT c.currency FROM accounts_contract c
            WHERE c.currency > signed.currency ORDER BY c.currency LIMIT 1)
        FROM signed WHERE signed.currency IS NOT NULL
    )
    SELECT recorded.currency, r.valid_from, r.rate
    FROM (SELECT currency FROM moved UNION SELECT currency FROM signed) recorded
    LEFT JOIN accounts_currencyrate r ON r.currency = recorded.currency AND r.base = %(base)s
    WHERE recorded.currency IS NOT NULL
"""
# Uses index: movement_currency, contract_currency.
_OWED = """
    SELECT m.currency, sum(m.amount_minor)::bigint, count(DISTINCT m.account_id)
    FROM accounts_revenuemovement m
    WHERE m.currency = ANY(%(currencies)s) AND m.effective_on <= %(day)s AND {booked}
    GROUP BY m.currency
    UNION ALL
    SELECT c.currency, sum(c.arr_minor)::bigint, count(DISTINCT c.account_id)
    FROM accounts_contract c
    WHERE c.currency = ANY(%(currencies)s) AND c.ends_on > %(after)s AND c.ends_on <= %(until)s
        AND {due}
    GROUP BY c.currency
"""


@dataclass(frozen=True, slots=True)
class ReportGaps:
    """`left_out`: revenue by `day`, or contracts of the quarter where the ledger has none of the
    currency. `early`: the day of the first rate, by currency."""

    left_out: dict[str, Unconverted]
    early: dict[str, date]


def read_gaps(
    *, scope: ReportScope, base: str, converted_on: date, day: date, quarter: Window
) -> ReportGaps:
    """Of one scope, at the rates of `converted_on`; no account is looked at while every currency
    has a rate by then."""
    recorded, table = _recorded_currencies(base)
    rates = table.on(converted_on)
    early = rates.early
    odd = [code for code in recorded if code not in rates or code in early]
    if not odd:
        return ReportGaps({}, {})
    owed = _amounts_without_rate(odd, scope=scope, day=day, quarter=quarter)
    return ReportGaps(
        left_out={code: found for code, found in owed.items() if code not in rates},
        early={code: early[code] for code in owed if code in early},
    )


def _recorded_currencies(base: str) -> tuple[list[str], RateTable]:
    """The currencies of the ledger and of contracts, and all their rates."""
    with connection.cursor() as cursor:
        cursor.execute(_RECORDED, {"base": base})
        rows = cursor.fetchall()
    rates = [(code, since, rate) for code, since, rate in rows if rate is not None]
    return sorted({code for code, *_ in rows}), RateTable.of(base=base, rows=rates)


def _amounts_without_rate(
    currencies: list[str], *, scope: ReportScope, day: date, quarter: Window
) -> dict[str, Unconverted]:
    query = _OWED.format(
        booked=scope.condition(account="m.account_id", learned="m.recorded_at"),
        due=scope.of_column("c.account_id"),
    )
    params: dict[str, Any] = {
        "currencies": currencies,
        "day": day,
        "after": quarter.start,
        "until": quarter.end,
    }
    found: dict[str, Unconverted] = {}
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        for code, amount, accounts in cursor.fetchall():
            found.setdefault(code, Unconverted(amount, accounts))  # the ledger comes first
    return found
