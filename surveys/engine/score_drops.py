"""Tells CS ops and the managers that a survey scores lower than chance explains."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext

from accounts.catalogue import Role
from accounts.models import Installation, OutboxMessage, User
from accounts.work.notices import in_app, post
from surveys.queries.results import AnswerPeriod, SurveyResult, survey_results
from surveys.scoring.movements import Moved, ScoreMovement
from surveys.scoring.scores import points

DAYS = 90
TOLD = (Role.OPS, Role.MANAGER)


def tell_of_drops(*, now: datetime) -> int:
    """Each survey that fell since the 90 days before, all judged together: once a calendar week
    at most, however often this runs. Returns how many surveys fell."""
    results = survey_results(user=None, period=AnswerPeriod(DAYS, until=now))
    judged = [(result, result.change) for result in results if result.change is not None]
    fell = [(result, change) for result, change in judged if change.moved is Moved.FELL]
    if not fell:
        return 0
    people = list(User.objects.filter(role__in=TOLD, is_active=True).order_by("pk"))
    post(
        _drop_notice(result, change, person, now=now)
        for result, change in fell
        for person in people
    )
    return len(fell)


def _drop_notice(
    result: SurveyResult, change: ScoreMovement, person: User, *, now: datetime
) -> OutboxMessage:
    year, week, _day = now.astimezone(Installation.current().zone).isocalendar()
    return in_app(
        key=f"survey_drop:{result.key}:{result.kind}:{year}-{week}",
        user_id=person.pk,
        subject=gettext("%(survey)s fell by %(points)s points")
        % {"survey": result.name, "points": points(-change.change)},
        body=gettext(
            "From %(before)s to %(now)s in %(days)s days, of %(n)s answers: more than chance"
            " explains."
        )
        % {
            "before": points(change.before.value, 0),
            "now": points(change.now.value, 0),
            "days": DAYS,
            "n": f"{change.now.n:,}",
        },
        link=f"/surveys/{quote(result.key)}/?days={DAYS}",
        now=now,
    )
