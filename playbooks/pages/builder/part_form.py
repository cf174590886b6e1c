"""A part of a draft as a form: read from the data of the draft, and written back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from django import forms
from django.forms import BoundField

from playbooks.pages.builder.fields import Known
from playbooks.triggers.vocabulary import label


class FieldGroup(NamedTuple):
    """`word` empty: what is always shown; else what opens it. It stands open where it says
    something, or something in it is wrong."""

    word: str
    fields: list[BoundField]
    is_open: bool


class PartForm(forms.Form):
    """A part is read with `read`, made into fields and `written` back."""

    def __init__(self, data: Any = None, *, part: Mapping[str, Any], known: Known) -> None:
        self.part, self.known = part, known
        super().__init__(data)
        self.fields |= self.made_fields()
        self.initial = self.read(part)
        for name, field in self.fields.items():
            self._keep_chosen(name, field)
        for name, field in self.fields.items():
            self._style_field(name, field)
        self._begin_at_first()

    def made_fields(self) -> dict[str, forms.Field]:
        raise NotImplementedError

    def read(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Initial values."""
        raise NotImplementedError

    def written(self) -> dict[str, Any]:
        """What the valid form says, over what the part said."""
        raise NotImplementedError

    def group_names(self) -> list[tuple[Any, Sequence[str]]]:
        """Words with the names of their fields; what none names comes first."""
        return []

    def grouped(self) -> list[FieldGroup]:
        named_groups = self.group_names()
        named = {name for _, names in named_groups for name in names}
        first = [name for name in self.fields if name not in named]
        groups = [FieldGroup("", [self[name] for name in first], is_open=True)]
        for word, names in named_groups:
            shown = [self[name] for name in names if name in self.fields]
            says = any(
                field.errors or field.value() not in (None, "", [], False) for field in shown
            )
            if shown:
                groups.append(FieldGroup(word, shown, is_open=says))
        return groups

    def _keep_chosen(self, name: str, field: forms.Field) -> None:
        """What was chosen stays, though no list names it any more."""
        if isinstance(field, forms.ChoiceField):
            value = self.initial.get(name)
            chosen = value if isinstance(value, list) else [value]
            listed: list[Any] = list(cast("Any", field.choices))
            known = [key for key, _word in listed]
            lost = [(each, label(each)) for each in chosen if each and each not in known]
            field.choices = [*listed, *lost]

    def _style_field(self, name: str, field: forms.Field) -> None:
        if isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
            return
        field.widget.attrs["class"] = "input"

    def _begin_at_first(self) -> None:
        """Whoever opens the form, or is told that something is wrong, is where to type."""
        wrong = [name for name in self.fields if self.is_bound and name in self.errors]
        for name in wrong or self.fields:
            if "class" in self.fields[name].widget.attrs:
                self.fields[name].widget.attrs["autofocus"] = True
                return
