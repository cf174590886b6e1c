"""All rows of one block of accounts: the hidden story told as facts, in loading order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from accounts.catalogue import AccountStatus, HistoryAttribute, TouchTier
from accounts.demo.attributes import (
    Factors,
    Span,
    TierPath,
    access_of,
    as_spans,
    factors,
    first_plan,
    plan_steps,
    spans,
    tier_path,
)
from accounts.demo.customers import Founded, found_block, timeline_of
from accounts.demo.happenings import first_value_day
from accounts.demo.languages import language_of_account
from accounts.demo.offering import INDUSTRIES, REGIONS, plan_named
from accounts.demo.shape import ACCOUNTS_PER_BLOCK, Shape
from accounts.demo.staff import Staff
from accounts.demo.usage import Access

OWNER_CHANGED = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known about an account beside its money and its use of the product."""

    account: Founded
    industry: str
    region: str
    time_zone: str
    language: str
    known: Factors
    tiers: TierPath
    plans: list[tuple[int, str]]
    access: Access | None
    first_value: int | None
    spans: list[Span]
    owners: list[Span]
    in_pool: bool

    def value(self, attribute: HistoryAttribute) -> str:
        """The present value."""
        return next(s.value for s in self.spans if s.attribute == attribute and s.ends is None)

    def owner_on(self, day: int) -> int | None:
        """Whoever had it first for the days before that, None where a pool has it."""
        begun = [span for span in self.owners if span.begins <= day] or self.owners[:1]
        return int(begun[-1].value) if begun[-1].value else None

    @property
    def status(self) -> AccountStatus:
        return AccountStatus(self.value(HistoryAttribute.STATUS))


@dataclass(frozen=True, slots=True)
class Casting:
    """Who gets the next account: turns go round within a block, by team and kind."""

    staff: Staff
    shape: Shape
    taken: Counter[tuple[int, bool]]

    def next_owner(self, slot: int, *, is_large: bool) -> int:
        team = self.staff.team_of(slot, accounts=self.shape.accounts)
        turn = self.taken[team, is_large]
        self.taken[team, is_large] = turn + 1
        return self.staff.owner(team=team, turn=turn, is_large=is_large)


def profiles(shape: Shape, *, block: int, staff: Staff) -> Iterator[Profile]:
    slots = shape.slots(block=block)
    casting = Casting(staff, shape, Counter())
    for account in found_block(shape, block=block):
        random = shape.random(block=block, topic=3, place=account.place + 1)
        slot = slots[account.place % ACCOUNTS_PER_BLOCK]
        tongue = shape.random(block=block, topic=8, place=account.place + 1)
        yield _draw_profile(random, account, slot, tongue=tongue, casting=casting)


_REGION_ODDS = np.cumsum([odds for _, _, odds in REGIONS])


def _draw_profile(
    random: np.random.Generator,
    account: Founded,
    slot: int,
    *,
    tongue: np.random.Generator,
    casting: Casting,
) -> Profile:
    timeline = timeline_of(casting.shape)
    plan = first_plan(random, account=account)
    plans = plan_steps(account, plan=plan)
    known = factors(random, account=account)
    tiers = tier_path(account, known=known, timeline=timeline)
    target = plan_named(plan).first_value_days
    value = first_value_day(random, account=account, target_days=target, timeline=timeline)
    region, zone, _ = REGIONS[int(np.searchsorted(_REGION_ODDS, random.random()))]
    end = timeline.days if account.until is None else account.until
    in_pool = tiers.before(end) == TouchTier.TECH
    return Profile(
        account=account,
        region=region,
        time_zone=zone,
        language=language_of_account(tongue, region=region),
        known=known,
        tiers=tiers,
        plans=plans,
        access=access_of(account, plans=plans, timeline=timeline),
        first_value=value,
        in_pool=in_pool,
        owners=_owner_spans(random, account, None if in_pool else slot, casting=casting, end=end),
        industry=INDUSTRIES[int(random.integers(len(INDUSTRIES)))],
        spans=spans(
            random,
            account=account,
            known=known,
            tiers=tiers,
            plans=plans,
            first_value=value,
            timeline=timeline,
        ),
    )


def _owner_spans(
    random: np.random.Generator, account: Founded, slot: int | None, *, casting: Casting, end: int
) -> list[Span]:
    """The owner of today, and for some the one before; without a slot it is a pool's."""
    if slot is None:
        return as_spans(HistoryAttribute.OWNER, steps=[(account.since, "")])
    now = casting.next_owner(slot, is_large=account.model.arr_low >= 100_000)
    steps = [(account.since, str(now))]
    if random.random() < OWNER_CHANGED and end - account.since > 200:
        csms = casting.staff.csms
        before = csms[(csms.index(now) + 1) % len(csms)]
        changed = int(random.integers(account.since + 90, end - 30))
        steps = [(account.since, str(before)), (changed, str(now))]
    return as_spans(HistoryAttribute.OWNER, steps=steps)
