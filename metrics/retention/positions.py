"""One account between the two ends of a window, and what many of them add up to."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Self

from accounts.catalogue import MovementKind


class Method(StrEnum):
    """How the parts are counted; the NRR is the same either way."""

    BY_ACCOUNT = "accounts"
    BY_MOVEMENTS = "movements"


@dataclass(frozen=True, slots=True)
class AccountPosition:
    """ARR in minor units of the reporting currency.

    `was_active` and `is_active` say whether the account paid at the start and at the end. They
    are facts of the contract currency: rows are converted one by one, so an account that left may
    keep a cent of rounding, which belongs to the sums and makes nobody a paying account.
    """

    account_id: int
    start: int
    end: int
    was_active: bool
    is_active: bool
    had_revenue: bool
    new: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    reactivation: int = 0


@dataclass(frozen=True, slots=True)
class Summable:
    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Bridge(Summable):
    """All accounts: start + new + reactivation + expansion − contraction − churn = end."""

    start: int = 0
    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0

    @property
    def end(self) -> int:
        gained = self.new + self.reactivation + self.expansion
        return self.start + gained - self.contraction - self.churn


@dataclass(frozen=True, slots=True)
class Cohort(Summable):
    """The accounts that paid at the start; what is new is no part of it."""

    start: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0

    @property
    def end(self) -> int:
        return self.start + self.reactivation + self.expansion - self.contraction - self.churn


@dataclass(frozen=True, slots=True)
class Logos(Summable):
    """Accounts, counted by their state at the two ends."""

    start: int = 0
    kept: int = 0
    end: int = 0
    new: int = 0
    reactivated: int = 0
    expanded: int = 0
    contracted: int = 0


@dataclass(frozen=True, slots=True)
class Retention(Summable):
    bridge: Bridge = Bridge()
    cohort: Cohort = Cohort()
    logos: Logos = Logos()


def kind_of_change(
    *, change: int, was_active: bool, is_active: bool, had_revenue: bool
) -> MovementKind | None:
    """What the net change between two days is called; None when nothing changed."""
    if was_active and not is_active:
        return MovementKind.CHURN
    if is_active and not was_active:
        return MovementKind.REACTIVATION if had_revenue else MovementKind.NEW
    if change == 0:
        return None
    return MovementKind.EXPANSION if change > 0 else MovementKind.CONTRACTION


def net_change_kind(position: AccountPosition) -> MovementKind | None:
    return kind_of_change(
        change=position.end - position.start,
        was_active=position.was_active,
        is_active=position.is_active,
        had_revenue=position.had_revenue,
    )


def _net_parts(position: AccountPosition) -> dict[str, int]:
    kind = net_change_kind(position)
    change = position.end - position.start
    if kind is None:
        return {}
    sign = -1 if kind in (MovementKind.CONTRACTION, MovementKind.CHURN) else 1
    return {kind.value: sign * change}


def _movement_parts(position: AccountPosition) -> dict[str, int]:
    return {kind.value: getattr(position, kind.value) for kind in MovementKind}


def _cohort(*, position: AccountPosition, parts: dict[str, int]) -> Cohort:
    if not position.was_active:
        return Cohort()
    # A second contract booked as "new" on a paying account is that account's expansion.
    own = {key: value for key, value in parts.items() if key != MovementKind.NEW}
    own["expansion"] = own.get("expansion", 0) + parts.get("new", 0)
    return Cohort(start=position.start, **own)


def _logos(position: AccountPosition) -> Logos:
    kind = net_change_kind(position)
    return Logos(
        start=int(position.was_active),
        kept=int(position.was_active and position.is_active),
        end=int(position.is_active),
        new=int(kind is MovementKind.NEW),
        reactivated=int(kind is MovementKind.REACTIVATION),
        expanded=int(position.was_active and kind is MovementKind.EXPANSION),
        contracted=int(position.was_active and kind is MovementKind.CONTRACTION),
    )


def retention_of(
    *, positions: Iterable[AccountPosition], method: Method = Method.BY_ACCOUNT
) -> Retention:
    total = Retention()
    for position in positions:
        by_account = method is Method.BY_ACCOUNT
        parts = _net_parts(position) if by_account else _movement_parts(position)
        total += Retention(
            bridge=Bridge(start=position.start, **parts),
            cohort=_cohort(position=position, parts=parts),
            logos=_logos(position),
        )
    return total
