"""The NPS of a day, for pages that show it among other figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from accounts.models.scope import AccountQuerySet
from surveys.catalogue import SurveyType
from surveys.models import Response
from surveys.queries.answer_counts import answer_groups
from surveys.queries.results import AnswerPeriod
from surveys.scoring.clusters import AccountSums, design_effect
from surveys.scoring.scores import Counts, Score, SurveyKind, score

NPS_KEY = "nps"
DAYS = 90


@dataclass(frozen=True, slots=True)
class NpsAnswers:
    """What the score of some answers is made of; there may be none. Kept as JSON."""

    counts: Counts
    sums: AccountSums

    @property
    def score(self) -> Score | None:
        """None of no answer."""
        if not self.counts.n:
            return None
        effect = design_effect(SurveyKind.NPS, counts=self.counts, sums=self.sums)
        return score(SurveyKind.NPS, self.counts, design_effect=effect)

    def as_json(self) -> dict[str, Any]:
        return {"counts": asdict(self.counts), "sums": asdict(self.sums)}

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> Self:
        return cls(counts=Counts(**found["counts"]), sums=AccountSums(**found["sums"]))


def nps_until(
    until: datetime,
    *,
    accounts: AccountQuerySet | None,
    known_before: datetime | None = None,
) -> NpsAnswers:
    """Of the 90 days up to `until`, of these accounts (None: of all), in one statement;
    `known_before`: without answers that were learned later."""
    rows = AnswerPeriod(DAYS, until=until).answered(Response.objects.all())
    rows = rows.filter(survey_key=NPS_KEY, kind=SurveyType.NPS)
    if accounts is not None:
        rows = rows.filter(account__in=accounts)
    if known_before is not None:
        rows = rows.filter(learned_at__lt=known_before)
    groups = answer_groups(rows)
    if not groups:
        return NpsAnswers(Counts(), AccountSums.of(SurveyKind.NPS, ()))
    return NpsAnswers(groups[0].counts, groups[0].sums)
