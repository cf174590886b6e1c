"""What a CSM does now, in what order, and why; the book in figures; what moved since yesterday."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.catalogue import Role
from accounts.models import Account, Installation, User
from accounts.queries.rates import rates_on
from accounts.ui import formats
from accounts.ui.bands import band_look
from accounts.ui.charts import Chart, Part, distribution
from cs_platform.pages.today import queries
from cs_platform.pages.today.moves import moves_since_yesterday
from cs_platform.pages.today.portfolio import own_portfolio
from cs_platform.pages.today.summary import PortfolioSummary, summary_of
from health.queries.unscored import Unscored, why_unscored
from health.scoring import UNSCORED
from playbooks.pages.tasks.forms import SNOOZES, outcomes
from playbooks.queries.starts import suppressed_starts

SHOWN_AT_MOST = 30
SUPPRESSED_SINCE = timedelta(days=7)
SUPPRESSED_SHOWN = 5


@requires(Right.WORK_ACCOUNTS)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    installation = Installation.current()
    now, day = clock.now(), clock.today()
    rates = rates_on(day, base=installation.currency)
    book = own_portfolio(user, today=day, rates=rates)
    summary = summary_of(book)
    queue = queries.queue_of(user, book, now=now, zone=installation.zone)
    items = queue.items[:SHOWN_AT_MOST]
    seen = request.GET.get("rows", "").split(",")
    context = {
        "items": items,
        # Read again beside rows that stand there already: what none of them is.
        "fresh": sum(item.key not in seen for item in items) if "rows" in request.GET else 0,
        "follow": f"{request.path}?rows={','.join(item.key for item in items)}",
        "more": len(queue.items[SHOWN_AT_MOST:]),
        "queue": queue,
        "summary": summary,
        "bands": band_chart(summary),
        "moves": moves_since_yesterday(book, today=day, calendar=installation.business_calendar()),
        "suppressed": suppressed_starts(
            accounts=book.keys, since=now - SUPPRESSED_SINCE, limit=SUPPRESSED_SHOWN
        ),
        "scope": "mine" if user.role == Role.CSM else "all",
        "unscored": _why_without_score(user, summary),
        "may_connect": may(user, Right.ADMINISTER),
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "today": day,
    }
    return render(request, "today/index.html", context)


def _why_without_score(user: User, summary: PortfolioSummary) -> Unscored | None:
    """Asked only where the book has such accounts."""
    if not any(band == UNSCORED and count for band, count, _ in summary.by_band):
        return None
    scope = "mine" if user.role == Role.CSM else "all"
    return why_unscored(Account.objects.portfolio_of(user, scope=scope))


def band_chart(summary: PortfolioSummary) -> Chart:
    return distribution(
        [
            Part(
                key=band_look(band).tone,
                label=band_look(band).word,
                value=arr,
                shown=ngettext(
                    "%(count)s account, %(money)s", "%(count)s accounts, %(money)s", count
                )
                % {"count": count, "money": formats.money(arr, summary.currency)},
            )
            for band, count, arr in summary.by_band
        ],
        label=gettext("ARR by band"),
    )
