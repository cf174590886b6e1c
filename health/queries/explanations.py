"""Why an account's score moved between two stored days."""

from __future__ import annotations

import math
from datetime import date

from health.models import BandOverride, HealthScore
from health.queries.scorecards import published_card
from health.scoring import MISSING, Explanation, Moment, explain, to_hundredths


def explain_between(*, account_id: int, first: date, last: date) -> Explanation | None:
    """From the newest judgement up to `first` to that up to `last`; None where one is missing."""
    before, after = (stored_day(account_id=account_id, until=day) for day in (first, last))
    if before is None or after is None:
        return None
    return explain_stored(before=before, after=after)


def explain_stored(*, before: HealthScore, after: HealthScore) -> Explanation:
    """Between two stored judgements; without rows where one of them has no score."""
    return explain(before=_moment(before), after=_moment(after))


def stored_day(*, account_id: int, until: date) -> HealthScore | None:
    """The newest judgement on or before that day."""
    # Uses index: health_healthscore_pkey
    rows = HealthScore.objects.filter(account_id=account_id, day__lte=until)
    return rows.order_by("-day", "-revision").first()


def _moment(stored: HealthScore) -> Moment:
    card = published_card(stored.scorecard_id).spec
    raw = dict(zip(card.raw_keys, stored.raw, strict=True))
    return Moment(
        card=card,
        raw={key: value for key, value in raw.items() if not math.isnan(value)},
        score=MISSING if stored.score is None else to_hundredths(stored.score),
        override=_override(stored),
    )


def _override(stored: HealthScore) -> str | None:
    """The band a person had set on that day, whether or not they ended it later."""
    found = BandOverride.objects.filter(
        account_id=stored.account_id, starts_on__lte=stored.day, expires_on__gte=stored.day
    ).exclude(ended_at__date__lte=stored.day)
    return found.order_by("-id").values_list("band", flat=True).first()
