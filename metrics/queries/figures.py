"""What a figure is made of: its accounts, its movements, and the sum they add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar, cast

import numpy as np
from django.db import connection

from accounts.catalogue import MovementKind
from accounts.models import Account
from metrics.facts.ledger import read_ledger
from metrics.queries.book import Book
from metrics.retention.money import Integers, convert
from metrics.retention.positions import Method
from metrics.retention.series import LedgerArrays, converted_rows
from metrics.retention.vectors import KINDS, NO_KIND, Flags, net_change_kinds

PAGE_SIZE = 50
LAST_PAGE = 200


class Figure(StrEnum):
    START = "start"
    NEW = "new"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    END = "end"
    NRR = "nrr"
    GRR = "grr"
    LOGO = "logo"


_LOSSES = [KINDS.index(MovementKind.CONTRACTION), KINDS.index(MovementKind.CHURN)]


@dataclass(frozen=True, slots=True)
class FigureAccount:
    """`amount` is this account's part of the figure, signed, in the reporting currency."""

    account_id: int
    external_id: str
    name: str
    group: str
    start: int
    end: int
    kind: MovementKind | None
    amount: int


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


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: tuple[Row, ...]
    number: int
    count: int
    total: int
    """The sum of `amount` over all pages."""

    @property
    def pages(self) -> int:
        return min(max(-(-self.count // PAGE_SIZE), 1), LAST_PAGE)


def figure_accounts(*, book: Book, figure: Figure, page: int) -> Page[FigureAccount]:
    """The largest parts first."""
    amounts, member = _membership(book, figure)
    members = np.flatnonzero(member)
    order = np.lexsort((book.accounts[members], -np.abs(amounts[members])))
    shown = members[order][_slice(page)]
    return Page(
        rows=_account_rows(book, shown, amounts),
        number=page,
        count=len(members),
        total=int(amounts[members].sum()),
    )


def figure_movements(*, book: Book, figure: Figure, page: int) -> Page[FigureMovement]:
    """The ledger rows of the figure's accounts that make it, the newest first."""
    _, member = _membership(book, figure)
    wanted = _movement_kinds(book, figure)
    first, last = _days(book, figure)
    ledger = _ledger(book, first)
    is_member = np.isin(ledger.accounts, book.accounts[member])
    inside = is_member[ledger.account] & (ledger.day > first) & (ledger.day <= last)
    inside &= np.isin(ledger.kind, wanted)
    total = int(converted_rows(ledger=ledger, rates=book.pair.rates)[inside].sum())
    accounts = ledger.accounts[np.unique(ledger.account[inside])].tolist()
    rows = _movement_rows(book, accounts=accounts, kinds=wanted, days=(first, last), page=page)
    return Page(rows=rows, number=page, count=int(inside.sum()), total=total)


def _ledger(book: Book, after: int) -> LedgerArrays:
    """Movements after the day of that ordinal; those the report was read from may be older."""
    if book.ledger is not None:
        return book.ledger
    return read_ledger(
        until=book.question.window.end,
        after=date.fromordinal(max(after, 1)),
        rates=book.rates,
        scope=book.scope,
    )


def _slice(page: int) -> slice:
    return slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)


def _membership(book: Book, figure: Figure) -> tuple[Integers, Flags]:
    """Each account's part of the figure, and whether it has one."""
    arrays = book.arrays
    if figure is Figure.NRR:
        return arrays.end - arrays.start, arrays.was_active & book.chosen
    if figure is Figure.LOGO:
        return arrays.end - arrays.start, arrays.was_active & ~arrays.is_active & book.chosen
    if figure is Figure.GRR:
        amounts = np.asarray(book.parts[_LOSSES].sum(axis=0), dtype=np.int64)
        return amounts, (amounts != 0) & arrays.was_active & book.chosen
    ends = {Figure.START: arrays.start, Figure.END: arrays.end}
    kind = None if figure in ends else KINDS.index(MovementKind(figure.value))
    amounts = ends[figure] if kind is None else book.parts[kind]
    return amounts, (amounts != 0) & book.chosen


def _movement_kinds(book: Book, figure: Figure) -> list[int]:
    """By movements a part is its own rows; by account it is all that happened to its accounts."""
    if book.question.method is Method.BY_MOVEMENTS:
        if figure is Figure.GRR:
            return _LOSSES
        if figure.value in KINDS:
            return [KINDS.index(MovementKind(figure.value))]
    return list(range(len(KINDS)))


def _days(book: Book, figure: Figure) -> tuple[int, int]:
    """(after, up to) as ordinals: the levels are made of all history, the rest of the window."""
    if figure is Figure.START:
        return 0, book.pair.start
    return (0 if figure is Figure.END else book.pair.start), book.pair.end


def _account_rows(book: Book, shown: Integers, amounts: Integers) -> tuple[FigureAccount, ...]:
    kinds = net_change_kinds(book.arrays)
    ids = book.accounts[shown].tolist()
    names = {
        pk: (external_id, name)
        for pk, external_id, name in Account.objects.filter(pk__in=ids).values_list(
            "pk", "external_id", "name"
        )
    }
    return tuple(
        FigureAccount(
            account_id=pk,
            external_id=names[pk][0],
            name=names[pk][1],
            group=book.values[int(book.groups[index])],
            start=int(book.arrays.start[index]),
            end=int(book.arrays.end[index]),
            kind=None if kinds[index] == NO_KIND else KINDS[int(kinds[index])],
            amount=int(amounts[index]),
        )
        for pk, index in zip(ids, shown, strict=True)
    )


# Uses index: movement_account_day for a few accounts, movement_day for many.
_MOVEMENTS = """
    SELECT m.account_id, a.external_id, a.name, m.effective_on, m.recorded_at, m.kind,
        m.amount_minor, m.currency, m.reason, m.source
    FROM accounts_revenuemovement m JOIN accounts_account a ON a.id = m.account_id
    WHERE m.account_id = ANY(%(accounts)s) AND m.kind = ANY(%(kinds)s)
        AND m.effective_on > %(after)s AND m.effective_on <= %(until)s AND {learned}
    ORDER BY m.effective_on DESC, m.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""


def _movement_rows(
    book: Book, *, accounts: Sequence[int], kinds: Sequence[int], days: tuple[int, int], page: int
) -> tuple[FigureMovement, ...]:
    learned = book.scope.condition(account="m.account_id", learned="m.recorded_at")
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVEMENTS.format(learned=learned),
            {
                "accounts": list(accounts),
                "kinds": [KINDS[kind].value for kind in kinds],
                "after": date.fromordinal(max(days[0], 1)),
                "until": date.fromordinal(days[1]),
                "limit": PAGE_SIZE,
                "offset": (page - 1) * PAGE_SIZE,
            },
        )
        return tuple(_movement(book, row) for row in cursor.fetchall())


def _movement(book: Book, row: tuple[object, ...]) -> FigureMovement:
    pk, external_id, name, effective_on, recorded_at, kind, native, currency, reason, source = row
    rate = book.pair.rates[cast("str", currency)]
    return FigureMovement(
        account_id=cast("int", pk),
        external_id=cast("str", external_id),
        name=cast("str", name),
        effective_on=cast("date", effective_on),
        recorded_at=cast("datetime", recorded_at),
        kind=MovementKind(cast("str", kind)),
        native_minor=cast("int", native),
        currency=cast("str", currency),
        amount=convert(amount=cast("int", native), rate=rate),
        reason=cast("str", reason),
        source=cast("str", source),
    )
