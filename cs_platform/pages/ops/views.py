"""Operations: what the machinery does, what waits, what failed. For CS ops."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Job, User
from accounts.ui.pagination import COUNT_CAP, PageOf, page_number, take_page
from cs_platform.models import InvariantRun
from cs_platform.pages.ops import labels as words
from cs_platform.pages.ops import queries
from cs_platform.runtime import failing_processes
from cs_platform.scheduling.readings import QueueLength, SystemStatus, reading
from health.queries.figures import PERIOD_DAYS, flapped_accounts, scoring_figures
from health.scoring import FLAP_DAYS, WANTED_FLAP_RATE
from playbooks.queries.queue import queue_of_ops

PAGE_SIZE = 50
JOB_VIEWS = (
    ("due", gettext_lazy("Due")),
    ("running", gettext_lazy("Running")),
    ("later", gettext_lazy("For later")),
    ("dead", gettext_lazy("Given up")),
    ("done", gettext_lazy("Done")),
)
MESSAGE_VIEWS = (
    ("waiting", gettext_lazy("Waiting")),
    ("dead", gettext_lazy("Dead letters")),
    ("suppressed", gettext_lazy("Kept back")),
    ("sent", gettext_lazy("Sent")),
)


class JobFilter(forms.Form):
    view = forms.ChoiceField(required=False, choices=JOB_VIEWS)
    kind = forms.RegexField(r"^[a-z_.]{1,60}$", required=False)


class MessageFilter(forms.Form):
    view = forms.ChoiceField(required=False, choices=MESSAGE_VIEWS)


class NightFilter(forms.Form):
    day = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    step = forms.RegexField(r"^[a-z_]{1,30}$", required=False)


def _chosen_filters(form: forms.Form) -> dict[str, Any]:
    """What the address asks for; what makes no sense is left out, not an error."""
    form.is_valid()
    return {name: form.cleaned_data.get(name) or "" for name in form.fields}


def _list_context(request: HttpRequest, rows: Any, *, size: int = PAGE_SIZE) -> dict[str, Any]:
    found, page = take_page(rows, number=page_number(request), size=size)
    total = rows.order_by().values("pk")[: COUNT_CAP + 1].count()
    return {
        "found": found,
        "page": page,
        "total": min(total, COUNT_CAP),
        "is_capped": total > COUNT_CAP,
    }


@requires(Right.ADMINISTER)
@require_safe
def ops(request: HttpRequest) -> HttpResponse:
    # Real time: leases, queues and nights do not know of a frozen day.
    found = reading(now=datetime.now(UTC))
    night = found.night
    return render(
        request,
        "ops/index.html",
        {
            "reading": found,
            "running": found.jobs_in(Job.State.LEASED),
            "dead_jobs": found.jobs_in(Job.State.DEAD),
            "waits": {
                "job": _waiting_time(found.due, found),
                "account": _waiting_time(found.dirty, found),
                "message": _waiting_time(found.messages, found),
            },
            "processes": [(words.PROCESSES[row.process], row) for row in found.alive],
            "failing": failing_processes.read(settings.CS_HOME),
            "night": night,
            "steps": queries.step_lines(day=night.day) if night else [],
            "is_night_late": bool(night and night.next_at and night.next_at < found.at),
            "sources": [(feed, _age_in_days(feed.latest_day, found)) for feed in found.sources],
            "scores": scoring_figures(day=clock.today()),
            "orphans": queries.orphans(),
            "queue": queue_of_ops(due_before=clock.now()),
            "kinds_to_describe": queries.kinds_to_describe(),
            "count_cap": COUNT_CAP,
            "versions": queries.versions(),
            "by_hand": list(queries.intervention_rows()[:5]),
        },
    )


def _waiting_time(queue: QueueLength, found: SystemStatus) -> str:
    """Empty while nothing waits."""
    if queue.oldest is None:
        return ""
    return words.span(max((found.at - queue.oldest).total_seconds(), 0))


def _age_in_days(day: Any, found: SystemStatus) -> int | None:
    return None if day is None else (found.today - day).days


@requires(Right.ADMINISTER)
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    chosen, now = _chosen_filters(JobFilter(request.GET)), datetime.now(UTC)
    chosen["view"] = chosen["view"] or "due"
    listed = _list_context(request, queries.job_rows(chosen["view"], kind=chosen["kind"], now=now))
    context = {**listed, "rows": queries.job_lines(listed["found"]), "chosen": chosen}
    return render(request, "ops/jobs.html", {**context, "views": JOB_VIEWS})


@requires(Right.ADMINISTER)
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    chosen, now = _chosen_filters(MessageFilter(request.GET)), datetime.now(UTC)
    chosen["view"] = chosen["view"] or "waiting"
    listed = _list_context(request, queries.message_rows(chosen["view"], now=now))
    return render(
        request, "ops/messages.html", {**listed, "chosen": chosen, "views": MESSAGE_VIEWS}
    )


@requires(Right.ADMINISTER)
@require_safe
def night_list(request: HttpRequest) -> HttpResponse:
    chosen = _chosen_filters(NightFilter(request.GET))
    if chosen["day"]:
        rows = queries.shard_rows(day=chosen["day"], step=chosen["step"])
        listed = _list_context(request, rows)
        listed["steps"] = queries.step_lines(day=chosen["day"])
        listed["rows"] = [(words.step(row.step), row) for row in listed["found"]]
        listed["step_word"] = words.step(chosen["step"]) if chosen["step"] else ""
        return render(request, "ops/night.html", {**listed, "chosen": chosen})
    found, page = take_page(queries.night_rows(), number=page_number(request), size=PAGE_SIZE)
    nights = queries.night_lines(found)
    return render(request, "ops/nights.html", {"rows": nights, "page": page})


@requires(Right.ADMINISTER)
@require_safe
def invariant_list(request: HttpRequest) -> HttpResponse:
    runs = InvariantRun.objects.select_related("by").order_by("-asked_at", "-pk")
    listed = _list_context(request, runs)
    latest = listed["found"][0] if listed["found"] and listed["page"].number == 1 else None
    findings = [
        {**finding, "word": words.sentence(finding["name"])}
        for finding in (latest.findings if latest else [])
    ]
    return render(
        request, "ops/invariants.html", {**listed, "latest": latest, "findings": findings}
    )


@requires(Right.ADMINISTER)
@require_safe
def dirty_list(request: HttpRequest) -> HttpResponse:
    rows = queries.dirty_rows(cast("User", request.user))
    return render(request, "ops/dirty.html", _list_context(request, rows))


@requires(Right.ADMINISTER)
@require_safe
def flapping_list(request: HttpRequest) -> HttpResponse:
    day, number = clock.today(), page_number(request)
    rows = flapped_accounts(day=day)
    shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    context = {
        "found": queries.flapping_lines(shown, user=cast("User", request.user)),
        "page": PageOf(number, PAGE_SIZE, len(shown), number * PAGE_SIZE < len(rows)),
        "total": len(rows),
        "scores": scoring_figures(day=day),
        "wanted": WANTED_FLAP_RATE,
        "within_days": FLAP_DAYS,
        "period_days": PERIOD_DAYS,
    }
    return render(request, "ops/flapping.html", context)


@requires(Right.ADMINISTER)
@require_safe
def intervention_list(request: HttpRequest) -> HttpResponse:
    return render(
        request, "ops/interventions.html", _list_context(request, queries.intervention_rows())
    )
