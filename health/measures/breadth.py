"""How widely the product is used: by how many of the seats, on how many days, which features."""

import numpy as np

from health.measures.absences import NO_ACTIVITY, NO_SEATS, NO_USAGE
from health.measures.definition import Better, FactSource
from health.measures.demands import (
    ActiveDays,
    ActivePeople,
    FeatureEvents,
    FeaturesOffered,
    FeaturesUsed,
)
from health.measures.divisors import BY_DIVISOR, divide_counts, divisor_demands
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Floats, only_if, ratio, scaled
from health.measures.parameters import BY, PER, TWELVE_WEEKS, WEEKS, Chosen, days_of
from health.measures.windows import CHOSEN_WEEKS

_SHORT_ACTIVITY = ChosenAbsence(
    "less history than half the window",
    lambda facts, chosen: facts.activity.connected & (facts.activity.history * 2 < days_of(chosen)),
)
_SHORT_USAGE = ChosenAbsence(
    "less history than half the window",
    lambda facts, chosen: facts.usage.connected & (facts.usage.history * 2 < days_of(chosen)),
)


@measure_of(
    key="seats_used",
    name="Seats used",
    unit="share of seats",
    sources=(FactSource.ACTIVITY,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="distinct people active in the window ÷ seats; of a source that only counts people, at"
    " least as many as its largest count",
    empty="nobody active is 0",
    missing=(
        NO_ACTIVITY,
        _SHORT_ACTIVITY,
        NO_SEATS,
    ),
    parameters=(TWELVE_WEEKS,),
    reads=lambda chosen: (ActivePeople(days_of(chosen)),),
)
def seats_used(facts: Facts, chosen: Chosen) -> Floats:
    activity, days = facts.activity, days_of(chosen)
    share = ratio(facts.chosen[ActivePeople(days)], facts.profile.seats)
    return only_if(activity.connected & (activity.history * 2 >= days), share)


def _demanded_events(chosen: Chosen) -> FeatureEvents:
    return FeatureEvents(None, chosen["by"], oldest=days_of(chosen))


@measure_of(
    key="usage_events",
    name="Events of all features",
    unit="events",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="events of all features in the window, absolute or divided by seats, by 1,000 of ARR in"
    " the installation's currency, or by people active in the window",
    empty="never used is 0; nobody active divides by one",
    missing=(
        NO_USAGE,
        _SHORT_USAGE,
        *BY_DIVISOR,
    ),
    parameters=(PER, WEEKS, BY),
    reads=lambda chosen: (_demanded_events(chosen), *divisor_demands(chosen)),
)
def usage_events(facts: Facts, chosen: Chosen) -> Floats:
    counts = facts.chosen[_demanded_events(chosen)]
    full = scaled(counts, history=facts.usage.history, window=days_of(chosen))
    return only_if(facts.usage.connected, divide_counts(facts, full, chosen))


@measure_of(
    key="active_days",
    name="Active days",
    unit="days",
    sources=(FactSource.ACTIVITY,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="days of the window on which at least one person was active",
    empty="nobody active is 0",
    missing=(
        NO_ACTIVITY,
        _SHORT_ACTIVITY,
        ChosenAbsence(
            "its source counts people without saying who they are",
            lambda facts, chosen: (
                facts.activity.connected & np.isnan(facts.chosen[ActiveDays(days_of(chosen))])
            ),
        ),
    ),
    parameters=(WEEKS,),
    reads=lambda chosen: (ActiveDays(days_of(chosen)),),
)
def active_days(facts: Facts, chosen: Chosen) -> Floats:
    activity, window = facts.activity, days_of(chosen)
    full = scaled(facts.chosen[ActiveDays(window)], history=activity.history, window=window)
    return only_if(activity.connected, full)


@measure_of(
    key="features_used",
    name="Features used",
    unit="features",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="distinct features that people used in the window",
    empty="none used is 0",
    missing=(NO_USAGE, _SHORT_USAGE),
    parameters=(WEEKS,),
    reads=lambda chosen: (FeaturesUsed(days_of(chosen)),),
)
def features_used(facts: Facts, chosen: Chosen) -> Floats:
    enough = facts.usage.connected & (facts.usage.history * 2 >= days_of(chosen))
    return only_if(enough, facts.chosen[FeaturesUsed(days_of(chosen))])


@measure_of(
    key="feature_breadth",
    name="Feature breadth",
    unit="share of features",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="distinct features of its plan that people used in the window ÷ features its plan offers on"
    " the day",
    empty="none used is 0",
    missing=(
        NO_USAGE,
        _SHORT_USAGE,
        ChosenAbsence(
            "its plan offers no feature",
            lambda facts, _: ~(facts.chosen[FeaturesOffered()] > 0),
        ),
    ),
    parameters=(WEEKS,),
    reads=lambda chosen: (FeaturesUsed(days_of(chosen), of_plan=True), FeaturesOffered()),
)
def feature_breadth(facts: Facts, chosen: Chosen) -> Floats:
    enough = facts.usage.connected & (facts.usage.history * 2 >= days_of(chosen))
    used = facts.chosen[FeaturesUsed(days_of(chosen), of_plan=True)]
    return only_if(enough, ratio(used, facts.chosen[FeaturesOffered()]))
