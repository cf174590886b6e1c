"""Dated business facts and onboarding: what somebody would have noted about an account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.catalogue import MovementKind, MovementSubtype, StartingEvent
from accounts.demo.customers import Founded
from accounts.demo.offering import ONBOARDING_STEPS
from accounts.demo.timeline import Timeline

# A step that would be a few days late is mostly done by its day all the same.
LAST_EFFORT_DAYS, LAST_EFFORT = 7, 0.75

_SEEN_AS = {
    "champion_promoted": (StartingEvent.CHAMPION_PROMOTED, 7),
    "reorganisation": (StartingEvent.REORGANISATION, 15),
    "competitor": (StartingEvent.COMPETITOR_MENTIONED, 35),
    "incident": (StartingEvent.INCIDENT, 0),
    "release": (StartingEvent.INCIDENT, 3),
    "new_leader": (StartingEvent.NEW_DEPARTMENT, 30),
}
_NOTES = {
    StartingEvent.UPSELL_DECLINED: "Said no to the proposal for now.",
    StartingEvent.RENEWAL_PUSHBACK: "Asked for a lower price and a shorter term.",
    StartingEvent.CANCELLATION_NOTICE: "Written notice that they will not renew.",
    StartingEvent.COMPETITOR_MENTIONED: "Is looking at another product.",
    StartingEvent.CHAMPION_PROMOTED: "Our champion leads the department now.",
    StartingEvent.CHAMPION_LEFT: "Our champion has left the company.",
    StartingEvent.NEW_DEPARTMENT: "Another department asked for a demonstration.",
    StartingEvent.NEW_USE_CASE: "Wants to run a second process on the platform.",
    StartingEvent.FIRST_VALUE_MOMENT: "The first workflow saves them time every week.",
    StartingEvent.USAGE_LIMIT_80: "Used more than 80 % of the month's limit.",
    StartingEvent.EXPANSION_CONVERSATION: "Talked about more seats and what they would bring.",
    StartingEvent.INCIDENT: "Was hit by our incident.",
    StartingEvent.REORGANISATION: "Teams are being put together anew.",
    StartingEvent.FUNDING: "Announced a new round of funding.",
    StartingEvent.MERGER: "Is merging with another company.",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """`learned` is the day we came to know, never before it happened."""

    day: int
    learned: int
    kind: StartingEvent

    @property
    def note(self) -> str:
        return _NOTES[self.kind]


@dataclass(frozen=True, slots=True)
class DemoStep:
    key: str
    name: str
    due: int
    done: int | None


def happenings(
    random: np.random.Generator,
    *,
    account: Founded,
    champion_losses: list[int],
    first_value: int | None,
    limit_reached: list[int],
    timeline: Timeline,
) -> list[Happening]:
    """In order of day; those learned after the last day are not known yet and left out."""
    story = account.story
    found = [Happening(day, day + int(random.integers(0, 6)), StartingEvent.CHAMPION_LEFT)
             for day in champion_losses]  # fmt: skip
    dated = (
        (story.declined_upsells, StartingEvent.UPSELL_DECLINED),
        (story.pushbacks, StartingEvent.RENEWAL_PUSHBACK),
        (story.notices, StartingEvent.CANCELLATION_NOTICE),
        (limit_reached, StartingEvent.USAGE_LIMIT_80),
        ([] if first_value is None else [first_value], StartingEvent.FIRST_VALUE_MOMENT),
    )
    found += [Happening(day, day, kind) for days, kind in dated for day in days]
    found += _from_shocks(random, account)
    found += _around_growth(random, account)
    found += _company_news(random, account, timeline)
    until = timeline.days if account.until is None else account.until + 1
    begin = max(account.since, 0)
    kept = (h for h in found if begin <= h.day < until and h.learned < timeline.days)
    return sorted(kept, key=lambda h: (h.day, h.kind))


def _from_shocks(random: np.random.Generator, account: Founded) -> list[Happening]:
    found = []
    for shock in account.shocks:
        if shock.kind in _SEEN_AS:
            kind, delay = _SEEN_AS[shock.kind]
            found.append(Happening(shock.day, shock.day + int(random.integers(0, delay + 1)), kind))
    return found


def _around_growth(random: np.random.Generator, account: Founded) -> list[Happening]:
    found = []
    for movement in account.story.movements:
        if movement.kind != MovementKind.EXPANSION or movement.subtype == MovementSubtype.PRICE:
            continue
        talked = movement.day - int(random.integers(15, 50))
        found.append(Happening(talked, talked, StartingEvent.EXPANSION_CONVERSATION))
        if random.random() < 0.35:
            found.append(Happening(talked - 12, talked - 10, StartingEvent.NEW_USE_CASE))
    return found


def _company_news(
    random: np.random.Generator, account: Founded, timeline: Timeline
) -> list[Happening]:
    found = []
    for kind, yearly in ((StartingEvent.FUNDING, 0.05), (StartingEvent.MERGER, 0.015)):
        for _ in range(int(random.poisson(yearly * timeline.days / 365))):
            day = int(random.integers(timeline.days))
            found.append(Happening(day, day + int(random.integers(0, 10)), kind))
    return found


def first_value_day(
    random: np.random.Generator, *, account: Founded, target_days: int, timeline: Timeline
) -> int | None:
    """Sooner after good onboarding; never reached by some who were onboarded badly."""
    if account.quality < 0.35 and random.random() < 0.5:
        return None
    took = target_days * float(np.exp(random.normal(1.1 * (0.62 - account.quality), 0.3)))
    day = account.since + max(3, int(took))
    end = timeline.days if account.until is None else account.until
    return day if day < end else None


def onboarding_steps(
    random: np.random.Generator, *, account: Founded, timeline: Timeline
) -> list[DemoStep]:
    end = timeline.days if account.until is None else account.until
    rows = []
    for key, name, days in ONBOARDING_STEPS:
        due = account.since + days
        late = int(random.normal(50 * (0.6 - account.quality), 5))
        if 0 < late <= LAST_EFFORT_DAYS and random.random() < LAST_EFFORT:
            late = 0
        done: int | None = max(account.since, due + late)
        if (account.quality < 0.4 and random.random() < 0.3) or (done is not None and done >= end):
            done = None
        rows.append(DemoStep(key, name, due, done))
    return rows
