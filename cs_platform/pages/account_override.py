"""A person sets the band of an account by hand, for a reason and a time, or ends that."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Account, User
from cs_platform import formats
from cs_platform.pages.account_head import AccountHead, account_head
from cs_platform.pages.parts import wants_part
from cs_platform.templatetags.cs import band_look
from health.actions import LONGEST, OverrideRefused, end_override, override_band
from health.queries.scorecards import published_card

DAYS = ((7, "1 week"), (14, "2 weeks"), (LONGEST.days, f"{LONGEST.days} days"))


class OverrideForm(forms.Form):
    band = forms.SlugField(max_length=20, error_messages={"required": "Choose a band."})
    reason = forms.CharField(
        max_length=300, error_messages={"required": "Say why the computed band is wrong."}
    )
    days = forms.TypedChoiceField(
        coerce=int, choices=DAYS, error_messages={"required": "Choose how long it holds."}
    )


def override_context(head: AccountHead, form: OverrideForm | None = None) -> dict[str, object]:
    """The bands to choose from leave out the computed one: that takes no hand."""
    health = head.health
    bands = published_card(health.scorecard_id).spec.bands if health else ()
    return {
        "override_bands": [band for band in bands if health and band.key != health.band],
        "override_days": DAYS,
        "override_form": form or OverrideForm(),
    }


@requires(Right.WORK_ACCOUNTS)
@require_POST
def override(request: HttpRequest, external_id: str) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    head = account_head(request, external_id)
    if not head.may_change:
        raise PermissionDenied
    if "end" in request.POST:
        end_override(account=head.account, user=cast("User", request.user), now=clock.now())
        messages.success(request, "The computed band counts again.")
        return redirect("account_health", external_id)
    form = OverrideForm(request.POST)
    is_set = form.is_valid() and _set(request, head.account, form)
    if wants_part(request):
        return _part(request, head, form, is_set=is_set)
    if not is_set:
        problems = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(problems))
    return redirect("account_health", external_id)


def _part(
    request: HttpRequest, head: AccountHead, form: OverrideForm, *, is_set: bool
) -> HttpResponse:
    """The page anew, or the form again with what was typed."""
    if is_set:
        address = reverse("account_health", args=[head.account.external_id])
        return HttpResponse(headers={"HX-Redirect": address})
    context = {"head": head, **override_context(head, form)}
    return render(request, "account/_override.html", context)


def _set(request: HttpRequest, account: Account, form: OverrideForm) -> bool:
    """False with the reason in the form when it was refused."""
    chosen, today = form.cleaned_data, clock.today()
    expires_on = today + timedelta(days=chosen["days"])
    try:
        override_band(
            account=account,
            band=chosen["band"],
            reason=chosen["reason"],
            day=today,
            expires_on=expires_on,
            user=cast("User", request.user),
            now=clock.now(),
        )
    except OverrideRefused as refused:
        form.add_error("band", str(refused))
        return False
    word = band_look(chosen["band"]).word
    messages.success(request, f"Set to {word} until {formats.day(expires_on)}.")
    return True
