"""How widely the product is used: by how many of the seats, and how much altogether."""

from health.measures.absences import NO_ACTIVITY, NO_SEATS, NO_USAGE
from health.measures.definition import Better, FactSource
from health.measures.demands import ActivePeople, FeatureEvents
from health.measures.divisors import BY_DIVISOR, divide_counts, divisor_demands
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Floats, only_if, ratio, scaled
from health.measures.parameters import BY, PER, TWELVE_WEEKS, WEEKS, Chosen, days_of
from health.measures.windows import CHOSEN_WEEKS


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
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: (
                facts.activity.connected & (facts.activity.history * 2 < days_of(chosen))
            ),
        ),
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
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: (
                facts.usage.connected & (facts.usage.history * 2 < days_of(chosen))
            ),
        ),
        *BY_DIVISOR,
    ),
    parameters=(PER, WEEKS, BY),
    reads=lambda chosen: (_demanded_events(chosen), *divisor_demands(chosen)),
)
def usage_events(facts: Facts, chosen: Chosen) -> Floats:
    counts = facts.chosen[_demanded_events(chosen)]
    full = scaled(counts, history=facts.usage.history, window=days_of(chosen))
    return only_if(facts.usage.connected, divide_counts(facts, full, chosen))
