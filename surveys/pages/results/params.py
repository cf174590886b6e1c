"""What is asked for in the address of the results: period, cut, and which answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.http import HttpRequest

from accounts import clock
from surveys.queries.answer_counts import AnswerCut
from surveys.queries.results import AnswerPeriod

PERIODS = (90, 180, 365)


@dataclass(frozen=True, slots=True)
class ResultParams:
    """What is mistyped shows what the page shows by itself."""

    period: AnswerPeriod
    cut: AnswerCut | None

    @classmethod
    def of(cls, request: HttpRequest, *, usual_cut: AnswerCut | None = None) -> Self:
        asked, by = request.GET.get("days", ""), request.GET.get("by")
        days = int(asked) if asked in map(str, PERIODS) else PERIODS[0]
        cut = AnswerCut(by) if by in set(AnswerCut) else usual_cut
        return cls(AnswerPeriod(days, until=clock.now()), cut)

    def query(self, **changes: Any) -> str:
        """This period and cut, changed; None leaves a key out."""
        said = {"days": self.period.days, "by": self.cut, **changes}
        return "?" + urlencode({key: each for key, each in said.items() if each is not None})
