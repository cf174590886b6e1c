"""How often and how long people work with the product, by active person."""

import numpy as np

from health.measures.absences import NO_ACTIVITY
from health.measures.definition import Better, FactSource
from health.measures.demands import ActivePeople, Demand, SessionHistory, SessionSum
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Floats, only_if, scaled
from health.measures.parameters import WEEKS, Chosen, days_of
from health.measures.windows import CHOSEN_WEEKS

_MISSING = (
    ChosenAbsence(
        "no session was ever delivered to the installation",
        lambda facts, _: np.isnan(facts.chosen[SessionHistory()]),
    ),
    NO_ACTIVITY,
    ChosenAbsence(
        "less history than half the window",
        lambda facts, chosen: facts.chosen[SessionHistory()] * 2 < days_of(chosen),
    ),
)


def _session_demands(chosen: Chosen, *, is_minutes: bool) -> tuple[Demand, ...]:
    days = days_of(chosen)
    return SessionSum(days, is_minutes), SessionHistory(), ActivePeople(days)


def _per_active_person(facts: Facts, chosen: Chosen, *, is_minutes: bool) -> Floats:
    days = days_of(chosen)
    counts = facts.chosen[SessionSum(days, is_minutes)]
    full = scaled(counts, history=facts.chosen[SessionHistory()], window=days)
    people = np.maximum(facts.chosen[ActivePeople(days)], 1)
    return only_if(facts.activity.connected, full / people)


@measure_of(
    key="sessions_per_user",
    name="Sessions per user",
    unit="sessions a user",
    sources=(FactSource.SESSIONS, FactSource.ACTIVITY),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="sessions in the window ÷ distinct people active in it",
    empty="no session is 0; nobody active divides by one",
    missing=_MISSING,
    parameters=(WEEKS,),
    reads=lambda chosen: _session_demands(chosen, is_minutes=False),
)
def sessions_per_user(facts: Facts, chosen: Chosen) -> Floats:
    return _per_active_person(facts, chosen, is_minutes=False)


@measure_of(
    key="minutes_per_user",
    name="Time in product per user",
    unit="minutes a user",
    sources=(FactSource.SESSIONS, FactSource.ACTIVITY),
    direction=Better.MORE,
    window=CHOSEN_WEEKS,
    raw="minutes of the sessions in the window ÷ distinct people active in it",
    empty="no session is 0; nobody active divides by one",
    missing=_MISSING,
    parameters=(WEEKS,),
    reads=lambda chosen: _session_demands(chosen, is_minutes=True),
)
def minutes_per_user(facts: Facts, chosen: Chosen) -> Floats:
    return _per_active_person(facts, chosen, is_minutes=True)
