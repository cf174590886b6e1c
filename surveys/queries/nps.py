"""The NPS of a day, for pages that show it among other figures."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from surveys.catalogue import SurveyType
from surveys.queries.answer_counts import answer_groups, answers_seen_by
from surveys.queries.results import AnswerPeriod
from surveys.scoring.scores import Score

NPS_KEY = "nps"
DAYS = 90


def nps_until(until: datetime, *, user: User, known_before: datetime | None = None) -> Score | None:
    """Of the 90 days up to `until`, of the accounts that this person may see, in one statement;
    `known_before`: without answers that were learned later."""
    rows = AnswerPeriod(DAYS, until=until).answered(answers_seen_by(user))
    rows = rows.filter(survey_key=NPS_KEY, kind=SurveyType.NPS)
    if known_before is not None:
        rows = rows.filter(learned_at__lt=known_before)
    groups = answer_groups(rows)
    return groups[0].score if groups else None
