"""What the page asks about a file once its columns are matched, as fields of the mapping form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_noop

from accounts import clock
from accounts.catalogue import label
from accounts.intake.column_mapping import ColumnMapping
from accounts.intake.fields import Field, Kind, Type
from accounts.intake.parse_options import EmptyCell, EndDate, ParseOptions
from accounts.intake.questions import (
    ColumnFindings,
    EndEvidence,
    Word,
    answers,
    are_cancellations,
    are_months,
    are_weeks,
    days_of,
    end_evidence,
    findings,
    fixed_fields,
    terms_of,
)
from accounts.intake.spans import Covers
from accounts.intake.word_meanings import plain_word
from accounts.loading.notices import in_words
from accounts.loading.overlaps import ANSWER
from accounts.models import ImportFile, Installation
from accounts.pages.imports.labels import field_word
from accounts.uploads.storage import first_rows

# 200,000 rows: enough to know a file by.
_PIECES = 40
_UNANSWERED, _HOLD, _NO_VALUE = "?", "!", "-"
_COVERS: dict[str, str] = {
    Covers.DAY: gettext_noop("The day of the date"),
    Covers.WEEK_FROM: gettext_noop("The week that begins on the date"),
    Covers.WEEK_TO: gettext_noop("The week that ends on the date"),
}
_MONTHS = gettext_noop(
    "All days are the first or the last of a month. Sums over months are not read, for no window of"
    " four weeks can be told from one: export by week or by day."
)
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MappingQuestion:
    """One choice: `name` in the form, what is asked about and how often it is there."""

    name: str
    about: str
    count: int
    choices: Choices
    chosen: str
    is_open: bool = False
    hint: str = ""

    def is_asked(self, answer: str) -> bool:
        """Whether it has to be answered, and is not."""
        return self.is_open and answer in ("", _UNANSWERED) and self.choices[0][0] == _UNANSWERED


@dataclass(frozen=True, slots=True)
class WordQuestions:
    """What the words of one column mean."""

    field: Field
    word: str
    rows: list[MappingQuestion]

    @property
    def open(self) -> int:
        return sum(row.is_open for row in self.rows)


@dataclass(slots=True)
class Questions:
    """Of one file and the columns chosen for it; `answers` reads them back."""

    words: list[WordQuestions] = field(default_factory=list)
    empty: list[MappingQuestion] = field(default_factory=list)
    fixed: list[MappingQuestion] = field(default_factory=list)
    end_date: MappingQuestion | None = None
    replaces: MappingQuestion | None = None
    evidence: EndEvidence = field(default_factory=EndEvidence)

    def __bool__(self) -> bool:
        return bool(self.words or self.empty or self.fixed or self.end_date or self.replaces)

    def each(self) -> Iterator[MappingQuestion]:
        for column in self.words:
            yield from column.rows
        yield from self.empty
        yield from self.fixed
        if self.end_date:
            yield self.end_date
        if self.replaces:
            yield self.replaces

    def form_fields(self) -> dict[str, forms.ChoiceField | forms.CharField]:
        return {
            one.name: forms.ChoiceField(choices=one.choices, required=False)
            if one.choices
            else forms.CharField(required=False, max_length=40, strip=True)
            for one in self.each()
        }

    def apply(self, mapping: dict[str, Any], data: Mapping[str, Any]) -> None:
        """Adds what was answered to the parts of a mapping."""
        for column in self.words:
            told = {
                plain_word(row.about): "" if data[row.name] == _NO_VALUE else data[row.name]
                for row in column.rows
                if data[row.name] not in (_HOLD, _UNANSWERED, "")
            }
            mapping["words"] = {**mapping.get("words", {}), column.field.name: told}
        mapping["empty"] = {
            row.name.removeprefix("empty-"): EmptyCell(data[row.name])
            for row in self.empty
            if data[row.name]
        }
        mapping["constants"] = {
            row.name.removeprefix("fixed-"): data[row.name] or row.chosen for row in self.fixed
        }
        if self.replaces and data[self.replaces.name]:
            mapping["constants"][ANSWER] = data[self.replaces.name]
        if self.end_date:
            mapping["end_date"] = EndDate(data["end_date"] or self.end_date.chosen)


def ask(
    file: ImportFile,
    *,
    kind: Kind,
    columns: Mapping[str, str],
    mapping: ColumnMapping,
    reading: ParseOptions,
    sent: Mapping[str, Any] | None,
) -> Questions:
    """`sent` comes before what the mapping says, which comes before a guess."""
    places = {ours: n for n, name in enumerate(file.header) if (ours := columns.get(name))}
    asked = Questions()
    rows = [row for _, row in first_rows(file, pieces=_PIECES)]
    for found in findings(rows, places=places, kind=kind, reading=reading):
        if any(word.meaning != plain_word(word.text).replace(" ", "_") for word in found.words):
            asked.words.append(_word_questions(found, place=places[found.field.name], sent=sent))
        if found.empty and found.field.is_telling:
            asked.empty.append(_empty_cell_question(found, mapping=mapping, sent=sent))
    for one in fixed_fields(kind, columns):
        guess = hint = ""
        if one.name == "covers":
            named = [columns.get(name) or "" for name in file.header]
            days = days_of(rows, columns=named, kind=kind, reading=reading)
            guess = "" if are_weeks(days) or are_months(days) else Covers.DAY
            hint = gettext(_MONTHS) if are_months(days) else ""
        asked.fixed.append(
            replace(_constant_question(one, guess=guess, mapping=mapping, sent=sent), hint=hint)
        )
    if kind == Kind.CONTRACTS and "ends_on" in places:
        terms = terms_of(rows, places=places, reading=reading)
        left = are_cancellations(terms, rows=len(rows), today=clock.today())
        asked.evidence = replace(end_evidence(terms), are_cancellations=left)
        asked.end_date = _end_date(asked.evidence, mapping=mapping, sent=sent)
    if kind == Kind.CONTRACTS and ANSWER not in places:
        asked.replaces = _overlap_question(file.outcome.get("overlap"), mapping=mapping, sent=sent)
    return asked


def _sent_or_default(name: str, otherwise: str, sent: Mapping[str, Any] | None) -> str:
    return str(sent[name]) if sent is not None and name in sent else otherwise


def _word_questions(
    found: ColumnFindings, *, place: int, sent: Mapping[str, Any] | None
) -> WordQuestions:
    one = found.field
    rows = [
        _mapping_question(f"word-{place}-{one.name}-{plain_word(word.text)}", word, one, sent=sent)
        for word in found.words
    ]
    rows.sort(key=lambda row: not row.is_open)
    return WordQuestions(one, field_word(one.name), rows)


def _mapping_question(
    name: str, word: Word, one: Field, *, sent: Mapping[str, Any] | None
) -> MappingQuestion:
    is_held = one.required or one.is_telling
    choices: Choices = [(value, _answer_word(value, one)) for value in answers(one)]
    if one.clearable:
        choices.append((_NO_VALUE, gettext("No value")))
    if is_held:
        choices += [(_HOLD, gettext("Hold these rows"))]
    else:
        choices += [(_HOLD, gettext("Leave out, with a warning"))]
    guess = _NO_VALUE if word.meaning == "" else word.meaning
    is_open = guess is None
    if is_open and is_held:
        choices.insert(0, (_UNANSWERED, gettext("Choose…")))
    otherwise = guess or (_UNANSWERED if is_held else _HOLD)
    return MappingQuestion(
        name, word.text, word.count, choices, _sent_or_default(name, otherwise, sent), is_open
    )


def _answer_word(value: str, one: Field) -> str:
    if one.type == Type.INTEGER:
        return value
    if one.type == Type.BOOLEAN:
        return gettext("Yes") if value == "true" else gettext("No")
    return gettext(_COVERS[value]) if one.name == "covers" else label(value)


def _empty_cell_question(
    found: ColumnFindings, *, mapping: ColumnMapping, sent: Mapping[str, Any] | None
) -> MappingQuestion:
    one, name = found.field, f"empty-{found.field.name}"
    choices: Choices = [(EmptyCell.KEEP, gettext("Nothing: what is stored stays"))]
    if one.clearable:
        says = gettext("There is none: %(meaning)s") % {"meaning": one.empty_word}
        choices.append((EmptyCell.CLEAR, says if one.empty_word else gettext("There is none")))
    choices.append((EmptyCell.HOLD, gettext("Not known: hold these rows")))
    otherwise = mapping.empty.get(one.name, mapping.empty_cells)
    return MappingQuestion(
        name,
        field_word(one.name),
        found.empty,
        choices,
        _sent_or_default(name, otherwise.value, sent),
    )


def _constant_question(
    one: Field, *, guess: str, mapping: ColumnMapping, sent: Mapping[str, Any] | None
) -> MappingQuestion:
    name = f"fixed-{one.name}"
    guess = Installation.current().currency if one.type == Type.CURRENCY else guess
    choices: Choices = []
    if one.options:
        choices = [("", gettext("Choose…")), *((v, _answer_word(v, one)) for v in answers(one))]
    otherwise = mapping.constants.get(one.name, guess)
    return MappingQuestion(
        name, field_word(one.name), 0, choices, _sent_or_default(name, otherwise, sent)
    )


def _end_date(
    evidence: EndEvidence, *, mapping: ColumnMapping, sent: Mapping[str, Any] | None
) -> MappingQuestion:
    guess = mapping.end_date or evidence.guess
    choices: Choices = [
        (EndDate.RENEWAL, gettext("Renewal date")),
        (EndDate.LAST_DAY, gettext("Last covered day")),
        (EndDate.CANCELLED, gettext("Cancellation: without one it goes on")),
    ]
    return MappingQuestion(
        "end_date",
        gettext("End"),
        0,
        choices,
        _sent_or_default("end_date", guess or "", sent),
        guess is None,
    )


def _overlap_question(
    overlap: Mapping[str, Any] | None, *, mapping: ColumnMapping, sent: Mapping[str, Any] | None
) -> MappingQuestion | None:
    """Once a check has found that some overlap, or somebody has answered it."""
    chosen = mapping.constants.get(ANSWER, "")
    if not overlap and not chosen:
        return None
    both = [("true", gettext("A later one replaces")), ("false", gettext("All count"))]
    if overlap:
        arr = {"true": overlap["replacing"], "false": overlap["adding"]}
        both = [(value, f"{word}: {in_words(arr[value])}") for value, word in both]
    choices = [("", gettext("Ask again")), *both]
    count = overlap["contracts"] if overlap else 0
    name = f"fixed-{ANSWER}"
    return MappingQuestion(
        name,
        gettext("Contracts that overlap"),
        count,
        choices,
        _sent_or_default(name, chosen, sent),
    )


def missing(asked: Questions, data: Mapping[str, Any]) -> Sequence[str]:
    """What has no answer yet, in words."""
    found = [
        gettext("Choose one value of “%(field)s” for all rows, or a column.") % {"field": one.about}
        for one in asked.fixed
        if not (data.get(one.name) or one.chosen)
    ]
    if asked.end_date and not (data.get("end_date") or asked.end_date.chosen):
        found.append(gettext("Say what the end of a contract is: renewal date or last day."))
    for column in asked.words:
        still = [row.about for row in column.rows if row.is_asked(data.get(row.name, ""))]
        if still:
            words = {"field": column.word, "words": ", ".join(f"“{w[:40]}”" for w in still[:5])}
            found.append(gettext("Say what these words of “%(field)s” mean: %(words)s.") % words)
    return found
