"""The list of tasks: due, overdue, whose; done ones with their outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, may, people_for, requires
from accounts.catalogue import Role
from accounts.models import Account, Installation, User
from accounts.ui.pagination import COUNT_CAP, page_number, take_page
from accounts.ui.request_kind import came_from, wants_part
from playbooks.models import UNFINISHED, Task
from playbooks.pages.tasks.bulk import assignable_people
from playbooks.pages.tasks.forms import SNOOZES, outcomes
from playbooks.pages.tasks.help import step_help
from playbooks.pages.tasks.queries import (
    TaskRow,
    not_snoozed,
    task_columns,
    task_rows,
    visible_tasks,
)
from playbooks.triggers.vocabulary import TaskState

PAGE_SIZE = 40
VIEWS = (
    ("open", gettext_lazy("Open")),
    ("overdue", gettext_lazy("Overdue")),
    ("week", gettext_lazy("Due in 7 days")),
    ("snoozed", gettext_lazy("Snoozed")),
    ("done", gettext_lazy("Finished")),
)


class TaskFilter(forms.Form):
    view = forms.ChoiceField(required=False, choices=VIEWS)
    whose = forms.ChoiceField(
        required=False,
        choices=[
            ("mine", _("Mine")),
            ("all", _("All I may see")),
            ("queue", _("The queue of CS ops")),
        ],
    )
    q = forms.CharField(required=False, max_length=80)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
@vary_on_headers("HX-Request")
def tasks(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    chosen = _chosen_filters(request, user)
    template = "tasks/_list.html" if wants_part(request) else "tasks/index.html"
    return render(request, template, _list_context(request, user, chosen))


def _chosen_filters(request: HttpRequest, user: User) -> dict[str, str]:
    form = TaskFilter(request.GET)
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    chosen["view"] = chosen["view"] or "open"
    if not chosen["whose"]:
        chosen["whose"] = "mine" if user.role == Role.CSM else "all"
    return chosen


def _list_context(request: HttpRequest, user: User, chosen: dict[str, str]) -> dict[str, Any]:
    now, zone = clock.now(), Installation.current().zone
    reachable = visible_tasks(user)
    if chosen["whose"] == "mine":
        reachable = Task.objects.of_person(user, day=clock.today())
    elif chosen["whose"] == "queue":
        reachable = reachable.filter(owner__isnull=True)
    if chosen["q"]:
        reachable = reachable.filter(account__name__icontains=chosen["q"])
    listed = _tasks_of_view(reachable, chosen["view"], now)
    found, page = take_page(task_columns(listed), number=page_number(request), size=PAGE_SIZE)
    rows = task_rows(found, now=now, zone=zone)
    total = listed.order_by().values("pk")[: COUNT_CAP + 1].count()
    return {
        "rows": rows,
        "page": page,
        "total": min(total, COUNT_CAP),
        "is_part": wants_part(request),
        "title": _page_title(chosen),
        "is_capped": total > COUNT_CAP,
        "chosen": chosen,
        "views": VIEWS,
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "changeable": set(
            Task.objects.workable_by(user)
            .filter(pk__in=[row.pk for row in rows])
            .values_list("pk", flat=True)
        ),
        "people": assignable_people() if may(user, Right.WORK_ACCOUNTS) else [],
        "is_filtered": bool(chosen["q"]) or chosen["view"] != "open",
    }


def _page_title(chosen: dict[str, str]) -> str:
    """The page with its filters, so that two tabs and two entries of the history differ."""
    named = f", “{chosen['q']}”" if chosen["q"] else ""
    view = str(dict(VIEWS)[chosen["view"]]).lower()
    return gettext("Tasks: %(view)s") % {"view": view} + named


def _tasks_of_view(tasks: QuerySet[Task], view: str, now: datetime) -> QuerySet[Task]:
    if view == "done":
        return tasks.exclude(state__in=UNFINISHED).order_by("-closed_at", "-pk")
    if view == "snoozed":
        return tasks.filter(state=TaskState.SNOOZED).order_by("snoozed_until", "pk")
    tasks = tasks.filter(not_snoozed(now)).order_by("due_at", "pk")
    if view == "overdue":
        return tasks.filter(due_at__lt=now)
    return tasks.filter(due_at__lte=now + timedelta(days=7)) if view == "week" else tasks


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task with its forms: where a link leads, and how it is finished without JavaScript."""
    user = cast("User", request.user)
    found = task_columns(visible_tasks(user).filter(pk=task_id))
    rows = task_rows(found, now=clock.now(), zone=Installation.current().zone)
    if not rows:
        raise Http404
    (row,) = rows
    can_change = Task.objects.workable_by(user).filter(pk=task_id).exists()
    advice = step_help(row.pk) if row.is_open else None
    account = Account(pk=row.account_id)
    context = {
        "row": row,
        "help": advice,
        "may_write": bool(advice and advice.mail_body)
        and may(user, Right.WORK_ACCOUNTS, account=account),
        "can_change": can_change,
        "people": _possible_owners(row) if can_change and row.is_open else [],
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "next": came_from(request),
    }
    return render(request, "tasks/task.html", context)


def _possible_owners(task: TaskRow) -> list[User]:
    account = Account.objects.only("owner", "pool").get(pk=task.account_id)
    people = people_for(account).exclude(pk=task.owner_id or 0)
    return list(people.only("name", "email").order_by("name", "pk"))
