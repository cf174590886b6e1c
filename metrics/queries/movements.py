"""The ledger rows a figure is made of, the newest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection

from accounts.catalogue import MovementKind
from accounts.money.conversion import convert
from accounts.queries.movement_parts import ShownMovement, ShownPart, parts_beside
from metrics.definitions import FIGURES, Adds, Figure, Method
from metrics.facts.chunks import in_chunks
from metrics.facts.ledger import read_ledger
from metrics.queries.figures import PAGE_SIZE, Page, membership
from metrics.queries.ledger_report import LedgerReport
from metrics.queries.movement_causes import LedgerRows
from metrics.retention.series import LedgerArrays, converted_rows
from metrics.retention.vectors import KINDS, Flags


@dataclass(frozen=True, slots=True)
class FigureMovement:
    account_id: int
    external_id: str
    name: str
    effective_on: date
    recorded_at: datetime
    kind: MovementKind
    native_minor: int
    currency: str
    amount: int
    reason: str
    source: str
    subtype: str
    owner: str
    """Of the account, as it is now: a person, or the pool."""
    parts: tuple[ShownPart, ...] = ()
    """By cause in the contract's currency, where contracts tell it."""


def figure_movements(*, book: LedgerReport, figure: Figure, page: int) -> Page[FigureMovement]:
    """The ledger rows of the figure's accounts that make it, the newest first."""
    _, member = membership(book, figure)
    wanted = _rows_of_figure(book, figure)
    first, last = wanted.days
    ledger = _ledger_after(book, first)
    is_member = np.isin(ledger.accounts, book.accounts[member])
    inside = is_member[ledger.account] & (ledger.day > first) & (ledger.day <= last)
    if wanted.rows is not None:
        inside &= wanted.rows
    converted = converted_rows(ledger=ledger, rates=book.pair.rates, chosen=inside)
    rows = tuple(wanted.page(ledger=ledger, inside=inside, page=page))
    return Page(
        rows=with_parts(rows, known_before=book.scope.known_before),
        number=page,
        count=int(inside.sum()),
        total=int(converted.sum()),
    )


def all_figure_movements(*, book: LedgerReport, figure: Figure) -> Iterator[FigureMovement]:
    """In the order of the pages."""
    _, member = membership(book, figure)
    return _rows_of_figure(book, figure).all(accounts=book.accounts[member].tolist())


def ledger_rows(*, book: LedgerReport, figure: Figure) -> LedgerRows:
    """The ledger rows of the figure, to be told by cause."""
    _, member = membership(book, figure)
    query, params = _rows_of_figure(book, figure).query(book.accounts[member].tolist())
    return LedgerRows(query, params, book.pair.rates, book.scope)


def _ledger_after(book: LedgerReport, after: int) -> LedgerArrays:
    """Movements after the day of that ordinal; those the report was read from may be older."""
    if book.movements is not None:
        return book.movements.ledger
    return read_ledger(
        until=book.question.window.end,
        after=date.fromordinal(max(after, 1)),
        rates=book.rates,
        scope=book.scope,
    )


def _rows_of_figure(book: LedgerReport, figure: Figure) -> "_Rows":
    """By movements a figure is its own rows; by account it is all that happened to its accounts.

    Levels are made of all history, the rest of the window.
    """
    made_of, pair = FIGURES[figure].made_of, book.pair
    days = (
        0 if made_of.is_level else pair.start,
        pair.start if made_of.adds is Adds.START else pair.end,
    )
    if book.question.method is Method.BY_ACCOUNT or book.movements is None or not made_of.kinds:
        return _Rows(book=book, days=days)
    codes = [KINDS.index(kind) for kind in made_of.kinds]
    rows = np.isin(book.movements.kinds(pair.rates), codes)
    return _Rows(book=book, days=days, kinds=tuple(made_of.kinds), rows=rows)


# Uses index: movement_account_day. Of many accounts it may go by the days instead (movement_day).
_LEDGER = """
    FROM accounts_revenuemovement v
    LEFT JOIN unnest(%(mixed_accounts)s::bigint[], %(mixed_days)s::date[], %(mixed_wanted)s::bool[])
        AS mixed (account_id, day, is_wanted)
        ON mixed.account_id = v.account_id AND mixed.day = v.effective_on
    {joined}
    WHERE v.account_id = ANY(%(accounts)s)
        AND coalesce(mixed.is_wanted, v.kind = ANY(%(kinds)s))
        AND v.effective_on > %(after)s AND v.effective_on <= %(until)s AND {learned}
        AND v.currency = ANY(%(currencies)s)
"""
_NAMES = """
    JOIN accounts_account a ON a.id = v.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
"""
_MOVEMENTS = """
    SELECT v.account_id, a.external_id, a.name, v.effective_on, v.recorded_at, v.kind,
        v.amount_minor, v.currency, v.reason, v.source_id, v.subtype,
        coalesce(u.name, p.name, '')
    {ledger} ORDER BY v.effective_on DESC, v.id DESC
"""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Ledger rows of some accounts: `days` as ordinals (after, up to); by movements of the `kinds`
    they count as, which `rows` says of each row of the ledger."""

    book: LedgerReport
    days: tuple[int, int]
    kinds: tuple[MovementKind, ...] = tuple(MovementKind)
    rows: Flags | None = None

    def page(self, *, ledger: LedgerArrays, inside: Flags, page: int) -> Iterator[FigureMovement]:
        """Only the days that the page shows are read again, with their names and reasons."""
        days = np.sort(ledger.day[inside])[::-1]
        first = (page - 1) * PAGE_SIZE
        shown = days[first : first + PAGE_SIZE]
        if len(shown) == 0:
            return iter(())
        newest, oldest = int(shown[0]), int(shown[-1])
        near = inside & (ledger.day <= newest) & (ledger.day >= oldest)
        accounts = ledger.accounts[np.unique(ledger.account[near])].tolist()
        skipped = first - int((days > newest).sum())
        query, params = replace(self, days=(oldest - 1, newest))._movements_query(accounts)
        with connection.cursor() as cursor:
            cursor.execute(
                f"{query} LIMIT %(limit)s OFFSET %(offset)s",
                {**params, "limit": PAGE_SIZE, "offset": skipped},
            )
            return iter([movement_of(row, rates=self.book.pair.rates) for row in cursor.fetchall()])

    def all(self, *, accounts: Sequence[int]) -> Iterator[FigureMovement]:
        return (
            movement_of(row, rates=self.book.pair.rates)
            for row in in_chunks(*self._movements_query(accounts))
        )

    def _movements_query(self, accounts: Sequence[int]) -> tuple[str, dict[str, Any]]:
        ledger, params = self.query(accounts, joined=_NAMES)
        return _MOVEMENTS.format(ledger=ledger), params

    def query(self, accounts: Sequence[int], *, joined: str = "") -> tuple[str, dict[str, Any]]:
        """From where and which, with the movements as `v`."""
        learned = self.book.scope.condition(account="v.account_id", learned="v.recorded_at")
        return _LEDGER.format(joined=joined, learned=learned), {
            "accounts": list(accounts),
            "kinds": [kind.value for kind in self.kinds],
            "after": date.fromordinal(max(self.days[0], 1)),
            "until": date.fromordinal(self.days[1]),
            "currencies": list(self.book.pair.rates),
            **self._mixed_days(),
        }

    def _mixed_days(self) -> dict[str, Any]:
        """Days of an account with rows of several kinds, and whether their net is of the kinds."""
        found: dict[tuple[int, date], bool] = {}
        movements = self.book.movements
        if self.rows is not None and movements is not None:
            ledger, rows = movements.ledger, movements.mixed_rows
            accounts, days = ledger.accounts[ledger.account[rows]], ledger.day[rows]
            keys = zip(accounts.tolist(), map(date.fromordinal, days.tolist()), strict=True)
            found = dict(zip(keys, self.rows[rows].tolist(), strict=True))
        return {
            "mixed_accounts": [account for account, _ in found],
            "mixed_days": [day for _, day in found],
            "mixed_wanted": list(found.values()),
        }


def with_parts(
    rows: Sequence[FigureMovement], *, known_before: datetime | None
) -> tuple[FigureMovement, ...]:
    """As a page shows them: why each happened beside it."""
    shown = [
        ShownMovement(
            row.account_id, row.effective_on, row.currency, row.kind, row.source, row.native_minor
        )
        for row in rows
    ]
    found = parts_beside(shown, known_before=known_before)
    return tuple(replace(row, parts=parts) for row, parts in zip(rows, found, strict=True))


def movement_of(row: tuple[Any, ...], *, rates: Mapping[str, Decimal]) -> FigureMovement:
    """From the columns of `_MOVEMENTS`, at the rates of the report."""
    pk, external_id, name, effective_on, recorded_at, kind, native, currency, *rest = row
    reason, source, subtype, owner = rest
    return FigureMovement(
        account_id=pk,
        external_id=external_id,
        name=name,
        effective_on=effective_on,
        recorded_at=recorded_at,
        kind=MovementKind(kind),
        native_minor=native,
        currency=currency,
        amount=convert(amount=native, rate=rates[currency]),
        reason=reason,
        source=source,
        subtype=subtype,
        owner=owner,
    )
