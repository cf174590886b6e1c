"""Every survey with what it scored, and the versions it had."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from accounts.models import User
from surveys.catalogue import KIND_WORDS
from surveys.models import Survey
from surveys.queries.answers import kind_of
from surveys.queries.results import AnswerPeriod, SurveyResult, latest_surveys, survey_results


@dataclass(frozen=True, slots=True)
class SurveySummary:
    """`survey`: the newest version that was published; None of one that asked in another tool.
    `results`: one a kind, which an imported survey may have several of."""

    key: str
    name: str
    survey: Survey | None
    results: list[SurveyResult]


def survey_summaries(
    *, user: User | None, period: AnswerPeriod, key: str | None = None
) -> list[SurveySummary]:
    """By key, in five statements: what was published here, and what this person sees answers to in
    the period. None: of all accounts."""
    known = {
        each.key: each for each in latest_surveys(key).values() if each.state != Survey.State.DRAFT
    }
    results: dict[str, list[SurveyResult]] = defaultdict(list)
    for found in survey_results(user=user, period=period, key=key):
        results[found.key].append(found)
    return [
        SurveySummary(
            each,
            known[each].name if each in known else KIND_WORDS.label(each),
            known.get(each),
            results.get(each, []),
        )
        for each in sorted({*known, *results})
    ]


def survey_summary(key: str, *, user: User | None, period: AnswerPeriod) -> SurveySummary | None:
    """Also of one whose answers are older than the period; None where this person sees nothing."""
    found = survey_summaries(user=user, period=period, key=key)
    if found:
        return found[0]
    if kind_of(user, key) is None:
        return None
    return SurveySummary(key, KIND_WORDS.label(key), None, [])


def published_versions(key: str) -> list[Survey]:
    """The newest first; drafts are nobody's but their editor's."""
    rows = Survey.objects.filter(key=key).exclude(state=Survey.State.DRAFT)
    return list(rows.order_by("-version"))
