"""What differs between two versions of a survey, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from accounts.ui.formats import language
from surveys.catalogue import DELIVERY_WORDS, KIND_WORDS, MOMENT_WORDS, RECIPIENT_WORDS
from surveys.library.definition import SurveyDefinition, SurveyText

TEXT_WORDS = {
    "subject": gettext_noop("Subject of the mail"),
    "intro": gettext_noop("Before the question"),
    "question": gettext_noop("Question"),
    "low": gettext_noop("At the low end of the scale"),
    "high": gettext_noop("At the high end of the scale"),
    "reason": gettext_noop("Asks for the reason"),
    "thanks": gettext_noop("Thanks"),
}
"""The texts of a language in the order in which a customer reads them."""


@dataclass(frozen=True, slots=True)
class SurveyDifference:
    """`before` empty: it is new; `after` empty: it is gone."""

    place: str
    before: str
    after: str


def survey_differences(before: SurveyDefinition, after: SurveyDefinition) -> list[SurveyDifference]:
    """Settings first, then the languages in their new order. A further question is called by its
    number in `after`; one that is gone by the number it had, and as removed."""
    removed = gettext("%(number)s (removed)")
    numbers = {each.key: removed % {"number": n} for n, each in enumerate(before.further, start=1)}
    numbers |= {each.key: str(n) for n, each in enumerate(after.further, start=1)}
    return [
        *_changed_places(_settings_of(before), _settings_of(after)),
        *_changed_places(_texts_of(before, numbers), _texts_of(after, numbers)),
    ]


def _changed_places(before: dict[str, str], after: dict[str, str]) -> Iterator[SurveyDifference]:
    for place in [*after, *(place for place in before if place not in after)]:
        old, new = before.get(place, ""), after.get(place, "")
        if old != new:
            yield SurveyDifference(place, old, new)


def _settings_of(survey: SurveyDefinition) -> dict[str, str]:
    yes, no = gettext("Yes"), gettext("No")
    return {
        gettext("Name"): survey.name,
        gettext("Kind"): gettext(KIND_WORDS.label(survey.kind)),
        gettext("Scale"): scale_in_words(survey),
        gettext("Asked"): gettext(MOMENT_WORDS.label(survey.moment)),
        gettext("Kind of business event"): survey.event_kind,
        gettext("Hours until it is sent"): str(survey.delay_hours),
        gettext("Who is asked"): gettext(RECIPIENT_WORDS.label(survey.recipients)),
        gettext("Channel"): gettext(DELIVERY_WORDS.label(survey.delivery)),
        gettext("Only who agreed"): yes if survey.needs_consent else no,
        gettext("Audience"): survey.audience,
        gettext("Days to answer"): str(survey.expires_days),
        gettext("Languages, the first one first"): ", ".join(map(language, survey.texts)),
        gettext("Further questions"): "; ".join(_question_words(survey)),
    }


def scale_in_words(survey: SurveyDefinition) -> str:
    if not survey.is_scored:
        return ""
    ends = {"low": survey.lowest, "high": survey.highest}
    if survey.is_reversed:
        return gettext("%(low)s to %(high)s, the lowest is the best") % ends
    return gettext("%(low)s to %(high)s") % ends


def _question_words(survey: SurveyDefinition) -> list[str]:
    """Of the further questions, in their order, in the first language."""
    first = next(iter(survey.texts.values()), None)
    return [first.further[each.key].question or each.key for each in survey.further if first]


def _texts_of(survey: SurveyDefinition, numbers: Mapping[str, str]) -> dict[str, str]:
    return {
        gettext("%(language)s: %(place)s") % {"language": language(code), "place": place}: said
        for code, text in survey.texts.items()
        for place, said in _places_of_text(survey, text, numbers)
        if said
    }


def _places_of_text(
    survey: SurveyDefinition, text: SurveyText, numbers: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for name, words in TEXT_WORDS.items():
        yield gettext(words), getattr(text, name)
    for asked in survey.further:
        said, number = text.further[asked.key], numbers[asked.key]
        yield gettext("further question %(number)s") % {"number": number}, said.question
        place = gettext("options of further question %(number)s") % {"number": number}
        yield place, "; ".join(said.options)
