"""Customers: what each of them pays day by day, and the contract rows that a vendor's tools keep.

What is paid is read by the oracle; the rows are read by the product. Neither is computed from the
other: `lives.py` says both.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

GRACE = 30


class Tool(StrEnum):
    """Which of three tools keeps the rows of a customer."""

    BILLING = "billing"  # names products, ends exclusive, a year's worth, knows cancellations
    CRM = "crm"  # names neither product nor subscription, ends inclusive, a price a year or term
    SUBSCRIPTIONS = "subscriptions"  # names subscriptions, ends exclusive, a price a month


@dataclass(frozen=True, slots=True)
class Paid:
    """`arr` minor units a year are paid on each day from `since`; `until` is not one of them."""

    line: str
    since: date
    until: date | None
    arr: int
    currency: str


@dataclass(slots=True)
class Term:
    """What was agreed for a line: `arr` a year up to `ends_on`, which it does not cover. `ended_on`
    where it was replaced or broken off before; `has_grace` unless notice was given of its end;
    `renewed_itself` where nobody signed, and nobody gave notice in time."""

    line: str
    starts_on: date
    ends_on: date
    arr: int
    currency: str
    ended_on: date | None = None
    has_grace: bool = True
    renewed_itself: bool = False

    @property
    def end(self) -> date:
        return self.ended_on or self.ends_on


@dataclass(frozen=True, slots=True)
class Telling:
    """What a row says from the day on which the tool has been told so."""

    learned_on: date
    ends_on: date | None
    notice_on: date | None = None
    cancelled_on: date | None = None


@dataclass(slots=True)
class Row:
    """A contract as its tool keeps it; `ends_on` is exclusive here, whatever the tool writes."""

    key: str
    product: str
    starts_on: date
    arr: int
    currency: str
    tellings: list[Telling]
    renews: str = ""
    deal: str = ""
    auto_renew: bool = False
    uplift: int = 0
    notice_days: int | None = None

    def ends_on(self) -> date | None:
        return self.tellings[-1].ends_on

    def tell(self, learned_on: date, **changed: date | None) -> None:
        latest = self.tellings[-1]
        learned_on = max(latest.learned_on, learned_on)
        self.tellings.append(replace(latest, learned_on=learned_on, **changed))


@dataclass(slots=True)
class Customer:
    key: str
    tool: Tool
    currency: str
    factors: dict[str, int]
    paid: list[Paid] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    lived: list[str] = field(default_factory=list)


def months_later(day: date, months: int) -> date:
    """The same day of that month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    length = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, length))
