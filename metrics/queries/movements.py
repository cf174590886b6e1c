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
from metrics.facts.ledger import read_ledger
from metrics.facts.reading import in_chunks
from metrics.queries.book import LedgerReport
from metrics.queries.figures import LOSSES, PAGE_SIZE, Figure, Page, membership
from metrics.retention.positions import Method
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


def figure_movements(*, book: LedgerReport, figure: Figure, page: int) -> Page[FigureMovement]:
    """The ledger rows of the figure's accounts that make it, the newest first."""
    _, member = membership(book, figure)
    wanted = _movement_kinds(book, figure)
    first, last = _days(book, figure)
    ledger = _ledger(book, first)
    is_member = np.isin(ledger.accounts, book.accounts[member])
    inside = is_member[ledger.account] & (ledger.day > first) & (ledger.day <= last)
    inside &= np.isin(ledger.kind, wanted)
    total = int(converted_rows(ledger=ledger, rates=book.pair.rates)[inside].sum())
    found = _Rows(book=book, kinds=wanted, days=(first, last))
    return Page(
        rows=tuple(found.page(ledger=ledger, inside=inside, page=page)),
        number=page,
        count=int(inside.sum()),
        total=total,
    )


def all_figure_movements(*, book: LedgerReport, figure: Figure) -> Iterator[FigureMovement]:
    """In the order of the pages."""
    _, member = membership(book, figure)
    found = _Rows(book=book, kinds=_movement_kinds(book, figure), days=_days(book, figure))
    return found.all(accounts=book.accounts[member].tolist())


def _ledger(book: LedgerReport, after: int) -> LedgerArrays:
    """Movements after the day of that ordinal; those the report was read from may be older."""
    if book.ledger is not None:
        return book.ledger
    return read_ledger(
        until=book.question.window.end,
        after=date.fromordinal(max(after, 1)),
        rates=book.rates,
        scope=book.scope,
    )


def _movement_kinds(book: LedgerReport, figure: Figure) -> list[int]:
    """By movements a part is its own rows; by account it is all that happened to its accounts."""
    if book.question.method is Method.BY_MOVEMENTS:
        if figure is Figure.GRR:
            return LOSSES
        if figure.value in KINDS:
            return [KINDS.index(MovementKind(figure.value))]
    return list(range(len(KINDS)))


def _days(book: LedgerReport, figure: Figure) -> tuple[int, int]:
    """(after, up to) as ordinals: the levels are made of all history, the rest of the window."""
    if figure is Figure.START:
        return 0, book.pair.start
    return (0 if figure is Figure.END else book.pair.start), book.pair.end


# Uses index: movement_account_day for a few accounts, movement_day for many.
_MOVEMENTS = """
    SELECT m.account_id, a.external_id, a.name, m.effective_on, m.recorded_at, m.kind,
        m.amount_minor, m.currency, m.reason, m.source_id
    FROM accounts_revenuemovement m JOIN accounts_account a ON a.id = m.account_id
    WHERE m.account_id = ANY(%(accounts)s) AND m.kind = ANY(%(kinds)s)
        AND m.effective_on > %(after)s AND m.effective_on <= %(until)s AND {learned}
    ORDER BY m.effective_on DESC, m.id DESC
"""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Ledger rows of some accounts: `kinds` as indices, `days` as ordinals (after, up to)."""

    book: LedgerReport
    kinds: Sequence[int]
    days: tuple[int, int]

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
        query, params = replace(self, days=(oldest - 1, newest))._query(accounts)
        with connection.cursor() as cursor:
            cursor.execute(
                f"{query} LIMIT %(limit)s OFFSET %(offset)s",
                {**params, "limit": PAGE_SIZE, "offset": skipped},
            )
            return iter([movement_of(row, rates=self.book.pair.rates) for row in cursor.fetchall()])

    def all(self, *, accounts: Sequence[int]) -> Iterator[FigureMovement]:
        return (
            movement_of(row, rates=self.book.pair.rates)
            for row in in_chunks(*self._query(accounts))
        )

    def _query(self, accounts: Sequence[int]) -> tuple[str, dict[str, Any]]:
        scope = self.book.scope
        learned = scope.condition(account="m.account_id", learned="m.recorded_at")
        return _MOVEMENTS.format(learned=learned), {
            "accounts": list(accounts),
            "kinds": [KINDS[kind].value for kind in self.kinds],
            "after": date.fromordinal(max(self.days[0], 1)),
            "until": date.fromordinal(self.days[1]),
        }


def movement_of(row: tuple[Any, ...], *, rates: Mapping[str, Decimal]) -> FigureMovement:
    """From the columns of `_MOVEMENTS`, at the rates of the report."""
    pk, external_id, name, effective_on, recorded_at, kind, native, currency, reason, source = row
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
    )
