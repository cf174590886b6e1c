"""What a figure is made of: its accounts and the sum they add up to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from accounts.catalogue import MovementKind
from accounts.models import Account
from accounts.money.conversion import Integers
from metrics.definitions import FIGURES, Figure
from metrics.queries.ledger_report import LedgerReport
from metrics.retention.vectors import KINDS, NO_KIND, Flags

PAGE_SIZE = 50
NAMES_AT_ONCE = 1_000
LAST_PAGE = 200


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
    owner: str
    """As it is now: a person, or the pool."""


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
        rows=_account_rows(book, members[_page_slice(page)], amounts),
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


def _page_slice(page: int) -> slice:
    return slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)


def membership(book: LedgerReport, figure: Figure) -> tuple[Integers, Flags]:
    """Each account's part of the figure, and whether it is in its list."""
    opened = FIGURES[figure]
    amounts = book.counted.amounts(opened.made_of)
    listed = book.counted.positions.of(opened.made_of.of) if opened.lists_all else amounts != 0
    return amounts, listed & book.chosen


def _account_rows(
    book: LedgerReport, shown: Integers, amounts: Integers
) -> tuple[FigureAccount, ...]:
    positions, kinds = book.counted.positions, book.counted.net_kinds
    ids = book.accounts[shown].tolist()
    names = {
        pk: (external_id, name, owner or pool or "")
        for pk, external_id, name, owner, pool in Account.objects.filter(pk__in=ids).values_list(
            "pk", "external_id", "name", "owner__name", "pool__name"
        )
    }
    return tuple(
        FigureAccount(
            account_id=pk,
            external_id=names[pk][0],
            name=names[pk][1],
            group=book.values[int(book.groups[index])],
            start=int(positions.start[index]),
            end=int(positions.end[index]),
            kind=None if kinds[index] == NO_KIND else KINDS[int(kinds[index])],
            amount=int(amounts[index]),
            owner=names[pk][2],
        )
        for pk, index in zip(ids, shown, strict=True)
    )
