"""What people at an account do in the product, day by day.

Who logs in follows satisfaction with a lag of about 12 days; core features react more strongly
than surface ones and are given up one by one when the mood stays low for weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.demo.customers import Founded
from accounts.demo.offering import FeatureOffer, features_of
from accounts.demo.satisfaction import lagged
from accounts.demo.timeline import Timeline

LOGIN_LAG, DEPTH_LAG = 12, 28
RAMP_DAYS = 30
# Share of a user's days that go as in every other week; the others are as it comes.
ROUTINE = np.float32(0.8)


@dataclass(frozen=True, slots=True)
class Season:
    """Things of the calendar that every account shares."""

    activity: np.ndarray
    month_starts: np.ndarray
    month_of_day: np.ndarray
    day_bit: np.ndarray

    @classmethod
    def of(cls, timeline: Timeline) -> Season:
        starts = np.array(timeline.month_starts())
        bits = [1 << (timeline.day(n).day - 1) for n in range(timeline.days)]
        return cls(
            activity=timeline.activity(),
            month_starts=starts,
            month_of_day=np.searchsorted(starts, np.arange(timeline.days), side="right") - 1,
            day_bit=np.array(bits, dtype=np.int32),
        )


@dataclass(frozen=True, slots=True)
class AccountUsage:
    """Days are day numbers, months are indexes into Season.month_starts; rows with nothing are left
    out. `user_bits` has bit 0 for the 1st of the month."""

    feature_days: np.ndarray
    feature_ids: np.ndarray
    events: np.ndarray
    session_days: np.ndarray
    sessions: np.ndarray
    minutes: np.ndarray
    user_months: np.ndarray
    users: np.ndarray
    user_bits: np.ndarray


@dataclass(frozen=True, slots=True)
class Access:
    """Seats and the plan on each day the account was a customer; `first` is its first such day."""

    first: int
    last: int  # exclusive
    seats: np.ndarray
    plans: tuple[tuple[int, str], ...]  # (from day number, plan key), ascending


def account_usage(
    random: np.random.Generator, *, account: Founded, access: Access, season: Season
) -> AccountUsage:
    window = slice(access.first, access.last)
    login, depth = (lagged(account.path[window], days=lag) for lag in (LOGIN_LAG, DEPTH_LAG))
    ramp, activity = _seats_handed_out(account, access=access), season.activity[window]
    active = _active_users(
        random, login=login, depth=depth, ramp=ramp, activity=activity, seats=access.seats
    )
    people = active.sum(axis=0)
    events, ids = _feature_events(
        random, account=account, access=access, depth=depth, people=people
    )
    session_at, sessions, minutes = _session_days(random, people=people, login=login)
    feature_at, day_at = np.nonzero(events)
    months, users, bits = _user_months(active, window=window, season=season)
    return AccountUsage(
        feature_days=day_at + access.first,
        feature_ids=ids[feature_at],
        events=events[feature_at, day_at],
        session_days=session_at + access.first,
        sessions=sessions,
        minutes=minutes,
        user_months=months,
        users=users,
        user_bits=bits,
    )


def _seats_handed_out(account: Founded, *, access: Access) -> np.ndarray:
    """Share of the seats handed out: from 0 to 1 in the first weeks, later when badly onboarded."""
    age = np.arange(access.first, access.last) - account.since
    handed_out: np.ndarray = np.clip((age - 20 * (1 - account.quality)) / RAMP_DAYS, 0.0, 1.0)
    return handed_out


def _session_days(
    random: np.random.Generator, *, people: np.ndarray, login: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days on which anybody was there, with how often and for how many minutes in all."""
    at = np.flatnonzero(people)
    sessions = people[at] + random.poisson(people[at] * 0.6)
    minutes = np.rint(sessions * random.gamma(3.0, 3.0 + 5.0 * login[at])) + 1
    return at, sessions, minutes.astype(np.int64)


def _active_users(
    random: np.random.Generator,
    *,
    login: np.ndarray,
    depth: np.ndarray,
    ramp: np.ndarray,
    activity: np.ndarray,
    seats: np.ndarray,
) -> np.ndarray:
    """Users × days, true where a user was active. A seat is taken up when the mood allows it."""
    most = int(seats.max())
    reluctance = np.sort(random.random(most).astype(np.float32))[:, None]
    habit = random.uniform(0.65, 1.25, most).astype(np.float32)[:, None]
    adoption = (np.clip(1.6 * depth - 0.4, 0.03, 1.0) * ramp).astype(np.float32)
    frequency = (np.clip(1.3 * login - 0.17, 0.04, 0.95) * activity).astype(np.float32)
    chance = (reluctance < adoption) * (habit * frequency)
    has_seat = np.arange(most)[:, None] < np.maximum(seats, 1)
    active: np.ndarray = (_daily_inclination(random, chance.shape) < chance) & has_seat
    return active


def _daily_inclination(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Users × days, 0 to 1, each as likely: a user is there on days whose chance is above it.

    Work has a rhythm: on most days it is what it is on that weekday in any week.
    """
    users, days = shape
    drawn = random.random(shape, dtype=np.float32)
    weekly = random.random((users, 7), dtype=np.float32)[:, np.arange(days) % 7]
    as_it_comes = (drawn - ROUTINE) / (1 - ROUTINE)
    wish: np.ndarray = np.where(drawn < ROUTINE, weekly, as_it_comes)
    return wish


def _feature_events(
    random: np.random.Generator,
    *,
    account: Founded,
    access: Access,
    depth: np.ndarray,
    people: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    features = _features_ever(access)
    days = np.arange(access.first, access.last)
    rate = np.empty((len(features), len(days)))
    for row, feature in enumerate(features):
        adopted_at = account.since + int(random.exponential(30 if feature.is_core else 60))
        keenness = random.uniform(0.55, 1.5)
        # A core feature is dropped, and taken up again, as the mood passes what it needs to be
        # worth the effort; surface features are used by whoever logs in.
        needed = random.uniform(0.2, 0.84)
        worth = np.clip((depth - needed) / 0.14 + 0.6, 0.0, 1.0)
        level = worth * np.clip(depth / 0.65, 0.2, 1.4) ** 0.4 if feature.is_core else 0.85
        used = (days >= adopted_at) & _on_plan(feature, access=access, days=days)
        rate[row] = feature.intensity * keenness * level * used * people
    ids = np.array([feature.id for feature in features])
    return random.poisson(rate), ids


def _features_ever(access: Access) -> list[FeatureOffer]:
    ever = {feature.id: feature for _, plan in access.plans for feature in features_of(plan)}
    return [ever[key] for key in sorted(ever)]


def _on_plan(feature: FeatureOffer, *, access: Access, days: np.ndarray) -> np.ndarray:
    has = np.zeros(len(days), dtype=bool)
    for begin, plan in access.plans:
        has[days >= begin] = not feature.plans or plan in feature.plans
    return has


def _user_months(
    active: np.ndarray, *, window: slice, season: Season
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first_month = season.month_of_day[window.start]
    last_month = season.month_of_day[window.stop - 1]
    starts = np.maximum(season.month_starts[first_month : last_month + 1] - window.start, 0)
    bits = np.add.reduceat(active * season.day_bit[window], starts, axis=1)
    user, month = np.nonzero(bits)
    return month + first_month, user, bits[user, month]
