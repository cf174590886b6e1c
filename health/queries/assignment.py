"""Which scorecard an account gets: the first rule that fits it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from accounts.catalogue import LifecycleStage
from accounts.queries.sizes import segment_ids, touch_tier_ids
from health.facts import BaseRows, FactScope, load_base
from health.facts.rates import Currencies, read_currencies
from health.facts.scope import number
from health.models import AssignmentRule, RuleSet
from health.queries.installation import calendar
from health.queries.scorecards import Card, in_force

_STAGES = [member.value for member in LifecycleStage]
NO_CARD = -1


@dataclass(frozen=True, slots=True)
class RuleNumbers:
    """A rule as numbers: the place of the stage, ids of the others, -1 where it does not ask."""

    card: int
    stage: int
    touch_tier: int
    segment: int
    plan_id: int
    minimum_arr: int | None


@dataclass(frozen=True, slots=True)
class AssignmentInput:
    """What rules look at, one element an account; ARR in whole units of our own currency."""

    stage: npt.NDArray[np.int64]
    touch_tier: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64]
    plan_id: npt.NDArray[np.int64]
    arr: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assignment:
    """`cards` are those that a rule gives: what nobody is judged by is not read."""

    cards: tuple[Card, ...]
    rules: tuple[RuleNumbers, ...]

    def choose(self, standing: AssignmentInput) -> npt.NDArray[np.int64]:
        """Position of each account's card; NO_CARD where no rule fits."""
        chosen = np.full(len(standing.arr), NO_CARD, dtype=np.int64)
        for rule in reversed(self.rules):
            chosen[_accounts_that_fit(rule, standing)] = rule.card
        return chosen


def _accounts_that_fit(rule: RuleNumbers, standing: AssignmentInput) -> npt.NDArray[np.bool_]:
    fits = np.ones(len(standing.arr), dtype=np.bool_)
    for wanted, values in (
        (rule.stage, standing.stage),
        (rule.touch_tier, standing.touch_tier),
        (rule.segment, standing.segment),
        (rule.plan_id, standing.plan_id),
    ):
        if wanted >= 0:
            fits &= values == wanted
    if rule.minimum_arr is not None:
        fits &= standing.arr >= rule.minimum_arr
    return fits


def assignment_input(base: BaseRows, *, day: date, currencies: Currencies) -> AssignmentInput:
    """What rules look at, as of a day of the scope; `currencies` are those of its accounts."""
    profiles = base.profiles.on(day)
    arr = base.ledger.arr(effective=number(day), today=number(day))
    return AssignmentInput(
        profiles.stage,
        profiles.touch_tier,
        profiles.segment,
        profiles.plan_id,
        currencies.whole_units(arr, day=day),
    )


def lacks_rule(account_id: int, *, today: date) -> bool:
    """Whether none of the rules whose scorecards are in force fits the account as it is now."""
    here = calendar()
    ids = np.array([account_id], dtype=np.int64)
    scope = FactScope(ids, today, today, here.zone, as_known=False, open_day=today)
    base = load_base(scope, with_history=False)
    currencies = read_currencies(ids, base=here.currency)
    standing = assignment_input(base, day=today, currencies=currencies)
    return bool(assignment().choose(standing)[0] == NO_CARD)


def assignment(*, also: Card | None = None, rules: RuleSet | None = None) -> Assignment:
    """Rules whose scorecard is in force, in their order; the others are passed over.

    `also` is looked at as if it were in force, and so is a draft of `rules`.
    """
    cards = in_force()
    if also is not None:
        cards[also.spec.key] = also
    asked = AssignmentRule.objects.in_force() if rules is None else rules.rules.order_by("position")
    rows = list(asked)
    given = {row.scorecard_key for row in rows}
    cards = {key: card for key, card in cards.items() if key in given}
    positions = {key: position for position, key in enumerate(cards)}
    tiers, segments = touch_tier_ids(), segment_ids()
    numbers = [
        RuleNumbers(
            card=positions[row.scorecard_key],
            stage=_STAGES.index(row.stage) if row.stage else -1,
            touch_tier=tiers[row.touch_tier] if row.touch_tier else -1,
            segment=segments[row.segment] if row.segment else -1,
            plan_id=row.plan_id or -1,
            minimum_arr=row.minimum_arr,
        )
        for row in rows
        if row.scorecard_key in positions
    ]
    return Assignment(tuple(cards.values()), tuple(numbers))
