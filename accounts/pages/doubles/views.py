"""Accounts that may be one customer, and what merging two of them would do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.loading.merge import MergeOutcome, MergeRefused
from accounts.merge import Merge
from accounts.queries.doubles import likely_doubles
from accounts.ui.pagination import page_number, take_page

_PAGE_SIZE = 50


class MergeForm(forms.Form):
    merged = forms.CharField(max_length=64, label=_("Account that ends"))
    into = forms.CharField(max_length=64, label=_("Account that goes on"))
    accepts_change = forms.BooleanField(required=False)

    def merge(self) -> Merge:
        return Merge(
            self.cleaned_data["merged"],
            self.cleaned_data["into"],
            clock.today(),
            datetime.now(UTC),
            accepts_change=self.cleaned_data["accepts_change"],
        )


@requires(Right.ADMINISTER)
@require_safe
def doubles(request: HttpRequest) -> HttpResponse:
    number = page_number(request)
    first = (number - 1) * _PAGE_SIZE
    rows = [None] * first + likely_doubles(first=first, count=_PAGE_SIZE + 1)
    found, page = take_page(rows, number=number, size=_PAGE_SIZE)
    return render(request, "doubles/index.html", {"found": found, "page": page})


@requires(Right.ADMINISTER)
@require_safe
def merge(request: HttpRequest) -> HttpResponse:
    form = MergeForm(request.GET or None)
    outcome: MergeOutcome | None = None
    refused = ""
    if form.is_valid():
        try:
            outcome = form.merge().preview()
        except MergeRefused as error:
            refused = str(error)
    context: dict[str, Any] = {"form": form, "outcome": outcome, "refused": refused}
    if outcome:
        context["moved"] = sorted(outcome.moved.items())
        context["differing"] = sorted(outcome.differing.items(), key=lambda row: row[0][1])
    return render(request, "doubles/merge.html", context)


@requires(Right.ADMINISTER, page="doubles")
def merge_now(request: HttpRequest) -> HttpResponse:
    form = MergeForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Name two accounts: the one that ends, and the other one."))
        return redirect("doubles")
    try:
        outcome = form.merge().run()
    except MergeRefused as error:
        messages.error(request, str(error))
        return redirect("doubles")
    said = gettext("%(merged)s was merged into this account.") % {"merged": outcome.merged.name}
    messages.success(request, said)
    return redirect("account", outcome.into.external_id)
