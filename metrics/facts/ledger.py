"""The revenue ledger as arrays."""

from datetime import date

import numpy as np
from django.db import connection

from accounts.money.conversion import Integers
from accounts.money.rates import DayRates, RateTable
from metrics.facts.copied_columns import copy_columns
from metrics.facts.scope import ReportScope
from metrics.retention.series import LedgerArrays
from metrics.retention.vectors import KINDS

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
    """Every movement effective by `until` (and after `after`) in a currency that has a rate."""
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
        rows = {name: values[rows["currency"] > 0] for name, values in rows.items()}
    accounts, indices = _dense_account_ids(rows["account"])
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


def _dense_account_ids(ids: Integers) -> tuple[Integers, Integers]:
    """The distinct ids, ascending, and each id's position among them; a table beats sorting."""
    highest = int(ids.max(initial=0))
    if highest > 50_000_000:
        accounts, indices = np.unique(ids, return_inverse=True)
        return accounts, np.asarray(indices, dtype=np.int64)
    is_present = np.zeros(highest + 1, dtype=np.bool_)
    is_present[ids] = True
    return np.flatnonzero(is_present), (np.cumsum(is_present) - 1)[ids]


def rates_as_text(rates: DayRates) -> dict[str, str]:
    """As a month remembers them."""
    factors = sorted(rates.factors.items())
    return {currency: f"{factor.normalize():f}" for currency, factor in factors}
