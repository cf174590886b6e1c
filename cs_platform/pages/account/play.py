"""The page of a play: where it stands, why it began, what has changed at the customer since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.models import Account, Installation, User
from cs_platform.pages.account.head import account_head, tabs_of
from cs_platform.pages.account.overview import renewal_risk_shown
from cs_platform.pages.account.timeline import Entry, newest_entries
from health.pages.moves import MoveRow, move_rows
from health.queries.explanations import explain_stored, stored_day
from health.queries.scorecards import published_card
from playbooks.pages.plays import PlayDetail, people_to_lead, play_detail, visible_play

MOVES_AT_MOST = 5
ENTRIES_AT_MOST = 12
# What moved the score before a play began: looked at over so many days.
BEFORE_DAYS = 30


@dataclass(frozen=True, slots=True)
class ScoreMove:
    """Of the score between two days; `change` is None where one of them has no score."""

    before: Decimal | None
    after: Decimal | None
    change: Decimal | None
    rows: Sequence[MoveRow]


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def play(request: HttpRequest, play_id: int) -> HttpResponse:
    found = visible_play(cast("User", request.user), play_id)
    head = account_head(request, found.account.external_id)
    detail = play_detail(found, today=head.today)
    may_lead = head.may_change and detail.row.is_open
    context = {
        "head": head,
        "tabs": tabs_of(head, current="account_tasks"),
        "today": head.today,
        "play": detail,
        "risk": renewal_risk_shown(head),
        "moved_before": _score_move(
            head.account,
            first=detail.first_day - timedelta(days=BEFORE_DAYS),
            last=detail.first_day,
        ),
        "moved_since": _score_move(head.account, first=detail.first_day, last=detail.last_day),
        "entries": _entries_during_play(head.account, detail),
        "people": people_to_lead(found) if may_lead else [],
    }
    return render(request, "account/play.html", context)


def _score_move(account: Account, *, first: date, last: date) -> ScoreMove | None:
    """None where the account had not been scored on the first of the two days."""
    before = stored_day(account_id=account.pk, until=first)
    after = stored_day(account_id=account.pk, until=last)
    if before is None or after is None:
        return None
    told = explain_stored(before=before, after=after)
    card = published_card(after.scorecard_id).spec
    rows = move_rows(told, card=card, before=before, after=after)
    return ScoreMove(told.before, told.after, told.change, rows[:MOVES_AT_MOST])


def _entries_during_play(account: Account, detail: PlayDetail) -> list[Entry]:
    """What was recorded while the play ran, the newest first."""
    zone = Installation.current().zone
    found = [
        entry
        for source in newest_entries(account, kind="", limit=ENTRIES_AT_MOST * 2)
        for entry in source
        if detail.first_day <= entry.order.astimezone(zone).date() <= detail.last_day
    ]
    return sorted(found, key=lambda entry: entry.order, reverse=True)[:ENTRIES_AT_MOST]
