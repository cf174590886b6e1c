"""From the moments that fell to the people who could be asked about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.catalogue import Moment, Recipients, SurveyType
from surveys.engine.governed import AskingFacts, AskingRules, Person, SettledOccasion, people_of
from surveys.engine.moments import Fallen
from surveys.models import Survey
from surveys.scoring.governance import Invitee
from surveys.scoring.plans import Asking
from surveys.scoring.scores import SurveyKind

# What decides sooner is asked about first; a rhythm takes what room is left.
_IMPORTANCE = {
    moment: number
    for number, moment in enumerate(
        (
            Moment.ON_REQUEST,
            Moment.BEFORE_RENEWAL,
            Moment.FIRST_VALUE,
            Moment.END_OF_ONBOARDING,
            Moment.AFTER_EXPANSION,
            Moment.AFTER_EVENT,
            Moment.AFTER_TICKET,
            Moment.RHYTHM,
        )
    )
}
ASKED_WITHIN = timedelta(days=7)
"""What could not go by then is not asked any more: the moment has passed."""
RHYTHM_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class SurveyCandidate:
    """A moment that fell, and the survey that asks about it; `asked_by` where a step of a play or
    a person asks for it instead."""

    survey: Survey
    fallen: Fallen
    asked_by: str = ""

    @property
    def moment(self) -> Moment:
        """A rhythm's survey that is asked for is not of the rhythm."""
        moment = Moment(self.survey.moment)
        return Moment.ON_REQUEST if self.asked_by and moment is Moment.RHYTHM else moment

    @property
    def delay(self) -> timedelta:
        """Whoever asks for a survey has waited already."""
        return timedelta(hours=0 if self.asked_by else self.survey.delay_hours)


@dataclass(frozen=True, slots=True)
class NobodyToAsk:
    """Of an account without anybody to ask."""

    candidate: SurveyCandidate
    due_at: datetime


def within(moment: str) -> timedelta:
    return RHYTHM_WITHIN if moment == Moment.RHYTHM else ASKED_WITHIN


class AskedPeople:
    """The people of some accounts, as each survey ranks them; read once a survey."""

    def __init__(self, account_ids: Sequence[int]) -> None:
        self._account_ids = account_ids
        self._found: dict[tuple[bool, str], dict[int, list[Person]]] = {}

    def meant_by(self, candidate: SurveyCandidate) -> list[Person]:
        """Whom the survey asks at this account, the closest first; or the one who was named."""
        survey, fallen = candidate.survey, candidate.fallen
        sort = survey.needs_consent, survey.delivery
        if sort not in self._found:
            self._found[sort] = people_of(self._account_ids, survey)
        people = self._found[sort].get(fallen.account_id, [])
        is_named = bool(candidate.asked_by) and fallen.contact_id is not None
        chosen = people if is_named else _chosen_people(people, Recipients(survey.recipients))
        if fallen.contact_id is None:
            return chosen
        return [person for person in chosen if person.pk == fallen.contact_id]


def _chosen_people(people: list[Person], recipients: Recipients) -> list[Person]:
    if recipients is Recipients.EVERYBODY:
        return people
    if recipients is Recipients.DECIDERS:
        return [person for person in people if person.is_decider] or people[:1]
    return people[:1]


def askings_of(
    candidates: Iterable[SurveyCandidate],
    *,
    audience: AskedPeople,
    known: AskingFacts,
    rules: AskingRules,
    now: datetime,
) -> tuple[dict[int, tuple[Asking, SurveyCandidate]], list[NobodyToAsk]]:
    """By the identity of the asking, with what it comes from; what is settled already is left out.
    Where nobody of a rhythm is meant there is nothing to hold back."""
    found: dict[int, tuple[Asking, SurveyCandidate]] = {}
    nobody: list[NobodyToAsk] = []
    for candidate in candidates:
        if _occasion_of(candidate) in known.settled:
            continue
        people = audience.meant_by(candidate)
        due_at = _due_at(candidate, known=known, rules=rules, now=now)
        if not people and (candidate.asked_by or candidate.fallen.contact_id is None):
            nobody.append(NobodyToAsk(candidate, due_at))
        for asking in _askings_of_people(candidate, people, due_at, known=known, rules=rules):
            found[id(asking)] = asking, candidate
    return found, nobody


def _occasion_of(candidate: SurveyCandidate) -> SettledOccasion:
    fallen = candidate.fallen
    return SettledOccasion(
        candidate.survey.key, fallen.account_id, fallen.occasion, fallen.contact_id
    )


def _due_at(
    candidate: SurveyCandidate, *, known: AskingFacts, rules: AskingRules, now: datetime
) -> datetime:
    fallen = candidate.fallen
    due_at = fallen.begins_at + candidate.delay
    zone = known.zones.get(fallen.account_id, rules.installation.time_zone)
    return rules.opening(zone, max(due_at, now))


def _askings_of_people(
    candidate: SurveyCandidate,
    people: Iterable[Person],
    due_at: datetime,
    *,
    known: AskingFacts,
    rules: AskingRules,
) -> Iterator[Asking]:
    survey, fallen = candidate.survey, candidate.fallen
    moment, day, ends_at = candidate.moment, rules.day_of(due_at), due_at + within(candidate.moment)
    kind = None if survey.kind == SurveyType.FREE else SurveyKind(survey.kind)
    importance = _IMPORTANCE[Moment.ON_REQUEST if candidate.asked_by else moment]
    for person in people:
        invitee = Invitee(
            account=fallen.account_id,
            contact=person.pk,
            survey=survey.key,
            day=day,
            kind=kind,
            moment=None if moment is Moment.RHYTHM else fallen.occasion,
            has_address=person.has_address or survey.delivery == "in_app",
            is_suppressed=person.is_suppressed and survey.delivery != "in_app",
            is_do_not_contact=person.is_do_not_contact,
            is_customer=fallen.account_id in known.customers,
            last_bad_ticket=known.bad_tickets.get(fallen.account_id),
        )
        yield Asking(
            invitee=invitee,
            due_at=due_at,
            ends_at=ends_at,
            place=person.place,
            importance=importance,
            is_consent_missing=survey.needs_consent and not person.has_consented,
        )


def by_account(candidates: Iterable[SurveyCandidate]) -> Mapping[int, list[SurveyCandidate]]:
    found: dict[int, list[SurveyCandidate]] = defaultdict(list)
    for candidate in candidates:
        found[candidate.fallen.account_id].append(candidate)
    return found
