"""A survey of the list, in words and with what it opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from accounts.ui import formats
from surveys.catalogue import KIND_WORDS
from surveys.pages.results.params import ResultParams
from surveys.pages.results.words import (
    MovementWords,
    bounds_shown,
    cut_value_word,
    movement_words,
    rate_shown,
    score_shown,
    verdict_words,
)
from surveys.queries.answer_counts import PEOPLE_CUTS, AnswerCut
from surveys.queries.results import SurveyResult

GROUPS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ResultRow:
    """`word`: of the survey, or of the value it is cut by."""

    result: SurveyResult
    word: str
    kind: str
    href: str
    answers_href: str
    score: str
    bounds: str
    is_thin: bool
    rate: str
    rate_title: str
    is_rate_low: bool
    baseline: MovementWords | None
    baseline_title: str
    verdict: str
    change: MovementWords | None


def result_row(
    result: SurveyResult, asked: ResultParams, *, word: str, low_percent: int
) -> ResultRow:
    found, rate = result.score, result.rate
    of_value = {} if asked.cut is None else {"value": result.value}
    return ResultRow(
        result=result,
        word=word,
        kind=str(KIND_WORDS.label(result.kind)),
        href=reverse("survey_results", args=[result.key]) + asked.query(by=asked.cut),
        answers_href=reverse("survey_answers", args=[result.key])
        + asked.query(kind=result.kind, **of_value),
        score="" if found is None else score_shown(found),
        bounds="" if found is None else bounds_shown(found),
        is_thin=found is not None and found.is_thin,
        rate="" if rate is None else rate_shown(rate),
        rate_title=""
        if rate is None
        else gettext("%(answered)s of %(sent)s")
        % {"answered": f"{rate.answered:,}", "sent": f"{rate.sent:,}"},
        is_rate_low=rate is not None and rate.value < Fraction(low_percent),
        baseline=_baseline_words(result),
        baseline_title=_baseline_title(result),
        verdict="" if found is None else verdict_words(result.verdict),
        change=None if result.change is None else movement_words(result.change),
    )


def _baseline_words(result: SurveyResult) -> MovementWords | None:
    if result.baseline is None:
        return None
    if result.baseline.change is None:
        return MovementWords(gettext("Not judged: this period reaches into that of the baseline"))
    return movement_words(result.baseline.change)


def _baseline_title(result: SurveyResult) -> str:
    if result.baseline is None:
        return ""
    return gettext("Baseline %(score)s, %(first)s to %(final)s") % {
        "score": score_shown(result.baseline.score),
        "first": formats.day(result.baseline.first_day),
        "final": formats.day(result.baseline.final_day),
    }


def names_of_people(results: Iterable[SurveyResult], cut: AnswerCut | None) -> dict[str, str]:
    """Names of the people that results are cut by, in one statement."""
    if cut not in PEOPLE_CUTS:
        return {}
    ids = {int(each.value) for each in results if each.value}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}


@dataclass(frozen=True, slots=True)
class SurveyRows:
    """A survey of the list, whole or by the values of a cut."""

    name: str
    kind: str
    href: str
    rows: list[ResultRow]

    @property
    def shown(self) -> list[ResultRow]:
        """Of many, such as CSMs, those with the most answers: the page of the survey has all."""
        return self.rows[:GROUPS_SHOWN]


def grouped_rows(
    results: list[SurveyResult], asked: ResultParams, *, low_percent: int
) -> list[SurveyRows]:
    people = names_of_people(results, asked.cut)
    groups: dict[tuple[str, str], SurveyRows] = {}
    for result in results:
        word = result.name
        if asked.cut is not None:
            word = cut_value_word(asked.cut, result.value, people=people)
        row = result_row(result, asked, word=word, low_percent=low_percent)
        key = result.key, result.kind
        groups.setdefault(key, SurveyRows(result.name, row.kind, row.href, [])).rows.append(row)
    for group in groups.values():
        group.rows.sort(key=lambda row: (-row.result.answers, row.word))
    return sorted(groups.values(), key=lambda group: group.name)
