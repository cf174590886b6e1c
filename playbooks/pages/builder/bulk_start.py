"""What is true already where a playbook came into force: listed, started in bulk by a person."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Account, Installation, User
from playbooks.engine.bulk_start import start_in_bulk
from playbooks.models import Playbook
from playbooks.pages.builder.versions import head_context, open_version, version_word
from playbooks.preview.current_matches import WouldStart, would_start_now
from playbooks.preview.job import tasks_of_a_play
from playbooks.triggers.vocabulary import label

_SHOWN = 200
# As planners reckon: half an hour for a task.
_HOURS_A_TASK = Decimal("0.5")


class BulkRow(NamedTuple):
    account: Account
    csm: str
    score: Decimal | None
    band: str


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """Nothing starts by itself for what was true before: count, ARR and hours come first."""
    version = open_version(request, playbook_id)
    if version.state != Playbook.State.PUBLISHED:
        messages.info(request, gettext("Only what is in force can be started."))
        return redirect("playbook", version.pk)
    found = would_start_now(version.rule(), day=clock.today(), now=clock.now())
    if request.method == "POST":
        return _start_ticked(request, version, found)
    tasks = len(found) * tasks_of_a_play(version.definition())
    context = head_context(request, version) | {
        "count": len(found),
        "arr_minor": sum(each.account_state.arr_minor for each in found),
        "currency": Installation.current().currency,
        "tasks": tasks,
        "hours": tasks * _HOURS_A_TASK,
        "rows": _bulk_rows(found[:_SHOWN]),
        "left_out": max(0, len(found) - _SHOWN),
    }
    return render(request, "builder/start.html", context)


def _start_ticked(request: HttpRequest, version: Playbook, found: list[WouldStart]) -> HttpResponse:
    """Those that were ticked, of those on which it would start still."""
    ticked = set(request.POST.getlist("account"))
    is_all = "all" in request.POST
    wanted = [
        each.wanted for each in found if is_all or str(each.account_state.account_id) in ticked
    ]
    by = cast("User", request.user)
    plays = start_in_bulk(playbook=version, wanted=wanted, by=by, now=clock.now())
    said = ngettext(
        "%(count)s play of %(name)s begun.", "%(count)s plays of %(name)s begun.", len(plays)
    )
    messages.success(request, said % {"count": len(plays), "name": version_word(version)})
    return redirect("playbook", version.pk)


def _bulk_rows(found: list[WouldStart]) -> list[BulkRow]:
    accounts = Account.objects.in_bulk([each.account_state.account_id for each in found])
    people = User.objects.in_bulk(
        {each.account_state.csm_id for each in found if each.account_state.csm_id}
    )
    return [
        BulkRow(
            accounts[each.account_state.account_id],
            people[each.account_state.csm_id].name
            if each.account_state.csm_id
            else label("cs_ops"),
            each.account_state.score,
            each.account_state.band,
        )
        for each in found
    ]
