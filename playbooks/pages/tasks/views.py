"""The list of tasks: due, overdue, whose; done ones with their outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, people_for, requires
from accounts.catalogue import Role
from accounts.models import Account, Installation, User
from accounts.ui.paging import COUNT_CAP, page_number, take_page
from accounts.ui.parts import came_from, wants_part
from playbooks.models import UNFINISHED, Task
from playbooks.pages.tasks.actions import SNOOZES, outcomes
from playbooks.pages.tasks.queries import (
    awake,
    task_row,
    task_rows,
    visible_tasks,
    with_account,
)
from playbooks.triggers.vocabulary import TaskState

PAGE_SIZE = 40
VIEWS = (
    ("open", "Open"),
    ("overdue", "Overdue"),
    ("week", "Due in 7 days"),
    ("snoozed", "Snoozed"),
    ("done", "Finished"),
)


class TaskFilter(forms.Form):
    view = forms.ChoiceField(required=False, choices=VIEWS)
    whose = forms.ChoiceField(required=False, choices=[("mine", "Mine"), ("all", "All I may see")])
    q = forms.CharField(required=False, max_length=80)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
@vary_on_headers("HX-Request")
def tasks(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    chosen = _chosen(request, user)
    template = "tasks/_list.html" if wants_part(request) else "tasks/index.html"
    return render(request, template, _context(request, user, chosen))


def _chosen(request: HttpRequest, user: User) -> dict[str, str]:
    form = TaskFilter(request.GET)
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    chosen["view"] = chosen["view"] or "open"
    if not chosen["whose"]:
        chosen["whose"] = "mine" if user.role == Role.CSM else "all"
    return chosen


def _context(request: HttpRequest, user: User, chosen: dict[str, str]) -> dict[str, Any]:
    now, zone = clock.now(), Installation.current().zone
    reachable = visible_tasks(user)
    if chosen["whose"] == "mine":
        reachable = Task.objects.of_person(user, day=clock.today())
    if chosen["q"]:
        reachable = reachable.filter(account__name__icontains=chosen["q"])
    listed = _viewed(reachable, chosen["view"], now)
    found, page = take_page(with_account(listed), number=page_number(request), size=PAGE_SIZE)
    total = listed.order_by().values("pk")[: COUNT_CAP + 1].count()
    return {
        "rows": task_rows(found, now=now, zone=zone),
        "page": page,
        "total": min(total, COUNT_CAP),
        "is_part": wants_part(request),
        "is_capped": total > COUNT_CAP,
        "chosen": chosen,
        "views": VIEWS,
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "changeable": set(
            Task.objects.workable_by(user)
            .filter(pk__in=[task.pk for task in found])
            .values_list("pk", flat=True)
        ),
        "is_filtered": bool(chosen["q"]) or chosen["view"] != "open",
    }


def _viewed(tasks: QuerySet[Task], view: str, now: datetime) -> QuerySet[Task]:
    if view == "done":
        return tasks.exclude(state__in=UNFINISHED).order_by("-closed_at", "-pk")
    if view == "snoozed":
        return tasks.filter(state=TaskState.SNOOZED).order_by("snoozed_until", "pk")
    tasks = tasks.filter(awake(now)).order_by("due_at", "pk")
    if view == "overdue":
        return tasks.filter(due_at__lt=now)
    return tasks.filter(due_at__lte=now + timedelta(days=7)) if view == "week" else tasks


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task with its forms: where a link leads, and how it is finished without JavaScript."""
    user = cast("User", request.user)
    found = get_object_or_404(with_account(visible_tasks(user)), pk=task_id)
    can_change = Task.objects.workable_by(user).filter(pk=task_id).exists()
    context = {
        "row": task_row(found, now=clock.now(), zone=Installation.current().zone),
        "can_change": can_change,
        "people": _others(found) if can_change and found.state in UNFINISHED else [],
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "next": came_from(request),
    }
    return render(request, "tasks/task.html", context)


def _others(found: Task) -> list[User]:
    account = Account.objects.only("owner", "pool").get(pk=found.account_id)
    people = people_for(account).exclude(pk=found.owner_id or 0)
    return list(people.only("name", "email").order_by("name", "pk"))
