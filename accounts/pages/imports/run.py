"""One import: its progress, what came of it, and its refused records, to fix and try again."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, requires
from accounts.intake.specs import SPECS, Kind
from accounts.loading import Status
from accounts.models import ImportFile, ImportRun, User
from accounts.pages.imports import queries
from accounts.pages.imports.labels import counted, plural
from accounts.pages.imports.record import RecordForm
from accounts.pages.imports.refused_rows import refused_rows
from accounts.ui.pagination import page_number, take_page
from accounts.ui.request_kind import wants_part
from accounts.uploads import jobs as uploads
from accounts.uploads import mend, retry_all
from accounts.uploads.import_run import columns_of
from accounts.uploads.retry_rows import MOST_AT_ONCE, Retry
from accounts.work import jobs

PAGE_SIZE = 25


class ViewForm(forms.Form):
    view = forms.ChoiceField(required=False, choices=queries.RECORD_VIEWS)
    field = forms.CharField(required=False, max_length=80)
    code = forms.CharField(required=False, max_length=40)


def _run_or_404(run_id: int) -> ImportRun:
    return get_object_or_404(
        ImportRun.objects.select_related("user", "api_key", "file", "file__fixes"), pk=run_id
    )


@requires(Right.ADMINISTER)
@require_safe
@vary_on_headers("HX-Request")
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    found = _run_or_404(run_id)
    if found.state == ImportRun.State.RUNNING:
        context = {"run": found, "noun": plural(found.kind), "whole": _file_row_count(found)}
        part = wants_part(request)
        return render(request, "imports/_running.html" if part else "imports/run.html", context)
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": reverse("imports_run", args=[found.pk])})
    return render(request, "imports/run.html", _run_context(request, found))


def _file_row_count(found: ImportRun) -> int:
    return found.file.rows if found.file else 0


def _chosen_view(request: HttpRequest, counts: dict[str, int]) -> queries.Shown:
    form = ViewForm(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    first = next((key for key, _ in queries.RECORD_VIEWS if counts[key]), "open")
    return queries.Shown(
        chosen.get("view") or first, chosen.get("field") or "", chosen.get("code") or ""
    )


def _run_context(request: HttpRequest, found: ImportRun) -> dict[str, Any]:
    counts = queries.record_counts(found)
    shown = _chosen_view(request, counts)
    places, page = take_page(
        queries.positions(found, shown), number=page_number(request), size=PAGE_SIZE
    )
    why = queries.reasons(found, shown.view)
    of_reason = {(field, code): number for field, code, number in why}
    return {
        "run": found,
        "noun": plural(found.kind),
        "whole": _file_row_count(found),
        "counts": counts,
        "tabs": [(key, word, counts[key]) for key, word in queries.RECORD_VIEWS if counts[key]],
        "shown": shown,
        "view": shown.view,
        "reasons": why,
        "rows": queries.refused_at(found, shown.view, places),
        "page": page,
        "total": of_reason.get((shown.field, shown.code)) if shown.code else counts[shown.view],
        "kept": counted(found.created + found.updated + found.unchanged, found.kind),
        "can_go_on": found.state == ImportRun.State.FAILED and _can_go_on(found),
        "can_retry": counts["open"] > 0 and found.kind in SPECS,
        "mended_by": ImportFile.objects.filter(fixes=found)
        .select_related("run")
        .order_by("pk")[:5],
        "position": gettext("Row") if found.via != ImportRun.Via.API else gettext("Record"),
        "is_wide": _is_wide(found),
    }


def _is_wide(found: ImportRun) -> bool:
    """Whether each record is a cell of the file."""
    file = found.file
    return file is not None and file.kind in SPECS and columns_of(file).spread is not None


def _can_go_on(found: ImportRun) -> bool:
    return found.file is not None and found.file.forgotten_at is None


@requires(Right.ADMINISTER, page="imports_run")
def go_on(request: HttpRequest, run_id: int) -> HttpResponse:
    found = _run_or_404(run_id)
    try:
        uploads.go_on(found)
    except jobs.SettledError as settled:
        messages.error(request, str(settled))
    return redirect("imports_run", found.pk)


@requires(Right.ADMINISTER)
@require_safe
def errors(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The rows still to be fixed, as they came, with what is wrong: mended, it comes back in."""
    found = _run_or_404(run_id)
    answer = StreamingHttpResponse(refused_rows(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{found.pk}-to-fix.csv"'
    return answer


@requires(Right.ADMINISTER, page="imports_run")
def retry(request: HttpRequest, run_id: int) -> HttpResponse:
    found = _run_or_404(run_id)
    if found.kind not in SPECS:
        raise Http404
    if found.state == ImportRun.State.RUNNING:
        messages.error(
            request, gettext("This import is still running; try again when it has finished.")
        )
        return redirect("imports_run", found.pk)
    result = retry_all(found, user=cast("User", request.user), day=clock.today(), now=clock.now())
    refused = result.counts()[Status.REJECTED]
    taken = len(result.statuses) - refused
    words = gettext("Tried %(rows)s again: %(taken)s in now") % {
        "rows": counted(len(result.statuses), found.kind),
        "taken": f"{taken:,}",
    }
    words += (
        gettext(", %(refused)s still refused.") % {"refused": f"{refused:,}"} if refused else "."
    )
    if len(result.statuses) == MOST_AT_ONCE:
        words += gettext(" %(most)s are tried at once: press again for the rest.") % {
            "most": f"{MOST_AT_ONCE:,}"
        }
    (messages.success if taken else messages.warning)(request, words)
    return redirect("imports_run", found.pk)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, run_id: int, position: int) -> HttpResponse:
    """One refused record, field by field, with what is wrong beside each."""
    found = _run_or_404(run_id)
    rows = queries.refused_at(found, "open", [position])
    if not rows or found.kind not in SPECS or not rows[0].can_be_edited:
        raise Http404
    form = RecordForm(request.POST or None, refused=rows[0], kind=Kind(found.kind))
    if request.method == "POST" and form.is_valid():
        if _is_in(request, found, position, form):
            messages.success(
                request,
                gettext("Record %(position)s is in.") % {"position": position}
                if found.api_key_id
                else gettext("Row %(position)s is in.") % {"position": position},
            )
            return redirect("imports_run", found.pk)
        rows = queries.refused_at(found, "open", [position])
        form = RecordForm(request.POST, refused=rows[0], kind=Kind(found.kind))
    context = {"run": found, "row": rows[0], "form": form, "noun": plural(found.kind)}
    return render(request, "imports/record.html", context | {"lines": form.lines()})


def _is_in(request: HttpRequest, found: ImportRun, position: int, form: RecordForm) -> bool:
    user = cast("User", request.user)
    values = {position: form.values()}
    result = mend(Retry(found, values, user, clock.today(), clock.now()))
    return result.statuses.get(position) != Status.REJECTED
