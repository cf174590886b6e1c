"""Imports: what came in, and the way in for a file."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import Right, requires
from accounts.intake.errors import FileRefused
from accounts.intake.examples import example_of
from accounts.intake.specs import SPECS, Kind
from accounts.intake.streams import FILE_LIMITS
from accounts.models import Account, ImportRun, Installation, User
from accounts.pages.imports import queries
from accounts.pages.imports.labels import kinds
from accounts.ui.pagination import COUNT_CAP, page_number, take_page
from accounts.ui.request_kind import wants_part
from accounts.uploads import jobs as uploads

PAGE_SIZE = 50


class UploadForm(forms.Form):
    file = forms.FileField(
        max_length=500,
        allow_empty_file=True,
        error_messages={"required": _("Choose a CSV or XLSX file first.")},
    )
    fixes = forms.ModelChoiceField(queryset=ImportRun.objects.all(), required=False)


class ListForm(forms.Form):
    view = forms.ChoiceField(required=False, choices=queries.VIEWS)


@requires(Right.ADMINISTER)
@require_safe
@vary_on_headers("HX-Request")
def imports(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.GET)
    view = form.cleaned_data["view"] if form.is_valid() else ""
    context = _runs_context(request, view or "all")
    if wants_part(request):
        return render(request, "imports/_list.html", context)
    return render(request, "imports/index.html", context | _way_in())


def _runs_context(request: HttpRequest, view: str) -> dict[str, Any]:
    listed = queries.runs_of(view)
    rows, page = take_page(listed, number=page_number(request), size=PAGE_SIZE)
    total = listed.order_by().values("pk")[: COUNT_CAP + 1].count()
    return {
        "runs": rows,
        "page": page,
        "total": min(total, COUNT_CAP),
        "is_capped": total > COUNT_CAP,
        "view": view,
        "views": queries.VIEWS,
        "is_anything_running": any(run.state == ImportRun.State.RUNNING for run in rows),
    }


def _way_in() -> dict[str, Any]:
    return {
        "files": queries.waiting_files(),
        "kinds": kinds(),
        "megabytes": FILE_LIMITS.megabytes,
        "has_accounts": Account.objects.exists(),
        "is_demo": Installation.current().is_demo,
    }


@requires(Right.ADMINISTER, page="imports")
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for found in form.errors.values() for e in found))
        return redirect("imports")
    sent, mended = form.cleaned_data["file"], form.cleaned_data["fixes"]
    try:
        file = uploads.receive(
            name=sent.name,
            pieces=sent.chunks(),
            user=cast("User", request.user),
            fixes=mended,
        )
    except FileRefused as refused:
        messages.error(request, f"{sent.name[:80]} {refused.message}.")
        return redirect("imports")
    return redirect("imports_file", file.pk)


@requires(Right.ADMINISTER)
@require_safe
def example(request: HttpRequest, kind: str) -> HttpResponse:
    """A file to start from: every field as a column, and one row as it may look."""
    if kind not in SPECS:
        raise Http404
    answer = HttpResponse(example_of(Kind(kind)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer
