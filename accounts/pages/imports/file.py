"""A file on its way in: being read, its columns matched, checked without writing, started."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, requires
from accounts.intake.column_mapping import mapping_of
from accounts.intake.csv_files import ENCODINGS
from accounts.intake.fields import Kind
from accounts.loading.notices import in_words
from accounts.models import ImportFile, PlannedChange, User
from accounts.money.rates import Unconverted
from accounts.pages.imports import columns
from accounts.pages.imports.labels import counted, plural, refusal
from accounts.pages.imports.left_out import left_out
from accounts.pages.imports.mapping import MappingForm
from accounts.ui.pagination import page_number, take_page
from accounts.ui.rate_gaps import RateGaps
from accounts.ui.request_kind import wants_part
from accounts.uploads import FileMovedOn
from accounts.uploads import discard as discard_file
from accounts.uploads import jobs as uploads
from accounts.uploads.import_run import columns_of

_STATES = ImportFile.State
PAGE_SIZE = 25
SHOWN = (
    ("updated", gettext_lazy("Changes")),
    ("created", gettext_lazy("New")),
    ("rejected", gettext_lazy("Rejected")),
    ("warning", gettext_lazy("Warnings")),
    ("account", gettext_lazy("Accounts")),
)
_TOTALS = {"warning": "warnings"}


class EncodingForm(forms.Form):
    encoding = forms.ChoiceField(choices=[(name, name) for name in ENCODINGS])


class SheetForm(forms.Form):
    """A sheet of the workbook, and the row that names its columns; empty: recognised."""

    sheet = forms.ChoiceField()
    heading = forms.IntegerField(required=False, min_value=1, max_value=1_000)

    def __init__(self, data: Any, *, file: ImportFile) -> None:
        super().__init__(data)
        cast("forms.ChoiceField", self.fields["sheet"]).choices = [(n, n) for n in file.sheets]


class ShownForm(forms.Form):
    show = forms.ChoiceField(required=False, choices=SHOWN)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Progress, refusal or columns, whichever comes next."""
    found = _import_file_or_404(file_id)
    if found.state in (_STATES.READING, _STATES.CHECKING):
        return _at_work(request, found)
    if found.state == _STATES.STARTED:
        return _redirect_window(request, reverse("imports_run", args=[found.run.pk]))
    if found.state == _STATES.REFUSED:
        return _refused_file_page(request, found)
    if wants_part(request) and request.method != "POST":
        return _redirect_window(request, _next_step_address(found))
    if found.forgotten_at is not None:
        return render(request, "imports/forgotten.html", {"file": found})
    return _column_matching_page(request, found)


def _import_file_or_404(file_id: int) -> ImportFile:
    return get_object_or_404(ImportFile.objects.select_related("run", "fixes", "user"), pk=file_id)


def _next_step_address(found: ImportFile) -> str:
    route = "imports_check" if found.state == _STATES.CHECKED else "imports_file"
    return reverse(route, args=[found.pk])


def _redirect_window(request: HttpRequest, address: str) -> HttpResponse:
    """A part that has nothing more to show takes the window along."""
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _at_work(request: HttpRequest, found: ImportFile) -> HttpResponse:
    done = uploads.rows_read(found)
    is_reading = found.state == _STATES.READING
    context = {
        "file": found,
        "is_reading": is_reading,
        "done": done if is_reading else min(done * 5_000, found.rows),
        "whole": found.rows,
        "step": "upload" if is_reading else "check",
    }
    part = wants_part(request)
    return render(request, "imports/_work.html" if part else "imports/work.html", context)


def _refused_file_page(request: HttpRequest, found: ImportFile) -> HttpResponse:
    code, headline, words = refusal(found.reason)
    context = {
        "file": found,
        "headline": headline,
        "words": words,
        "encodings": ENCODINGS if code == "encoding" else (),
        "step": "upload",
    }
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": request.path})
    return render(request, "imports/refused.html", context)


def _column_matching_page(request: HttpRequest, found: ImportFile) -> HttpResponse:
    form = MappingForm(request.POST or None, file=found, kind=request.GET.get("kind"))
    if request.method == "POST" and form.is_valid():
        form.keep(user=cast("User", request.user), now=clock.now())
        try:
            uploads.check_soon(found)
        except FileMovedOn:
            return _moved_on(request, found)
        return redirect(_next_step_address(_import_file_or_404(found.pk)))
    context = columns.context(form) | {"file": found, "step": "columns"}
    return render(request, "imports/columns.html", context)


def _moved_on(request: HttpRequest, found: ImportFile) -> HttpResponse:
    words = gettext("%(name)s has moved on: somebody else imports, checks or discarded it.") % {
        "name": found.name
    }
    messages.error(request, words)
    return redirect("imports")


@requires(Right.ADMINISTER, page="imports_file")
def encoding(request: HttpRequest, file_id: int) -> HttpResponse:
    found, form = _import_file_or_404(file_id), EncodingForm(request.POST)
    if found.state == _STATES.REFUSED and form.is_valid():
        try:
            uploads.read_again(found, encoding=form.cleaned_data["encoding"])
        except FileMovedOn:
            return _moved_on(request, found)
    return redirect("imports_file", found.pk)


@requires(Right.ADMINISTER, page="imports_file")
def sheet(request: HttpRequest, file_id: int) -> HttpResponse:
    found = _import_file_or_404(file_id)
    form = SheetForm(request.POST, file=found)
    if form.is_valid():
        data = form.cleaned_data
        is_other = data["sheet"] != found.sheet
        heading = None if is_other and data["heading"] == found.heading else data["heading"]
        try:
            uploads.read_sheet(found, sheet=data["sheet"], heading=heading)
        except FileMovedOn:
            return _moved_on(request, found)
    return redirect("imports_file", found.pk)


@requires(Right.ADMINISTER, page="imports_file")
def discard(request: HttpRequest, file_id: int) -> HttpResponse:
    found = _import_file_or_404(file_id)
    if discard_file(found):
        messages.success(
            request,
            gettext("Discarded: %(name)s. Nothing of it was imported.") % {"name": found.name},
        )
    else:
        messages.error(
            request,
            gettext("%(name)s is imported already; its run stays on record.")
            % {"name": found.name},
        )
    return redirect("imports")


@requires(Right.ADMINISTER)
@require_safe
def check(request: HttpRequest, file_id: int) -> HttpResponse:
    found = _import_file_or_404(file_id)
    if found.state != _STATES.CHECKED or found.forgotten_at is not None:
        return redirect("imports_file", found.pk)
    form = ShownForm(request.GET)
    chosen = form.cleaned_data["show"] if form.is_valid() else ""
    show = chosen or _first_shown(found)
    rows = PlannedChange.objects.filter(file=found, status=show).order_by("position", "pk")
    listed, page = take_page(rows, number=page_number(request), size=PAGE_SIZE)
    context = {"file": found, "rows": listed, "page": page, "show": show, "step": "check"}
    context["is_wide"] = columns_of(found).spread is not None
    mapped = mapping_of(found.mapping).columns
    context["left_out"] = left_out(found, columns=mapped, kind=Kind(found.kind))
    return render(request, "imports/check.html", context | _check_outcome(found, show))


def _outcome_total(found: ImportFile, status: str) -> int:
    return int(found.outcome.get(_TOTALS.get(status, status), 0))


def is_asked(found: ImportFile) -> bool:
    """Whether contracts overlap and nobody has said yet what that means."""
    return bool(found.outcome.get("overlap"))


def _first_shown(found: ImportFile) -> str:
    return next((status for status, _ in SHOWN if _outcome_total(found, status)), "updated")


def _check_outcome(found: ImportFile, show: str) -> dict[str, Any]:
    outcome = found.outcome
    writes = _outcome_total(found, "created") + _outcome_total(found, "updated")
    sampled = PlannedChange.objects.filter(file=found, status=show).count()
    return {
        "counts": {name: int(outcome.get(name, 0)) for name in _NAMES},
        "tabs": [(status, word, _outcome_total(found, status)) for status, word in SHOWN],
        "action": gettext("Import %(rows)s") % {"rows": counted(writes, found.kind)}
        if writes
        else "",
        "to_keep": "" if writes else _to_keep(_outcome_total(found, "rejected")),
        "noun": plural(found.kind),
        "arr": outcome.get("arr"),
        "standing": outcome.get("standing"),
        "overlap": _overlap_labels(outcome.get("overlap")),
        "gaps": _rate_gaps_of_check(outcome.get("arr")),
        "codes": outcome.get("codes", []),
        "sampled": sampled,
        "shown_total": _outcome_total(found, show),
        "is_sample": sampled < _outcome_total(found, show),
    }


def _overlap_labels(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return found | {name: in_words(found[name]) for name in ("adding", "replacing")}


def _rate_gaps_of_check(arr: dict[str, Any] | None) -> RateGaps | None:
    """As the check stored them, `RevenueEffect.as_json`."""
    if arr is None:
        return None
    left_out = {currency: Unconverted(*found) for currency, found in arr["left_out"].items()}
    early = {currency: date.fromisoformat(day) for currency, day in arr["early"].items()}
    return RateGaps(arr["currency"], left_out, early)


def _to_keep(rejected: int) -> str:
    """Nothing would be written, but what is refused can be kept, to be mended here."""
    if not rejected:
        return ""
    words = ngettext("Keep %(count)s row to fix", "Keep %(count)s rows to fix", rejected)
    return words % {"count": f"{rejected:,}"}


_NAMES = ("created", "updated", "unchanged", "rejected", "warnings")


@requires(Right.ADMINISTER, page="imports_check")
def start(request: HttpRequest, file_id: int) -> HttpResponse:
    found = _import_file_or_404(file_id)
    if found.state == _STATES.CHECKED and is_asked(found):
        messages.error(request, gettext("Say first what it means that contracts overlap."))
        return redirect("imports_check", found.pk)
    try:
        run = uploads.import_soon(found, user=cast("User", request.user))
    except FileMovedOn:
        if _import_file_or_404(found.pk).state != _STATES.STARTED:
            messages.error(
                request, gettext("Check the file first: its columns have changed since.")
            )
        return redirect("imports_file", found.pk)
    return redirect("imports_run", run.pk)
