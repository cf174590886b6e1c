"""How healthy an account is, why, and what moved: everything adds up to what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.models import Installation
from cs_platform.pages.account.head import AccountHead, account_head, is_without_rule, tabs_of
from health.facts.departures import Departure, departures
from health.models import HealthScore
from health.pages import queries
from health.pages.expansion.rows import LookShown, signs_shown
from health.pages.moves import MoveRow, move_rows, unmoved_measures
from health.pages.override_form import OverrideForm, override_context
from health.queries.expansion_signs import expansion_signs
from health.queries.explanations import explain_stored, stored_day
from health.queries.late_weeks import late_week
from health.queries.readiness import look_at_account
from health.queries.scorecards import published_card
from health.scoring import Explanation, ScorecardSpec

SPANS = ((90, "3 months"), (180, "6 months"), (365, "1 year"), (1095, "3 years"))
COMPARED = (
    (1, _("Yesterday")),
    (7, _("7 days ago")),
    (30, _("30 days ago")),
    (90, _("90 days ago")),
)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def health(request: HttpRequest, external_id: str) -> HttpResponse:
    head = account_head(request, external_id)
    return render(request, "account/health.html", health_context(request, head))


def health_context(
    request: HttpRequest, head: AccountHead, form: OverrideForm | None = None
) -> dict[str, Any]:
    """`form` is one that was refused."""
    context = {
        "head": head,
        "tabs": tabs_of(head, current="account_health"),
        "today": head.today,
        "span": _chosen_days(request, "span", SPANS, 180),
        "since": _chosen_days(request, "since", COMPARED, 30),
        "spans": SPANS,
        "compared": COMPARED,
        "override": queries.open_override(head.account),
        "departure": _departure_of(head),
        "late_week": late_week(account_id=head.account.pk, end=head.today - timedelta(days=1)),
        **override_context(head.health, form),
        **_expansion_context(head),
    }
    stored = stored_day(account_id=head.account.pk, until=head.today)
    if stored is not None:
        return context | _judged_context(head, stored, context)
    return context | {"lacks_rule": is_without_rule(head)}


def _chosen_days(
    request: HttpRequest, name: str, offered: Sequence[tuple[int, object]], default: int
) -> int:
    text = request.GET.get(name, "")
    return next((days for days, _ in offered if str(days) == text), default)


def _expansion_context(head: AccountHead) -> dict[str, object]:
    """The latest look at its readiness, with the values it was made from, and other signs."""
    look = look_at_account(account_id=head.account.pk, today=head.today)
    signs = expansion_signs(account_ids=[head.account.pk], day=head.today)
    lead = Installation.current().expansion_lead
    return {
        "expansion": LookShown(look) if look else None,
        "expansion_signs": signs_shown(signs.get(head.account.pk, ()), expansion_lead=lead),
    }


def _departure_of(head: AccountHead) -> Departure | None:
    """People gone, agents stay: as of the last day that is over."""
    end = head.today - timedelta(days=1)
    return next(iter(departures(end=end, account_ids=[head.account.pk])), None)


def _judged_context(
    head: AccountHead, stored: HealthScore, chosen: dict[str, Any]
) -> dict[str, Any]:
    card = published_card(stored.scorecard_id).spec
    first = head.today - timedelta(days=chosen["span"])
    readings = queries.readings_of(stored, today=head.today)
    compared = stored.day - timedelta(days=chosen["since"])
    before = stored_day(account_id=head.account.pk, until=compared)
    told = explain_stored(before=before, after=stored) if before else None
    explanation = told if told and told.change is not None else None
    return {
        "stored": stored,
        "card": card,
        "history": queries.history_chart(head.account, first=first, last=head.today, card=card),
        "components": readings,
        "taken": queries.taken_by_gates(stored, readings),
        "missing": [m for c in readings for m in c.measures if m.why_missing],
        "before": before,
        "explanation": explanation,
        "moves": _move_rows_of(explanation, card, before, stored),
        "unmoved": unmoved_measures(explanation) if explanation else 0,
    }


def _move_rows_of(
    explanation: Explanation | None,
    card: ScorecardSpec,
    before: HealthScore | None,
    after: HealthScore,
) -> list[MoveRow]:
    if explanation is None or before is None:
        return []
    return move_rows(explanation, card=card, before=before, after=after)
