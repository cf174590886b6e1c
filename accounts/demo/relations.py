"""Who we know at an account, when they come and go, and the conversations we have with them.

Conversations thin out about three weeks after the mood does, executives first; the owner calls
more, not less, when an account is in trouble, but those calls are not about business outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.catalogue import (
    ContactLevel,
    Segment,
    Sentiment,
    StakeholderRole,
    StartingInteraction,
)
from accounts.demo.customers import Founded
from accounts.demo.offering import JOB_FUNCTIONS
from accounts.demo.satisfaction import lagged
from accounts.demo.support import tone
from accounts.demo.timeline import Timeline

MOOD_LAG = 22
LEAVING_A_DAY = 0.06 / 365
GAP_SPREAD = 0.5
# Whoever is being onboarded hears from us every fortnight, beside what is usual.
ONBOARDED_AFTER, ONBOARDING_TALKS = 75, 2.2
SENIOR = (ContactLevel.C_LEVEL, ContactLevel.VP)
_TITLES = {
    ContactLevel.C_LEVEL: "Chief {} officer",
    ContactLevel.VP: "VP {}",
    ContactLevel.DIRECTOR: "Director of {}",
    ContactLevel.MANAGER: "{} manager",
    ContactLevel.USER: "{} specialist",
}
_CHAMPION = (StakeholderRole.CHAMPION, StakeholderRole.INFLUENCER)
_BUYER = (StakeholderRole.ECONOMIC_BUYER,)
_SPONSOR = (StakeholderRole.EXECUTIVE_SPONSOR,)
_TECHNICAL = (StakeholderRole.TECHNICAL_OWNER,)
_USER = (StakeholderRole.END_USER,)
# Levels and roles in the order in which we get to know people, by size of company.
_CASTS = {
    Segment.ENTERPRISE: (
        (ContactLevel.DIRECTOR, _CHAMPION),
        (ContactLevel.VP, _BUYER),
        (ContactLevel.MANAGER, _TECHNICAL),
        (ContactLevel.MANAGER, _CHAMPION),
        (ContactLevel.C_LEVEL, _SPONSOR),
    ),
    Segment.MID_MARKET: (
        (ContactLevel.MANAGER, _CHAMPION),
        (ContactLevel.VP, _BUYER),
        (ContactLevel.MANAGER, _TECHNICAL),
        (ContactLevel.DIRECTOR, _CHAMPION),
    ),
    Segment.SMB: (
        (ContactLevel.C_LEVEL, (*_BUYER, *_CHAMPION)),
        (ContactLevel.MANAGER, _USER),
    ),
}
_FURTHER = (
    (ContactLevel.USER, _USER),
    (ContactLevel.MANAGER, (StakeholderRole.INFLUENCER,)),
    (ContactLevel.USER, _USER),
    (ContactLevel.DIRECTOR, (StakeholderRole.INFLUENCER,)),
    (ContactLevel.MANAGER, (StakeholderRole.BLOCKER,)),
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`left` is the day they were gone; `people` numbers of an account begin at 0."""

    level: ContactLevel
    roles: tuple[StakeholderRole, ...]
    job_function: str
    title: str
    met: int
    left: int | None
    strength: int

    @property
    def is_champion(self) -> bool:
        return StakeholderRole.CHAMPION in self.roles

    def is_there(self, day: int) -> bool:
        return self.met <= day and (self.left is None or day < self.left)


@dataclass(frozen=True, slots=True)
class Conversation:
    day: int
    minute: int
    kind: StartingInteraction
    is_commercial: bool
    people: tuple[int, ...]
    sentiment: Sentiment


def people_of(
    random: np.random.Generator, *, account: Founded, timeline: Timeline
) -> list[DemoPerson]:
    last = min(account.until or timeline.days, timeline.days) - 1
    mood = float(account.path[max(last - 60, 0) : last + 1].mean())
    low, high = account.model.contacts
    cast = list(_CASTS[account.model.segment])
    if random.random() < 1.1 - account.fit and len(cast) > 2:
        cast.pop(3)  # one champion only
    wanted = max(2, int(random.integers(low, high + 1)))
    cast = (cast + [_FURTHER[n % len(_FURTHER)] for n in range(high)])[:wanted]
    people = []
    for place, (level, roles) in enumerate(cast):
        met = account.since + int(
            random.integers(-10, 20) if place < 3 else random.exponential(120)
        )
        left = met + 30 + int(random.exponential(1 / LEAVING_A_DAY))
        stays = StakeholderRole.CHAMPION in roles or left > last
        if met <= last:
            people.append(_draw_person(random, level, roles, met, None if stays else left, mood))
    return _champions_change(random, account=account, people=people, last=last, mood=mood)


def _draw_person(
    random: np.random.Generator,
    level: ContactLevel,
    roles: tuple[StakeholderRole, ...],
    met: int,
    left: int | None,
    mood: float,
) -> DemoPerson:
    function = JOB_FUNCTIONS[int(random.integers(len(JOB_FUNCTIONS)))]
    # "Chief finance officer", but "Chief IT officer".
    is_word = level == ContactLevel.C_LEVEL and not function.isupper()
    title = _TITLES[level].format(function.lower() if is_word else function)
    lift = 0.8 if StakeholderRole.CHAMPION in roles else 0.0
    strength = int(np.clip(round(random.normal(1.2 + 3.4 * mood + lift, 0.7)), 1, 5))
    return DemoPerson(level, roles, function, title[:1].upper() + title[1:], met, left, strength)


def _champions_change(
    random: np.random.Generator,
    *,
    account: Founded,
    people: list[DemoPerson],
    last: int,
    mood: float,
) -> list[DemoPerson]:
    """Each champion who leaves takes the role along; a new one is often found months later."""
    for shock in account.shocks:
        if shock.kind != "champion_left" or not account.since + 30 < shock.day <= last:
            continue
        there = [n for n, p in enumerate(people) if p.is_champion and p.is_there(shock.day)]
        if not there:
            continue
        gone = people[there[0]]
        people[there[0]] = DemoPerson(
            gone.level,
            gone.roles,
            gone.job_function,
            gone.title,
            gone.met,
            shock.day,
            gone.strength,
        )
        found = shock.day + int(random.integers(45, 190))
        if random.random() < 0.75 and found <= last:
            people.append(_draw_person(random, gone.level, gone.roles, found, None, mood))
    return people


def departures(people: list[DemoPerson]) -> list[int]:
    """Days on which a champion was lost."""
    return sorted(p.left for p in people if p.is_champion and p.left is not None)


def conversations(
    random: np.random.Generator, *, account: Founded, people: list[DemoPerson], timeline: Timeline
) -> list[Conversation]:
    first = max(account.since, 0)
    last = min(account.until or timeline.days, timeline.days) - 1
    mood = lagged(account.path[None, first : last + 1], days=MOOD_LAG)[0]
    rows = []
    for day, kind in _conversation_days(
        random, account=account, mood=mood, first=first, timeline=timeline
    ):
        if day > last:
            continue
        row = _draw_conversation(random, day, kind, float(mood[day - first]), people)
        if row is not None:
            rows.append(row)
    return sorted(rows, key=lambda row: (row.day, row.minute))


def _conversation_days(
    random: np.random.Generator,
    *,
    account: Founded,
    mood: np.ndarray,
    first: int,
    timeline: Timeline,
) -> list[tuple[int, StartingInteraction]]:
    worked = np.array([timeline.is_worked(first + n) for n in range(len(mood))])
    monthly = account.model.touches_a_month * (
        0.12 + 1.35 * mood**1.3 + 0.3 * np.maximum(0.45 - mood, 0)
    )
    age = first + np.arange(len(mood)) - account.since
    monthly = np.where(age < ONBOARDED_AFTER, monthly + ONBOARDING_TALKS, monthly)
    days = _spaced_days(random, worked * monthly / 21)
    found = [(first + int(n), _usual_kind(random, age=int(age[n]))) for n in days]
    for kind, every in _review_cadence(account):
        day = account.since + int(random.integers(60, 60 + every))
        while day < timeline.days:
            here = day - first
            if 0 <= here < len(mood) and random.random() < 0.05 + 1.15 * mood[here]:
                found.append((timeline.worked(day), kind))
            day += every + int(random.integers(-8, 9))
    return found


def _spaced_days(random: np.random.Generator, wanted: np.ndarray) -> np.ndarray:
    """Days of talks of which so many are wanted each day: one comes when the latest is old enough,
    not by chance. Gaps spread half as much as their mean."""
    due = np.cumsum(wanted)
    gaps = random.gamma(1 / GAP_SPREAD**2, GAP_SPREAD**2, int(due[-1] * 2) + 8)
    gaps[0] *= random.random()
    talks = np.cumsum(gaps)
    days: np.ndarray = np.searchsorted(due, talks[talks < due[-1]], side="right")
    return days


def _review_cadence(account: Founded) -> tuple[tuple[StartingInteraction, int], ...]:
    if account.model.segment == Segment.ENTERPRISE:
        return ((StartingInteraction.QBR, 91), (StartingInteraction.EBR, 182))
    if account.model.segment == Segment.MID_MARKET:
        return ((StartingInteraction.QBR, 140),)
    return ()


def _usual_kind(random: np.random.Generator, *, age: int) -> StartingInteraction:
    draw = random.random()
    if age < 60:
        return StartingInteraction.TRAINING if draw < 0.25 else StartingInteraction.ONBOARDING
    if draw < 0.4:
        return StartingInteraction.CALL
    return StartingInteraction.EMAIL if draw < 0.72 else StartingInteraction.MEETING


def _draw_conversation(
    random: np.random.Generator,
    day: int,
    kind: StartingInteraction,
    mood: float,
    people: list[DemoPerson],
) -> Conversation | None:
    there = [n for n, person in enumerate(people) if person.is_there(day)]
    if not there:
        return None
    review = kind in (StartingInteraction.QBR, StartingInteraction.EBR)
    senior = (
        0.9
        if kind == StartingInteraction.EBR
        else (0.08 + 1.0 * mood**2) * (1.0 if review else 0.5)
    )
    odds = np.array([senior if people[n].level in SENIOR else 1.0 for n in there])
    odds *= np.array([1.8 if people[n].is_champion else 1.0 for n in there])
    size = min(
        len(there), int(random.integers(2, 5)) if review else 1 + int(random.random() < 0.35)
    )
    chosen = random.choice(there, size=size, replace=False, p=odds / odds.sum())
    commercial = (
        0.92
        if review
        else np.clip(0.95 * (mood - 0.22), 0.02, 0.8) * (kind != StartingInteraction.TRAINING)
    )
    return Conversation(
        day=day,
        minute=int(random.integers(8 * 60, 17 * 60)),
        kind=kind,
        is_commercial=bool(random.random() < commercial),
        people=tuple(sorted(int(n) for n in chosen)),
        sentiment=tone(random, mood=mood),
    )
