"""Getting started: accounts, revenue, usage, people, support, and the first scores. For CS ops."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.models import Installation
from accounts.queries.rates import only_other_currency
from health.pages.setup.queries import check_list


@requires(Right.ADMINISTER)
@require_safe
def setup(request: HttpRequest) -> HttpResponse:
    installation = Installation.current()
    context = {
        "list": check_list(),
        "company": installation,
        "money_in": only_other_currency(installation.currency),
    }
    return render(request, "setup/index.html", context)
