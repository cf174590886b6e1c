"""One field for the whole platform: find an account, go to a page, do what the page offers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.access import Right, may, requires
from accounts.models import Account, User
from accounts.models.account import EXTERNAL_ID
from accounts.ui.request_kind import asked_from
from cs_platform.pages.navigation import ACCOUNT_TABS, rail_of
from cs_platform.pages.palette.destinations import rooms
from health.scoring import UNSCORED

FOUND_AT_MOST = 8
QUERY_LENGTH = 80
TRIGRAM = 3  # shorter words are in no trigram: they are looked for where names begin
_ACCOUNT_PAGE = re.compile(rf"/accounts/({EXTERNAL_ID})/")


@dataclass(frozen=True, slots=True)
class Choice:
    word: str
    href: str
    icon: str
    band: str = ""


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:QUERY_LENGTH]
    found = {
        gettext("Accounts"): accounts(cast("User", request.user), query),
        gettext("This account"): fitting(here(request), query),
        gettext("Go to"): fitting(pages(request, query), query),
    }
    # With nothing typed yet, what can be done here comes first; then what was looked for.
    order = (
        (gettext("Accounts"), gettext("This account"), gettext("Go to"))
        if query
        else (gettext("This account"), gettext("Go to"))
    )
    groups = [(title, found[title]) for title in order if found[title]]
    return render(request, "components/_palette_results.html", {"query": query, "groups": groups})


def fitting(choices: list[Choice], query: str) -> list[Choice]:
    """Those with every word of the query, so that "start play" finds "Start a play"."""
    words = query.lower().split()
    return [choice for choice in choices if all(word in choice.word.lower() for word in words)]


def pages(request: HttpRequest, query: str) -> list[Choice]:
    """Only what this person may open; what is below the pages of the rail when looked for."""
    rail = [Choice(item.word, item.href, item.icon) for item in rail_of(request)]
    return [
        *rail,
        Choice(gettext("What is new"), reverse("notifications"), "bell"),
        Choice(gettext("Design system"), reverse("design"), "palette"),
        *(Choice(*room) for room in rooms(request) if query),
    ]


def here(request: HttpRequest) -> list[Choice]:
    """On an account's page: its tabs, and what may be done to it."""
    page = _ACCOUNT_PAGE.match(asked_from(request))
    user = cast("User", request.user)
    account = Account.objects.for_user(user).filter(external_id=page[1]).first() if page else None
    if account is None:
        return []
    address = [account.external_id]
    tabs = [
        Choice(gettext(word), reverse(route, args=address), "building-2")
        for route, word in ACCOUNT_TABS
    ]
    if not may(user, Right.WORK_ACCOUNTS, account=account):
        return tabs
    return [
        Choice(
            gettext("Start a play"), f"{reverse('account_tasks', args=address)}#start-play", "play"
        ),
        Choice(
            gettext("Set the band by hand"),
            f"{reverse('account_health', args=address)}#set-band",
            "pencil",
        ),
        Choice(
            gettext("Say how you see this account"),
            f"{reverse('account', args=address)}#say-sentiment",
            "user",
        ),
        *tabs,
    ]


def accounts(user: User, query: str) -> list[Choice]:
    """The largest first."""
    if not query:
        return []
    found = named(Account.objects.for_user(user), query).order_by("-arr_minor", "pk")
    return [
        Choice(name, reverse("account", args=[external_id]), "building-2", band or UNSCORED)
        for external_id, name, band in found.values_list(
            "external_id", "name", "health__effective_band"
        )[:FOUND_AT_MOST]
    ]


def named(found: QuerySet[Account], query: str) -> QuerySet[Account]:
    """Uses index: account_name_search, account_name_start."""
    if len(query) < TRIGRAM:
        return found.filter(name__istartswith=query)
    return found.filter(name__icontains=query)
