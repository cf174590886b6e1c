"""Sets what a survey is judged by: what it scored in a period that is over."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F

from accounts.models import Installation, User
from surveys.models import Response, SurveyBaseline
from surveys.queries.answer_counts import answer_groups
from surveys.scoring.scores import Score, points


class NoBaselineError(ValueError):
    """Too few answers in that period, or it is not over."""


def set_baseline(
    *, key: str, kind: str, first_day: date, final_day: date, by: User, now: datetime
) -> SurveyBaseline:
    """Of the answers of all customers on those days, both included; one that was set before is
    replaced. Raises NoBaselineError."""
    measured = measured_baseline(
        key=key, kind=kind, first_day=first_day, final_day=final_day, now=now
    )
    baseline, _ = SurveyBaseline.objects.update_or_create(
        survey_key=key, defaults={**measured, "set_at": now, "set_by": by}
    )
    return baseline


def measured_baseline(
    *, key: str, kind: str, first_day: date, final_day: date, now: datetime
) -> dict[str, Any]:
    """The columns of a baseline that answers make; nothing is written. Raises NoBaselineError."""
    zone = Installation.current().zone
    after = datetime.combine(final_day + timedelta(days=1), time(), tzinfo=zone)
    if final_day < first_day or after > now:
        raise NoBaselineError(f"{first_day} to {final_day}")
    rows = Response.objects.filter(
        survey_key=key,
        kind=kind,
        answered_at__gte=datetime.combine(first_day, time(), tzinfo=zone),
        answered_at__lt=after,
    )
    groups = answer_groups(rows, key=F("survey_key"))
    found: Score | None = groups[0].score if groups else None
    if found is None or found.is_thin:
        raise NoBaselineError(f"{found.n if found else 0} answers")
    return {
        "first_day": first_day,
        "final_day": final_day,
        "value": points(found.value, 2),
        "favourable": found.counts.favourable,
        "neutral": found.counts.neutral,
        "unfavourable": found.counts.unfavourable,
    }
