"""A person sets the band of an account by hand, for a reason and a time, or ends that."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Account, User
from accounts.ui import formats
from accounts.ui.bands import band_look
from accounts.ui.request_kind import wants_part
from cs_platform.pages.account.head import AccountHead, account_head
from cs_platform.pages.account.health import health_context
from health.actions import OverrideRefused, end_override, override_band
from health.pages.override_form import OverrideForm, override_context


@requires(Right.WORK_ACCOUNTS, page="account_health")
def override(request: HttpRequest, external_id: str) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    head = account_head(request, external_id)
    if not head.may_change:
        raise PermissionDenied
    if "end" in request.POST:
        end_override(account=head.account, user=cast("User", request.user), now=clock.now())
        messages.success(request, gettext("The computed band counts again."))
        return redirect("account_health", external_id)
    form = OverrideForm(request.POST)
    if form.is_valid() and _set_override(request, head.account, form):
        return _health_page_redirect(request, head.account)
    return _refused_form_page(request, head, form)


def _health_page_redirect(request: HttpRequest, account: Account) -> HttpResponse:
    """The whole page anew: the head of it shows the band too."""
    address = reverse("account_health", args=[account.external_id])
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _refused_form_page(request: HttpRequest, head: AccountHead, form: OverrideForm) -> HttpResponse:
    """The form again with what was typed: in its place, or in the page that it stands on."""
    if wants_part(request):
        context = {"head": head, **override_context(head.health, form)}
        return render(request, "account/_override.html", context)
    if head.health is None:
        # Nothing was judged, so the page has no place for the form.
        messages.error(
            request, " ".join(str(error) for errors in form.errors.values() for error in errors)
        )
    return render(request, "account/health.html", health_context(request, head, form))


def _set_override(request: HttpRequest, account: Account, form: OverrideForm) -> bool:
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
    messages.success(
        request,
        gettext("Set to %(band)s until %(day)s.") % {"band": word, "day": formats.day(expires_on)},
    )
    return True
