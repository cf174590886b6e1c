"""Where an account's revenue comes from: what the page shows of it, and what CS ops decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext

from accounts import clock
from accounts.access import Right, may, requires
from accounts.catalogue import RevenueSource
from accounts.loading.revenue_sources import sources_of
from accounts.loading.source_changes import (
    SourceRefused,
    adjust,
    change_source,
    effect_of_change,
)
from accounts.models import Account, HeldMovement, User

HELD_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class SourceOfRevenue:
    """`other`: what it may be changed to, with `effect` in words; both empty for who may not."""

    source: RevenueSource
    is_exception: bool
    held: Sequence[HeldMovement]
    other: str = ""
    effect: str = ""


def source_of_revenue(account: Account, *, user: User) -> SourceOfRevenue:
    source = sources_of([account.pk])[account.pk]
    held = HeldMovement.objects.filter(account=account).order_by("-effective_on", "-pk")
    shown = list(held[:HELD_AT_MOST])
    is_exception = account.revenue_source != ""
    if not may(user, Right.ADMINISTER):
        return SourceOfRevenue(source, is_exception, shown)
    by_contracts = source == RevenueSource.CONTRACTS
    other = RevenueSource.MOVEMENTS if by_contracts else RevenueSource.CONTRACTS
    effect = effect_of_change(account, to=other, day=clock.today())
    return SourceOfRevenue(source, is_exception, shown, other.value, effect)


class DecisionForm(forms.Form):
    to = forms.ChoiceField(choices=[(s.value, s.value) for s in RevenueSource], required=False)
    reason = forms.CharField(max_length=300, required=False)
    held = forms.IntegerField(required=False)


@requires(Right.ADMINISTER, page="account_revenue")
def decide(request: HttpRequest, external_id: str) -> HttpResponse:
    """Changes the source, or posts held movements as adjustments."""
    account = get_object_or_404(
        Account.objects.for_user(cast("User", request.user)), external_id=external_id
    )
    form = DecisionForm(request.POST)
    try:
        messages.success(request, _apply_decision(account, form))
    except SourceRefused as refused:
        messages.error(request, str(refused))
    return redirect("account_revenue", external_id)


def _apply_decision(account: Account, form: DecisionForm) -> str:
    if not form.is_valid():
        raise SourceRefused(" ".join(str(e) for found in form.errors.values() for e in found))
    day, now, chosen = clock.today(), clock.now(), form.cleaned_data
    if chosen["to"]:
        to = RevenueSource(chosen["to"])
        change_source(account, to=to, reason=chosen["reason"], day=day, now=now)
        return gettext("The ledger of this account follows its new source.")
    adjust(account, held_id=chosen["held"] or 0, day=day, now=now)
    return gettext("The adjustment is posted.")
