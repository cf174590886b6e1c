"""People and agents apart: how many people, and how much of the use is not theirs."""

import numpy as np

from health.measures.absences import NO_ACTIVITY, NO_USAGE
from health.measures.definition import Absence, Better, FactSource
from health.measures.demands import ActivePeople, FeatureEvents
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Floats, only_if, ratio
from health.measures.parameters import AGENTS, BY, EVERYONE, WEEKS, Chosen, days_of
from health.measures.windows import CHOSEN_WEEKS, MeasureWindow, WindowUnit, closed_days


@measure_of(
    key="active_people",
    name="Active people",
    unit="people",
    sources=(FactSource.ACTIVITY,),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="distinct people active in the window; of a source that only counts people, at least as"
    " many as its largest count",
    empty="nobody active is 0",
    missing=(
        NO_ACTIVITY,
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: (
                facts.activity.connected & (facts.activity.history * 2 < days_of(chosen))
            ),
        ),
    ),
    parameters=(WEEKS,),
    reads=lambda chosen: (ActivePeople(days_of(chosen)),),
)
def active_people(facts: Facts, chosen: Chosen) -> Floats:
    activity = facts.activity
    enough = activity.connected & (activity.history * 2 >= days_of(chosen))
    return only_if(enough, facts.chosen[ActivePeople(days_of(chosen))])


def _of_all(by: str, chosen: Chosen, *, windows_ago: int = 0) -> FeatureEvents:
    """Events of all features together, in the window or in one before it."""
    days = days_of(chosen)
    return FeatureEvents(None, by, oldest=days * (windows_ago + 1), newest=days * windows_ago)


def _share_of_agents(facts: Facts, chosen: Chosen, *, windows_ago: int = 0) -> Floats:
    by_agents = facts.chosen[_of_all(AGENTS, chosen, windows_ago=windows_ago)]
    by_all = facts.chosen[_of_all(EVERYONE, chosen, windows_ago=windows_ago)]
    return np.asarray(by_agents / np.maximum(by_all, 1), dtype=np.float64)


_BASELINE = 84


def _in_days(days: int, chosen: Chosen) -> FeatureEvents:
    return FeatureEvents(None, chosen["by"], oldest=days)


@measure_of(
    key="usage_against_baseline",
    name="Usage against its baseline",
    unit="change",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=closed_days(84, least=42),
    raw="events a day of all features in the last 28 days ÷ those in the last 84 − 1; of a shorter"
    " history in the days there are",
    empty="none in 84 days is −100 %",
    missing=(
        NO_USAGE,
        Absence(
            "less than 42 days of history",
            lambda facts: facts.usage.connected & (facts.usage.history * 2 < _BASELINE),
        ),
    ),
    parameters=(BY,),
    reads=lambda chosen: (_in_days(28, chosen), _in_days(_BASELINE, chosen)),
)
def usage_against_baseline(facts: Facts, chosen: Chosen) -> Floats:
    history = facts.usage.history
    enough = facts.usage.connected & (history * 2 >= _BASELINE)
    last, all_ = (facts.chosen[_in_days(days, chosen)] for days in (28, _BASELINE))
    baseline = all_ / np.clip(history, 1, _BASELINE)
    change = ratio(last / 28, baseline) - 1
    return only_if(enough, np.where(all_ == 0, -1, change))


@measure_of(
    key="agent_share",
    name="Share of agents",
    unit="share of events",
    sources=(FactSource.USAGE,),
    direction=Better.EITHER,
    window=CHOSEN_WEEKS,
    raw="events by agents ÷ events by people, services and agents, of all features in the window",
    empty="no event is 0",
    missing=(
        NO_USAGE,
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: (
                facts.usage.connected & (facts.usage.history * 2 < days_of(chosen))
            ),
        ),
    ),
    parameters=(WEEKS,),
    reads=lambda chosen: (_of_all(AGENTS, chosen), _of_all(EVERYONE, chosen)),
)
def agent_share(facts: Facts, chosen: Chosen) -> Floats:
    enough = facts.usage.connected & (facts.usage.history * 2 >= days_of(chosen))
    return only_if(enough, _share_of_agents(facts, chosen))


@measure_of(
    key="agent_share_trend",
    name="Trend of the share of agents",
    unit="change",
    sources=(FactSource.USAGE,),
    direction=Better.EITHER,
    window=MeasureWindow(WindowUnit.CHOSEN_CLOSED, 2, 1.5),
    raw="share of agents in the window − share of agents in the window before it",
    empty="no event in a window is a share of 0",
    missing=(
        NO_USAGE,
        ChosenAbsence(
            "less history than a window and a half",
            lambda facts, chosen: (
                facts.usage.connected & (facts.usage.history * 2 < 3 * days_of(chosen))
            ),
        ),
    ),
    parameters=(WEEKS,),
    reads=lambda chosen: (
        *(_of_all(by, chosen, windows_ago=ago) for by in (AGENTS, EVERYONE) for ago in (0, 1)),
    ),
)
def agent_share_trend(facts: Facts, chosen: Chosen) -> Floats:
    now, before = (_share_of_agents(facts, chosen, windows_ago=ago) for ago in (0, 1))
    enough = facts.usage.connected & (facts.usage.history * 2 >= 3 * days_of(chosen))
    return only_if(enough, now - before)
