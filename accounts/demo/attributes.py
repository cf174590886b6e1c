"""What an account was on each day: seats, plan, segment, tier, stage, status, owner.

Segment and tier come from the same tables as intake's, moved by the same margin and 30 days.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from accounts.catalogue import (
    AccountStatus,
    HistoryAttribute,
    LifecycleStage,
    MovementKind,
    MovementSubtype,
    Segment,
)
from accounts.demo.customers import Founded
from accounts.demo.offering import PLANS_OF_SEGMENT
from accounts.demo.timeline import Timeline
from accounts.demo.usage import Access
from accounts.intake.account_past import factors_as_text
from accounts.intake.tiers import SETTLING_DAYS, Placement, Size, place, segment_of

HAND_OFF_DAYS = 14
_PLAN_ABOVE = {"starter": "team", "team": "business", "business": "enterprise"}
_PLAN_BELOW = {above: below for below, above in _PLAN_ABOVE.items()}


@dataclass(frozen=True, slots=True)
class Span:
    """A value from a day (inclusive) to a day (exclusive; None: to this day)."""

    attribute: HistoryAttribute
    value: str
    begins: int
    ends: int | None


@dataclass(frozen=True, slots=True)
class Factors:
    """Parts of the tier score that somebody judged; None where nobody did. 0 to 100."""

    complexity: int | None
    growth_potential: int | None
    strategic_fit: int | None


def factors(random: np.random.Generator, *, account: Founded) -> Factors:
    if random.random() > 0.2:
        return Factors(None, None, None)
    base = {Segment.ENTERPRISE: 78, Segment.MID_MARKET: 58, Segment.SMB: 33}
    middle = base[account.model.segment]
    draws = np.clip(random.normal(middle, 12, 3), 5, 98).astype(int)
    return Factors(int(draws[0]), int(draws[1]), int(draws[2]))


def first_plan(random: np.random.Generator, *, account: Founded) -> str:
    offers = PLANS_OF_SEGMENT[account.model.segment]
    return str(random.choice([plan for plan, _ in offers], p=[odds for _, odds in offers]))


def plan_steps(account: Founded, *, plan: str) -> list[tuple[int, str]]:
    """(from day, plan key), ascending."""
    steps = [(account.since, plan)]
    for movement in account.story.movements:
        moves = {MovementSubtype.UPSELL: _PLAN_ABOVE, MovementSubtype.DOWNGRADE: _PLAN_BELOW}
        following = moves.get(MovementSubtype(movement.subtype), {}) if movement.subtype else {}
        if following.get(steps[-1][1]):
            steps.append((movement.day, following[steps[-1][1]]))
    return steps


def access_of(
    account: Founded, *, plans: list[tuple[int, str]], timeline: Timeline
) -> Access | None:
    """None for a customer who had left before the first day."""
    first = max(account.since, 0)
    last = timeline.days if account.until is None else min(account.until, timeline.days)
    if last <= first:
        return None
    seats = np.empty(last - first, dtype=np.int64)
    for term in account.story.terms:
        seats[max(term.starts - first, 0) :] = term.seats
    return Access(first, last, seats, tuple(plans))


def spans(
    random: np.random.Generator,
    *,
    account: Founded,
    known: Factors,
    tiers: TierPath,
    plans: list[tuple[int, str]],
    first_value: int | None,
    timeline: Timeline,
) -> list[Span]:
    """The whole past of an account's attributes, but for its owner."""
    seats = [(term.starts, str(term.seats)) for term in account.story.terms]
    segments = [(day, segment_of(Decimal(amount) / 100)) for day, amount in _arr_steps(account)]
    status = [(account.since, AccountStatus.ACTIVE.value)]
    if account.until is not None:
        status.append((account.until, AccountStatus.CHURNED.value))
    judged = factors_as_text(known.complexity, known.growth_potential, known.strategic_fit)
    told = (
        *([(HistoryAttribute.FACTORS, [(account.since, judged)])] if judged else []),
        (HistoryAttribute.PLAN, plans),
        (HistoryAttribute.SEATS, seats),
        (HistoryAttribute.SEGMENT, segments),
        (HistoryAttribute.TOUCH_TIER, tiers.steps),
        (HistoryAttribute.STATUS, status),
        (HistoryAttribute.STAGE, stage_steps(random, account=account, first_value=first_value,
                                             last=timeline.days - 1)),
    )  # fmt: skip
    return [span for attribute, steps in told for span in as_spans(attribute, steps=steps)]


def as_spans(attribute: HistoryAttribute, *, steps: list[tuple[int, str]]) -> list[Span]:
    """Ascending steps to spans; a step that changes nothing is none, the last of a day counts."""
    kept: list[tuple[int, str]] = []
    for day, value in steps:
        if kept and kept[-1][0] == day:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((day, value))
    ends = [day for day, _ in kept[1:]] + [None]
    return [Span(attribute, value, day, end) for (day, value), end in zip(kept, ends, strict=True)]


def _arr_steps(account: Founded) -> list[tuple[int, int]]:
    total, steps = 0, []
    for movement in account.story.movements:
        total += movement.amount_minor
        steps.append((movement.day, total))
    return steps


@dataclass(frozen=True, slots=True)
class TierPath:
    """Tiers by day, and the one that is being waited for on the last day."""

    steps: list[tuple[int, str]]
    now: Placement

    def before(self, day: int) -> str:
        """The tier in force until that day."""
        return [tier for begins, tier in self.steps if begins < day][-1]


def tier_path(account: Founded, *, known: Factors, timeline: Timeline) -> TierPath:
    """What the nightly placement would have found: a change counts after its 30 days."""
    arr = _arr_steps(account)
    now: Placement | None = None
    steps: list[tuple[int, str]] = []
    ends = [day for day, _ in arr[1:]] + [timeline.days]
    for (day, amount), following in zip(arr, ends, strict=True):
        size = Size(
            arr=Decimal(amount) / 100,
            complexity=known.complexity,
            growth_potential=known.growth_potential,
            strategic_fit=known.strategic_fit,
        )
        for looked_on in (day, day + SETTLING_DAYS):
            if looked_on == day or (now and now.pending and looked_on < following):
                now = place(size, now_in=now, day=timeline.day(looked_on))
                steps.append((looked_on, now.tier))
    if now is None:
        raise ValueError(f"account {account.id} has no movement")
    return TierPath(steps, now)


def stage_steps(
    random: np.random.Generator, *, account: Founded, first_value: int | None, last: int
) -> list[tuple[int, str]]:
    """hand-off, onboarding, adoption, value, expansion, advocacy: as far as the account got."""
    onboarded = account.since + int(70 + 60 * max(0.0, 0.75 - account.quality))
    steps = [
        (account.since - HAND_OFF_DAYS, LifecycleStage.HAND_OFF),
        (account.since, LifecycleStage.ONBOARDING),
        (onboarded, LifecycleStage.ADOPTION),
    ]
    end = last + 1 if account.until is None else account.until
    if first_value is not None:
        steps.append((max(onboarded, first_value) + 60, LifecycleStage.VALUE))
        grown = [
            m.day
            for m in account.story.movements
            if m.kind == MovementKind.EXPANSION and m.day > steps[-1][0]
        ]
        if grown and random.random() < 0.45:
            steps.append((grown[-1], LifecycleStage.EXPANSION))
        if account.fit > 0.8 and random.random() < 0.5:
            steps.append((steps[-1][0] + 270, LifecycleStage.ADVOCACY))
    return [(day, stage.value) for day, stage in steps if day < end]
