"""Find an account by any part of its name, or go to a page."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.models import Account, User
from cs_platform.frame import rail_of
from cs_platform.pages.portfolio_queries import UNSCORED

FOUND_AT_MOST = 8
QUERY_LENGTH = 80


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:QUERY_LENGTH]
    pages = [item for item in rail_of(request) if query.lower() in item.word.lower()]
    context = {"query": query, "pages": pages, "accounts": _accounts(request, query)}
    return render(request, "components/_palette_results.html", context)


def _accounts(request: HttpRequest, query: str) -> list[dict[str, str]]:
    """Uses index: account_name_search."""
    if not query:
        return []
    found = Account.objects.for_user(cast("User", request.user)).filter(name__icontains=query)
    return [
        {"external_id": external_id, "name": name, "band": band or UNSCORED}
        for external_id, name, band in found.order_by("-arr_minor", "pk").values_list(
            "external_id", "name", "health__effective_band"
        )[:FOUND_AT_MOST]
    ]
