"""A person sets the band of an account by hand, for a reason and a time, or ends that."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import Account, User
from cs_platform import formats
from cs_platform.templatetags.cs import band_look
from health.actions import LONGEST, OverrideRefused, end_override, override_band

DAYS = ((7, "1 week"), (14, "2 weeks"), (LONGEST.days, f"{LONGEST.days} days"))


class OverrideForm(forms.Form):
    band = forms.SlugField(max_length=20, error_messages={"required": "Choose a band."})
    reason = forms.CharField(
        max_length=300, error_messages={"required": "Say why the computed band is wrong."}
    )
    days = forms.TypedChoiceField(
        coerce=int, choices=DAYS, error_messages={"required": "Choose how long it holds."}
    )


@requires(Right.WORK_ACCOUNTS)
@require_POST
def override(request: HttpRequest, external_id: str) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    user = cast("User", request.user)
    account = get_object_or_404(Account.objects.for_user(user), external_id=external_id)
    if not may(user, Right.WORK_ACCOUNTS, account=account):
        raise PermissionDenied
    if "end" in request.POST:
        end_override(account=account, user=user, now=clock.now())
        messages.success(request, "The computed band counts again within seconds.")
    else:
        _set(request, account, user)
    return redirect("account_health", external_id)


def _set(request: HttpRequest, account: Account, user: User) -> None:
    form = OverrideForm(request.POST)
    if not form.is_valid():
        problems = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(problems))
        return
    chosen, today = form.cleaned_data, clock.today()
    expires_on = today + timedelta(days=chosen["days"])
    try:
        override_band(
            account=account,
            band=chosen["band"],
            reason=chosen["reason"],
            day=today,
            expires_on=expires_on,
            user=user,
            now=clock.now(),
        )
    except OverrideRefused as refused:
        messages.error(request, str(refused))
        return
    word = band_look(chosen["band"]).word
    until = formats.day(expires_on)
    messages.success(request, f"Set to {word} until {until}; pages follow within seconds.")
