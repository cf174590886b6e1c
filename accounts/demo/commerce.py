"""Contracts from the first signature to renewal, growth, shrinking or leaving.

A renewal is decided on the satisfaction of 150 to 45 days before it: what makes a customer leave
has been felt, and seen in usage and tickets, for months by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from accounts.catalogue import ContractState, MovementKind, MovementSubtype
from accounts.demo.offering import ADD_ONS, PRODUCT
from accounts.demo.shape import SegmentModel
from accounts.demo.timeline import Timeline

DECIDED_FROM, DECIDED_TO = 150, 45
STEEPNESS = 0.035
PENDING_DAYS, PENDING_CHANCE = 21, 0.35
NOTICE_LOOKAHEAD = 45
AVOIDABLE = ("adoption", "missing feature", "quality", "support", "price", "competitor")
INEVITABLE = ("budget", "acquisition", "pivot", "company closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One contract. Days are numbers, `ends` is exclusive; lines are (product, ARR minor)."""

    starts: int
    ends: int
    months: int
    arr_minor: int
    seats: int
    lines: tuple[tuple[str, int], ...]
    state: ContractState
    closed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMovement:
    day: int
    kind: MovementKind
    amount_minor: int
    subtype: str = ""
    product: str = PRODUCT
    reason: str = ""


@dataclass(slots=True)
class Deal:
    """The running contract of one account while its story is told."""

    starts: int
    months: int
    seats: int
    lines: dict[str, int]

    @property
    def arr_minor(self) -> int:
        return sum(self.lines.values())


@dataclass(slots=True)
class Story:
    """All that happened between one account and us in money."""

    terms: list[Term] = field(default_factory=list)
    movements: list[DemoMovement] = field(default_factory=list)
    declined_upsells: list[int] = field(default_factory=list)
    pushbacks: list[int] = field(default_factory=list)
    notices: list[int] = field(default_factory=list)
    churned: int | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """What is settled at the first signature. `since` may lie before the first day."""

    model: SegmentModel
    since: int
    months: int
    arr_minor: int
    fit: float


@dataclass(frozen=True, slots=True)
class Negotiation:
    customer: Customer
    path: np.ndarray
    timeline: Timeline
    random: np.random.Generator

    def felt(self, *, first: int, last: int) -> float:
        """Mean satisfaction between two days; the account's own level before the first day."""
        begin, end = max(first, 0), min(last, self.timeline.days)
        return float(self.path[begin:end].mean()) if end > begin else self.customer.fit

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)


def tell_story(talk: Negotiation) -> Story:
    customer = talk.customer
    seats = max(3, round(customer.arr_minor / 100 / customer.model.seat_price))
    deal = Deal(customer.since, customer.months, seats, {PRODUCT: customer.arr_minor})
    story = Story()
    story.movements.append(
        DemoMovement(day=customer.since, kind=MovementKind.NEW, amount_minor=customer.arr_minor)
    )
    while True:
        ends = talk.timeline.add_months(deal.starts, months=deal.months)
        upsold = _upsell_day(talk, deal=deal, ends=ends, story=story)
        if upsold is not None:
            _close_term(story, deal=deal, ends=upsold, state=ContractState.RENEWED, closed=upsold)
            _grow_deal(
                talk, story=story, deal=deal, day=upsold, rate=talk.random.uniform(0.1, 0.42)
            )
            deal.starts, deal.months = upsold, max(12, deal.months)
        elif not _renew_term(talk, story=story, deal=deal, ends=ends):
            return story


def _close_term(
    story: Story, *, deal: Deal, ends: int, state: ContractState, closed: int | None
) -> None:
    story.terms.append(
        Term(
            starts=deal.starts,
            ends=ends,
            months=deal.months,
            arr_minor=deal.arr_minor,
            seats=deal.seats,
            lines=tuple(sorted(deal.lines.items())),
            state=state,
            closed=closed,
        )
    )


def _upsell_day(talk: Negotiation, *, deal: Deal, ends: int, story: Story) -> int | None:
    """A content customer may grow into a new contract before the old one ends."""
    if deal.months == 1 or ends - deal.starts < 150:
        return None
    day = talk.timeline.worked(int(talk.random.integers(deal.starts + 75, ends - 60)))
    felt = talk.felt(first=day - 50, last=day - 10)
    proposed = talk.chance(talk.customer.model.upsell_rate * deal.months / 12)
    if not proposed or not 0 <= day < talk.timeline.days:
        return None
    if talk.chance(float(np.clip(2.6 * (felt - 0.36), 0.0, 0.92))):
        return day if _growth_limit(talk, deal=deal) > 1.05 else None
    story.declined_upsells.append(day)
    return None


def _growth_limit(talk: Negotiation, *, deal: Deal) -> float:
    """How many times larger the deal may still become inside its segment."""
    return talk.customer.model.arr_high * 99.9 / deal.arr_minor


def _renew_term(talk: Negotiation, *, story: Story, deal: Deal, ends: int) -> bool:
    """False when the story ends: still running, decision pending, or left."""
    last = talk.timeline.days - 1
    if ends > last + NOTICE_LOOKAHEAD or _is_pending(talk, ends=ends, months=deal.months):
        _close_term(story, deal=deal, ends=ends, state=ContractState.ACTIVE, closed=None)
        return False
    felt = talk.felt(first=ends - DECIDED_FROM, last=ends - DECIDED_TO)
    if _is_leaving(talk, deal=deal, ends=ends, felt=felt):
        _end_story(talk, story=story, deal=deal, ends=ends, felt=felt)
        return False
    if ends > last:
        _close_term(story, deal=deal, ends=ends, state=ContractState.ACTIVE, closed=None)
        return False
    closed = min(ends, max(deal.starts + 1, ends - int(talk.random.integers(0, 30))))
    _close_term(story, deal=deal, ends=ends, state=ContractState.RENEWED, closed=closed)
    _reprice_deal(talk, story=story, deal=deal, ends=ends, felt=felt)
    deal.starts = ends
    return True


def _is_pending(talk: Negotiation, *, ends: int, months: int) -> bool:
    """A contract that just ended and is still being talked about: an overdue renewal."""
    last = talk.timeline.days - 1
    return months > 1 and last - PENDING_DAYS < ends <= last and talk.chance(PENDING_CHANCE)


def _is_leaving(talk: Negotiation, *, deal: Deal, ends: int, felt: float) -> bool:
    if ends < 0:
        return False
    model = talk.customer.model
    upset = 1 / (1 + np.exp((felt - model.churn_threshold) / STEEPNESS))
    yearly = model.base_churn + (1 - model.base_churn) * 0.9 * upset
    return talk.chance(float(1 - (1 - yearly) ** (deal.months / 12)))


def _end_story(talk: Negotiation, *, story: Story, deal: Deal, ends: int, felt: float) -> None:
    last = talk.timeline.days - 1
    notice = max(deal.starts + 1, ends - int(talk.random.integers(18, NOTICE_LOOKAHEAD)))
    upset = felt < talk.customer.model.churn_threshold + 2 * STEEPNESS
    if upset and talk.chance(0.5):
        story.pushbacks.append(max(deal.starts + 1, notice - int(talk.random.integers(8, 40))))
    if talk.chance(0.7) or ends > last:
        story.notices.append(notice)
    if ends > last:
        _close_term(story, deal=deal, ends=ends, state=ContractState.ACTIVE, closed=None)
        return
    reasons = AVOIDABLE if upset else INEVITABLE
    reason = reasons[int(talk.random.integers(len(reasons)))]
    _close_term(
        story, deal=deal, ends=ends, state=ContractState.CANCELLED, closed=min(notice, ends)
    )
    story.movements.append(
        DemoMovement(day=ends, kind=MovementKind.CHURN, amount_minor=-deal.arr_minor, reason=reason)
    )
    story.churned = ends


def _reprice_deal(talk: Negotiation, *, story: Story, deal: Deal, ends: int, felt: float) -> None:
    """What the renewal does to the price, by how content the customer was."""
    share = deal.months / 12
    if felt > 0.6 and talk.chance(0.5 * share):
        _grow_deal(talk, story=story, deal=deal, day=ends, rate=talk.random.uniform(0.05, 0.3))
    elif felt > 0.56 and talk.chance(0.55 * share):
        _grow_deal(talk, story=story, deal=deal, day=ends, rate=talk.random.uniform(0.02, 0.06))
    elif felt < 0.58 and talk.chance(min(1.0, (0.98 - felt) * share)):
        story.pushbacks.append(max(deal.starts + 1, ends - int(talk.random.integers(20, 60))))
        _shrink_deal(talk, story=story, deal=deal, day=ends)


def _grow_deal(talk: Negotiation, *, story: Story, deal: Deal, day: int, rate: float) -> None:
    rate = min(rate, _growth_limit(talk, deal=deal) - 1)
    amount = _whole_price(deal.arr_minor * rate, months=deal.months)
    if amount <= 0:
        return
    subtype, product = _growth_kind(talk, rate=rate, deal=deal)
    deal.lines[product] = deal.lines.get(product, 0) + amount
    if subtype == MovementSubtype.SEATS:
        deal.seats += max(1, round(deal.seats * rate))
    story.movements.append(
        DemoMovement(
            day=day,
            kind=MovementKind.EXPANSION,
            amount_minor=amount,
            subtype=subtype,
            product=product,
        )
    )


def _growth_kind(talk: Negotiation, *, rate: float, deal: Deal) -> tuple[MovementSubtype, str]:
    if rate <= 0.07:
        return MovementSubtype.PRICE, PRODUCT
    free = [product for product in ADD_ONS if product not in deal.lines]
    draw = talk.random.random()
    if draw < 0.22 and free:
        return MovementSubtype.CROSS_SELL, free[0]
    return (MovementSubtype.UPSELL if draw < 0.35 else MovementSubtype.SEATS), PRODUCT


def _shrink_deal(talk: Negotiation, *, story: Story, deal: Deal, day: int) -> None:
    """Fewer seats, but never below the segment the account belongs to."""
    floor = talk.customer.model.arr_low * 100
    rate = talk.random.uniform(0.06, 0.32)
    room = min(deal.arr_minor - floor, deal.lines[PRODUCT] - 100)
    amount = _whole_price(min(deal.arr_minor * rate, room), months=deal.months)
    if amount <= 0:
        return
    deal.lines[PRODUCT] -= amount
    deal.seats = max(2, round(deal.seats * (1 - rate)))
    subtype = MovementSubtype.SEATS if talk.chance(0.7) else MovementSubtype.DOWNGRADE
    story.movements.append(
        DemoMovement(
            day=day,
            kind=MovementKind.CONTRACTION,
            amount_minor=-amount,
            subtype=subtype,
            reason="price" if talk.chance(0.4) else "adoption",
        )
    )


def _whole_price(amount_minor: float, *, months: int) -> int:
    """Down to ten currency units a year, or to whole units a month where the term is monthly."""
    unit = 1_200 if months == 1 else 1_000
    return int(amount_minor // unit) * unit
