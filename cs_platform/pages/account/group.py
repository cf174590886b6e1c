"""An account with those below it: their health together, and the list of them."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.models import Installation, User
from accounts.queries.rates import rates_on
from accounts.ui.pagination import page_number, take_page
from cs_platform.pages.account.head import AccountHead, account_head, tabs_of
from health.queries.groups import customers_of_group, group_health

PAGE_SIZE = 50


def group_context(head: AccountHead, *, user: User) -> dict[str, Any]:
    """Empty for an account that has nobody below it."""
    if not head.is_parent:
        return {"group": None}
    base = Installation.current().currency
    rates = rates_on(head.today, base=base)
    return {"group": group_health(head.account, user=user, rates=rates), "group_currency": base}


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def group(request: HttpRequest, external_id: str) -> HttpResponse:
    head, user = account_head(request, external_id), cast("User", request.user)
    rates = rates_on(head.today, base=Installation.current().currency)
    rows = customers_of_group(head.account, user=user, rates=rates)
    found, page = take_page(
        rows.select_related("health", "owner", "pool"),
        number=page_number(request),
        size=PAGE_SIZE,
    )
    context = {
        "head": head,
        "tabs": tabs_of(head, current="account"),
        "rows": found,
        "page": page,
        **group_context(head, user=user),
    }
    return render(request, "account/group.html", context)
