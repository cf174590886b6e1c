"""NPS, CSAT and CES of each segment, read together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from accounts.models import User
from surveys.catalogue import Moment, SurveyType
from surveys.queries.answer_counts import AnswerCut, answer_groups, answers_seen_by, cut_of
from surveys.queries.results import AnswerPeriod, is_now, of_both_periods
from surveys.scoring.patterns import CombinedReading, read_together
from surveys.scoring.scores import Score, SurveyKind


@dataclass(frozen=True, slots=True)
class SegmentReading:
    segment: str
    reading: CombinedReading


def readings_by_segment(*, user: User, period: AnswerPeriod) -> list[SegmentReading]:
    """Of all surveys of a kind, in one statement; those after a ticket are support's own."""
    rows = of_both_periods(answers_seen_by(user), period)
    rows = rows.exclude(moment=Moment.AFTER_TICKET).exclude(kind=SurveyType.FREE)
    groups = answer_groups(rows, segment=cut_of(AnswerCut.SEGMENT), is_now=is_now(period))
    now: dict[str, dict[SurveyKind, Score | None]] = defaultdict(dict)
    before: dict[str, dict[SurveyKind, Score | None]] = defaultdict(dict)
    for group in groups:
        segment, is_of_now = group.by
        (now if is_of_now else before)[segment][SurveyKind(group.kind)] = group.score
    return [
        SegmentReading(segment, read_together(now[segment], before.get(segment)))
        for segment in sorted(now)
    ]
