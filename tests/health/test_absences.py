"""A measure without a value says why, and says nothing that is not true of the account."""

from dataclasses import fields, replace

import numpy as np
import pytest

from health.measures import MEASURES, Facts
from health.measures.demands import (
    ActiveDays,
    ArrInBase,
    ChosenFacts,
    CsmSentimentAge,
    DaysToDecision,
    Employees,
    FeatureHistory,
    FirstReplyHours,
    RelationshipDays,
    ReplyHistory,
    SessionHistory,
    ShareWhoCame,
    TermMonths,
    TicketsNegative,
    TicketsRated,
    UsageLimit,
    ValueHistory,
)
from health.measures.inputs import Flags
from health.measures.percentiles import ALL, Distributions, distribution_of
from health.models import HealthScore
from health.queries.absences import why_missing
from health.recompute import recompute
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago
from tests.health.uses import EVERY_USE

ACCOUNTS = 4_000
# What facts may not know: seats, what was before the contract, what never happened.
UNKNOWN = {
    "active_days_28d",
    "seats",
    "core_used_since_start",
    "users_since_start",
    "arr",
    "arr_365d_ago",
    "median_days",
    "days_since_conversation",
    "days_since_executive",
    "days_since_start",
    "first_value_day",
}

_MAY_BE_UNKNOWN = (
    Employees,
    UsageLimit,
    ActiveDays,
    FeatureHistory,
    ValueHistory,
    ArrInBase,
    SessionHistory,
    TermMonths,
    RelationshipDays,
    DaysToDecision,
    FirstReplyHours,
    ReplyHistory,
    ShareWhoCame,
    TicketsNegative,
    TicketsRated,
    CsmSentimentAge,
)

# With and without enough accounts to be compared with.
NOBODY = Distributions()
FULL = Distributions(
    {
        name: {ALL: distribution_of(np.arange(90.0))}
        for name in ("champions", "feature_events(feature=reports, per=seats)")
    }
)


def any_facts(seed):
    dice = np.random.default_rng(seed)

    def values(field):
        if field.type is Flags:
            return dice.random(ACCOUNTS) < 0.7
        known = dice.integers(0, 200, ACCOUNTS) * (dice.random(ACCOUNTS) < 0.8).astype(float)
        gaps = dice.random(ACCOUNTS) < (0.2 if field.name in UNKNOWN else 0)
        return np.where(gaps, np.nan, known)

    facts = Facts(
        **{
            group.name: group.type(**{field.name: values(field) for field in fields(group.type)})
            for group in fields(Facts)
            if group.type not in (ChosenFacts, Distributions)
        }
    )
    ends = np.column_stack([values(fields(facts.revenue)[1]) for _ in range(3)])
    ends[np.isnan(facts.onboarding.days_since_start)] = np.nan
    return replace(facts, revenue=replace(facts.revenue, arr_term_ends=ends))


def any_answers(seed, demands):
    """What was chosen is counted; only histories and ARR may be unknown."""
    dice = np.random.default_rng(seed)

    def answer(demand):
        known = dice.integers(0, 200, ACCOUNTS) * (dice.random(ACCOUNTS) < 0.8).astype(float)
        gaps = dice.random(ACCOUNTS) < (0.2 * isinstance(demand, _MAY_BE_UNKNOWN))
        return np.where(gaps, np.nan, known)

    return ChosenFacts({demand: answer(demand) for demand in demands})


@pytest.mark.parametrize("spread", [NOBODY, FULL])
@pytest.mark.parametrize(
    "key", [*(d.key for d in MEASURES.families() if not d.parameters), *EVERY_USE]
)
def test_a_value_is_missing_exactly_where_a_reason_holds(key, spread):
    definition = MEASURES[key]
    known = any_answers(12, definition.reads)
    facts = replace(any_facts(seed=11), chosen=known, distributions=spread)
    with np.errstate(invalid="ignore"):
        is_missing = np.isnan(definition.compute(facts))
        reasons = np.array([absence.holds(facts) for absence in definition.absences])

    assert (is_missing == reasons.any(axis=0)).all()
    if spread is NOBODY:  # else there are enough, and nobody is told that they are few
        assert (reasons & is_missing).any(axis=1).all()  # none that could never be said


def said(account, *keys):
    recompute(day=DAY, now=NOW)
    stored = HealthScore.objects.get(account=account, day=DAY)
    return list(why_missing(stored, keys, today=DAY).values())


@pytest.mark.usefixtures("library")
def test_of_all_reasons_an_account_is_told_its_own():
    bought = make.make_plan()
    make.make_feature(plans=["another"])
    plain = make.make_feature(is_core=False)
    account = make.make_account(plan=bought, seats=None, customer_since=ago(39))
    make.use(account, plain, days_ago=range(39))
    make.be_active(account, "ada", days_ago=range(5))
    make.open_ticket(account, days_ago=200)
    make.move_arr(account, 10_000, days_ago=20)

    assert said(
        account, "core_feature_depth", "usage_trend", "users_active", "arr_movement", "champions"
    ) == [
        "its plan has no core feature",
        "its plan has no core feature; less than 42 days of history"
        " (from 42 to 83 days the 28-day window alone counts)",
        "less than 14 days of history; seats unknown",
        "no ARR 365 days before",
        "no contact was ever delivered to the installation",
    ]


@pytest.mark.usefixtures("library")
def test_a_reason_that_is_gone_since_leaves_them_all():
    account = make.make_account()
    recompute(day=DAY, now=NOW)
    stored = HealthScore.objects.get(account=account)
    make.make_contact(account)
    make.sign(account, days_ago=10)
    recompute(day=DAY, now=NOW)

    told = why_missing(stored, ["champions", "arr_flat_terms"], today=DAY)
    assert told["champions"] == MEASURES["champions"].missing
    assert told["arr_flat_terms"] == MEASURES["arr_flat_terms"].missing
    assert why_missing(stored, [], today=DAY) == {}
