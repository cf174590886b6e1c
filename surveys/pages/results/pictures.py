"""The pictures of a survey, and the rows that open what they show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.catalogue import label
from accounts.ui.charts import (
    Chart,
    IntervalPoint,
    MatrixAxis,
    MatrixPoint,
    Part,
    distribution,
    interval_chart,
    matrix,
)
from surveys.pages.results.params import ResultParams
from surveys.pages.results.rows import ResultRow
from surveys.pages.results.words import bounds_shown, score_shown, standing_word
from surveys.queries.answers import AnswerTally, TrendScore
from surveys.queries.together import SegmentReading
from surveys.scoring.patterns import LEVELS
from surveys.scoring.scores import SurveyKind
from surveys.scoring.themes import Leaning, Theme

_TONES = {1: "healthy", 0: "watch", -1: "intervene"}


def trend_picture(trend: Sequence[TrendScore], *, is_quarterly: bool, kind: str) -> Chart:
    points = []
    for each in trend:
        word = (
            gettext("Q%(quarter)s %(year)s")
            % {"quarter": (each.day.month + 2) // 3, "year": each.day.year}
            if is_quarterly
            else f"{each.day:%b %Y}"
        )
        found = each.score
        if found is None:
            points.append(IntervalPoint(each.day, word, shown=gettext("No answer")))
            continue
        points.append(
            IntervalPoint(
                each.day,
                word,
                n=found.n,
                value=float(found.value),
                low=found.low,
                high=found.high,
                shown=score_shown(found),
                shown_bounds=bounds_shown(found),
            )
        )
    period = gettext("Quarter") if is_quarterly else gettext("Month")
    return interval_chart(points, label=gettext("Score"), period=period)


def spread_picture(given: Sequence[AnswerTally], *, kind: str) -> Chart:
    counts: dict[int, int] = defaultdict(int)
    for each in given:
        counts[each.standing] += each.count
    parts = [
        Part(_TONES[each], standing_word(each, kind), counts[each], f"{counts[each]:,}")
        for each in (1, 0, -1)
    ]
    return distribution(parts, label=gettext("Answers"))


@dataclass(frozen=True, slots=True)
class SpreadRow:
    word: str
    count: int
    share: float
    href: str


def spread_rows(
    given: Sequence[AnswerTally], *, answers_page: str, asked: ResultParams
) -> list[SpreadRow]:
    """How many gave each answer, the highest first."""
    most = max((each.count for each in given), default=1)
    return [
        SpreadRow(
            word=gettext("%(value)s of %(highest)s")
            % {"value": each.value, "highest": each.highest},
            count=each.count,
            share=each.count / most * 100,
            href=answers_page + asked.query(by=None, given=each.value, standing=each.standing),
        )
        for each in given
    ]


@dataclass(frozen=True, slots=True)
class ThemeRow:
    theme: Theme
    leaning: str
    tone: str
    icon: str
    href: str


def theme_rows(found: Sequence[Theme], *, answers_page: str, asked: ResultParams) -> list[ThemeRow]:
    words = {
        Leaning.UNFAVOURABLE: (
            gettext("More by the unfavourable"),
            "is-intervene",
            "trending-down",
        ),
        Leaning.FAVOURABLE: (gettext("More by the favourable"), "is-healthy", "trending-up"),
        Leaning.NEITHER: (gettext("By both alike"), "", "minus"),
    }
    return [
        ThemeRow(each, *words[each.leaning], answers_page + asked.query(by=None, theme=each.label))
        for each in found
    ]


def segments_matrix(readings: Sequence[SegmentReading]) -> Chart:
    """CSAT × NPS of the segments that have both, parted where low ends."""
    points = []
    for each in readings:
        csat, nps = (each.reading.scores.get(kind) for kind in (SurveyKind.CSAT, SurveyKind.NPS))
        if csat is None or nps is None:
            continue
        points.append(
            MatrixPoint(
                label(each.segment) if each.segment else gettext("None known"),
                float(csat.value),
                float(nps.value),
                score_shown(csat),
                score_shown(nps),
            )
        )
    return matrix(
        points,
        x=MatrixAxis("CSAT", 0, 100, LEVELS[SurveyKind.CSAT].low),
        y=MatrixAxis("NPS", -100, 100, LEVELS[SurveyKind.NPS].low),
        label=gettext("CSAT and NPS by segment"),
    )


GROUPS_DRAWN = 20


def response_matrix(
    rows: Sequence[ResultRow], *, kind: str, low_percent: int, cut_word: str
) -> Chart:
    """Response rate × score of the groups that have both, of many those with the most answers:
    parted where a rate is flagged and where a low score ends."""
    drawn: list[MatrixPoint] = []
    for row in sorted(rows, key=lambda each: -each.result.answers):
        found, rate = row.result.score, row.result.rate
        if found is not None and rate is not None and len(drawn) < GROUPS_DRAWN:
            point = float(rate.value), float(found.value)
            drawn.append(MatrixPoint(row.word, *point, row.rate, row.score))
    highest = max((point.x for point in drawn), default=0)
    scored = SurveyKind(kind)
    return matrix(
        drawn,
        # Most rates are far below 100 %: the axis ends at the next twenty.
        x=MatrixAxis(gettext("Response rate"), 0, max(20, -(-highest // 20) * 20), low_percent),
        y=MatrixAxis(
            gettext("Score"), -100 if scored is SurveyKind.NPS else 0, 100, LEVELS[scored].low
        ),
        label=gettext("Response rate and score by %(cut)s") % {"cut": cut_word.lower()},
    )
