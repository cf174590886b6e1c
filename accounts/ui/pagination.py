"""Pages of a list: numbers in the address, counts capped, the next page known by one row more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest

Row = TypeVar("Row")
COUNT_CAP = 1_000
LAST_PAGE = 200


@dataclass(frozen=True, slots=True)
class PageOf:
    number: int
    size: int
    shown: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def previous_number(self) -> int:
        return self.number - 1

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def shown_from(self) -> int:
        return (self.number - 1) * self.size + 1 if self.shown else 0

    @property
    def shown_to(self) -> int:
        return (self.number - 1) * self.size + self.shown


def page_number(request: HttpRequest) -> int:
    """1 for anything that is no page number: a mistyped address shows the first page."""
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(number, 1), LAST_PAGE)


def take_page(rows: Any, *, number: int, size: int) -> tuple[list[Any], PageOf]:
    """`rows`: a queryset or a list; one row more than shown tells whether there is a next page."""
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return found[:size], PageOf(
        number=number,
        size=size,
        shown=len(found[:size]),
        has_next=len(found) > size and number < LAST_PAGE,
    )


def merged_page(
    sources: Sequence[Sequence[Row]], *, number: int, size: int, key: Any
) -> tuple[list[Row], PageOf]:
    """One list out of several newest-first ones, each cut at what this page can need."""
    rows = sorted((row for source in sources for row in source), key=key, reverse=True)
    return take_page(rows, number=number, size=size)
