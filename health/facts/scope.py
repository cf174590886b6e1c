"""For which accounts and days facts are read, and the binary COPY that brings them to numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from psycopg2 import sql

from accounts.postgres_copy import copy_out

Ints: TypeAlias = npt.NDArray[np.int64]

# A day that never comes: “not paid yet”, “not left yet”, “never ended”.
NEVER = 10**7
_EPOCH = date(1970, 1, 1).toordinal()
# Reading a range beats looking up ids as soon as this share of the range is wanted.
_DENSE = 0.3


@dataclass(frozen=True, slots=True)
class FactScope:
    """Sorted account ids, the days (in order) facts are wanted for, and whose midnight counts.

    With `as_known` a fact counts only from the day it was learned on: the past is seen as it was
    seen then. Without it, everything recorded by now counts, as for a day that is still open.
    `open_day` is not over yet: windows over usage end before it, so that whole days alone are
    compared.
    """

    account_ids: Ints
    first_day: date
    last_day: date
    zone: str
    as_known: bool
    open_day: date | None = None

    def __len__(self) -> int:
        return len(self.account_ids)

    @property
    def is_one_day(self) -> bool:
        return self.first_day == self.last_day

    def window_end(self, day: date) -> date:
        """The last closed day as of `day`: windows over usage end on it."""
        return day - timedelta(days=1) if day == self.open_day else day

    def accounts(self, column: str) -> sql.Composable:
        """Condition that keeps the wanted accounts; `column` is their id, such as u.account_id."""
        name = sql.SQL(column)
        low, high = int(self.account_ids[0]), int(self.account_ids[-1])
        if len(self) >= _DENSE * (high - low + 1):
            return sql.SQL("{} BETWEEN {} AND {}").format(name, sql.Literal(low), sql.Literal(high))
        ids = sql.Literal(self.account_ids.tolist())
        return sql.SQL("{} = ANY ({}::bigint[])").format(name, ids)

    def day_of(self, column: str) -> sql.Composable:
        """The installation's calendar day of a timestamp, as a number; never NULL."""
        return sql.SQL("COALESCE(({} AT TIME ZONE {})::date - DATE '1970-01-01', {})").format(
            sql.SQL(column), sql.Literal(self.zone), sql.Literal(NEVER)
        )

    def known(self, column: str) -> sql.Composable:
        """The day a fact counts from: when it was learned; always, where nobody kept that."""
        if not self.as_known:
            return sql.SQL("0")
        return sql.SQL("CASE WHEN {} IS NULL THEN 0 ELSE {} END").format(
            sql.SQL(column), self.day_of(column)
        )

    def superseded(self, column: str) -> sql.Composable:
        """The day from which a row no longer counts because others took its place; as known now
        those that did have never counted."""
        if self.as_known:
            return self.day_of(column)
        return sql.SQL("CASE WHEN {} IS NULL THEN {} ELSE -{} END").format(
            sql.SQL(column), sql.Literal(NEVER), sql.Literal(NEVER)
        )

    def before(self, column: str, day: date) -> sql.Composable:
        """The timestamp lies before the end of `day`."""
        return sql.SQL("{} < (({}::date + 1)::timestamp AT TIME ZONE {})").format(
            sql.SQL(column), sql.Literal(day), sql.Literal(self.zone)
        )

    def since(self, column: str, day: date) -> sql.Composable:
        """The timestamp lies on `day` or later."""
        return sql.SQL("{} >= ({}::date::timestamp AT TIME ZONE {})").format(
            sql.SQL(column), sql.Literal(day), sql.Literal(self.zone)
        )

    def fetch(
        self,
        query: sql.Composable,
        columns: tuple[str, ...],
        *,
        types: Mapping[str, str] = MappingProxyType({}),
    ) -> Table:
        """Rows of the query, whose first column is an account id, for wanted accounts only.

        Columns are bigint, or double precision where the name starts with “f_”, or of the numpy
        type that `types` gives; never NULL.
        """
        kinds = {name: types.get(name, _copy_dtype(name)) for name in columns}
        rows = copy_out(query, kinds)
        ids = rows[columns[0]].astype(np.int64)
        positions = np.searchsorted(self.account_ids, ids)
        positions = np.minimum(positions, len(self) - 1)
        wanted = self.account_ids[positions] == ids
        kept = rows[wanted] if not wanted.all() else rows
        values = {name: _native_byte_order(kept[name]) for name in columns[1:]}
        return Table(positions[wanted], values)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of rows, each row with the position of its account in the scope."""

    position: Ints
    columns: dict[str, npt.NDArray[np.generic]]

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name]  # type: ignore[return-value]


def number(day: date) -> int:
    """The day as days since 1970-01-01, as the queries give it."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The day of such a number."""
    return date.fromordinal(number + _EPOCH)


def _copy_dtype(name: str) -> str:
    return ">f8" if name.startswith("f_") else ">i8"


def _native_byte_order(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    return values.astype(values.dtype.newbyteorder("="))
