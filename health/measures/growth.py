"""Growth over a quarter: four weeks held against the four that ended twelve weeks before."""

import numpy as np

from health.measures.absences import NO_ACTIVITY, NO_USAGE
from health.measures.changes import change
from health.measures.definition import Absence, Better, FactSource
from health.measures.demands import ActivePeople, FeatureEvents
from health.measures.families import measure_of
from health.measures.inputs import Facts, Floats, only_if, scaled
from health.measures.parameters import BY, Chosen
from health.measures.registry import measure
from health.measures.windows import closed_days

_MONTH, _QUARTER = 28, 84
# Half of the earlier month.
_LEAST = _QUARTER + _MONTH // 2
_NOW, _BEFORE = ActivePeople(_MONTH), ActivePeople(_MONTH, newest=_QUARTER)
_FROM_NOTHING = "none before but some now is +20 %, none in both is −50 %"


@measure(
    key="users_growth",
    name="Growth of users",
    unit="change",
    sources=(FactSource.ACTIVITY,),
    direction=Better.MORE,
    window=closed_days(_QUARTER + _MONTH, least=_LEAST),
    raw="distinct people active in 28 days ÷ those in the 28 days that ended 84 days before − 1;"
    " of a source that only counts people, at least as many as its largest count",
    empty=_FROM_NOTHING,
    missing=(
        NO_ACTIVITY,
        Absence(
            f"less than {_LEAST} days of history",
            lambda facts: facts.activity.connected & (facts.activity.history < _LEAST),
        ),
    ),
    reads=(_NOW, _BEFORE),
)
def users_growth(facts: Facts) -> Floats:
    enough = facts.activity.connected & (facts.activity.history >= _LEAST)
    return only_if(enough, change(facts.chosen[_NOW], facts.chosen[_BEFORE]))


def _events_of_month(chosen: Chosen, *, newest: int = 0) -> FeatureEvents:
    return FeatureEvents(None, chosen["by"], oldest=newest + _MONTH, newest=newest)


@measure_of(
    key="usage_growth",
    name="Growth of usage",
    unit="change",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=closed_days(_QUARTER + _MONTH, least=_LEAST),
    raw="events of all features in 28 days ÷ those in the 28 days that ended 84 days before − 1;"
    " earlier days that are half history or more are scaled to 28",
    empty=_FROM_NOTHING,
    missing=(
        NO_USAGE,
        Absence(
            f"less than {_LEAST} days of history",
            lambda facts: facts.usage.connected & (facts.usage.history < _LEAST),
        ),
    ),
    parameters=(BY,),
    reads=lambda chosen: (_events_of_month(chosen), _events_of_month(chosen, newest=_QUARTER)),
)
def usage_growth(facts: Facts, chosen: Chosen) -> Floats:
    usage = facts.usage
    earlier = scaled(
        facts.chosen[_events_of_month(chosen, newest=_QUARTER)],
        history=np.maximum(usage.history - _QUARTER, 0),
        window=_MONTH,
    )
    return only_if(usage.connected, change(facts.chosen[_events_of_month(chosen)], earlier))
