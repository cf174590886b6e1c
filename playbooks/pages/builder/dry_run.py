"""The dry run of a version: asked for, waited for, read with its list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Account, Contact, OutreachPolicy, User
from accounts.ui.request_kind import wants_part
from playbooks.models import DryRun
from playbooks.pages.builder.bulk_start import HOURS_A_TASK
from playbooks.pages.builder.versions import head_context, open_version
from playbooks.preview.dry_runs import DAYS, request_dry_run
from playbooks.publishing import PlaybookError
from playbooks.triggers.dry_run import QUEUED
from playbooks.triggers.vocabulary import label

_SHOWN = 100
_MONTH = 30


class DryRunLine(NamedTuple):
    account: Account
    at: datetime
    csm: str
    word: str
    started: bool


class WeekOfStarts(NamedTuple):
    monday: date
    starts: int


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def dry_run(request: HttpRequest, playbook_id: int) -> HttpResponse:
    playbook = open_version(request, playbook_id)
    if request.method == "POST":
        try:
            request_dry_run(playbook=playbook, by=cast("User", request.user), now=clock.now())
        except PlaybookError:
            messages.error(request, gettext("Settle what is listed here first, then try it."))
            return redirect("playbook", playbook.pk)
        return redirect("playbook_dry_run", playbook.pk)
    asked = DryRun.objects.filter(playbook=playbook).first()
    if wants_part(request) and not (asked and asked.is_awaited):
        # Also what stands around the result is another page now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = head_context(request, playbook) | {"asked": asked}
    if asked is not None and asked.finished_at is not None:
        context |= {
            "is_stale": asked.revision != playbook.revision,
            **_result_context(asked.result),
        }
    return render(request, "builder/dry_run.html", context)


def _result_context(result: Mapping[str, Any]) -> dict[str, Any]:
    shown = result["lines"][:_SHOWN]
    accounts = Account.objects.in_bulk({row[0] for row in shown})
    csms = User.objects.in_bulk({row[2] for row in shown if row[2]})
    contact = result["most_mails_contact"]
    weeks = [WeekOfStarts(date.fromisoformat(day), starts) for day, starts in result["weeks"]]
    return {
        "result": result,
        "hours": Decimal(result["tasks"]) * HOURS_A_TASK * _MONTH / DAYS,
        "held_back": [(label(reason), count) for reason, count in result["held_back"]],
        "weeks": weeks,
        "busiest": max((week.starts for week in weeks), default=0) or 1,
        "person": Contact.objects.select_related("account").filter(pk=contact).first(),
        "per_contact": OutreachPolicy.current().per_contact if result["mails"] else 0,
        "lines": [
            DryRunLine(
                accounts[account],
                datetime.fromisoformat(at),
                csms[csm].name if csm in csms else label("cs_ops"),
                _reason_label(reason),
                not reason,
            )
            for account, at, csm, reason in shown
            if account in accounts
        ],
        "left_out": len(result["lines"]) - len(shown),
    }


def _reason_label(reason: str) -> str:
    if not reason:
        return gettext("Would have started")
    if reason == QUEUED:
        return gettext("Would have waited for room")
    return gettext("Held back: %s") % label(reason)
