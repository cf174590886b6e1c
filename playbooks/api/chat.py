"""Where Slack and Teams tell what somebody pressed: done with that person's own rights, once
however often it comes. Machines read the answers; no page is among them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pghistory
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import chat_presses, clock
from accounts.access import Right, may, requires
from accounts.chat_messages import ChatMessage
from accounts.chat_presses import Press, UnprovenError, UnreadablePressError
from accounts.declarations import address_of
from accounts.models import ChatIdentity, Endpoint, InboxReceipt, User
from accounts.sealed_secrets import SealBrokenError
from accounts.work.events import chat_row
from accounts.work.notices import post
from playbooks import actions
from playbooks.due_dates import back_at
from playbooks.facts import business_calendar
from playbooks.models import Task
from playbooks.triggers.vocabulary import TaskOutcome, label

Read = Callable[..., Press | None]
_STRANGER = "Nobody is known here as you. CS ops enter in admin, at the endpoint, who you are."
_NOT_YOURS = "This task is not yours to work on."
# An outcome or a number of days that no button has is a ValueError too.
_REFUSED = (*actions.REFUSED, ValueError)


@csrf_exempt  # the signature is the right to it
@requires(Right.OPEN)
@require_POST
def slack(request: HttpRequest, key: str) -> HttpResponse:
    return _receive_press(request, key, Endpoint.Kind.SLACK, chat_presses.read_slack)


@csrf_exempt  # the signature is the right to it
@requires(Right.OPEN)
@require_POST
def teams(request: HttpRequest, key: str) -> HttpResponse:
    return _receive_press(request, key, Endpoint.Kind.TEAMS, chat_presses.read_teams)


def _receive_press(request: HttpRequest, key: str, kind: Endpoint.Kind, read: Read) -> HttpResponse:
    endpoint = Endpoint.objects.filter(key=key, kind=kind, is_active=True).first()
    if endpoint is None:
        return _chat_answer("No such endpoint.", status=404)
    try:
        # Chats live in real time, also where "today" is frozen on an imported history.
        press = read(
            request.body, headers=request.headers, secret=endpoint.secret, now=datetime.now(UTC)
        )
    except SealBrokenError as broken:
        return _chat_answer(str(broken), status=503)
    except UnprovenError:
        return _chat_answer("The signature is not right, or too old.", status=401)
    except UnreadablePressError:
        return _chat_answer("This is nothing that a button of ours sends.", status=400)
    if press is None:
        return _chat_answer("")
    return _chat_answer(
        _answer_once(endpoint, press, digest=hashlib.sha256(request.body).hexdigest())
    )


def _chat_answer(text: str, *, status: int = 200) -> HttpResponse:
    return JsonResponse({"type": "message", "text": text} if text else {}, status=status)


@transaction.atomic
def _answer_once(endpoint: Endpoint, press: Press, *, digest: str) -> str:
    """What came of it: of a repeat what came of the first. Who comes second waits for the first."""
    now = clock.now()
    receipt, is_new = InboxReceipt.objects.get_or_create(
        source=f"{endpoint.kind}:{endpoint.key}",
        key=digest,
        defaults={"digest": digest, "received_at": datetime.now(UTC), "answer": {}},
    )
    if not is_new:
        return str((receipt.answer or {}).get("text", ""))
    text = _perform_press(endpoint, press, now=now)
    receipt.status, receipt.answer = 200, {"text": text}
    receipt.save(update_fields=["status", "answer"])
    if endpoint.kind == Endpoint.Kind.SLACK:  # shows no answer: it is told in the channel
        link = settings.BASE_URL + address_of("playbooks.Task", press.task_id)
        shown = ChatMessage(title=text, text="", link=link)
        post([chat_row(endpoint, shown, key=f"press:{digest}", account_id=None, now=now)])
    return text


def _perform_press(endpoint: Endpoint, press: Press, *, now: datetime) -> str:
    user = _user_of_chat_id(endpoint, press.person)
    if user is None:
        return _STRANGER
    task = Task.objects.workable_by(user).filter(pk=press.task_id).first()
    if task is None or not may(user, Right.WORK_TASKS):
        return _NOT_YOURS
    does = _DOES.get(press.do)
    if does is None:
        return "No button of ours does that."
    try:
        with pghistory.context(user=user.pk, via=endpoint.kind):
            return does(endpoint, press, task, user, now)
    except _REFUSED as refused:
        return str(refused)


def _user_of_chat_id(endpoint: Endpoint, chat_id: str) -> User | None:
    found = ChatIdentity.objects.select_related("user").filter(
        endpoint=endpoint, chat_id=chat_id, user__is_active=True
    )
    identity = found.first()
    return identity.user if identity else None


def _complete_by_press(
    endpoint: Endpoint, press: Press, task: Task, user: User, now: datetime
) -> str:
    outcome = TaskOutcome(press.value)
    actions.complete_task(task_id=task.pk, outcome=outcome, by=user, now=now)
    return f"Done by {user.name}: {task.title} ({label(outcome).lower()})."


def _snooze_by_press(
    endpoint: Endpoint, press: Press, task: Task, user: User, now: datetime
) -> str:
    until = back_at(now, days=int(press.value), calendar=business_calendar())
    actions.snooze_task(task_id=task.pk, until=until, now=now)
    return f"Snoozed by {user.name}: {task.title}."


def _reassign_by_press(
    endpoint: Endpoint, press: Press, task: Task, user: User, now: datetime
) -> str:
    owner = _user_of_chat_id(endpoint, press.value)
    if owner is None:
        return "Nobody is known here as the person you chose."
    actions.reassign_task(task_id=task.pk, owner=owner, by=user, now=now)
    return f"Handed by {user.name} to {owner.name}: {task.title}."


_DOES: Mapping[str, Callable[[Endpoint, Press, Task, User, datetime], str]] = {
    "done": _complete_by_press,
    "snooze": _snooze_by_press,
    "reassign": _reassign_by_press,
}
