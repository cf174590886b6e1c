"""What surveys would do in the next 30 days: how many would be sent, and held back, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Account
from surveys.catalogue import HELD_BACK_WORDS
from surveys.engine.forecasts import Forecast, forecast
from surveys.models import Survey

DAYS = 30
# More take longer than anybody waits for a page: the command prints the same.
MOST_ACCOUNTS = 20_000


@dataclass(frozen=True, slots=True)
class ForecastRow:
    name: str
    sent: int
    held_back: tuple[tuple[str, int], ...]

    @property
    def total_held_back(self) -> int:
        return sum(count for _, count in self.held_back)


@requires(Right.ADMINISTER)
@require_safe
def survey_forecast(request: HttpRequest) -> HttpResponse:
    """`survey`: the id of a draft, as if it were published now."""
    draft = None
    if chosen := request.GET.get("survey", ""):
        known = Survey.objects.filter(state=Survey.State.DRAFT)
        draft = get_object_or_404(known, pk=chosen if chosen.isascii() and chosen.isdigit() else 0)
    is_large = Account.objects.values("pk")[: MOST_ACCOUNTS + 1].count() > MOST_ACCOUNTS
    context: dict[str, Any] = {
        "days": DAYS,
        "draft": draft,
        "is_large": is_large,
        "most": MOST_ACCOUNTS,
    }
    if not is_large:
        found = forecast(clock.today(), now=clock.now(), days=DAYS, survey=draft)
        context |= {"rows": _rows_of(found), "by_day": _days_of(found)}
    return render(request, "survey_editor/forecast.html", context)


def _rows_of(found: Forecast) -> list[ForecastRow]:
    """All together first, then each survey."""
    names = dict(
        Survey.objects.exclude(state=Survey.State.RETIRED)
        .order_by("version")
        .values_list("key", "name")
    )
    keys = {key for day in found.days.values() for key in day.sent}
    keys |= {key for day in found.days.values() for key, _ in day.held_back}
    every = ForecastRow(gettext("All surveys"), found.sent(), _reasons_of(found, ""))
    return [every] + [
        ForecastRow(names.get(key, key), found.sent(key), _reasons_of(found, key))
        for key in sorted(keys)
    ]


def _reasons_of(found: Forecast, key: str) -> tuple[tuple[str, int], ...]:
    held = found.held_back(key).most_common()
    return tuple((HELD_BACK_WORDS.label(reason), count) for reason, count in held)


def _days_of(found: Forecast) -> list[tuple[date, int]]:
    return [(day, found.days[day].sent.total()) for day in sorted(found.days)]
