"""Automatic renewals that are assumed: the list of them, and a person's word that one is true."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import Account, Installation, RenewalConfirmation, User
from accounts.queries.assumed_renewals import AssumedRenewal, assumed_renewals
from accounts.queries.rates import rates_on
from accounts.ui.pagination import page_number, take_page
from accounts.ui.rate_gaps import RateGaps

PAGE_SIZE = 50


class ConfirmationForm(forms.Form):
    """`renewed_on` as it was shown: another renewal may have come since."""

    contract = forms.IntegerField()
    renewed_on = forms.DateField()
    back = forms.ChoiceField(choices=[("list", "list"), ("account", "account")], required=False)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def assumed(request: HttpRequest) -> HttpResponse:
    user, today = cast("User", request.user), clock.today()
    rows = assumed_renewals(user=user, day=today)
    listed, page = take_page(rows, number=page_number(request), size=PAGE_SIZE)
    currency = Installation.current().currency
    arr = rates_on(today, base=currency).sum((row.arr_minor, row.currency) for row in rows)
    ids = [row.account_id for row in listed]
    context = {
        "rows": listed,
        "page": page,
        "total": len(rows),
        "arr_minor": arr.total,
        "currency": currency,
        "gaps": RateGaps.of(arr, base=currency),
        "changeable": _changeable_account_ids(ids, user=user),
        "first_page": request.path,
    }
    return render(request, "renewals/assumed.html", context)


def _changeable_account_ids(ids: list[int], *, user: User) -> set[int]:
    if not may(user, Right.WORK_ACCOUNTS):
        return set()
    reached = Account.objects.changeable_by(user).filter(pk__in=ids)
    return set(reached.values_list("pk", flat=True))


@requires(Right.WORK_ACCOUNTS, page="account_revenue")
def confirm(request: HttpRequest, external_id: str) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    user, form = cast("User", request.user), ConfirmationForm(request.POST)
    account = get_object_or_404(Account.objects.for_user(user), external_id=external_id)
    if not may(user, Right.WORK_ACCOUNTS, account=account):
        raise PermissionDenied
    found = _assumed_renewal(account, form, user=user)
    if found is None:
        messages.error(request, gettext("This renewal is not assumed any more: nothing was kept."))
    else:
        _store_confirmation(found, user=user)
        messages.success(request, gettext("Kept: the renewal is confirmed."))
    if form.data.get("back") == "list":
        return redirect("assumed_renewals")
    return redirect("account_revenue", external_id)


def _assumed_renewal(
    account: Account, form: ConfirmationForm, *, user: User
) -> AssumedRenewal | None:
    if not form.is_valid():
        return None
    asked = form.cleaned_data["contract"], form.cleaned_data["renewed_on"]
    rows = assumed_renewals(user=user, day=clock.today(), account=account)
    return next((row for row in rows if (row.contract_id, row.renewed_on) == asked), None)


def _store_confirmation(found: AssumedRenewal, *, user: User) -> None:
    """Once, whoever presses twice."""
    RenewalConfirmation.objects.bulk_create(
        [
            RenewalConfirmation(
                account_id=found.account_id,
                contract_id=found.contract_id,
                renewed_on=found.renewed_on,
                arr_minor=found.arr_minor,
                currency=found.currency,
                confirmed_by=user,
                confirmed_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )
