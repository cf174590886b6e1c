"""A survey as its author writes it, checked: the same shape in YAML and in the stored columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.catalogue import Delivery, Moment, QuestionKind, Recipients, SurveyType


@dataclass(frozen=True, slots=True)
class FurtherText:
    """A further question in one language; `options` in the order of the survey, or none."""

    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyText:
    """What a survey says in one language.

    `low` and `high` stand at the ends of the scale; a free survey has neither, nor a `question`.
    `reason` asks for the words, `further` has each further question by its key.
    """

    subject: str
    intro: str
    question: str
    low: str
    high: str
    reason: str
    thanks: str
    further: Mapping[str, FurtherText]


@dataclass(frozen=True, slots=True)
class FurtherQuestion:
    """`options`: how many there are to choose from; 0 for words."""

    key: str
    kind: QuestionKind
    options: int = 0


@dataclass(frozen=True, slots=True)
class SurveyDefinition:
    """`lowest` and `highest` of the scored question, both 0 in a free survey; `is_reversed`: the
    lowest is the best. `event_kind`: the business event that `Moment.AFTER_EVENT` waits for.
    `delay_hours`: from the moment until it is sent. `expires_days`: how long it can be answered.
    `audience`: key of the audience whose accounts are asked; empty: of all. `texts` by language,
    the first one for whoever speaks none of them."""

    key: str
    name: str
    kind: SurveyType
    lowest: int
    highest: int
    is_reversed: bool
    moment: Moment
    event_kind: str
    delay_hours: int
    recipients: Recipients
    delivery: Delivery
    needs_consent: bool
    audience: str
    expires_days: int
    further: tuple[FurtherQuestion, ...]
    texts: Mapping[str, SurveyText]

    @property
    def is_scored(self) -> bool:
        return self.kind is not SurveyType.FREE
