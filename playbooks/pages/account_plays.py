"""The plays of an account step by step, and the tasks beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import Account, Installation, OutboxMessage, User
from accounts.ui.formats import day
from accounts.ui.request_kind import next_page
from playbooks.actions import PlayClosedError, cancel_play
from playbooks.engine import NotPublishedError, PlayRunningError, start_play
from playbooks.models import Play, Playbook, PlaybookStep, StepResult, Task
from playbooks.pages.tasks.forms import SNOOZES, outcomes
from playbooks.pages.tasks.queries import QUEUE_OF_OPS, task_columns, task_rows, unfinished
from playbooks.triggers.kinds import StepEnding
from playbooks.triggers.vocabulary import OwnerRole, PlayState, TaskState, label

PLAYS_AT_MOST = 20
TASKS_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class StepRow:
    title: str
    state: str
    """done, open, skipped, closed or ahead."""
    icon: str
    note: str
    who: str
    at: datetime | None
    said: str = ""
    """What whoever finished it wrote."""
    task_id: int | None = None
    is_late: bool = False
    """Open, and past the time it was due."""


@dataclass(frozen=True, slots=True)
class PlayRow:
    pk: int
    name: str
    why: str
    is_open: bool
    outcome: str
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    steps: tuple[StepRow, ...]

    @property
    def finished(self) -> int:
        return sum(1 for step in self.steps if step.state not in ("open", "ahead"))


_STEP_LOOKS = {
    TaskState.DONE: ("done", "circle-check"),
    TaskState.SKIPPED: ("skipped", "skip-forward"),
    TaskState.CLOSED_BY_ITSELF: ("closed", "ban"),
    TaskState.OPEN: ("open", "clock"),
    TaskState.SNOOZED: ("open", "pause"),
}


class StartForm(forms.Form):
    playbook = forms.SlugField(
        max_length=40, error_messages={"required": _("Choose which play to start.")}
    )


@requires(Right.WORK_ACCOUNTS, page="account_tasks")
def start(request: HttpRequest, external_id: str) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    user = cast("User", request.user)
    account = get_object_or_404(Account.objects.for_user(user), external_id=external_id)
    if not may(user, Right.WORK_ACCOUNTS, account=account):
        raise PermissionDenied
    form = StartForm(request.POST)
    if form.is_valid():
        _start_from_page(request, account, user, form.cleaned_data["playbook"])
    else:
        messages.error(request, gettext("Choose which play to start."))
    return redirect("account_tasks", external_id)


def _start_from_page(request: HttpRequest, account: Account, user: User, playbook: str) -> None:
    try:
        play = start_play(account=account, playbook_key=playbook, by=user, now=clock.now())
    except (NotPublishedError, PlayRunningError) as refused:
        messages.error(request, str(refused))
        return
    messages.success(
        request,
        gettext("Started: %(name)s. Its first tasks are below.") % {"name": play.playbook.name},
    )


class StopForm(forms.Form):
    reason = forms.CharField(
        max_length=400,
        error_messages={
            "required": _("Say why the play is stopped: others read it later."),
            "max_length": _("Say it in 400 characters."),
        },
    )


@requires(Right.WORK_ACCOUNTS, page="account_tasks")
def stop(request: HttpRequest, external_id: str, play_id: int) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    user = cast("User", request.user)
    visible = Play.objects.for_user(user).select_related("account", "playbook")
    play = get_object_or_404(visible, pk=play_id, account__external_id=external_id)
    if not may(user, Right.WORK_ACCOUNTS, account=play.account):
        raise PermissionDenied
    form = StopForm(request.POST)
    if form.is_valid():
        _stop_from_page(request, play, user, form.cleaned_data["reason"])
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["reason"]))
    return redirect(next_page(request, default=reverse("account_tasks", args=[external_id])))


def _stop_from_page(request: HttpRequest, play: Play, user: User, reason: str) -> None:
    try:
        cancel_play(play_id=play.pk, reason=reason, by=user, now=clock.now())
    except PlayClosedError as refused:
        messages.error(request, str(refused))
        return
    messages.success(
        request,
        gettext("Stopped: %(name)s. Its open tasks closed with it.") % {"name": play.playbook.name},
    )


def startable(account: Account) -> list[Playbook]:
    """Playbooks in force that do not run on this account."""
    running = Play.objects.filter(account=account, state=PlayState.OPEN).values("playbook_key")
    published = Playbook.objects.filter(state=Playbook.State.PUBLISHED)
    return list(published.exclude(key__in=running).order_by("name"))


def plays_context(account: Account, *, may_change: bool) -> dict[str, object]:
    now, zone = clock.now(), Installation.current().zone
    open_tasks = task_columns(unfinished(account))[:TASKS_AT_MOST]
    rows = task_rows(open_tasks, now=now, zone=zone)
    return {
        "rows": rows,
        "plays": plays_of(account),
        "startable": startable(account) if may_change else [],
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "changeable": {row.pk for row in rows} if may_change else set(),
    }


def plays_of(account: Account) -> list[PlayRow]:
    found = list(
        Play.objects.filter(account=account)
        .select_related("playbook")
        .prefetch_related("playbook__steps", "tasks__owner", "results")
        .order_by("state", "-opened_at", "-pk")[:PLAYS_AT_MOST]
    )
    fates = shown_fates(found)
    # "open" sorts after "closed"; what runs comes first.
    rows = (play_row(play, fates=fates) for play in found)
    return sorted(rows, key=lambda row: not row.is_open)


def shown_fates(plays: Sequence[Play]) -> dict[str, str]:
    """What became of their messages in the product, by key; one query, and none without any."""
    keys = [
        step_key(result)
        for play in plays
        for result in play.results.all()
        if result.ending == StepEnding.WRITTEN
    ]
    if not keys:
        return {}
    zone = Installation.current().zone
    rows = OutboxMessage.objects.filter(key__in=keys, channel=OutboxMessage.Channel.IN_APP)
    return {row.key: _fate_of_message(row, zone) for row in rows}


def step_key(result: StepResult) -> str:
    """Of what the step has written."""
    return f"play:{result.play_id}:step:{result.step_id}"


def _fate_of_message(row: OutboxMessage, zone: ZoneInfo) -> str:
    happened = (
        (gettext("shown"), row.sent_at),
        (gettext("clicked"), row.clicked_at),
        (gettext("dismissed"), row.dismissed_at),
    )
    told = [f"{word} {day(at.astimezone(zone).date())}" for word, at in happened if at is not None]
    if not told:
        return row.reason
    return ", ".join(told)


def play_row(play: Play, *, fates: Mapping[str, str]) -> PlayRow:
    """Of a play with its playbook's steps, its tasks with their owners, and its results."""
    tasks = {task.step_id: task for task in play.tasks.all()}
    steps = sorted(play.playbook.steps.all(), key=lambda step: step.position)
    results = {result.step_id: result for result in play.results.all()}
    had = [step.position for step in steps if step.pk in tasks or step.pk in results]
    drawn_in = [task for task in play.tasks.all() if task.step_id is None]
    return PlayRow(
        pk=play.pk,
        name=play.playbook.name,
        why=play.why,
        is_open=play.state == PlayState.OPEN,
        outcome=label(play.outcome) if play.outcome else "",
        reason=play.reason,
        opened_at=play.opened_at,
        closed_at=play.closed_at,
        steps=(
            *(
                _automatic_step_row(step, result, fates=fates)
                if (result := results.get(step.pk))
                else _step_row(step, tasks.get(step.pk), latest=max(had, default=0), play=play)
                for step in steps
            ),
            *(_task_step_row(task, task.title) for task in drawn_in),
        ),
    )


def _step_row(step: PlaybookStep, task: Task | None, *, latest: int, play: Play) -> StepRow:
    """`latest`: position of the latest step that was opened; the path led past those before it."""
    if task is None and step.position < latest:
        looks = _STEP_LOOKS[TaskState.SKIPPED]
        return StepRow(step.title, *looks, gettext("Not on this path"), "", None)
    if task is None and play.state == PlayState.CLOSED:
        return StepRow(step.title, "ahead", "circle-dashed", gettext("Not reached"), "", None)
    if task is None:
        return StepRow(step.title, "ahead", "circle-dashed", "", label(step.owner_role), None)
    return _task_step_row(task, step.title)


def _automatic_step_row(
    step: PlaybookStep, result: StepResult, *, fates: Mapping[str, str]
) -> StepRow:
    """What the platform did by itself and what came of it, or until when it waits."""
    note = ": ".join(text for text in (label(result.ending), result.detail) if text)
    if result.ended_at is None:
        return StepRow(step.title, *_STEP_LOOKS[TaskState.SNOOZED], note, "", result.ends_at)
    said = fates.get(step_key(result), "")
    return StepRow(step.title, *_STEP_LOOKS[TaskState.DONE], note, "", result.ended_at, said)


def _task_step_row(task: Task, title: str) -> StepRow:
    state, icon = _STEP_LOOKS[TaskState(task.state)]
    return StepRow(
        title=title,
        state=state,
        icon=icon,
        note=label(task.outcome) if task.outcome else task.reason,
        who=_owner_in_words(task),
        at=task.closed_at or task.due_at,
        said=task.note,
        task_id=task.pk,
        is_late=state == "open" and task.due_at < clock.now(),
    )


def _owner_in_words(task: Task) -> str:
    if task.owner_role == OwnerRole.SYSTEM:
        return label(OwnerRole.SYSTEM)
    return task.owner.name if task.owner else gettext(QUEUE_OF_OPS)
