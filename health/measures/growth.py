"""Growth of use over a quarter (four weeks against the four that ended twelve weeks before), of
the company, and of use towards the limit it has bought."""

import numpy as np

from health.measures.absences import NO_ACTIVITY, NO_USAGE
from health.measures.changes import change
from health.measures.definition import Absence, Better, FactSource
from health.measures.demands import ActivePeople, Employees, FeatureEvents, UsageLimit
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Floats, only_if, ratio, scaled
from health.measures.parameters import BY, EVERYONE, YEAR_OF_DAYS, Chosen, days_of
from health.measures.registry import measure
from health.measures.windows import MeasureWindow, WindowUnit, closed_days

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


_BY_ALL = FeatureEvents(None, EVERYONE, oldest=_MONTH)


@measure(
    key="usage_against_limit",
    name="Usage against the limit",
    unit="share of the limit",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=closed_days(_MONTH, least=_MONTH // 2),
    raw="events of all features by people, services and agents in 28 days × 30 ÷ 28 ÷ the events a"
    " month that the account has bought",
    empty="never used is 0",
    missing=(
        NO_USAGE,
        Absence(
            "less than 14 days of history",
            lambda facts: facts.usage.connected & (facts.usage.history * 2 < _MONTH),
        ),
        Absence("its usage limit is unknown", lambda facts: ~(facts.chosen[UsageLimit()] > 0)),
    ),
    reads=(_BY_ALL, UsageLimit()),
)
def usage_against_limit(facts: Facts) -> Floats:
    usage = facts.usage
    events = scaled(facts.chosen[_BY_ALL], history=usage.history, window=_MONTH)
    share = ratio(events * 30 / _MONTH, facts.chosen[UsageLimit()])
    return only_if(usage.connected, share)


def _employees_before(chosen: Chosen) -> Employees:
    return Employees(days_of(chosen))


@measure_of(
    key="employees_growth",
    name="Growth of employees",
    unit="change",
    # Accounts tell it themselves.
    sources=(),
    direction=Better.MORE,
    window=MeasureWindow(WindowUnit.CHOSEN, 1),
    raw="employees of the company ÷ its employees at the beginning of the window − 1",
    empty="nobody told is no value",
    missing=(
        ChosenAbsence(
            "its employees are unknown now, or were then",
            lambda facts, chosen: (
                np.isnan(facts.chosen[Employees()]) | ~(facts.chosen[_employees_before(chosen)] > 0)
            ),
        ),
    ),
    parameters=(YEAR_OF_DAYS,),
    reads=lambda chosen: (Employees(), _employees_before(chosen)),
)
def employees_growth(facts: Facts, chosen: Chosen) -> Floats:
    return ratio(facts.chosen[Employees()], facts.chosen[_employees_before(chosen)]) - 1
