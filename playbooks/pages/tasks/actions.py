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
from accounts.calendar import BusinessCalendar
from accounts.models import Installation, User
from accounts.ui import formats
from accounts.ui.parts import next_page, wants_part
from playbooks import actions
from playbooks.facts import business_calendar
from playbooks.models import Task
from playbooks.pages.tasks.queries import task_columns, task_rows, visible_tasks
from playbooks.triggers.vocabulary import OUTCOMES, TaskOutcome, TaskState, label

# Working days until it comes back.
SNOOZES = (
    (1, _("Tomorrow")),
    (3, _("In 3 working days")),
    (5, _("In a week")),
    (10, _("In two weeks")),
)
_REFUSED = (
    actions.TaskFinishedError,
    actions.ReasonMissingError,
    actions.WrongOutcomeError,
    actions.WrongTimeError,
    actions.OutOfSightError,
)
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
QUEUE = 0
"""In place of a person: nobody's, so that all of CS ops see it."""


def outcomes() -> dict[str, list[tuple[str, str]]]:
    """What a person may say of a task, by what it is about."""
    return {
        work.value: [(outcome.value, label(outcome)) for outcome in fitting]
        for work, fitting in OUTCOMES.items()
    }


class CompleteForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=[choice for fitting in outcomes().values() for choice in fitting],
        error_messages={"required": _("Say what came of it.")},
    )
    note = forms.CharField(required=False, max_length=2000)


class SkipForm(forms.Form):
    reason = forms.CharField(
        max_length=500, error_messages={"required": _("Say why it is not needed: others read it.")}
    )


class SnoozeForm(forms.Form):
    days = forms.TypedChoiceField(
        coerce=int, choices=SNOOZES, error_messages={"required": _("Choose when it comes back.")}
    )


class HandForm(forms.Form):
    owner = forms.IntegerField(
        min_value=QUEUE,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Choose who does it from here.")
        ),
    )


Act = Callable[[Task, forms.Form, User, datetime], str]


@requires(Right.WORK_TASKS, page="task")
def complete(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act(request, task_id, "complete", CompleteForm(request.POST), _complete)


@requires(Right.WORK_TASKS, page="task")
def skip(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act(request, task_id, "skip", SkipForm(request.POST), _skip)


@requires(Right.WORK_TASKS, page="task")
def snooze(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act(request, task_id, "snooze", SnoozeForm(request.POST), _snooze)


@requires(Right.WORK_TASKS, page="task")
def hand(request: HttpRequest, task_id: int) -> HttpResponse:
    return _act(request, task_id, "hand", HandForm(request.POST), _hand)


def _complete(task: Task, form: forms.Form, user: User, now: datetime) -> str:
    actions.complete_task(
        task_id=task.pk,
        outcome=TaskOutcome(form.cleaned_data["outcome"]),
        note=form.cleaned_data["note"],
        by=user,
        now=now,
    )
    return gettext("Done: %(title)s") % {"title": task.title}


def _skip(task: Task, form: forms.Form, user: User, now: datetime) -> str:
    actions.skip_task(task_id=task.pk, reason=form.cleaned_data["reason"], by=user, now=now)
    return gettext("Skipped: %(title)s") % {"title": task.title}


def _snooze(task: Task, form: forms.Form, user: User, now: datetime) -> str:
    calendar = business_calendar()
    until = back_at(now, days=form.cleaned_data["days"], calendar=calendar)
    actions.snooze_task(task_id=task.pk, until=until, now=now)
    return gettext("Snoozed: %(title)s. Back on %(day)s.") % {
        "title": task.title,
        "day": formats.day(calendar.local_day(until)),
    }


def _hand(task: Task, form: forms.Form, user: User, now: datetime) -> str:
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


def back_at(now: datetime, *, days: int, calendar: BusinessCalendar) -> datetime:
    """The midnight of the working day that many working days on."""
    return calendar.start_of(calendar.shift(calendar.local_day(now), days))


def _act(request: HttpRequest, task_id: int, name: str, form: forms.Form, act: Act) -> HttpResponse:
    user = cast("User", request.user)
    task = _workable(user, task_id)
    problem = _try(request, task, form, act)
    if problem and _tell_if_finished(request, task_id):
        problem = ""
    if wants_part(request):
        return _part(request, task_id, {"action": name, "text": problem} if problem else {})
    if problem:
        messages.error(request, problem)
    return redirect(next_page(request, otherwise=reverse("tasks")))


def _try(request: HttpRequest, task: Task, form: forms.Form, act: Act) -> str:
    """What there is to mend; empty when it is done."""
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    try:
        messages.success(request, act(task, form, cast("User", request.user), clock.now()))
    except _REFUSED as refused:
        return str(refused)
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


def _workable(user: User, task_id: int) -> Task:
    """404 where the task cannot be seen, 403 where it can but is somebody else's to finish."""
    task = get_object_or_404(visible_tasks(user), pk=task_id)
    if not Task.objects.workable_by(user).filter(pk=task_id).exists():
        raise PermissionDenied
    return task


def _part(request: HttpRequest, task_id: int, errors: dict[str, str]) -> HttpResponse:
    now, zone = clock.now(), Installation.current().zone
    (row,) = task_rows(task_columns(Task.objects.filter(pk=task_id)), now=now, zone=zone)
    context = {
        "row": row,
        "can_change": bool(errors),
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
