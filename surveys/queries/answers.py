"""The answers behind each number of a survey: which they are, how they spread, what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db.models import Count, DateField, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Cast, TruncMonth, TruncQuarter

from accounts.models import Installation, User
from surveys.catalogue import KIND_WORDS
from surveys.models import Invitation, Response, Survey
from surveys.queries.answer_counts import (
    AnswerCut,
    answer_groups,
    answers_seen_by,
    cut_condition,
    invitations_seen_by,
)
from surveys.queries.results import AnswerPeriod
from surveys.scoring.scores import Score, Standing
from surveys.scoring.themes import FreeAnswer, Theme, themes

READ_AT_MOST = 1_000
"""Comments that themes are made of, the newest: the page is answered while somebody waits."""
ASKED_OFTEN = 3
SILENT_DAYS = 3 * 365
STANDINGS = {1: Standing.FAVOURABLE, 0: Standing.NEUTRAL, -1: Standing.UNFAVOURABLE}


@dataclass(frozen=True, slots=True)
class AnswerFilter:
    """Of one survey in one period; `value` is that of `cut`, `given` the answer itself."""

    key: str
    kind: str
    period: AnswerPeriod
    standing: int | None = None
    cut: AnswerCut | None = None
    value: str | None = None
    given: int | None = None


def answers_of(user: User, asked: AnswerFilter) -> QuerySet[Response]:
    rows = asked.period.answered(answers_seen_by(user))
    rows = rows.filter(survey_key=asked.key, kind=asked.kind)
    if asked.standing is not None:
        rows = rows.filter(standing=asked.standing)
    if asked.cut is not None and asked.value is not None:
        rows = rows.filter(cut_condition(asked.cut, asked.value))
    return rows if asked.given is None else rows.filter(value=asked.given)


def kind_of(user: User | None, key: str) -> str | None:
    """What most answers to a survey measure; None where this person sees none."""
    counted = answers_seen_by(user).filter(survey_key=key).order_by().values_list("kind")
    found = counted.annotate(answers=Count("pk")).order_by("-answers", "kind").first()
    return None if found is None else str(found[0])


def scored_surveys() -> list[tuple[str, str]]:
    """Key and name of each that has scored answers; one of another tool is called by its key."""
    names = dict(Survey.objects.order_by("version").values_list("key", "name"))
    scored = Response.objects.filter(value__isnull=False).order_by("survey_key")
    keys = scored.values_list("survey_key", flat=True).distinct()
    return [(key, names.get(key) or KIND_WORDS.label(key)) for key in keys]


@dataclass(frozen=True, slots=True)
class AnswerTally:
    """How many gave this answer, as it was given."""

    value: int
    highest: int
    standing: int
    count: int


def spread_of(rows: QuerySet[Response]) -> list[AnswerTally]:
    counted = (
        rows.filter(value__isnull=False)
        .order_by()
        .values_list("value", "highest", "standing")
        .annotate(count=Count("pk"))
    )
    return [AnswerTally(*row) for row in counted.order_by("highest", "-value")]


@dataclass(frozen=True, slots=True)
class TrendScore:
    """Of a month or a quarter, named by its first day; None where nobody answered."""

    day: date
    score: Score | None


PERIODS_OF_TREND = 13


def trend_of(
    user: User, *, key: str, kind: str, today: date, is_quarterly: bool
) -> list[TrendScore]:
    """Thirteen months or quarters up to now, in one statement."""
    zone = Installation.current().zone
    days = _first_days(today, months=3 if is_quarterly else 1)
    trunc = TruncQuarter if is_quarterly else TruncMonth
    rows = answers_seen_by(user).filter(
        survey_key=key,
        kind=kind,
        answered_at__gte=datetime.combine(days[0], time(), tzinfo=zone),
        answered_at__lt=datetime.combine(today + timedelta(days=1), time(), tzinfo=zone),
    )
    first_day = Cast(trunc("answered_at", tzinfo=zone), DateField())
    found = {group.by[0]: group.score for group in answer_groups(rows, first_day=first_day)}
    return [TrendScore(day, found.get(day)) for day in days]


def _first_days(today: date, *, months: int) -> list[date]:
    """The first days of the periods of so many months up to the one of today."""
    newest = (today.year * 12 + today.month - 1) // months * months
    counted = range(newest - months * (PERIODS_OF_TREND - 1), newest + 1, months)
    return [date(month // 12, month % 12 + 1, 1) for month in counted]


def themes_of(rows: QuerySet[Response]) -> list[Theme]:
    """What the newest comments are about, at most READ_AT_MOST of them."""
    written = rows.exclude(comment="").order_by("-answered_at", "-pk")
    columns = written.values_list("pk", "comment", "standing", "language")[:READ_AT_MOST]
    return themes(_free_answers(columns), limit=12)


def _free_answers(
    columns: Iterable[tuple[int, str, int | None, str]],
) -> Iterator[FreeAnswer]:
    for pk, comment, standing, language in columns:
        side = None if standing is None else STANDINGS[standing]
        yield FreeAnswer(pk, comment, side, language[:2] or None)


def silent_accounts(user: User, *, key: str, now: datetime) -> QuerySet[Invitation, dict[str, Any]]:
    """Accounts that were asked often in three years and never answered, the most asked first:
    their ids, names and how often. An answer that was imported counts."""
    states = Invitation.State
    answered = Response.objects.filter(account=OuterRef("account"), survey_key=key)
    rows = (
        invitations_seen_by(user)
        .filter(
            survey__key=key,
            sent_at__gt=now - timedelta(days=SILENT_DAYS),
            state__in=(states.SENT, states.EXPIRED, states.ANSWERED),
        )
        .order_by()
        .values("account_id", "account__external_id", "account__name")
        .annotate(asked=Count("pk"), latest=Max("sent_at"))
        .filter(~Exists(answered), asked__gte=ASKED_OFTEN)
        .order_by("-asked", "account_id")
    )
    return cast("QuerySet[Invitation, dict[str, Any]]", rows)
