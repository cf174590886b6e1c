"""The form of a refused record: the fields it said, those it should have, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.intake.fields import Kind, Type
from accounts.intake.specs import SPECS
from accounts.intake.workbooks import UNREADABLE
from accounts.pages.imports.labels import field_word, hint
from accounts.pages.imports.queries import Refused
from accounts.uploads.retry_rows import as_text

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    word: str
    hint: str
    value: str
    problems: list[str]
    is_required: bool
    is_long: bool
    options: list[str]
    has_focus: bool


class RecordForm(forms.Form):
    """Any text may be typed: what is wrong with it is for the import to say."""

    def __init__(self, data: Mapping[str, Any] | None, *, refused: Refused, kind: Kind) -> None:
        super().__init__(data)
        self.spec = SPECS[kind].by_name()
        self.refused = refused
        self.stored = as_text(refused.record)
        named = {p.field for p in refused.problems}
        self.first_wrong = next((name for name in self.spec if name in named), "")
        self.names = [
            name
            for name, field in self.spec.items()
            if name in self.stored or name in named or field.required
        ]
        # What is no field of ours cannot be imported; it is shown, and left out.
        self.strange = sorted(set(self.stored) - set(self.spec))
        for name in self.names:
            self.fields[name] = forms.CharField(
                required=False, strip=False, max_length=_LONGEST, label=field_word(name)
            )

    def values(self) -> dict[str, str]:
        """As a file would say it; a field that was not there and stays empty is not said."""
        return {
            name: self.cleaned_data[name]
            for name in self.names
            if self.cleaned_data[name] or name in self.stored
        }

    def lines(self) -> list[Line]:
        problems: dict[str, list[str]] = {}
        for problem in self.refused.problems:
            problems.setdefault(problem.field, []).append(problem.message)
        return [self._form_line(name, problems.get(name, [])) for name in self.names]

    def _form_line(self, name: str, problems: list[str]) -> Line:
        field = self.spec[name]
        value = self.data.get(name, "") if self.is_bound else self.stored.get(name, "")
        return Line(
            name=name,
            word=field_word(name),
            hint=hint(field),
            value="" if value.startswith(UNREADABLE) else value.replace("\x00", ""),
            problems=problems,
            is_required=field.required,
            is_long=field.type == Type.TEXT or len(value) > 120,
            options=sorted(field.options) if field.type == Type.CHOICE else [],
            has_focus=name == self.first_wrong,
        )

    def general(self) -> list[str]:
        """What is wrong with the record as a whole, or with a field that is none of ours."""
        return [p.message for p in self.refused.problems if p.field not in self.names]
