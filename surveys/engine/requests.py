"""Surveys that a step of a play or one of us asks for, beside those that a moment asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import ngettext

from accounts.languages import language_for
from accounts.models import Contact, Installation, User
from surveys.catalogue import Moment
from surveys.engine.askings import SurveyCandidate
from surveys.engine.moments import Fallen
from surveys.engine.planning import lock_accounts, plan_candidates, published_surveys
from surveys.invitation_links import new_nonce
from surveys.models import Invitation, Survey

LINK_BY_HAND = "link:"
"""How the occasion of an invitation begins whose link one of us hands over."""


class NoSurveyInForceError(ValueError):
    """No version of the survey is published."""


class BusyAccountError(RuntimeError):
    """Another worker has the account for a moment; ask again."""


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """`occasion` makes it once an account. Without a contact the survey asks whom it always asks.

    `asked_by`: the step of a play, or the person.
    """

    account_id: int
    occasion: str
    asked_by: str
    contact_id: int | None = None


@dataclass(slots=True)
class RequestAnswer:
    """How many people are asked, and why how many others are not."""

    planned: int = 0
    held_back: Counter[str] = field(default_factory=Counter)

    def in_words(self) -> str:
        asked = ngettext("%(n)s person is asked", "%(n)s people are asked", self.planned)
        reasons = [
            f"{reason.replace('_', ' ')}: {count}" for reason, count in self.held_back.items()
        ]
        return "; ".join([asked % {"n": self.planned}, *reasons])


@transaction.atomic
def request_survey(
    survey_key: str, requests: Iterable[SurveyRequest], *, now: datetime
) -> dict[SurveyRequest, RequestAnswer]:
    """Planned under the rules that all surveys keep; asked again, the answer is the same.

    A request is left out while its account is in another worker's hands. Raises
    NoSurveyInForceError.
    """
    survey = published_survey(survey_key)
    wanted = list(requests)
    free = set(lock_accounts({each.account_id for each in wanted}, skip_locked=True))
    taken = [each for each in wanted if each.account_id in free]
    plan_candidates((_candidate_of(survey, each, now) for each in taken), now=now)
    return _answers_to(survey, taken)


def published_survey(survey_key: str) -> Survey:
    """Raises NoSurveyInForceError."""
    survey = published_surveys().filter(key=survey_key).first()
    if survey is None:
        raise NoSurveyInForceError(survey_key)
    return survey


def _candidate_of(survey: Survey, request: SurveyRequest, now: datetime) -> SurveyCandidate:
    day = now.astimezone(Installation.current().zone).date()
    fallen = Fallen(request.account_id, request.contact_id, request.occasion, day, now)
    return SurveyCandidate(survey, fallen, request.asked_by)


def _answers_to(survey: Survey, taken: list[SurveyRequest]) -> dict[SurveyRequest, RequestAnswer]:
    found: dict[tuple[int, str], RequestAnswer] = defaultdict(RequestAnswer)
    rows = Invitation.objects.filter(
        account__in={each.account_id for each in taken},
        occasion__in={each.occasion for each in taken},
        survey__key=survey.key,
    )
    for account, occasion, state, reason in rows.values_list(
        "account_id", "occasion", "state", "reason"
    ):
        answer = found[account, occasion]
        if state == Invitation.State.HELD_BACK:
            answer.held_back[reason] += 1
        else:
            answer.planned += 1
    return {each: found[each.account_id, each.occasion] for each in taken}


def occasion_by_hand(contact: Contact, now: datetime) -> str:
    """Of one person once a day."""
    return f"by hand:{contact.pk}:{now.date()}"


def candidate_by_hand(
    survey: Survey, *, contact: Contact, by: User, now: datetime
) -> SurveyCandidate:
    return _candidate_of(survey, _request_by_hand(contact, by=by, now=now), now)


def _request_by_hand(contact: Contact, *, by: User, now: datetime) -> SurveyRequest:
    return SurveyRequest(
        contact.account_id,
        occasion=occasion_by_hand(contact, now),
        asked_by=f"user:{by.pk}",
        contact_id=contact.pk,
    )


def ask_by_hand(survey_key: str, *, contact: Contact, by: User, now: datetime) -> RequestAnswer:
    """One of us asks for it; of one person once a day.

    Raises NoSurveyInForceError, BusyAccountError.
    """
    asked = _request_by_hand(contact, by=by, now=now)
    answer = request_survey(survey_key, [asked], now=now).get(asked)
    if answer is None:
        raise BusyAccountError
    return answer


def make_link(survey_key: str, *, contact: Contact, by: User, now: datetime) -> Invitation:
    """An invitation without a message: whoever asked gives the person its link
    (`survey_path(pk, nonce)`). Nothing holds it back, and it counts like those that were sent. One
    that waits for an answer is given again.

    Raises NoSurveyInForceError.
    """
    survey = published_survey(survey_key)
    if (open_link := _open_link(survey_key, contact, now)) is not None:
        return open_link
    nonce = new_nonce()
    occasion = f"{LINK_BY_HAND}{contact.pk}:{now.isoformat()}"
    language = language_for(
        contact.language,
        contact.account.language,
        Installation.current().language,
        offered=list(survey.texts),
    )
    moment = Moment(survey.moment)
    return Invitation.objects.create(
        survey=survey,
        account=contact.account,
        contact=contact,
        key=f"{survey.key}:{occasion}:{nonce[:8]}",
        moment=Moment.ON_REQUEST if moment is Moment.RHYTHM else moment,
        occasion=occasion,
        state=Invitation.State.SENT,
        due_at=now,
        planned_at=now,
        language=language,
        nonce=nonce,
        sent_at=now,
        expires_at=now + timedelta(days=survey.expires_days),
        asked_by=f"user:{by.pk}",
    )


def _open_link(survey_key: str, contact: Contact, now: datetime) -> Invitation | None:
    rows = Invitation.objects.filter(
        contact=contact,
        survey__key=survey_key,
        survey__state=Survey.State.PUBLISHED,
        occasion__startswith=LINK_BY_HAND,
        state=Invitation.State.SENT,
        expires_at__gt=now,
    )
    return rows.order_by("-pk").first()
