"""Steps that tell somebody outside: a channel of a chat, another system, people in the product."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from accounts.chat_messages import ChatMessage
from accounts.declarations import address_of
from accounts.event_catalogue import EventType
from accounts.models import Endpoint, OutboxMessage
from accounts.work.events import NewEvent, chat_row, event_row
from accounts.work.notices import post
from playbooks.announcements import chat_task
from playbooks.engine.due_steps import Did, DueStep, Key, Opening
from playbooks.engine.step_mail import write_shown
from playbooks.models import UNFINISHED, Task
from playbooks.triggers.kinds import PostTo, StepEnding, StepKind


def show_in_product(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    shown = write_shown(due, context)
    post(shown.values())
    return {
        each.key: Did(StepEnding.WRITTEN, shown[each.key].subject)
        if each.key in shown
        else Did(StepEnding.NOBODY, "nobody, or a merge field that is not known")
        for each in due
    }


def post_to_endpoints(due: Sequence[DueStep], context: Opening) -> dict[Key, Did]:
    """A row of the outbox each; where the endpoint is missing or switched off it says so."""
    named = {each.step.does.endpoint for each in due if isinstance(each.step.does, PostTo)}
    endpoints = {
        (row.kind, row.key): row for row in Endpoint.objects.filter(key__in=named, is_active=True)
    }
    tasks = _latest_tasks(due)
    done, rows = {}, []
    for each in due:
        asked = each.step.does
        if not isinstance(asked, PostTo):
            raise TypeError(f"step {each.step.pk} posts nowhere")
        endpoint = endpoints.get((each.step.kind, asked.endpoint))
        if endpoint is None:
            done[each.key] = Did(StepEnding.NOBODY, f"no endpoint “{asked.endpoint}”")
            continue
        done[each.key] = Did(StepEnding.POSTED, endpoint.name)
        rows.append(_endpoint_message(each, endpoint, tasks.get(each.play.pk), context))
    post(rows)
    return done


def _latest_tasks(due: Sequence[DueStep]) -> dict[int, Task]:
    """By play: what is to be done, for the buttons."""
    plays = [each.play.pk for each in due if each.kind is not StepKind.WEBHOOK]
    if not plays:
        return {}
    tasks = Task.objects.filter(play__in=plays, state__in=UNFINISHED).order_by("pk")
    return {task.play_id: task for task in tasks if task.play_id is not None}


def _endpoint_message(
    each: DueStep, endpoint: Endpoint, task: Task | None, context: Opening
) -> OutboxMessage:
    play, step, account = each.play, each.step, context.account(each.play)
    key = f"play:{play.pk}:step:{step.pk}"
    text = "\n\n".join(said for said in (step.guidance, play.why) if said)
    if each.kind is not StepKind.WEBHOOK:
        shown = ChatMessage(
            title=f"{step.title}: {account.name}",
            text=text,
            link=settings.BASE_URL + address_of("playbooks.Play", play.pk),
            task=None if task is None else chat_task(task),
        )
        return chat_row(endpoint, shown, key=key, account_id=account.id, now=context.now)
    said = {
        "account": account.external_id,
        "account_name": account.name,
        "play": play.pk,
        "playbook": play.playbook_key,
        "step": step.key,
        "title": step.title,
        "text": text,
    }
    event = NewEvent(EventType.PLAY_STEP, key, account.id, context.now, said)
    return event_row(endpoint, event, key=key)
