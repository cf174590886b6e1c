"""Two people on one page, or a person and an import: the second to save is told, and loses nothing.

The page carries the values it was made with. Where stored values differ from them on saving, the
form comes back: what somebody else changed is named field by field; fields that this person did not
touch show the new value, the others what was typed. Sent again, it is saved.
"""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext

FIELD = "seen_values"


class GuardedForm(forms.ModelForm):
    """A change form that notices what was saved since its page was made."""

    seen_values = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial[FIELD] = json.dumps(self._stored_values(), default=str)

    def _stored_values(self) -> dict[str, Any]:
        """What the row holds, as the fields of the page would show it."""
        return {
            name: _as_plain_json(field.prepare_value(self.get_initial_for_field(field, name)))
            for name, field in self.fields.items()
            if name != FIELD
        }

    def _typed_value(self, name: str) -> Any:
        """What was sent, in the same form; what is no value of the field is nobody's."""
        if name not in self.cleaned_data:
            return object()
        return _as_plain_json(self.fields[name].prepare_value(self.cleaned_data[name]))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        sent = (cleaned or self.cleaned_data).get(FIELD)
        if not sent:
            return cleaned
        try:
            seen = dict(json.loads(sent))
        except (ValueError, TypeError):
            seen = {}
        stored = self._stored_values()
        changed = [name for name in stored if name in seen and stored[name] != seen[name]]
        if changed:
            self._come_back(changed, seen=seen, stored=stored)
        return cleaned

    def _come_back(
        self, changed: list[str], *, seen: dict[str, Any], stored: dict[str, Any]
    ) -> None:
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix(FIELD)] = json.dumps(stored, default=str)
        for name in changed:
            mine = self._typed_value(name) != seen[name]
            if not mine:
                _put_into_data(data, self.add_prefix(name), stored[name])
            self.add_error(name, self._conflict_message(name, is_mine=mine))
        self.data = data
        self.add_error(
            None,
            gettext(
                "Somebody else, or an import, changed this meanwhile. Nothing was saved yet:"
                " look at the fields that are marked, then save again."
            ),
        )

    def _conflict_message(self, name: str, *, is_mine: bool) -> str:
        words = _in_words(self.instance, name)
        if is_mine:
            return gettext("Meanwhile changed to %(words)s. Saving again keeps your own value.") % {
                "words": words
            }
        return gettext("Meanwhile changed to %(words)s, which is kept.") % {"words": words}


def _as_plain_json(value: Any) -> Any:
    """As it comes back from JSON; several choices have no order."""
    plain = json.loads(json.dumps(value, default=str))
    return sorted(plain, key=str) if isinstance(plain, list) else plain


def _put_into_data(data: Any, name: str, value: Any) -> None:
    """As the widget of the field would send the value."""
    if value is None or value is False:
        data.pop(name, None)
    elif isinstance(value, list):
        data.setlist(name, [str(part) for part in value])
    else:
        data[name] = "on" if value is True else str(value)


def _in_words(row: Any, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if hasattr(value, "all"):
        value = list(value.all())
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "empty" if value in (None, "") else f"“{value}”"
