"""What a CSM does now, in what order, and why; the book in figures; what moved since yesterday."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.catalogue import Role
from accounts.models import Account, Installation, User
from cs_platform import formats
from cs_platform.charts import Chart, Part, distribution
from cs_platform.pages import today_queries as queries
from cs_platform.pages.currency import rates_on
from cs_platform.pages.moves_queries import moves_since_yesterday
from cs_platform.pages.portfolio_queries import book_of
from cs_platform.pages.task_actions import SNOOZES, outcomes
from cs_platform.templatetags.cs import band_look
from playbooks.queries import held_back

HELD_BACK_SINCE = timedelta(days=7)
HELD_BACK_SHOWN = 5


@requires(Right.WORK_ACCOUNTS)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    installation = Installation.current()
    now, day = clock.now(), clock.today()
    rates = rates_on(day, base=installation.currency)
    book = own_book(user)
    summary = queries.book_summary(book, today=day, rates=rates)
    items = queries.ordered(
        [
            *queries.task_items(user, now=now, zone=installation.zone, rates=rates),
            *queries.lone_items(book, rates=rates),
            *queries.renewal_items(book, today=day, rates=rates),
            *queries.follow_up_items(book, now=now, rates=rates),
        ]
    )
    context = {
        "items": items[: queries.QUEUE_LENGTH],
        "overdue": sum(1 for item in items if item.task and item.task.is_overdue),
        "summary": summary,
        "bands": band_chart(summary),
        "moves": moves_since_yesterday(book, today=day, zone=installation.zone),
        "held_back": held_back(book=book, since=now - HELD_BACK_SINCE, limit=HELD_BACK_SHOWN),
        "scope": "mine" if user.role == Role.CSM else "all",
        "outcomes": outcomes(),
        "snoozes": SNOOZES,
        "today": day,
    }
    return render(request, "today/index.html", context)


def own_book(user: User) -> QuerySet[Account]:
    """A CSM's own accounts; a manager's teams; for CS ops all of them."""
    return book_of(user, scope="mine" if user.role == Role.CSM else "all")


def band_chart(summary: queries.BookSummary) -> Chart:
    return distribution(
        [
            Part(
                key=band_look(band).tone,
                label=band_look(band).word,
                value=arr,
                shown=f"{count} account{'' if count == 1 else 's'}, "
                f"{formats.money(arr, summary.currency)}",
            )
            for band, count, arr in summary.by_band
        ],
        label="ARR by band",
    )
