"""What a survey says in one language, field by field, its further questions among it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from surveys.catalogue import QuestionKind
from surveys.library.changes import TEXT_WORDS
from surveys.library.definition import FurtherQuestion, SurveyDefinition, SurveyText
from surveys.library.draft_edits import MOST_OPTIONS
from surveys.library.missing_texts import TextFault, TextGap
from surveys.library.survey_yaml import text_mapping
from surveys.pages.editor.fields import SurveyField, line, paragraph, shown_fields

LONGEST_OPTION = 80
_LONGEST = {
    "subject": 120,
    "intro": 600,
    "question": 200,
    "low": 40,
    "high": 40,
    "reason": 200,
    "thanks": 600,
}
_HELP = {
    "subject": _("{{ company }} becomes the name of the company, here and in all texts."),
    "intro": _("In the mail and on the page, before the question."),
    "low": _("Such as “0 · not at all”."),
    "high": _("Such as “10 · very likely”."),
    "reason": _("Everybody is asked for words: “What is the main reason for your score?”"),
    "thanks": _("After the answer."),
}
_SCORED = ("question", "low", "high")


def field_of(name: str, key: str) -> str:
    """Of a text; of a further question where there is a key."""
    return f"{key}-{name}" if key else name


def gap_words(gap: TextGap) -> str:
    """Beside its field."""
    if gap.fault is TextFault.FEW_OPTIONS:
        return gettext("Still missing: at least two options, one a line.")
    if gap.fault is TextFault.OTHER_OPTIONS:
        words = gettext("Write %(wanted)s options, one a line, in the order of the first language.")
        return words % {"wanted": gap.wanted}
    if gap.fault is TextFault.UNTRANSLATED:
        return gettext("Empty here: another language says something.")
    return gettext("Still missing.")


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A further question with its fields; `number` from 1."""

    key: str
    number: int
    is_choice: bool
    fields: tuple[SurveyField, ...]
    is_first: bool
    is_last: bool


class NoLanguageError(LookupError):
    """The survey says nothing in it, or not any more."""


class SurveyWordsForm(forms.Form):
    def __init__(self, data: Any = None, *, survey: SurveyDefinition, language: str) -> None:
        """Raises NoLanguageError."""
        if language not in survey.texts:
            raise NoLanguageError(language)
        self.survey, self.language = survey, language
        self.text = survey.texts[language]
        super().__init__(data, initial=_initial_of(self.text, survey.further))
        self.fields |= self._made_fields()

    def _made_fields(self) -> dict[str, forms.Field]:
        shown = [name for name in _LONGEST if self.survey.is_scored or name not in _SCORED]
        made: dict[str, forms.Field] = {name: _text_field(name) for name in shown}
        for asked in self.survey.further:
            made[field_of("question", asked.key)] = line(_("Question"), most=200)
            if asked.kind is QuestionKind.CHOICE:
                made[field_of("options", asked.key)] = paragraph(
                    _("Options"), most=2000, rows=4, help_text=_("One a line.")
                )
        return made

    def clean(self) -> dict[str, Any]:
        for asked in self.survey.further:
            name = field_of("options", asked.key)
            options = options_of(self.cleaned_data.get(name, ""))
            if len(options) > MOST_OPTIONS:
                self.add_error(name, _("At most %(most)s options.") % {"most": MOST_OPTIONS})
            if long := [each for each in options if len(each) > LONGEST_OPTION]:
                words = _("An option has at most %(most)s characters: “%(option)s” has more.")
                self.add_error(name, words % {"most": LONGEST_OPTION, "option": long[0]})
        return self.cleaned_data

    def written(self) -> dict[str, Any]:
        """The text of the language in the shape of the YAML; what is not asked here stays."""
        said, kept = self.cleaned_data, text_mapping(self.text)
        # As YAML has it: a browser sends each end of a line as two characters.
        kept |= {name: said[name].replace("\r\n", "\n") for name in _LONGEST if name in said}
        kept["further"] = {
            asked.key: {
                "question": said[field_of("question", asked.key)],
                "options": options_of(said.get(field_of("options", asked.key), "")),
            }
            for asked in self.survey.further
        }
        return kept

    def shown(
        self, gaps: Iterable[TextGap], saved: Mapping[str, str], *, focus: str = ""
    ) -> dict[str, SurveyField]:
        """`focus`: the id of the field to begin at."""
        words = {field_of(gap.name, gap.key): gap_words(gap) for gap in gaps}
        first_code, first_text = next(iter(self.survey.texts.items()))
        first = {}
        if first_code != self.language:
            first = _initial_of(first_text, self.survey.further)
        return shown_fields(self, gaps=words, saved=saved, first=first, focus=focus)

    def questions(self, shown: Mapping[str, SurveyField]) -> list[ShownQuestion]:
        last = len(self.survey.further)
        return [
            ShownQuestion(
                key=asked.key,
                number=number,
                is_choice=asked.kind is QuestionKind.CHOICE,
                fields=tuple(
                    shown[name]
                    for name in (field_of("question", asked.key), field_of("options", asked.key))
                    if name in shown
                ),
                is_first=number == 1,
                is_last=number == last,
            )
            for number, asked in enumerate(self.survey.further, start=1)
        ]


def _text_field(name: str) -> forms.CharField:
    words, help_text = gettext(TEXT_WORDS[name]), _HELP.get(name, "")
    if _LONGEST[name] > 200:
        return paragraph(words, most=_LONGEST[name], help_text=help_text)
    return line(words, most=_LONGEST[name], help_text=help_text)


def _initial_of(text: SurveyText, further: Iterable[FurtherQuestion]) -> dict[str, str]:
    said = {name: getattr(text, name) for name in _LONGEST}
    for asked in further:
        each = text.further[asked.key]
        said[field_of("question", asked.key)] = each.question
        said[field_of("options", asked.key)] = "\n".join(each.options)
    return said


def options_of(typed: str) -> list[str]:
    return [each.strip() for each in typed.splitlines() if each.strip()]
