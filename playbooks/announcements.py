"""Tells other systems what became of plays and tasks; called where it becomes true, in the same
transaction. Nothing is read while no endpoint has asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from accounts.chat_messages import ChatMessage, ChatTask
from accounts.declarations import address_of
from accounts.event_catalogue import EventType
from accounts.work.events import NewEvent, publish, wanted
from health.signals import CrossingSignal
from playbooks.facts import AccountRow, account_rows
from playbooks.models import Play, Task
from playbooks.triggers.signal_matches import TriggerInput
from playbooks.triggers.vocabulary import OUTCOMES, label, work_of


def announce_crossings(inputs: Mapping[int, Sequence[TriggerInput]]) -> None:
    """Of what the playbooks are told now; history that was imported is none of it."""
    to = wanted([EventType.HEALTH_CROSSED])
    if not to:
        return
    accounts = account_rows(inputs)
    publish(
        [
            NewEvent(
                EventType.HEALTH_CROSSED,
                str(signal.signal_id),
                account_id,
                signal.occurred_at,
                {
                    "account": accounts[account_id].external_id,
                    "account_name": accounts[account_id].name,
                    "subject": crossing.subject,
                    "direction": crossing.direction.value,
                    "before": crossing.before,
                    "after": crossing.after,
                    "score": None if crossing.score is None else str(crossing.score),
                    "day": crossing.day.isoformat(),
                },
                _crossing_shown(crossing, accounts[account_id]),
            )
            for account_id, signals in inputs.items()
            for signal in signals
            if (crossing := signal.crossing) is not None
        ],
        to=to,
    )


def announce_begun(plays: QuerySet[Play]) -> None:
    _announce_plays(EventType.PLAY_STARTED, plays)


def announce_ended(plays: QuerySet[Play]) -> None:
    _announce_plays(EventType.PLAY_ENDED, plays)


def announce_created(tasks: QuerySet[Task]) -> None:
    _announce_tasks(EventType.TASK_CREATED, tasks)


def announce_done(tasks: QuerySet[Task]) -> None:
    _announce_tasks(EventType.TASK_DONE, tasks)


def _announce_plays(kind: EventType, plays: QuerySet[Play]) -> None:
    if to := wanted([kind]):
        found = plays.select_related("account", "playbook").order_by("pk")
        publish(_play_events(kind, found), to=to)


def _play_events(kind: EventType, plays: Iterable[Play]) -> Iterable[NewEvent]:
    for play in plays:
        said: dict[str, Any] = {
            "account": play.account.external_id,
            "account_name": play.account.name,
            "play": play.pk,
            "playbook": play.playbook_key,
            "playbook_version": play.playbook.version,
        }
        if kind is EventType.PLAY_STARTED:
            said["why"] = play.why
        else:
            said |= {"outcome": play.outcome, "reason": play.reason}
        shown = _play_shown(kind, play)
        ended_at = play.closed_at if kind is EventType.PLAY_ENDED else None
        at: datetime = ended_at or play.opened_at
        # A play whose last task was taken back ends another time: told again.
        yield NewEvent(kind, f"{play.pk}:{at.isoformat()}", play.account_id, at, said, shown)


def _announce_tasks(kind: EventType, tasks: QuerySet[Task]) -> None:
    if to := wanted([kind]):
        found = tasks.select_related("account", "owner", "closed_by").order_by("pk")
        publish((_task_event(kind, task) for task in found), to=to)


def _task_event(kind: EventType, task: Task) -> NewEvent:
    said: dict[str, Any] = {
        "account": task.account.external_id,
        "account_name": task.account.name,
        "task": task.pk,
        "play": task.play_id,
        "title": task.title,
        "channel": task.channel,
        "owner": task.owner.email if task.owner else None,
        "due_at": task.due_at.isoformat(),
    }
    if kind is EventType.TASK_CREATED:
        shown = _task_shown(task)
        return NewEvent(kind, str(task.pk), task.account_id, task.opened_at, said, shown)
    said |= {
        "state": task.state,
        "outcome": task.outcome,
        "done_by": task.closed_by.email if task.closed_by else None,
    }
    # A task that was undone is done another time: told again.
    at: datetime = task.closed_at or task.opened_at
    return NewEvent(kind, f"{task.pk}:{at.isoformat()}", task.account_id, at, said)


def _crossing_shown(crossing: CrossingSignal, account: AccountRow) -> ChatMessage | None:
    """People are told of the whole score; its parts are for machines."""
    if not crossing.is_of_whole_score:
        return None
    before, after = (label(band).lower() for band in (crossing.before, crossing.after))
    link = settings.BASE_URL + address_of("accounts.Account", account.external_id)
    return ChatMessage(f"{account.name}: from {before} to {after}", "", link)


def _play_shown(kind: EventType, play: Play) -> ChatMessage:
    link = settings.BASE_URL + address_of("playbooks.Play", play.pk)
    if kind is EventType.PLAY_STARTED:
        title = f"{play.account.name}: “{play.playbook.name}” has begun"
        return ChatMessage(title, play.why, link)
    ended = label(play.outcome or "").lower()
    return ChatMessage(f"{play.account.name}: “{play.playbook.name}” {ended}", play.reason, link)


def _task_shown(task: Task) -> ChatMessage:
    owner = task.owner.name if task.owner else "the queue of CS ops"
    return ChatMessage(
        title=f"{task.title}: {task.account.name}",
        text=f"For {owner}. {task.why}".strip(),
        link=settings.BASE_URL + address_of("playbooks.Task", task.pk),
        task=chat_task(task),
    )


def chat_task(task: Task) -> ChatTask:
    work = work_of(channel=task.channel, has_play=task.play_id is not None)
    return ChatTask(task.pk, [(each.value, label(each)) for each in OUTCOMES[work]])
