"""One action on many tasks of the list: all of them or none, and each refusal is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts import clock
from accounts.access import GRANTED, Right, requires
from accounts.models import User
from accounts.ui.request_kind import next_page
from playbooks import actions
from playbooks.facts import business_calendar
from playbooks.models import Task
from playbooks.pages.tasks.forms import QUEUE, ReassignForm, SnoozeForm, all_outcomes
from playbooks.triggers.vocabulary import TaskOutcome

REFUSALS_SHOWN = 10


class SelectionForm(forms.Form):
    """`act` is the button that was pressed."""

    act = forms.ChoiceField(
        choices=[(name, name) for name in ("done", "snooze", "reassign")],
        error_messages={"required": gettext_lazy("Choose what to do with the tasks.")},
    )
    outcome = forms.ChoiceField(required=False, choices=all_outcomes())


Act = Callable[[int], object]


@requires(Right.WORK_TASKS, page="tasks")
def bulk(request: HttpRequest) -> HttpResponse:
    """Whoever may not finish one of them is refused all of them (403)."""
    user = cast("User", request.user)
    chosen = _chosen_task_ids(request)
    workable = Task.objects.workable_by(user).filter(pk__in=chosen).values_list("pk", flat=True)
    if set(chosen) != set(workable):
        raise PermissionDenied
    form = SelectionForm(request.POST)
    if not chosen:
        messages.error(request, gettext("Choose the tasks first."))
    elif not form.is_valid():
        messages.error(request, _form_errors(form))
    else:
        _act_on_chosen(request, chosen, form.cleaned_data)
    return redirect(next_page(request, default=reverse("tasks")))


def _chosen_task_ids(request: HttpRequest) -> list[int]:
    """What is no number is left out; more than can be done at once, too."""
    given = request.POST.getlist("task")
    found = {int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19}
    return sorted(found)[: actions.MOST_AT_ONCE]


def _act_on_chosen(request: HttpRequest, chosen: list[int], wanted: dict[str, Any]) -> None:
    now, user = clock.now(), cast("User", request.user)
    act = _bulk_action(request, wanted, user=user, now=now)
    if isinstance(act, str):
        messages.error(request, act)
        return
    try:
        count = actions.act_on_all(task_ids=chosen, act=act)
    except actions.BulkRefusedError as refused:
        messages.error(request, gettext("Nothing was changed: all or none of them."))
        for line in refused.lines[:REFUSALS_SHOWN]:
            messages.error(request, f"{line.account}, “{line.title}”: {line.why}")
        return
    said = ngettext("%(count)s task changed.", "%(count)s tasks changed.", count)
    messages.success(request, said % {"count": count})


def _bulk_action(
    request: HttpRequest, wanted: dict[str, Any], *, user: User, now: datetime
) -> Act | str:
    """What is done to each; in words what is missing for it."""
    match wanted["act"]:
        case "done":
            return _completing_action(wanted["outcome"], user=user, now=now)
        case "snooze":
            return _snoozing_action(request, now=now)
        case _:
            return _reassigning_action(request, user=user, now=now)


def _completing_action(outcome: str, *, user: User, now: datetime) -> Act | str:
    if not outcome:
        return gettext("Say what came of them.")
    return lambda task_id: actions.complete_task(
        task_id=task_id, outcome=TaskOutcome(outcome), by=user, now=now
    )


def _snoozing_action(request: HttpRequest, *, now: datetime) -> Act | str:
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        return _form_errors(form)
    until = form.until(now, business_calendar())
    return lambda task_id: actions.snooze_task(task_id=task_id, until=until, now=now)


def _reassigning_action(request: HttpRequest, *, user: User, now: datetime) -> Act | str:
    form = ReassignForm(request.POST)
    if not form.is_valid():
        return _form_errors(form)
    chosen = form.cleaned_data["owner"]
    owner = None if chosen == QUEUE else assignable_people().filter(pk=chosen).first()
    if owner is None and chosen != QUEUE:
        return gettext("That person is not here any more: choose somebody else.")
    return lambda task_id: actions.reassign_task(task_id=task_id, owner=owner, by=user, now=now)


def assignable_people() -> Any:
    """Whoever works on accounts; whether they reach each account is asked of each task."""
    able = User.objects.filter(is_active=True, role__in=GRANTED[Right.WORK_ACCOUNTS])
    return able.only("name", "email").order_by("name", "pk")


def _form_errors(form: forms.Form) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
