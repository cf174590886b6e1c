"""What a figure is made of: its accounts and the sum they add up to."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import numpy as np

from accounts.catalogue import MovementKind
from accounts.models import Account
from accounts.money.conversion import Integers
from metrics.queries.book import LedgerReport
from metrics.retention.vectors import KINDS, NO_KIND, Flags, net_change_kinds

PAGE_SIZE = 50
NAMES_AT_ONCE = 1_000
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


LOSSES = [KINDS.index(MovementKind.CONTRACTION), KINDS.index(MovementKind.CHURN)]


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


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: tuple[Row, ...]
    number: int
    count: int
    total: int
    """The sum of `amount` over all pages."""
    is_capped: bool = False
    """There are more than `count`."""

    @property
    def has_next(self) -> bool:
        if self.is_capped:
            return len(self.rows) == PAGE_SIZE and self.number < LAST_PAGE
        return self.number < self.pages

    @property
    def pages(self) -> int:
        return min(max(-(-self.count // PAGE_SIZE), 1), LAST_PAGE)


def figure_accounts(*, book: LedgerReport, figure: Figure, page: int) -> Page[FigureAccount]:
    """The largest parts first."""
    amounts, member = membership(book, figure)
    members = _largest_first(book, member, amounts)
    return Page(
        rows=_account_rows(book, members[_slice(page)], amounts),
        number=page,
        count=len(members),
        total=int(amounts[members].sum()),
    )


def all_figure_accounts(*, book: LedgerReport, figure: Figure) -> Iterator[FigureAccount]:
    """In the order of the pages, names read a thousand at a time."""
    amounts, member = membership(book, figure)
    members = _largest_first(book, member, amounts)
    for first in range(0, len(members), NAMES_AT_ONCE):
        yield from _account_rows(book, members[first : first + NAMES_AT_ONCE], amounts)


def _largest_first(book: LedgerReport, member: Flags, amounts: Integers) -> Integers:
    members = np.flatnonzero(member)
    order = np.lexsort((book.accounts[members], -np.abs(amounts[members])))
    return np.asarray(members[order], dtype=np.int64)


def _slice(page: int) -> slice:
    return slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)


def membership(book: LedgerReport, figure: Figure) -> tuple[Integers, Flags]:
    """Each account's part of the figure, and whether it has one."""
    arrays = book.arrays
    if figure is Figure.NRR:
        return arrays.end - arrays.start, arrays.was_active & book.chosen
    if figure is Figure.LOGO:
        return arrays.end - arrays.start, arrays.was_active & ~arrays.is_active & book.chosen
    if figure is Figure.GRR:
        amounts = np.asarray(book.parts[LOSSES].sum(axis=0), dtype=np.int64)
        return amounts, (amounts != 0) & arrays.was_active & book.chosen
    ends = {Figure.START: arrays.start, Figure.END: arrays.end}
    kind = None if figure in ends else KINDS.index(MovementKind(figure.value))
    amounts = ends[figure] if kind is None else book.parts[kind]
    return amounts, (amounts != 0) & book.chosen


def _account_rows(
    book: LedgerReport, shown: Integers, amounts: Integers
) -> tuple[FigureAccount, ...]:
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
