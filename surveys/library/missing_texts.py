"""Which texts a survey still needs, by language. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from surveys.catalogue import QuestionKind
from surveys.library.definition import FurtherQuestion, SurveyDefinition, SurveyText

OPTIONAL_TEXTS = ("intro", "low", "high", "thanks")


class TextFault(StrEnum):
    MISSING = "missing"
    FEW_OPTIONS = "few_options"
    """Fewer than two to choose from."""
    OTHER_OPTIONS = "other_options"
    """Not as many as the first language has."""
    UNTRANSLATED = "untranslated"
    """May be empty, but another language says something there."""


@dataclass(frozen=True, slots=True)
class TextGap:
    """`name` of the text; of a further question (`key`) `question` or `options`. `wanted`: how
    many options."""

    language: str
    fault: TextFault
    name: str
    key: str = ""
    wanted: int = 0

    @property
    def is_needed(self) -> bool:
        """Without it the survey cannot be published."""
        return self.fault is not TextFault.UNTRANSLATED


def needed_texts(survey: SurveyDefinition) -> tuple[str, ...]:
    return ("subject", "question", "reason") if survey.is_scored else ("subject", "reason")


def text_gaps(survey: SurveyDefinition) -> list[TextGap]:
    """In the order of the languages, and of each as a customer reads it."""
    return [
        gap
        for language, text in survey.texts.items()
        for gap in (
            *_missing_texts(survey, language, text),
            *_faults_of_further(survey, language, text),
            *_untranslated_texts(survey, language, text),
        )
    ]


def _missing_texts(survey: SurveyDefinition, language: str, text: SurveyText) -> Iterator[TextGap]:
    for name in needed_texts(survey):
        if not getattr(text, name):
            yield TextGap(language, TextFault.MISSING, name)


def _faults_of_further(
    survey: SurveyDefinition, language: str, text: SurveyText
) -> Iterator[TextGap]:
    is_first = language == next(iter(survey.texts))
    for asked in survey.further:
        said = text.further[asked.key]
        if not said.question:
            yield TextGap(language, TextFault.MISSING, "question", asked.key)
        fault = _options_fault(asked, len(said.options), is_first=is_first)
        if fault is not None:
            yield TextGap(language, fault, "options", asked.key, asked.options)


def _options_fault(asked: FurtherQuestion, count: int, *, is_first: bool) -> TextFault | None:
    if asked.kind is not QuestionKind.CHOICE or count == asked.options:
        return None
    return TextFault.FEW_OPTIONS if is_first else TextFault.OTHER_OPTIONS


def _untranslated_texts(
    survey: SurveyDefinition, language: str, text: SurveyText
) -> Iterator[TextGap]:
    shown = OPTIONAL_TEXTS if survey.is_scored else ("intro", "thanks")
    for name in shown:
        elsewhere = any(getattr(other, name) for other in survey.texts.values())
        if elsewhere and not getattr(text, name):
            yield TextGap(language, TextFault.UNTRANSLATED, name)
