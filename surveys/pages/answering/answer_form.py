"""What was posted, checked; what was typed is kept where something is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.intake.texts import cleaned
from surveys.actions.answers import GivenAnswer
from surveys.catalogue import QuestionKind
from surveys.library.definition import FurtherQuestion, SurveyDefinition
from surveys.library.page_words import PageWords
from surveys.models import Response

LONGEST_WORDS = 5000


def further_name(key: str) -> str:
    """Of the field: no key of a further question is the name of another field."""
    return f"further_{key}"


@dataclass(slots=True)
class AnswerForm:
    """`typed` and `errors` by the names of fields; `given` where nothing is wrong."""

    definition: SurveyDefinition
    words: PageWords
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    given: GivenAnswer | None = None

    def read(self, posted: Mapping[str, str]) -> None:
        names = ["score", "comment", "may_call"]
        names += [further_name(asked.key) for asked in self.definition.further]
        self.typed = {name: posted.get(name, "") for name in names}
        value = self._read_score() if self.definition.is_scored else None
        comment = self._read_words("comment")
        further = {
            asked.key: said
            for asked in self.definition.further
            if (said := self._read_further(asked)) not in (None, "")
        }
        said_more = bool(comment or further)
        if not self.definition.is_scored and not said_more and not self.errors:
            self.errors["comment"] = self.words.nothing_said
        if not self.errors:
            self.given = GivenAnswer(
                value=value,
                comment=comment,
                further={key: said for key, said in further.items() if said is not None},
                may_call=self.typed["may_call"] == "1",
                is_complete=said_more or posted.get("do") == "done",
            )

    def _read_score(self) -> int | None:
        lowest, highest = self.definition.lowest, self.definition.highest
        value = score_of(self.typed["score"], self.definition)
        if value is None:
            self.errors["score"] = self.words.wrong_score.format(lowest=lowest, highest=highest)
        return value

    def _read_words(self, name: str) -> str:
        said = cleaned(self.typed[name].replace("\r\n", "\n"), is_line=False)
        if len(said) > LONGEST_WORDS:
            self.errors[name] = self.words.too_long.format(count=len(said), most=LONGEST_WORDS)
        return said

    def _read_further(self, asked: FurtherQuestion) -> str | int | None:
        name = further_name(asked.key)
        if asked.kind is not QuestionKind.CHOICE:
            return self._read_words(name)
        said = self.typed[name]
        if not said:
            return None
        if said not in [str(number) for number in range(1, asked.options + 1)]:
            self.errors[name] = self.words.wrong_option
            return None
        return int(said)


def score_of(text: str, definition: SurveyDefinition) -> int | None:
    """A number of the survey's scale, written as we write it; None for anything else."""
    scale = range(definition.lowest, definition.highest + 1) if definition.is_scored else ()
    return next((value for value in scale if text == str(value)), None)


def typed_of(answer: Response) -> dict[str, str]:
    """The fields of a form that says what was answered before."""
    typed = {"score": "" if answer.value is None else str(answer.value), "comment": answer.comment}
    typed |= {further_name(key): str(said) for key, said in answer.further.items()}
    return typed | ({"may_call": "1"} if answer.may_call else {})
