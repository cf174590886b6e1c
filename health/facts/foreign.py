"""Movements in another currency than their account's, and what they are worth on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from psycopg2 import sql

from accounts.models import CurrencyRate
from accounts.money.currencies import CURRENCIES, minor_rate
from health.facts.scope import Ints, Table, number
from health.facts.windows import total
from health.measures.inputs import Flags, Floats

_CODES = ("", *sorted(CURRENCIES))
_WIDTH = len(_CODES)

# SQL: which two currencies a movement `m` of account `a` is between; 0 where they are one.
PAIR = sql.SQL("""
    CASE WHEN m.currency = a.currency THEN 0 ELSE
        COALESCE(array_position({codes}, m.currency::text), 0) * {width}
        + COALESCE(array_position({codes}, a.currency::text), 0)
    END::bigint
""").format(codes=sql.Literal(list(_CODES[1:])), width=sql.Literal(_WIDTH))


@dataclass(frozen=True, slots=True)
class _Course:
    """The rates of one pair, from minor units to minor units, in the order of their days."""

    days: Ints
    rates: Floats

    def on(self, day: int) -> float:
        """The latest rate up to the day; NaN before the first."""
        place = int(np.searchsorted(self.days, day, side="right"))
        return float(self.rates[place - 1]) if place else np.nan


@dataclass(frozen=True, slots=True)
class Foreign:
    """Balances are kept by account and currency: `slot` is a row's balance, `account` and `course`
    are by balance."""

    table: Table
    account: Ints
    course: Ints
    courses: tuple[_Course, ...]

    def add(self, arr: Floats, rows: Flags, *, day: int, without_rate: float) -> None:
        """Adds the balances of these rows to `arr` at the rates of the day, each converted once
        and rounded half-even; `without_rate` stands for one that no rate brings over."""
        slots = Table(self.table["slot"], self.table.columns)
        balances = total(slots, rows, self.table["amount"], accounts=len(self.account))
        rates = np.array([course.on(day) for course in self.courses])[self.course]
        worth = np.rint(balances * rates)
        worth[np.isnan(rates)] = without_rate
        worth[balances == 0] = 0
        np.add.at(arr, self.account, worth)


def split(table: Table, *, until: date) -> tuple[Table, Foreign | None]:
    """Movements in the account's own currency, and the others, if any."""
    is_foreign = table["pair"] != 0
    if not is_foreign.any():
        return table, None
    own, others = _only(table, ~is_foreign), _only(table, is_foreign)
    key = np.column_stack([others.position, others["pair"]])
    balances, slot = np.unique(key, axis=0, return_inverse=True)
    pairs, course = np.unique(balances[:, 1], return_inverse=True)
    rows = Table(others.position, {**others.columns, "slot": slot.reshape(-1)})
    return own, Foreign(rows, balances[:, 0], course, _courses(pairs.tolist(), until=until))


def _only(table: Table, rows: Flags) -> Table:
    return Table(
        table.position[rows], {name: values[rows] for name, values in table.columns.items()}
    )


def _courses(pairs: Sequence[int], *, until: date) -> tuple[_Course, ...]:
    found: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    rates = CurrencyRate.objects.filter(valid_from__lte=until).order_by("valid_from")
    for currency, into, day, rate in rates.values_list("currency", "base", "valid_from", "rate"):
        exact = minor_rate(rate, currency=currency, into=into)
        found[currency, into].append((number(day), float(exact)))
    courses = []
    for pair in pairs:
        of, its_account = divmod(pair, _WIDTH)
        known = found[_CODES[of], _CODES[its_account]]
        days, values = [day for day, _ in known], [rate for _, rate in known]
        courses.append(_Course(np.array(days, dtype=np.int64), np.array(values, dtype=np.float64)))
    return tuple(courses)
