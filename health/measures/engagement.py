"""Product engagement: do they use what they bought, and is it growing?"""

import numpy as np

from health.measures.absences import NO_ACTIVITY, NO_CORE, NO_SEATS, NO_USAGE
from health.measures.changes import FROM_NOTHING, STILL_NOTHING
from health.measures.definition import Absence, Better, FactSource
from health.measures.families import measure_of
from health.measures.inputs import Facts, Floats, only_if, ratio, scaled
from health.measures.parameters import SEASON, TAKEN_OUT, Chosen
from health.measures.registry import measure
from health.measures.season import without_season
from health.measures.windows import closed_days

# Four whole weeks, in days.
_MONTH = 28

_NO_ACTIVITY = (
    NO_ACTIVITY,
    Absence(
        "less than 14 days of history",
        lambda facts: facts.activity.connected & (facts.activity.history * 2 < _MONTH),
    ),
)
_SHORT_USAGE = Absence(
    "less than 14 days of history",
    lambda facts: facts.usage.connected & (facts.usage.history * 2 < _MONTH),
)
_TREND = "usage_trend"


@measure(
    key="login_frequency",
    name="Login frequency",
    unit="days a user",
    sources=(FactSource.ACTIVITY,),
    direction=Better.MORE,
    window=closed_days(28, least=14),
    raw="mean active days per active user in the last 28 closed days × 30 ÷ 28",
    empty="nobody active is 0 days, which is data",
    missing=(
        *_NO_ACTIVITY,
        Absence(
            "its source counts people without saying who they are",
            lambda facts: facts.activity.connected & np.isnan(facts.activity.active_days_28d),
        ),
    ),
)
def login_frequency(facts: Facts) -> Floats:
    activity = facts.activity
    users = np.maximum(activity.active_users_28d, 1)
    days = scaled(activity.active_days_28d, history=activity.history, window=_MONTH)
    return only_if(activity.connected, days / users * 30 / _MONTH)


@measure(
    key="users_active",
    name="Users active",
    unit="share of seats",
    sources=(FactSource.ACTIVITY,),
    direction=Better.MORE,
    window=closed_days(28, least=14),
    raw="distinct users active in 28 days ÷ seats; of a source that only counts people, at least"
    " as many as its largest count",
    empty="nobody active is 0",
    missing=(*_NO_ACTIVITY, NO_SEATS),
)
def users_active(facts: Facts) -> Floats:
    activity = facts.activity
    share = ratio(activity.active_users_28d, facts.profile.seats)
    return only_if(activity.connected & (activity.history * 2 >= _MONTH), share)


@measure(
    key="core_feature_depth",
    name="Core-feature depth",
    unit="share of features",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=closed_days(28, least=14),
    raw="core features of its plan used in 28 days ÷ core features of its plan",
    empty="none used is 0",
    missing=(NO_USAGE, _SHORT_USAGE, NO_CORE),
)
def core_feature_depth(facts: Facts) -> Floats:
    usage = facts.usage
    depth = ratio(usage.core_used_28d, usage.core_in_plan)
    return only_if(usage.connected & (usage.history * 2 >= _MONTH), depth)


@measure(
    key="core_features_used_30d",
    name="Core features used",
    unit="features",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=closed_days(28, least=14),
    raw="core features of its plan used in 28 days",
    empty="none used is 0",
    missing=(NO_USAGE, _SHORT_USAGE, NO_CORE),
)
def core_features_used(facts: Facts) -> Floats:
    usage = facts.usage
    enough = usage.connected & (usage.history * 2 >= _MONTH) & (usage.core_in_plan > 0)
    return only_if(enough, usage.core_used_28d)


@measure_of(
    key="usage_trend",
    name="Trend of core-feature use",
    unit="change",
    sources=(FactSource.USAGE,),
    direction=Better.MORE,
    window=closed_days(112, least=42),
    raw="mean of (last 28 days ÷ the 28 before − 1) and (last 56 ÷ the 56 before − 1) of"
    " core-feature events; an earlier window that is half history or more is scaled to its"
    " full length",
    empty="none before but some now is +20 %, none in both is −50 %, in any season",
    missing=(
        NO_USAGE,
        NO_CORE,
        Absence(
            "less than 42 days of history (from 42 to 83 days the 28-day window alone counts)",
            lambda facts: facts.usage.connected & (facts.usage.history < 42),
        ),
    ),
    parameters=(SEASON,),
    compared=lambda chosen: _TREND if chosen["season"] == TAKEN_OUT else "",
)
def usage_trend(facts: Facts, chosen: Chosen) -> Floats:
    """With the season taken out each change is relative to the trend of the median account as the
    last closed night left it; with fewer than 20 accounts there is no season."""
    is_out = chosen["season"] == TAKEN_OUT
    median = facts.distributions.median(_TREND) if is_out else np.nan
    usage = facts.usage
    months = (usage.events_last_28d, usage.events_before_28d)
    short = _relative_change(*months, history=usage.history, window=_MONTH, median=median)
    halves = (usage.events_last_56d, usage.events_before_56d)
    long = _relative_change(*halves, history=usage.history, window=2 * _MONTH, median=median)
    both = np.where(np.isnan(long), short, (short + long) / 2)
    return only_if(usage.connected & (usage.core_in_plan > 0), both)


def _relative_change(
    last: Floats, before: Floats, *, history: Floats, window: int, median: float
) -> Floats:
    earlier = scaled(before, history=history - window, window=window)
    change = without_season(ratio(last, earlier) - 1, median)
    nothing_before = np.where(last > 0, FROM_NOTHING, STILL_NOTHING)
    return np.where(earlier == 0, nothing_before, change)
