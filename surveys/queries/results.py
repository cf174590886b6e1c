"""What each survey scored in a period, beside the period before, its baseline and what is usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db.models import Case, F, IntegerField, QuerySet, When

from accounts.models import Installation, User
from surveys.catalogue import KIND_WORDS
from surveys.models import Invitation, Response, Survey, SurveyBaseline
from surveys.queries.answer_counts import (
    AnswerCut,
    AnswerGroup,
    SentCount,
    answer_groups,
    answers_seen_by,
    asked_by_survey,
    cut_of,
    invitations_seen_by,
    ready_for_cut,
)
from surveys.scoring.movements import (
    BenchmarkVerdict,
    ScoreMovement,
    benchmark_verdict,
    movement,
    movements,
)
from surveys.scoring.scores import (
    Counts,
    ResponseRate,
    Score,
    SurveyKind,
    response_rate,
    score,
)

# Key of the survey, kind, value of the cut.
RowKey: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AnswerPeriod:
    """So many days up to `until`, and as many before them."""

    days: int
    until: datetime

    @property
    def since(self) -> datetime:
        return self.until - timedelta(days=self.days)

    @property
    def before_since(self) -> datetime:
        return self.until - timedelta(days=2 * self.days)

    def answered(self, rows: QuerySet[Response]) -> QuerySet[Response]:
        return rows.filter(answered_at__gt=self.since, answered_at__lte=self.until)

    def sent(self, rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
        return rows.filter(sent_at__gt=self.since, sent_at__lte=self.until)


def is_now(period: AnswerPeriod) -> Case:
    """1 for an answer of the period, 0 for one of the period before."""
    inside = When(answered_at__gt=period.since, then=1)
    return Case(inside, default=0, output_field=IntegerField())


def of_both_periods(rows: QuerySet[Response], period: AnswerPeriod) -> QuerySet[Response]:
    return rows.filter(answered_at__gt=period.before_since, answered_at__lte=period.until)


@dataclass(frozen=True, slots=True)
class BaselineScore:
    """`change` is None where the period reaches into that of the baseline: nothing is judged by
    answers that are in both."""

    first_day: date
    final_day: date
    score: Score
    change: ScoreMovement | None


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """`rate` is None where none was sent from here. `change`: since the period before, judged
    together with all that were asked for at once."""

    key: str
    kind: str
    name: str
    value: str
    answers: int
    score: Score | None
    before: Score | None
    change: ScoreMovement | None
    rate: ResponseRate | None
    baseline: BaselineScore | None

    @property
    def verdict(self) -> BenchmarkVerdict | None:
        return None if self.score is None else benchmark_verdict(self.score)


def survey_results(
    *, user: User | None, period: AnswerPeriod, cut: AnswerCut | None = None, key: str | None = None
) -> list[SurveyResult]:
    """Of the accounts that this person may see, in four statements, or of all
    where it is None; `key`: of one survey alone.
    Surveys that are published are there without an answer."""
    answers = of_both_periods(answers_seen_by(user), period)
    sent = period.sent(invitations_seen_by(user))
    if key is not None:
        answers, sent = answers.filter(survey_key=key), sent.filter(survey__key=key)
    groups = answer_groups(
        ready_for_cut(answers, cut),
        key=F("survey_key"),
        cut_value=cut_of(cut),
        is_now=is_now(period),
    )
    now, before = _split_periods(groups)
    asked = asked_by_survey(sent, cut=cut)
    surveys = latest_surveys(key)
    baselines = baselines_of(key)
    keys = {*now, *before, *_rows_without_answer(asked, surveys, is_cut=cut is not None)}
    scores = {each: group.score for each, group in now.items()}
    earlier = {each: group.score for each, group in before.items()}
    changes = score_movements(earlier, scores)
    return [
        SurveyResult(
            key=row[0],
            kind=row[1],
            name=surveys[row[0]].name if row[0] in surveys else KIND_WORDS.label(row[0]),
            value=row[2],
            answers=now[row].answers if row in now else 0,
            score=scores.get(row),
            before=earlier.get(row),
            change=changes.get(row),
            rate=_rate_of(asked.get((row[0], row[2]))),
            baseline=against_baseline(baselines.get(row[0]), scores.get(row), period=period),
        )
        for row in sorted(keys)
    ]


def _split_periods(
    groups: Sequence[AnswerGroup],
) -> tuple[dict[RowKey, AnswerGroup], dict[RowKey, AnswerGroup]]:
    now: dict[RowKey, AnswerGroup] = {}
    before: dict[RowKey, AnswerGroup] = {}
    for group in groups:
        key, value, is_of_now = group.by
        (now if is_of_now else before)[key, group.kind, value] = group
    return now, before


def score_movements(
    before: Mapping[RowKey, Score | None], now: Mapping[RowKey, Score | None]
) -> dict[RowKey, ScoreMovement]:
    """Of those that have both, judged together."""
    pairs = {}
    for row, found in now.items():
        earlier = before.get(row)
        if found is not None and earlier is not None:
            pairs[row] = (earlier, found)
    return movements(pairs)


def latest_surveys(key: str | None) -> dict[str, Survey]:
    """The newest version of each that was published, and else its draft."""
    rows = Survey.objects.filter(key=key) if key is not None else Survey.objects.all()
    newest = rows.order_by("key", F("published_at").desc(nulls_last=True), "-version")
    columns = newest.only("key", "version", "name", "kind", "state", "moment")
    return {survey.key: survey for survey in columns.distinct("key")}


def _rows_without_answer(
    asked: Mapping[tuple[str, str], SentCount], surveys: Mapping[str, Survey], *, is_cut: bool
) -> set[RowKey]:
    rows = {(key, str(surveys[key].kind), value) for key, value in asked if key in surveys}
    if is_cut:
        return rows
    published = (each for each in surveys.values() if each.state == Survey.State.PUBLISHED)
    return rows | {(each.key, each.kind, "") for each in published}


def _rate_of(asked: SentCount | None) -> ResponseRate | None:
    return None if asked is None else response_rate(answered=asked.answered, sent=asked.sent)


def baselines_of(key: str | None = None) -> dict[str, SurveyBaseline]:
    rows = SurveyBaseline.objects.all()
    return {
        each.survey_key: each for each in (rows if key is None else rows.filter(survey_key=key))
    }


def against_baseline(
    baseline: SurveyBaseline | None, now: Score | None, *, period: AnswerPeriod
) -> BaselineScore | None:
    """The baseline keeps no accounts: its answers are taken to agree as much as those of now."""
    if baseline is None or now is None:
        return None
    counts = Counts(baseline.favourable, baseline.neutral, baseline.unfavourable)
    scored = score(SurveyKind(now.kind), counts, design_effect=now.design_effect)
    if scored is None:
        return None
    found = BaselineScore(baseline.first_day, baseline.final_day, scored, None)
    zone = Installation.current().zone
    if period.since.astimezone(zone).date() <= baseline.final_day:
        return found
    return replace(found, change=movement(before=scored, now=now))
