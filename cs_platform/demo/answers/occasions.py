"""When an account of the demo company could be asked, and whom: as surveys.engine would, by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from accounts.catalogue import MovementKind, Segment, StartingEvent, StartingInteraction
from accounts.demo.block import Profile
from accounts.demo.timeline import Timeline
from surveys.catalogue import Moment
from surveys.engine.moments import AFTER_ACTIVATION, BEFORE_DECISION, FIRST_SPREAD, USUAL_RHYTHM
from surveys.models.policy import FIRST_DAYS, usual_rhythm

ASKED_PEOPLE = {Segment.ENTERPRISE: 3, Segment.MID_MARKET: 2, Segment.SMB: 1}
_EPOCH = date(2000, 1, 1)


class AskedPerson(NamedTuple):
    id: int
    language: str
    is_champion: bool
    is_decider: bool
    strength: int
    met: int
    left: int | None

    def is_there(self, day: int) -> bool:
        return self.met <= day and (self.left is None or day < self.left)


@dataclass(frozen=True, slots=True)
class TicketRated:
    id: int
    opened: int
    solved: int
    is_urgent: bool
    satisfaction: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAccount:
    """What the fact tables tell about an account; days are numbers of the timeline."""

    profile: Profile
    people: list[AskedPerson]
    tickets: list[TicketRated]
    onboarded: int | None
    events: list[tuple[int, int, str]]  # day, id, kind
    trainings: list[tuple[int, int]]  # day, id


class AskingOccasion(NamedTuple):
    day: int
    survey: str
    moment: Moment
    occasion: str
    person: AskedPerson
    rated: int | None
    """What support was given with the ticket already."""


def occasions(told: ToldAccount, *, timeline: Timeline) -> list[AskingOccasion]:
    """In order of day; on one day the checkpoints before the rhythm. Customers only."""
    account = told.profile.account
    end = timeline.days if account.until is None else min(account.until, timeline.days)
    found = [
        *_rhythm_occasions(told, timeline=timeline, end=end),
        *_checkpoint_occasions(told, timeline=timeline),
        *_work_occasions(told),
    ]
    asked = [each for each in found if max(0, account.since) <= each.day < end]
    return sorted(asked, key=lambda o: (o.day, o.moment == Moment.RHYTHM, o.survey, o.person.id))


def closest(people: list[AskedPerson], day: int) -> list[AskedPerson]:
    there = [person for person in people if person.is_there(day)]
    return sorted(there, key=lambda p: (not p.is_champion, -p.strength, p.id))


def _rhythm_occasions(
    told: ToldAccount, *, timeline: Timeline, end: int
) -> Iterator[AskingOccasion]:
    """On the days on which surveys.engine asks, but a few people of each account only."""
    account = told.profile.account
    every = usual_rhythm().get(told.profile.tiers.before(timeline.days), USUAL_RHYTHM)
    many = ASKED_PEOPLE[account.model.segment]
    for person in told.people:
        marks = [(str(n), account.since + n + person.id * 751 % FIRST_SPREAD) for n in FIRST_DAYS]
        day = account.since + 90 + person.id * 751 % every
        while day < account.since + 90 + max(every // 2, 45):
            day += every
        marks += [
            (str((timeline.day(later) - _EPOCH).days), later) for later in range(day, end, every)
        ]
        for mark, on in marks:
            if person in closest(told.people, on)[:many]:
                yield AskingOccasion(on, "nps", Moment.RHYTHM, f"day:{mark}", person, None)


def _checkpoint_occasions(told: ToldAccount, *, timeline: Timeline) -> Iterator[AskingOccasion]:
    if told.onboarded is not None:
        day, name = told.onboarded + 1, f"onboarding:{timeline.day(told.onboarded)}"
        yield from _asked_people(told, day, "onboarding_csat", Moment.END_OF_ONBOARDING, name)
    values = sorted(e for e in told.events if e[2] == StartingEvent.FIRST_VALUE_MOMENT)
    for day, id_, _ in values[:1]:
        yield from _asked_people(told, day, "first_value_csat", Moment.FIRST_VALUE, f"event:{id_}")
    story = told.profile.account.story
    for term in story.terms:
        day, name = term.ends - BEFORE_DECISION, f"renewal:{timeline.day(term.ends)}"
        if term.months >= 3 and day > term.starts:
            yield from _asked_people(told, day, "renewal_csat", Moment.BEFORE_RENEWAL, name)
    for on in sorted({m.day for m in story.movements if m.kind == MovementKind.EXPANSION}):
        name = f"expansion:{timeline.day(on)}"
        day = on + AFTER_ACTIVATION
        yield from _asked_people(told, day, "expansion_csat", Moment.AFTER_EXPANSION, name)


def _asked_people(
    told: ToldAccount, day: int, survey: str, moment: Moment, name: str
) -> Iterator[AskingOccasion]:
    people = closest(told.people, day)
    if moment == Moment.BEFORE_RENEWAL:
        people = [person for person in people if person.is_decider][:3] or people
        many = 3 if people and people[0].is_decider else 1
    else:
        many = 1
    for person in people[:many]:
        yield AskingOccasion(day, survey, moment, name, person, None)


def _work_occasions(told: ToldAccount) -> Iterator[AskingOccasion]:
    """How easy it was after a training, and what was said to support with a ticket."""
    for day, id_ in told.trainings:
        for person in closest(told.people, day)[:1]:
            yield AskingOccasion(
                day + 1, "effort_ces", Moment.ON_REQUEST, f"training:{id_}", person, None
            )
    for ticket in told.tickets:
        if ticket.satisfaction is None:
            continue
        people = closest(told.people, ticket.solved)
        for person in people[ticket.id % len(people) :][:1] if people else ():
            yield AskingOccasion(
                ticket.solved + 1, "ticket_csat", Moment.AFTER_TICKET,
                f"ticket:{ticket.id}", person, ticket.satisfaction,
            )  # fmt: skip


TRAINING = StartingInteraction.TRAINING.value
