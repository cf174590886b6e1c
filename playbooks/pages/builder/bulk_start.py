"""What is true already where a playbook came into force: listed, started in bulk by a person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Account, Installation, User
from accounts.queries.sizes import segment_choices
from accounts.ui.pagination import page_number, take_page
from accounts.ui.request_kind import wants_part
from health.models import CurrentHealth
from playbooks.models import BulkStartAccount, BulkStartList, Playbook
from playbooks.pages.builder.versions import head_context, open_version, version_word
from playbooks.preview.bulk_lists import StartsRunningError, request_list
from playbooks.preview.bulk_starts import request_start
from playbooks.preview.dry_runs import tasks_of_a_play
from playbooks.triggers.vocabulary import label

PAGE_SIZE = 50
# As planners reckon: half an hour for a task.
HOURS_A_TASK = Decimal("0.5")
State = BulkStartAccount.State


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
    arr_minor: int
    csm: str
    band: str


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def start(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """Nothing starts by itself for what was true before: count, ARR and hours come first."""
    version = open_version(request, playbook_id)
    if version.state != Playbook.State.PUBLISHED:
        messages.info(request, gettext("Only what is in force can be started."))
        return redirect("playbook", version.pk)
    if request.method == "POST" and "look" in request.POST:
        return _look_through(request, version)
    listed = BulkStartList.objects.filter(playbook=version).first()
    if request.method == "POST":
        return _start_chosen(request, version, listed)
    context = head_context(request, version) | {"listed": listed}
    if listed is not None and listed.finished_at is not None:
        context |= _list_context(request, version, listed)
    if wants_part(request) and not _is_waited_for(context):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "builder/start.html", context)


def _is_waited_for(context: dict[str, Any]) -> bool:
    """For the list, or for the start of what was chosen from it."""
    listed: BulkStartList | None = context["listed"]
    if listed is None:
        return False
    return listed.is_awaited or bool(context.get("wanted") and not listed.start_failure)


def _look_through(request: HttpRequest, version: Playbook) -> HttpResponse:
    by = cast("User", request.user)
    try:
        request_list(playbook=version, by=by, now=clock.now())
    except StartsRunningError:
        messages.info(request, gettext("It is being started still. Look again when that is done."))
    return redirect("playbook_start", version.pk)


def _list_context(request: HttpRequest, version: Playbook, listed: BulkStartList) -> dict[str, Any]:
    chosen = BulkFilter(request.GET).chosen()
    counts: dict[str, int] = dict(
        listed.accounts.order_by().values_list("state").annotate(accounts=Count("pk"))
    )
    open_rows = listed.accounts.filter(state=State.LISTED)
    found = _kept_by_filter(open_rows, **chosen)
    figures = found.aggregate(count=Count("pk"), arr=Sum("arr_minor"))
    shown, page = take_page(
        found.order_by("-arr_minor", "pk").select_related("account", "csm"),
        number=page_number(request),
        size=PAGE_SIZE,
    )
    tasks = figures["count"] * tasks_of_a_play(version.definition())
    # With what is filtered by, also where nothing of it is left.
    segments = {
        *open_rows.order_by().values_list("segment", flat=True).distinct(),
        chosen["segment"],
    }
    return {
        "chosen": chosen,
        "people": _people_of(open_rows, chosen["csm"]),
        "segments": [pair for pair in segment_choices() if pair[0] in segments],
        "total": counts.get(State.LISTED, 0),
        "wanted": counts.get(State.WANTED, 0),
        "started": counts.get(State.STARTED, 0),
        "left": counts.get(State.LEFT, 0),
        "is_stale": listed.day != clock.today(),
        "is_ticked": "untick" not in request.GET,
        "count": figures["count"],
        "arr_minor": figures["arr"] or 0,
        "currency": Installation.current().currency,
        "tasks": tasks,
        "hours": tasks * HOURS_A_TASK,
        "rows": _bulk_rows(shown),
        "page": page,
    }


def _kept_by_filter(
    rows: QuerySet[BulkStartAccount], *, q: str | None, csm: int | None, segment: str | None
) -> QuerySet[BulkStartAccount]:
    """`csm` 0: those that nobody owns."""
    if csm is not None:
        rows = rows.filter(csm=csm or None)
    if segment:
        rows = rows.filter(segment=segment)
    return rows.filter(account__name__icontains=q) if q else rows


def _people_of(rows: QuerySet[BulkStartAccount], chosen: int | None) -> list[tuple[int, str]]:
    ids = {pk or 0 for pk in rows.order_by().values_list("csm", flat=True).distinct()}
    ids |= set() if chosen is None else {chosen}
    named = User.objects.filter(pk__in=ids).order_by("name").values_list("pk", "name")
    return [*named, *([(0, label("cs_ops"))] if 0 in ids else [])]


def _start_chosen(
    request: HttpRequest, version: Playbook, listed: BulkStartList | None
) -> HttpResponse:
    """Those that were ticked, or all, of what the filters of the address leave."""
    if listed is None:
        return redirect("playbook_start", version.pk)
    filters = BulkFilter(request.GET).chosen()
    chosen = _kept_by_filter(listed.accounts.all(), **filters)
    if "all" not in request.POST:
        ticked = {int(pk) for pk in request.POST.getlist("account") if pk.isdecimal()}
        chosen = chosen.filter(account__in={pk for pk in ticked if pk < 2**63})
    by = cast("User", request.user)
    count = request_start(listed=listed, chosen=chosen, by=by, now=clock.now())
    if count:
        said = ngettext(
            "%(name)s is started on %(count)s account.",
            "%(name)s is started on %(count)s accounts.",
            count,
        )
        messages.success(request, said % {"count": count, "name": version_word(version)})
    else:
        messages.info(request, gettext("Nothing was ticked that is not started already."))
    kept = {name: value for name, value in filters.items() if value not in (None, "")}
    return redirect(f"{reverse('playbook_start', args=[version.pk])}?{urlencode(kept)}")


def _bulk_rows(found: list[BulkStartAccount]) -> list[BulkRow]:
    bands = dict(
        CurrentHealth.objects.filter(account__in=[each.account_id for each in found]).values_list(
            "account", "band"
        )
    )
    return [
        BulkRow(
            each.account,
            each.arr_minor,
            each.csm.name if each.csm else label("cs_ops"),
            bands.get(each.account_id, ""),
        )
        for each in found
    ]
