"""Who is ready for an expansion, who nearly is, and where the first signs are: once a week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.catalogue import Role
from accounts.models import Installation, User
from accounts.queries.rates import rates_on
from health.models import ReadinessLook
from health.pages.expansion.rows import (
    LISTS,
    LookShown,
    PlaceInList,
    ReviewRow,
    looks_listed,
    page_after,
    signs_shown,
)
from health.queries.expansion_signs import expansion_signs, lead_of
from health.queries.readiness import latest_look_day

TAB_WORDS = {
    "ready": gettext_noop("Ready"),
    "nearly": gettext_noop("Nearly ready"),
    "early": gettext_noop("Early signs"),
}
SCOPES = ("mine", "all")


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def expansion(request: HttpRequest) -> HttpResponse:
    user, installation = cast("User", request.user), Installation.current()
    which = request.GET.get("list", "")
    which = which if which in LISTS else "ready"
    scope = request.GET.get("scope", "")
    if scope not in SCOPES:
        scope = "mine" if user.role == Role.CSM else "all"
    today = clock.today()
    day = latest_look_day(today=today)
    context: dict[str, object] = {
        "day": day,
        "chosen": which,
        "scope": scope,
        "currency": installation.currency,
    }
    if day is not None:
        rates = rates_on(today, base=installation.currency)
        place = PlaceInList.parse(request.GET.get("after", ""))
        looks = looks_listed(user, scope=scope, day=day, which=which, rates=rates)
        found, following = page_after(looks, place)
        context |= {
            "rows": _review_rows(found, installation),
            "is_first": place is None,
            "next": _list_address(which, scope, after=str(following)) if following else "",
            "first": _list_address(which, scope),
            "tabs": _tabs_of(which, scope),
        }
    return render(request, "expansion/index.html", context)


def _list_address(which: str, scope: str, **more: str) -> str:
    return f"{reverse('expansion')}?{urlencode({'list': which, 'scope': scope, **more})}"


def _tabs_of(which: str, scope: str) -> list[dict[str, object]]:
    return [
        {"word": gettext(word), "href": _list_address(key, scope), "is_current": key == which}
        for key, word in TAB_WORDS.items()
    ]


def _review_rows(looks: Sequence[ReadinessLook], installation: Installation) -> list[ReviewRow]:
    found = expansion_signs(account_ids=[look.account_id for look in looks], day=clock.today())
    lead = installation.expansion_lead
    return [
        ReviewRow(
            account=look.account,
            shown=LookShown(look),
            signs=signs_shown(found.get(look.account_id, ()), expansion_lead=lead),
            lead=lead_of(found.get(look.account_id, ()), expansion_lead=lead),
        )
        for look in looks
    ]
