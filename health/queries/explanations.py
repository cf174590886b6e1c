"""Why an account's score moved between two stored days."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

from accounts.models import Installation
from health.models import BandOverride, HealthScore
from health.queries.scorecards import published_card
from health.scoring import MISSING, ExplainedDay, Explanation, explain, to_hundredths


def explain_stored(*, before: HealthScore, after: HealthScore) -> Explanation:
    """Between two stored judgements; without rows where one of them has no score."""
    return explain(before=_explained_day(before), after=_explained_day(after))


def stored_day(*, account_id: int, until: date) -> HealthScore | None:
    """The newest judgement on or before that day."""
    # Uses index: health_healthscore_pkey
    rows = HealthScore.objects.filter(account_id=account_id, day__lte=until)
    return rows.order_by("-day", "-revision").first()


def _explained_day(stored: HealthScore) -> ExplainedDay:
    card = published_card(stored.scorecard_id).spec
    raw = dict(zip(card.raw_keys, stored.raw, strict=True))
    return ExplainedDay(
        card=card,
        raw={key: value for key, value in raw.items() if not math.isnan(value)},
        score=MISSING if stored.score is None else to_hundredths(stored.score),
        override=_override_on_day(stored),
    )


def _override_on_day(stored: HealthScore) -> str | None:
    """The band a person had set at the end of that day, whether or not they ended it later."""
    zone = Installation.current().zone
    ends_at = datetime.combine(stored.day + timedelta(days=1), time(), tzinfo=zone)
    found = BandOverride.objects.filter(
        account_id=stored.account_id, starts_on__lte=stored.day, expires_on__gte=stored.day
    ).exclude(ended_at__lt=ends_at)
    return found.order_by("-id").values_list("band", flat=True).first()
