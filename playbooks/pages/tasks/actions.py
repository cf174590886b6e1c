"""Finishing a task where it is listed: the changed row for htmx, a redirect without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.http import trigger_client_event

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Installation, User
from accounts.ui import formats
from accounts.ui.request_kind import came_from, next_page, wants_part
from playbooks import actions
from playbooks.facts import business_calendar
from playbooks.models import Task
from playbooks.pages.tasks.forms import (
    QUEUE,
    SNOOZES,
    CompleteForm,
    ReassignForm,
    SkipForm,
    SnoozeForm,
    outcomes,
)
from playbooks.pages.tasks.queries import task_columns, task_rows, visible_tasks
from playbooks.triggers.vocabulary import TaskOutcome, TaskState

_YOURS = {
    TaskState.DONE: _("You finished “%(title)s” on %(at)s."),
    TaskState.SKIPPED: _("You skipped “%(title)s” on %(at)s."),
    TaskState.CLOSED_BY_ITSELF: _("You closed “%(title)s” on %(at)s."),
}
_OTHERS = {
    TaskState.DONE: _("%(who)s finished “%(title)s” on %(at)s. What you entered is not saved."),
    TaskState.SKIPPED: _("%(who)s skipped “%(title)s” on %(at)s. What you entered is not saved."),
    TaskState.CLOSED_BY_ITSELF: _(
        "%(who)s closed “%(title)s” on %(at)s. What you entered is not saved."
    ),
}

Act = Callable[[Task, forms.Form, User, datetime], str]


@requires(Right.WORK_TASKS, page="task")
def complete(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act_and_answer(
        request, task_id, "complete", CompleteForm(request.POST), _complete_from_form
    )


@requires(Right.WORK_TASKS, page="task")
def skip(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act_and_answer(request, task_id, "skip", SkipForm(request.POST), _skip_from_form)


@requires(Right.WORK_TASKS, page="task")
def snooze(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act_and_answer(request, task_id, "snooze", SnoozeForm(request.POST), _snooze_from_form)


@requires(Right.WORK_TASKS, page="task")
def reassign(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act_and_answer(
        request, task_id, "reassign", ReassignForm(request.POST), _reassign_from_form
    )


@requires(Right.WORK_TASKS, page="task")
def undo(request: HttpRequest, task_id: int) -> HttpResponse:
    """Takes back what this person did within the last minute."""
    user = cast("User", request.user)
    task = _workable_task_or_404(user, task_id)
    try:
        actions.undo_task(task_id=task.pk, by=user, now=clock.now())
        messages.success(request, gettext("Taken back: %(title)s") % {"title": task.title})
    except actions.UndoOverError as refused:
        messages.error(request, str(refused))
    if wants_part(request):
        return _task_row_part(request, task_id, {}, is_open=True)
    return redirect(next_page(request, default=came_from(request) or reverse("tasks")))


def _complete_from_form(task: Task, form: forms.Form, user: User, now: datetime) -> str:
    actions.complete_task(
        task_id=task.pk,
        outcome=TaskOutcome(form.cleaned_data["outcome"]),
        note=form.cleaned_data["note"],
        by=user,
        now=now,
    )
    return gettext("Done: %(title)s") % {"title": task.title}


def _skip_from_form(task: Task, form: forms.Form, user: User, now: datetime) -> str:
    actions.skip_task(task_id=task.pk, reason=form.cleaned_data["reason"], by=user, now=now)
    return gettext("Skipped: %(title)s") % {"title": task.title}


def _snooze_from_form(task: Task, form: forms.Form, user: User, now: datetime) -> str:
    calendar = business_calendar()
    until = cast("SnoozeForm", form).until(now, calendar)
    actions.snooze_task(task_id=task.pk, until=until, now=now)
    return gettext("Snoozed: %(title)s. Back on %(day)s.") % {
        "title": task.title,
        "day": formats.day(calendar.local_day(until)),
    }


def _reassign_from_form(task: Task, form: forms.Form, user: User, now: datetime) -> str:
    chosen = form.cleaned_data["owner"]
    owner = None if chosen == QUEUE else User.objects.filter(pk=chosen).first()
    if owner is None and chosen != QUEUE:
        raise actions.OutOfSightError(
            gettext("That person is not here any more: choose somebody else.")
        )
    actions.reassign_task(task_id=task.pk, owner=owner, by=user, now=now)
    return gettext("Handed to %(person)s: %(title)s") % {
        "person": owner or gettext("the queue of CS ops"),
        "title": task.title,
    }


def _act_and_answer(
    request: HttpRequest, task_id: int, name: str, form: forms.Form, act: Act
) -> HttpResponse:
    user = cast("User", request.user)
    task = _workable_task_or_404(user, task_id)
    problem = _try_action(request, task, form, act)
    if problem and _tell_if_finished(request, task_id):
        problem = ""
    if wants_part(request):
        return _task_row_part(
            request, task_id, {"action": name, "text": problem} if problem else {}
        )
    if problem:
        messages.error(request, problem)
    return redirect(next_page(request, default=reverse("tasks")))


def _try_action(request: HttpRequest, task: Task, form: forms.Form, act: Act) -> str:
    """What there is to mend; empty when it is done."""
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    try:
        said = act(task, form, cast("User", request.user), clock.now())
    except actions.REFUSED as refused:
        return str(refused)
    # What can be taken back names where: see components/_toasts.html.
    undo_at = "" if act is _reassign_from_form else reverse("task_undo", args=[task.pk])
    messages.success(request, said, extra_tags=undo_at)
    return ""


def _tell_if_finished(request: HttpRequest, task_id: int) -> bool:
    """Whoever comes too late has nothing to mend: they read who was quicker, and when."""
    task = Task.objects.select_related("closed_by").get(pk=task_id)
    if task.closed_at is None:
        return False
    at = formats.moment(task.closed_at.astimezone(Installation.current().zone))
    state = TaskState(task.state)
    who = task.closed_by or gettext("The platform")
    said = {"who": who, "title": task.title, "at": at}
    if task.closed_by == request.user:
        messages.info(request, _YOURS[state] % said)
    else:
        messages.error(request, _OTHERS[state] % said)
    return True


def _workable_task_or_404(user: User, task_id: int) -> Task:
    """404 where the task cannot be seen, 403 where it can but is somebody else's to finish."""
    task = get_object_or_404(visible_tasks(user), pk=task_id)
    if not Task.objects.workable_by(user).filter(pk=task_id).exists():
        raise PermissionDenied
    return task


def _task_row_part(
    request: HttpRequest, task_id: int, errors: dict[str, str], *, is_open: bool = False
) -> HttpResponse:
    now, zone = clock.now(), Installation.current().zone
    (row,) = task_rows(task_columns(Task.objects.filter(pk=task_id)), now=now, zone=zone)
    context = {
        "row": row,
        "can_change": is_open or bool(errors),
        "errors": errors,
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "hide_account": "hide_account" in request.POST,
    }
    response = render(request, "tasks/_changed.html", context)
    if not errors:
        # What a page says about its tasks follows: see tasks/_follow.html.
        trigger_client_event(response, "taskChanged", after="settle")
    return response
