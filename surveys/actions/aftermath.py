"""What an answer sets off, in the transaction that stores it: signals, somebody who answers for it,
and word of it to other systems.

An answer that is changed sets off what it now says as well. One that was imported sets off nothing:
it happened before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext

from accounts.declarations import address_of
from accounts.loading.change_signals import mark_dirty
from accounts.models import User
from accounts.work.notices import in_app, post
from accounts.work.signals import NewSignal, emit
from surveys.announcements import announce_answer
from surveys.catalogue import Moment, SurveyType
from surveys.models import FollowUp, Response
from surveys.queries.expansion_signals import first_value_signals
from surveys.signals import answer_signals

ANSWERED_WITHIN = timedelta(days=1)
"""Somebody deals with a low answer by then."""


def follow_answer(response: Response, *, now: datetime) -> FollowUp | None:
    """Called whenever an answer was stored or changed; each thing it sets off is once an answer.

    Returns who has to deal with it, where somebody has. Answers after a ticket are support's own:
    they are told to nobody else.
    """
    emit(signals_of(response, now=now))
    mark_dirty([response.account_id])  # measures read answers
    announce_answer(response, now=now)
    if response.standing != -1 or response.moment == Moment.AFTER_TICKET:
        _drop_needless(response, now=now)
        return None
    return open_follow_up(response, now=now)


def signals_of(response: Response, *, now: datetime) -> list[NewSignal]:
    """What plays may wait for, by what the answer says; the key is that of the answer."""
    kinds = answer_signals(
        kind=SurveyType(response.kind),
        moment=Moment(response.moment),
        standing=response.standing,
    )
    payload, key = _signal_payload(response), f"answer:{response.pk}"
    return [NewSignal(response.account_id, kind, key, now, payload) for kind in kinds]


def open_follow_up(response: Response, *, now: datetime) -> FollowUp:
    """The one of this answer, owned by whoever answers for the account: made, with a notice to the
    owner, where there was none."""
    owner = _owner_of_answer(response, now=now)
    follow_up, is_new = FollowUp.objects.get_or_create(
        response=response,
        defaults={
            "account": response.account,
            "owner": owner,
            "collected_at": now,
            "due_at": now + ANSWERED_WITHIN,
        },
    )
    if is_new and owner is not None:
        _notify_owner(follow_up, owner, now=now)
    return follow_up


def _signal_payload(response: Response) -> dict[str, object]:
    said = f": “{response.comment[:200]}”" if response.comment else ""
    payload: dict[str, object] = {
        "note": f"{response.in_words()}{said}",
        "survey": response.survey_key,
        "value": response.value,
        "standing": response.standing,
    }
    if response.standing == 1 and response.moment == Moment.FIRST_VALUE:
        payload["expansion_until"] = _expansion_until(response.account_id)
    return payload


def _expansion_until(account_id: int) -> str | None:
    found = first_value_signals([account_id]).get(account_id)
    return None if found is None else found.until.isoformat()


def _owner_of_answer(response: Response, *, now: datetime) -> User | None:
    """The owner of the account, or their cover while they are away; None: the queue of CS ops."""
    owner = response.account.owner
    if owner is not None and owner.is_away(day=now.date()):
        owner = owner.cover
    return owner if owner is not None and owner.is_active else None


def _notify_owner(follow_up: FollowUp, owner: User, *, now: datetime) -> None:
    account = follow_up.account
    post(
        [
            in_app(
                key=f"answer:{follow_up.response_id}",
                user_id=owner.pk,
                account_id=account.pk,
                subject=gettext("%(account)s answered %(answer)s")
                % {"account": account.name, "answer": follow_up.response.in_words()},
                body=follow_up.response.comment,
                link=address_of("surveys.FollowUp", follow_up.pk),
                now=now,
            )
        ]
    )


def _drop_needless(response: Response, *, now: datetime) -> None:
    """The answer was low and is not any more, and nobody has begun to deal with it."""
    untouched = FollowUp.objects.filter(response=response, state=FollowUp.State.COLLECTED)
    untouched.update(
        state=FollowUp.State.DROPPED,
        dropped_at=now,
        drop_reason=gettext("The answer was changed to %s.") % response.in_words(),
    )
