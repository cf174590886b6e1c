"""What is true already where a playbook came into force: listed, started in bulk by a person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Account, Installation, User
from accounts.queries.sizes import segment_choices
from playbooks.engine.bulk_start import start_in_bulk
from playbooks.models import Playbook
from playbooks.pages.builder.versions import head_context, open_version, version_word
from playbooks.preview.current_matches import WouldStart, would_start_now
from playbooks.preview.job import tasks_of_a_play
from playbooks.triggers.vocabulary import label

_SHOWN = 200
# As planners reckon: half an hour for a task.
HOURS_A_TASK = Decimal("0.5")


class BulkFilter(forms.Form):
    """Which of those on whom it is true: of one CSM (0: of none), of a segment, by name."""

    q = forms.CharField(required=False, max_length=80)
    csm = forms.IntegerField(required=False, min_value=0, max_value=2**31)
    segment = forms.CharField(required=False, max_length=40)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


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
    chosen = BulkFilter(request.GET).chosen()
    people, segments = _people_of(found), {each.account_state.segment for each in found}
    total, found = len(found), _kept_by_filter(found, **chosen)
    if request.method == "POST":
        return _start_ticked(request, version, found)
    tasks = len(found) * tasks_of_a_play(version.definition())
    context = head_context(request, version) | {
        "chosen": chosen,
        "people": people,
        "segments": [pair for pair in segment_choices() if pair[0] in segments],
        "total": total,
        "is_ticked": "untick" not in request.GET,
        "count": len(found),
        "arr_minor": sum(each.account_state.arr_minor for each in found),
        "currency": Installation.current().currency,
        "tasks": tasks,
        "hours": tasks * HOURS_A_TASK,
        "rows": _bulk_rows(found[:_SHOWN]),
        "left_out": max(0, len(found) - _SHOWN),
    }
    return render(request, "builder/start.html", context)


def _kept_by_filter(
    found: list[WouldStart], *, q: str | None, csm: int | None, segment: str | None
) -> list[WouldStart]:
    """`csm` 0: those that nobody owns."""
    kept = [
        each
        for each in found
        if (csm is None or (each.account_state.csm_id or 0) == csm)
        and (not segment or each.account_state.segment == segment)
    ]
    if not q:
        return kept
    ids = [each.account_state.account_id for each in kept]
    named = set(Account.objects.filter(pk__in=ids, name__icontains=q).values_list("pk", flat=True))
    return [each for each in kept if each.account_state.account_id in named]


def _people_of(found: list[WouldStart]) -> list[tuple[int, str]]:
    ids = {each.account_state.csm_id or 0 for each in found}
    named = User.objects.filter(pk__in=ids).order_by("name").values_list("pk", "name")
    return [*named, *([(0, label("cs_ops"))] if 0 in ids else [])]


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
