"""The revenue ledger as arrays, and the rates that bring it into one currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from django.db import connection

from accounts.money.conversion import Integers
from accounts.money.currencies import minor_rate
from metrics.facts.copying import copy_columns
from metrics.facts.scope import ReportScope
from metrics.retention.series import LedgerArrays
from metrics.retention.vectors import KINDS


class MissingRateError(LookupError):
    """A currency of the ledger has no rate at all into the reporting currency."""

    def __init__(self, currencies: Sequence[str], *, base: str) -> None:
        self.currencies = tuple(currencies)
        self.base = base
        super().__init__(f"no rate from {', '.join(currencies)} to {base}")


@dataclass(frozen=True, slots=True)
class _Rate:
    """`rate` is from minor units to minor units."""

    currency: str
    valid_from: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RateTable:
    """Every rate into the minor units of one currency; `on` is asked once per report."""

    base: str
    rates: tuple[_Rate, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        return (self.base, *sorted({r.currency for r in self.rates} - {self.base}))

    def on(self, day: date) -> dict[str, Decimal]:
        """The rate in force; before a currency's first rate, that first one."""
        found: dict[str, Decimal] = {}
        for rate in self.rates:  # oldest first
            if rate.currency not in found or rate.valid_from <= day:
                found[rate.currency] = rate.rate
        return found | {self.base: Decimal(1)}


def read_rates(*, base: str) -> RateTable:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, valid_from, rate FROM accounts_currencyrate"
            " WHERE base = %s ORDER BY valid_from, id",
            [base],
        )
        rates = (
            _Rate(currency, valid_from, minor_rate(rate, currency=currency, into=base))
            for currency, valid_from, rate in cursor.fetchall()
        )
        return RateTable(base=base, rates=tuple(rates))


# Uses index: movement_account_day (index only) for some accounts, a parallel scan for all.
_LEDGER = """
    SELECT m.account_id, m.effective_on, m.amount_minor,
        coalesce(array_position(%(currencies)s::varchar[], m.currency), 0)::int4,
        array_position(%(kinds)s::varchar[], m.kind)::int4
    FROM accounts_revenuemovement m
    WHERE m.effective_on > %(after)s AND m.effective_on <= %(until)s AND {scope}
"""


def read_ledger(
    *, until: date, rates: RateTable, scope: ReportScope, after: date = date.min
) -> LedgerArrays:
    """Every movement effective by `until` (and after `after`); raises MissingRateError."""
    condition = scope.condition(account="m.account_id", learned="m.recorded_at")
    rows = copy_columns(
        sql=_LEDGER.format(scope=condition),
        params={
            "after": after,
            "until": until,
            "currencies": list(rates.currencies),
            "kinds": list(KINDS),
        },
        columns={"account": "i8", "day": "date", "amount": "i8", "currency": "i4", "kind": "i4"},
    )
    if not rows["currency"].all():
        raise MissingRateError(_currencies_without(rates, until=until), base=rates.base)
    accounts, indices = _dense(rows["account"])
    return LedgerArrays(
        account=indices,
        day=rows["day"],
        amount=rows["amount"],
        currency=rows["currency"] - 1,  # Postgres counts from 1
        kind=rows["kind"] - 1,
        accounts=accounts,
        currencies=rates.currencies,
    )


_SEEN_THROUGH = """
    SELECT coalesce(max(id), 0), EXISTS (
        SELECT FROM pg_locks
        WHERE relation = 'accounts_revenuemovement'::regclass AND mode = 'RowExclusiveLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND pid <> pg_backend_pid()
    )
    FROM accounts_revenuemovement
"""


def seen_through() -> int:
    """The newest movement, when what is read from here on has all up to it.

    0 while somebody else is posting: ids are given before transactions commit, so a movement
    below the newest may still appear. What is stored meanwhile counts as outdated at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_THROUGH)
        newest, is_being_posted = cursor.fetchone()
    return 0 if is_being_posted else int(newest)


def _dense(ids: Integers) -> tuple[Integers, Integers]:
    """The distinct ids, ascending, and each id's position among them; a table beats sorting."""
    highest = int(ids.max(initial=0))
    if highest > 50_000_000:
        accounts, indices = np.unique(ids, return_inverse=True)
        return accounts, np.asarray(indices, dtype=np.int64)
    is_present = np.zeros(highest + 1, dtype=np.bool_)
    is_present[ids] = True
    return np.flatnonzero(is_present), (np.cumsum(is_present) - 1)[ids]


def _currencies_without(rates: RateTable, *, until: date) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT currency FROM accounts_revenuemovement"
            " WHERE effective_on <= %s AND currency <> ALL(%s) ORDER BY currency",
            [until, list(rates.currencies)],
        )
        return [currency for (currency,) in cursor.fetchall()]


def rates_as_text(rates: Mapping[str, Decimal]) -> dict[str, str]:
    """As a month remembers them."""
    return {currency: f"{rate.normalize():f}" for currency, rate in sorted(rates.items())}
