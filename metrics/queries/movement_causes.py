"""Why ARR moved: the ledger rows of a figure by cause, and what each cause is made of.

What is derived from contracts has its causes beside it (`MovementPart`), to the cent; a movement
that was given has its subtype. A first payment and a return are causes of their own. Where neither
tells, the cause is named as not told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.catalogue import MovementCause, MovementKind
from accounts.money.sql import RATES, converted
from metrics.facts.chunks import in_chunks
from metrics.facts.scope import ReportScope
from metrics.queries.figures import PAGE_SIZE

# {ledger}: the rows of the figure, as FROM … WHERE with the movements as `v`. Amounts are converted
# part by part, as the list shows them.
_PARTS = """
    WITH listed AS MATERIALIZED (
        SELECT v.account_id, v.effective_on, v.currency, v.amount_minor AS amount, v.kind,
            v.subtype, v.corrects_id,
            v.source_id = 'contracts' AND v.kind IN ('expansion', 'contraction', 'churn')
                AS is_derived
        {ledger}
    ), derived AS (
        SELECT account_id, effective_on, currency, sum(amount) AS amount
        FROM listed WHERE is_derived GROUP BY 1, 2, 3
    ), causes AS (
        SELECT d.account_id, d.effective_on, d.currency, p.cause, d.amount AS whole,
            sum(p.amount_minor) AS amount,
            sum(sum(p.amount_minor)) OVER (
                PARTITION BY d.account_id, d.effective_on, d.currency) AS told
        FROM derived d JOIN accounts_movementpart p ON p.account_id = d.account_id
            AND p.effective_on = d.effective_on AND p.currency = d.currency
        WHERE {learned}
        GROUP BY d.account_id, d.effective_on, d.currency, p.cause, d.amount
    ), parts AS (
        SELECT account_id, effective_on, currency, cause, amount FROM causes WHERE told = whole
        UNION ALL
        SELECT d.account_id, d.effective_on, d.currency, 'not_told', d.amount FROM derived d
        WHERE NOT EXISTS (
            SELECT FROM causes c WHERE c.account_id = d.account_id AND c.told = c.whole
                AND c.effective_on = d.effective_on AND c.currency = d.currency)
        UNION ALL
        SELECT l.account_id, l.effective_on, l.currency, coalesce(
            nullif(l.subtype, ''), nullif(b.subtype, ''),
            CASE WHEN l.kind IN ('new', 'reactivation') THEN l.kind ELSE 'not_told' END), l.amount
        FROM listed l LEFT JOIN accounts_revenuemovement b ON b.id = l.corrects_id
        WHERE NOT l.is_derived
    ), counted AS (
        SELECT p.account_id, p.effective_on, p.currency, p.cause, p.amount AS native,
            {converted} AS amount
        FROM (
            SELECT account_id, effective_on, currency, cause, sum(amount)::bigint AS amount
            FROM parts GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
        ) p JOIN {rates} ON r.currency = p.currency
    )
"""
_SUMS = """
    SELECT cause, count(*), coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint,
        coalesce(sum(amount) FILTER (WHERE amount < 0), 0)::bigint
    FROM counted GROUP BY cause
"""
_ROWS = """
    SELECT a.external_id, a.name, coalesce(u.name, p.name, ''), c.effective_on, c.cause, c.native,
        c.currency, c.amount
    FROM (
        SELECT * FROM counted WHERE %(cause)s IN ('', cause)
        ORDER BY abs(amount) DESC, effective_on DESC, account_id, currency {cut}
    ) c JOIN accounts_account a ON a.id = c.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    ORDER BY abs(c.amount) DESC, c.effective_on DESC, c.account_id, c.currency
"""


CAUSES = frozenset((*MovementCause, MovementKind.NEW, MovementKind.REACTIVATION))
"""Those of contracts and of given movements, and what has no other cause than its kind."""


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """The ledger rows of a figure as SQL, with what it needs."""

    sql: str
    params: Mapping[str, Any]
    rates: Mapping[str, Decimal]
    scope: ReportScope


@dataclass(frozen=True, slots=True)
class CauseSum:
    """`count` days of accounts; `gained` and `lost` in minor units of the reporting currency."""

    cause: str
    count: int
    gained: int
    lost: int

    @property
    def net(self) -> int:
        return self.gained + self.lost


@dataclass(frozen=True, slots=True)
class CausedRow:
    """What one cause made of an account's ARR on a day."""

    external_id: str
    name: str
    owner: str
    effective_on: date
    cause: str
    native_minor: int
    currency: str
    amount: int


def cause_sums(ledger: LedgerRows) -> tuple[CauseSum, ...]:
    """The largest first, by what they moved either way."""
    with connection.cursor() as cursor:
        cursor.execute(_causes_query(ledger, _SUMS), _query_params(ledger))
        found = [CauseSum(*row) for row in cursor.fetchall()]
    return tuple(sorted(found, key=lambda each: (each.lost - each.gained, each.cause)))


def cause_rows(ledger: LedgerRows, cause: str, *, page: int) -> tuple[CausedRow, ...]:
    """The largest first."""
    query = _causes_query(ledger, _ROWS.replace("{cut}", "LIMIT %(limit)s OFFSET %(offset)s"))
    params = _query_params(ledger)
    params |= {"cause": cause, "limit": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE}
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return tuple(CausedRow(*row) for row in cursor.fetchall())


def all_cause_rows(ledger: LedgerRows, cause: str) -> Iterator[CausedRow]:
    """Of all causes where none is named."""
    query = _causes_query(ledger, _ROWS.replace("{cut}", ""))
    rows = in_chunks(query, {**_query_params(ledger), "cause": cause})
    return (CausedRow(*row) for row in rows)


def _causes_query(ledger: LedgerRows, wanted: str) -> str:
    learned = ledger.scope.known("p.recorded_at")
    return (
        _PARTS.format(
            ledger=ledger.sql, learned=learned, converted=converted("p.amount"), rates=_RATES
        )
        + wanted
    )


def _query_params(ledger: LedgerRows) -> dict[str, Any]:
    rates = {"cause_currencies": list(ledger.rates), "cause_rates": list(ledger.rates.values())}
    return {**ledger.params, **rates}


_RATES = RATES.replace("%(currencies)s", "%(cause_currencies)s").replace(
    "%(rates)s", "%(cause_rates)s"
)
