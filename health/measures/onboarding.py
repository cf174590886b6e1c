"""The first 90 days; every window begins with the contract."""

import numpy as np

from health.measures.absences import NO_CORE, NO_EVENTS, NO_INTERACTIONS, NO_SEATS
from health.measures.definition import Absence, Better, FactSource
from health.measures.inputs import Facts, Flags, Floats, OnboardingFacts, only_if, ratio
from health.measures.registry import measure
from health.measures.windows import SINCE_START

_NO_CONTRACT = Absence("no contract has begun", lambda facts: ~_has_started(facts))


@measure(
    key="onboarding_steps_done",
    name="Onboarding steps done",
    unit="share of steps due",
    sources=(FactSource.ONBOARDING,),
    direction=Better.MORE,
    window=SINCE_START,
    raw="onboarding steps done ÷ steps due by the day",
    empty="none done is 0",
    missing=(
        Absence("the account has no onboarding steps", lambda facts: ~facts.onboarding.delivered),
        Absence(
            "no step is due yet",
            lambda facts: facts.onboarding.delivered & ~(facts.onboarding.steps_due > 0),
        ),
    ),
)
def onboarding_steps_done(facts: Facts) -> Floats:
    steps = facts.onboarding
    return only_if(steps.delivered, ratio(steps.steps_done_of_due, steps.steps_due))


@measure(
    key="users_logged_in_since_start",
    name="Users who logged in",
    unit="share of seats",
    sources=(FactSource.ACTIVITY, FactSource.ONBOARDING),
    direction=Better.MORE,
    window=SINCE_START,
    raw="distinct users active since the contract began ÷ seats",
    empty="nobody yet is 0",
    missing=(
        _NO_CONTRACT,
        Absence(
            "no active day was ever delivered to the installation, or its source counts people"
            " without saying who they are",
            lambda facts: np.isnan(facts.activity.users_since_start),
        ),
        NO_SEATS,
    ),
)
def users_logged_in(facts: Facts) -> Floats:
    share = ratio(facts.activity.users_since_start, facts.profile.seats)
    return only_if(_has_started(facts), share)


@measure(
    key="core_features_since_start",
    name="First core features in use",
    unit="share of features",
    sources=(FactSource.USAGE, FactSource.ONBOARDING),
    direction=Better.MORE,
    window=SINCE_START,
    raw="core features of its plan used since the contract began ÷ core features of its plan",
    empty="none yet is 0",
    missing=(
        _NO_CONTRACT,
        Absence(
            "no event was ever delivered to the installation",
            lambda facts: np.isnan(facts.usage.core_used_since_start),
        ),
        NO_CORE,
    ),
)
def core_features_since_start(facts: Facts) -> Floats:
    usage = facts.usage
    return only_if(_has_started(facts), ratio(usage.core_used_since_start, usage.core_in_plan))


@measure(
    key="days_since_contact_in_onboarding",
    name="Contact with our team",
    unit="days",
    sources=(FactSource.INTERACTIONS, FactSource.ONBOARDING),
    direction=Better.LESS,
    window=SINCE_START,
    raw="days since an interaction that was not support; since the contract began, if none yet",
    empty="no contact counts the days since the contract began",
    missing=(_NO_CONTRACT, NO_INTERACTIONS),
)
def days_since_contact_in_onboarding(facts: Facts) -> Floats:
    talks = facts.interactions
    days = np.fmin(talks.days_since_conversation, facts.onboarding.days_since_start)
    return only_if(talks.connected & _has_started(facts), days)


@measure(
    key="first_value_days_late",
    name="First value against its due day",
    unit="days late",
    sources=(FactSource.EVENTS, FactSource.ONBOARDING),
    direction=Better.LESS,
    window=SINCE_START,
    raw="days the first value moment came after its due day of the plan; until it comes,"
    " days past the due day",
    empty="reached in time is 0",
    missing=(
        _NO_CONTRACT,
        NO_EVENTS,
        Absence("not reached and not due yet", lambda facts: ~_is_due_or_reached(facts.onboarding)),
    ),
)
def first_value_days_late(facts: Facts) -> Floats:
    onboarding = facts.onboarding
    reached = np.fmin(onboarding.first_value_day, onboarding.days_since_start)
    late = np.maximum(reached - onboarding.first_value_due_day, 0)
    counts = facts.events.connected & _has_started(facts) & _is_due_or_reached(onboarding)
    return only_if(counts, late)


@measure(
    key="time_to_value",
    name="Time to value",
    unit="days",
    sources=(FactSource.EVENTS, FactSource.ONBOARDING),
    direction=Better.LESS,
    window=SINCE_START,
    raw="days from the contract's start to the first value moment; until it comes, the days so far"
    " once it is due by the plan",
    empty="not reached counts the days so far",
    missing=(
        _NO_CONTRACT,
        NO_EVENTS,
        Absence("not reached and not due yet", lambda facts: ~_is_due_or_reached(facts.onboarding)),
    ),
)
def time_to_value(facts: Facts) -> Floats:
    onboarding = facts.onboarding
    days = np.fmin(onboarding.first_value_day, onboarding.days_since_start)
    counts = facts.events.connected & _has_started(facts) & _is_due_or_reached(onboarding)
    return only_if(counts, days)


def _is_due_or_reached(onboarding: OnboardingFacts) -> Flags:
    is_due = onboarding.days_since_start >= onboarding.first_value_due_day
    return ~np.isnan(onboarding.first_value_day) | is_due


def _has_started(facts: Facts) -> Flags:
    return ~np.isnan(facts.onboarding.days_since_start)
