"""Text or stored columns in, a checked definition out; each error names the place and what fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.languages import LONGEST_CODE, language_code
from accounts.named_fields import Fields
from accounts.yaml_text import NotYamlError, parse
from surveys.catalogue import Delivery, Moment, QuestionKind, Recipients, SurveyType
from surveys.library.definition import (
    FurtherQuestion,
    FurtherText,
    SurveyDefinition,
    SurveyText,
)

LONGEST_FILE = 60_000
MOST_FURTHER = 5
# Lowest and highest of the scales that a kind may have, the usual one first.
SCALES: Mapping[SurveyType, tuple[tuple[int, int], ...]] = {
    SurveyType.NPS: ((0, 10),),
    SurveyType.CSAT: ((1, 5), (1, 7)),
    SurveyType.CES: ((1, 7),),
    SurveyType.FREE: ((0, 0),),
}
USUAL_DELAY_HOURS: Mapping[Moment, int] = {Moment.END_OF_ONBOARDING: 24}


class SurveyError(ValueError):
    """What is wrong with a definition, one sentence each in `problems`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def read_survey_yaml(text: str) -> SurveyDefinition:
    """Raises SurveyError."""
    if len(text) > LONGEST_FILE:
        raise SurveyError([f"A survey has at most {LONGEST_FILE} characters."])
    try:
        data = parse(text)
    except NotYamlError as error:
        raise SurveyError([f"This is not YAML: {error}"]) from error
    return read_survey(data)


def read_survey(data: object) -> SurveyDefinition:
    """Raises SurveyError."""
    definition, errors = examine_survey(data)
    if errors:
        raise SurveyError(errors)
    return definition


def examine_survey(data: object) -> tuple[SurveyDefinition, list[str]]:
    """What can be read of it, and what is wrong: a draft that is not complete is shown too."""
    errors: list[str] = []
    fields = Fields(data, place="", errors=errors, document="survey")
    kind = fields.word("kind", SurveyType)
    lowest, highest = _read_scale(fields, kind)
    further = fields.parts("further", _read_further, min_length=0)
    definition = SurveyDefinition(
        key=fields.key(),
        name=fields.text("name", max_length=80),
        kind=kind,
        lowest=lowest,
        highest=highest,
        is_reversed=fields.flag("is_reversed"),
        **_read_occasion(fields),
        needs_consent=fields.flag("needs_consent"),
        audience=fields.text("audience", max_length=40, default=""),
        expires_days=fields.whole("expires_days", lowest=1, highest=365, default=30),
        further=further,
        texts=_read_texts(fields, kind=kind, further=further),
    )
    fields.refuse_others()
    errors += _contradicting_fields(definition)
    return definition, errors


def _read_scale(fields: Fields, kind: SurveyType) -> tuple[int, int]:
    usual = SCALES[kind][0]
    said = fields.text("scale", max_length=8, default="")
    if not said:
        return usual
    for lowest, highest in SCALES[kind]:
        if said == f"{lowest}-{highest}":
            return lowest, highest
    known = ", ".join(f"{lowest}-{highest}" for lowest, highest in SCALES[kind])
    fields.wrong("scale", f"“{said}” is no scale of {kind.upper()}: {known}")
    return usual


def _read_occasion(fields: Fields) -> dict[str, Any]:
    moment = fields.word("moment", Moment)
    delay = fields.whole(
        "delay_hours", lowest=0, highest=720, default=USUAL_DELAY_HOURS.get(moment, 0)
    )
    return {
        "moment": moment,
        "event_kind": fields.text("event_kind", max_length=40, default=""),
        "delay_hours": delay,
        "recipients": fields.word("recipients", Recipients, default=Recipients.CLOSEST),
        "delivery": fields.word("delivery", Delivery, default=Delivery.MAIL),
    }


def _read_further(fields: Fields) -> FurtherQuestion:
    kind = fields.word("kind", QuestionKind, default=QuestionKind.TEXT)
    options = 0
    if kind is QuestionKind.CHOICE:
        options = fields.whole("options", lowest=2, highest=12)
    return FurtherQuestion(fields.key(), kind, options)


def _read_texts(
    fields: Fields, *, kind: SurveyType, further: tuple[FurtherQuestion, ...]
) -> dict[str, SurveyText]:
    said = fields.data.get("texts")
    part = fields.part("texts")
    languages = [name for name in (said if isinstance(said, Mapping) else ()) if name]
    texts = {}
    for language in languages:
        if not isinstance(language, str) or not is_language(language):
            part.wrong(str(language), "is no language: write a code such as en, pt-BR or zh-Hans")
            continue
        texts[language] = _read_text(part.part(language), kind=kind, further=further)
    if said is not None and not languages:
        fields.wrong("texts", "at least one language is needed")
    return texts


def is_language(code: str) -> bool:
    """A code as it is stored of people: `de`, `pt-BR`, `es-419`, `zh-Hans`."""
    return len(code) <= LONGEST_CODE and language_code(code) == code


def _read_text(
    fields: Fields, *, kind: SurveyType, further: tuple[FurtherQuestion, ...]
) -> SurveyText:
    unasked = "" if kind is SurveyType.FREE else None
    answers = fields.part("further", None if further else {})
    text = SurveyText(
        subject=fields.text("subject", max_length=120),
        intro=fields.text("intro", max_length=600, default=""),
        question=fields.text("question", max_length=200, default=unasked),
        low=fields.text("low", max_length=40, default=""),
        high=fields.text("high", max_length=40, default=""),
        reason=fields.text("reason", max_length=200),
        thanks=fields.text("thanks", max_length=600, default=""),
        further={each.key: _read_further_text(answers, each) for each in further},
    )
    answers.refuse_others()
    fields.refuse_others()
    return text


def _read_further_text(fields: Fields, asked: FurtherQuestion) -> FurtherText:
    part = fields.part(asked.key)
    question = part.text("question", max_length=200)
    options = part.texts("options")
    if len(options) != asked.options:
        part.wrong("options", f"{asked.options} are needed, these are {len(options)}")
    if any(not 1 <= len(option.strip()) <= 80 for option in options):
        part.wrong("options", "each has 1 to 80 characters")
    part.refuse_others()
    return FurtherText(question, options)


def _contradicting_fields(definition: SurveyDefinition) -> list[str]:
    errors = []
    keys = [each.key for each in definition.further]
    if len(set(keys)) < len(keys):
        errors.append("further: each question has a key of its own")
    if len(keys) > MOST_FURTHER:
        errors.append(f"further: at most {MOST_FURTHER} questions: each costs answers")
    if definition.is_reversed and definition.kind is not SurveyType.CES:
        errors.append("is_reversed: only CES has a scale on which the lowest is the best")
    if definition.moment is Moment.RHYTHM and definition.kind is not SurveyType.NPS:
        errors.append("moment: only NPS is asked on a rhythm")
    if definition.kind is SurveyType.NPS and definition.moment not in (
        Moment.RHYTHM,
        Moment.ON_REQUEST,
    ):
        errors.append("moment: NPS is asked on a rhythm or by a playbook, never after an event")
    if (definition.moment is Moment.AFTER_EVENT) != bool(definition.event_kind):
        errors.append("event_kind: name it where the moment is after_event, and only there")
    return errors
