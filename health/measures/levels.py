"""Levels: how much a chosen feature is used and is worth, how often, and events of a kind."""

import numpy as np

from health.measures.absences import NO_EVENTS, NO_USAGE
from health.measures.definition import Better, FactSource
from health.measures.demands import (
    EventHistory,
    EventsOfKind,
    FeatureEvents,
    FeatureHistory,
    FeatureWeeks,
    ValueHistory,
)
from health.measures.divisors import BY_DIVISOR, divide_counts, divisor_demands
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Flags, Floats, only_if, scaled
from health.measures.parameters import (
    AGAINST,
    BY,
    DAYS,
    EVENT,
    FEATURE,
    PER,
    WEEKS,
    Chosen,
    days_of,
)
from health.measures.windows import CHOSEN_DAYS, CHOSEN_WEEKS, closed_days

_TWELVE_WEEKS = 84

_NOT_OFFERED = ChosenAbsence(
    "its plan does not have the feature",
    lambda facts, chosen: np.isnan(facts.chosen[FeatureHistory(chosen["feature"])]),
)
_SHORT = ChosenAbsence(
    "less history than half the window",
    lambda facts, chosen: facts.usage.connected & _is_short(facts, chosen["feature"], chosen),
)


def _is_short(facts: Facts, feature: str, chosen: Chosen) -> Flags:
    history = facts.chosen[FeatureHistory(feature)]
    return np.asarray(history * 2 < days_of(chosen), dtype=np.bool_)


def _demanded_events(chosen: Chosen, feature: str = "feature") -> FeatureEvents:
    return FeatureEvents(chosen[feature], chosen["by"], oldest=days_of(chosen))


@measure_of(
    key="feature_events",
    name="Events of a feature",
    unit="events",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="events of the chosen feature in the window, absolute or divided by seats, by 1,000 of ARR"
    " in the installation's currency, or by people active in the window",
    empty="never used is 0; nobody active divides by one",
    missing=(
        NO_USAGE,
        _NOT_OFFERED,
        _SHORT,
        *BY_DIVISOR,
    ),
    parameters=(FEATURE, PER, WEEKS, BY),
    reads=lambda chosen: (
        _demanded_events(chosen),
        FeatureHistory(chosen["feature"]),
        *divisor_demands(chosen),
    ),
)
def feature_events(facts: Facts, chosen: Chosen) -> Floats:
    history = facts.chosen[FeatureHistory(chosen["feature"])]
    counts = scaled(facts.chosen[_demanded_events(chosen)], history=history, window=days_of(chosen))
    return only_if(facts.usage.connected, divide_counts(facts, counts, chosen))


def _demanded_value(chosen: Chosen) -> FeatureEvents:
    return FeatureEvents(chosen["feature"], chosen["by"], oldest=days_of(chosen), is_value=True)


def _known_of_value(facts: Facts, chosen: Chosen) -> Floats:
    """Days for which the value of the feature's events can be known; NaN where it cannot."""
    return np.minimum(
        facts.chosen[FeatureHistory(chosen["feature"])],
        facts.chosen[ValueHistory(chosen["feature"])],
    )


@measure_of(
    key="feature_value",
    name="Value of a feature's events",
    unit="value",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="what the events of the chosen feature in the window are worth together, in the unit of its"
    " source; absolute or divided by seats, by 1,000 of ARR in the installation's currency, or by"
    " people active in the window",
    empty="never used is 0, and so is an event without a value; nobody active divides by one",
    missing=(
        NO_USAGE,
        _NOT_OFFERED,
        ChosenAbsence(
            "no source ever told what its events are worth",
            lambda facts, chosen: np.isnan(facts.chosen[ValueHistory(chosen["feature"])]),
        ),
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: (
                facts.usage.connected & (_known_of_value(facts, chosen) * 2 < days_of(chosen))
            ),
        ),
        *BY_DIVISOR,
    ),
    parameters=(FEATURE, PER, WEEKS, BY),
    reads=lambda chosen: (
        _demanded_value(chosen),
        FeatureHistory(chosen["feature"]),
        ValueHistory(chosen["feature"]),
        *divisor_demands(chosen),
    ),
)
def feature_value(facts: Facts, chosen: Chosen) -> Floats:
    history = _known_of_value(facts, chosen)
    worth = scaled(facts.chosen[_demanded_value(chosen)], history=history, window=days_of(chosen))
    return only_if(facts.usage.connected, divide_counts(facts, worth, chosen))


@measure_of(
    key="feature_weeks",
    name="Weeks a feature was used in",
    unit="weeks",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=closed_days(84, least=42),
    raw="in how many of the last 12 weeks the chosen feature was used",
    empty="never used is 0",
    missing=(
        NO_USAGE,
        _NOT_OFFERED,
        ChosenAbsence(
            "less than 42 days of history",
            lambda facts, chosen: facts.usage.connected & _has_few_weeks(facts, chosen),
        ),
    ),
    parameters=(FEATURE, BY),
    reads=lambda chosen: (
        FeatureWeeks(chosen["feature"], chosen["by"]),
        FeatureHistory(chosen["feature"]),
    ),
)
def feature_weeks(facts: Facts, chosen: Chosen) -> Floats:
    weeks = facts.chosen[FeatureWeeks(chosen["feature"], chosen["by"])]
    history = facts.chosen[FeatureHistory(chosen["feature"])]
    return only_if(facts.usage.connected, scaled(weeks, history=history, window=_TWELVE_WEEKS))


def _has_few_weeks(facts: Facts, chosen: Chosen) -> Flags:
    history = facts.chosen[FeatureHistory(chosen["feature"])]
    return np.asarray(history * 2 < _TWELVE_WEEKS, dtype=np.bool_)


@measure_of(
    key="feature_ratio",
    name="Ratio of two features",
    unit="to one",
    sources=(FactSource.USAGE,),
    direction=Better.EITHER,
    window=CHOSEN_WEEKS,
    raw="events of the chosen feature ÷ events of the one it is held against, in the window",
    empty="neither used is 0; if only the second was not, it counts as one event",
    missing=(
        NO_USAGE,
        ChosenAbsence(
            "its plan does not have both features",
            lambda facts, chosen: np.isnan(_known_of_both(facts, chosen)),
        ),
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: (
                facts.usage.connected & (_known_of_both(facts, chosen) * 2 < days_of(chosen))
            ),
        ),
    ),
    parameters=(FEATURE, AGAINST, WEEKS, BY),
    reads=lambda chosen: (
        _demanded_events(chosen),
        _demanded_events(chosen, "against"),
        FeatureHistory(chosen["feature"]),
        FeatureHistory(chosen["against"]),
    ),
)
def feature_ratio(facts: Facts, chosen: Chosen) -> Floats:
    first, second = (
        facts.chosen[_demanded_events(chosen)],
        facts.chosen[_demanded_events(chosen, "against")],
    )
    enough = facts.usage.connected & (_known_of_both(facts, chosen) * 2 >= days_of(chosen))
    return only_if(enough, first / np.maximum(second, 1))


def _known_of_both(facts: Facts, chosen: Chosen) -> Floats:
    """NaN where either is: a ratio of what only one side could have is none."""
    return np.minimum(
        facts.chosen[FeatureHistory(chosen["feature"])],
        facts.chosen[FeatureHistory(chosen["against"])],
    )


@measure_of(
    key="event_count",
    name="Events of a kind",
    unit="events",
    sources=(FactSource.EVENTS,),
    direction=Better.EITHER,
    window=CHOSEN_DAYS,
    raw="business events of the chosen kind in the window, today included",
    empty="none is 0",
    missing=(
        NO_EVENTS,
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: (
                facts.events.connected & (facts.chosen[EventHistory()] * 2 < days_of(chosen))
            ),
        ),
    ),
    parameters=(EVENT, DAYS),
    reads=lambda chosen: (EventsOfKind(chosen["kind"], days_of(chosen)), EventHistory()),
)
def event_count(facts: Facts, chosen: Chosen) -> Floats:
    counts = facts.chosen[EventsOfKind(chosen["kind"], days_of(chosen))]
    history, window = facts.chosen[EventHistory()], days_of(chosen)
    return only_if(facts.events.connected, scaled(counts, history=history, window=window))
