"""The facts that measures are computed from: one array a fact, one element an account.

Counts are floats so that they divide; flags are booleans. `history` is the number of days for
which the source can know something of the account, the as-of day included. Windows over usage are
whole weeks and end on the last closed day; what began with the contract counts today as well.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from health.measures.demands import ChosenFacts
from health.measures.percentiles import Distributions

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class UsageFacts:
    """Events of core features of the plan, of people."""

    connected: Flags
    history: Floats
    core_in_plan: Floats
    core_used_28d: Floats
    core_used_since_start: Floats
    events_last_28d: Floats
    events_before_28d: Floats
    events_last_56d: Floats
    events_before_56d: Floats


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """Distinct people who use the product and the days they were active on."""

    connected: Flags
    history: Floats
    active_users_28d: Floats
    active_days_28d: Floats
    users_since_start: Floats


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """Seats are NaN where unknown."""

    seats: Floats


@dataclass(frozen=True, slots=True)
class SupportFacts:
    """Tickets; `load_30d` counts them by what they weigh, medians are NaN where there are none."""

    connected: Flags
    history: Floats
    load_30d: Floats
    tickets_90d: Floats
    defects_90d: Floats
    median_days: Floats
    most_on_open_topic: Floats
    open_now: Floats


@dataclass(frozen=True, slots=True)
class RevenueFacts:
    """ARR in minor units of the account's currency, NaN where an amount in it has no rate; the
    three term ends go back from the day, NaN without a contract."""

    delivered: Flags
    arr: Floats
    arr_365d_ago: Floats
    arr_term_ends: Floats  # accounts × 3


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    delivered: Flags
    history: Floats
    worst_overdue_180d: Floats


@dataclass(frozen=True, slots=True)
class ContactFacts:
    connected: Flags
    champions: Floats
    champions_left_60d: Floats


@dataclass(frozen=True, slots=True)
class InteractionFacts:
    """Days since are NaN where it never happened."""

    connected: Flags
    history: Floats
    commercial_90d: Floats
    days_since_conversation: Floats
    days_since_executive: Floats
    levels_180d: Floats


@dataclass(frozen=True, slots=True)
class EventFacts:
    connected: Flags
    upsells_declined_90d: Floats
    renewal_pushbacks_90d: Floats
    expansion_conversations_180d: Floats


@dataclass(frozen=True, slots=True)
class OnboardingFacts:
    """`days_since_start` counts from the contract's start; NaN without a contract.

    `first_value_day` counts from the start as well: NaN when not reached yet.
    """

    delivered: Flags
    steps_due: Floats
    steps_done_of_due: Floats
    days_since_start: Floats
    first_value_day: Floats
    first_value_due_day: Floats


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of some accounts as of one day."""

    profile: ProfileFacts
    usage: UsageFacts
    activity: ActivityFacts
    support: SupportFacts
    revenue: RevenueFacts
    payment: PaymentFacts
    contacts: ContactFacts
    interactions: InteractionFacts
    events: EventFacts
    onboarding: OnboardingFacts
    chosen: ChosenFacts = field(default_factory=ChosenFacts)
    distributions: Distributions = field(default_factory=Distributions)

    def __len__(self) -> int:
        return len(self.profile.seats)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """numerator ÷ denominator, NaN where the denominator is 0 or unknown."""
    safe = np.where(denominator > 0, denominator, np.nan)
    return numerator / safe


def only_if(condition: Flags, values: Floats) -> Floats:
    """The values where the condition holds, missing elsewhere."""
    return np.where(condition, values, np.nan)


def scaled(counts: Floats, *, history: Floats, window: int) -> Floats:
    """Counts over a window, scaled up where half of it or more is history; missing below half."""
    days = np.clip(history, 1, window)
    return only_if(history * 2 >= window, counts * window / days)
