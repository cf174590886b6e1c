"""The page of a draft as one form: what it says, and room for one new part of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from health.measures import MEASURES
from health.models import Scorecard
from health.pages.scorecards.fields import (
    FLAGS,
    TONES,
    field_for,
    number_field,
    read_number,
    text_field,
)
from health.pages.scorecards.measure_choices import choice_fields, measures_by_use, name_begun
from health.publishing.content import (
    CARD_FIELDS,
    LINES,
    PART_FIELDS,
    RELATIONS,
    Content,
    content_of,
    labels_of,
    part_field,
    spelled,
)
from health.publishing.draft_edits import Edit, NewPart
from health.scoring import plain


class DraftForm(forms.Form):
    """Fields are named as `health.publishing.content` names what they hold."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput())
    alert_lines = forms.CharField(required=False, max_length=100)

    def __init__(
        self, data: Any = None, *, draft: Scorecard, begun: Mapping[str, str] | None = None
    ) -> None:
        """`begun` is what was typed for new parts so far, of a form that is not sent yet."""
        self.draft = draft
        self.begun: Mapping[str, str] = begun or {}
        self.labels = labels_of(draft)
        typed = {name: text for name, text in self.begun.items() if name.startswith("new-")}
        super().__init__(data, initial=as_initial(content_of(draft)) | typed, prefix=None)
        self.initial["revision"] = draft.revision
        self.parts = {
            kind: list(_part_rows(draft, kind, relation)) for kind, relation in RELATIONS.items()
        }
        self._say_what_exists()
        self._leave_room()
        self._mark_errors()

    def _say_what_exists(self) -> None:
        for name in CARD_FIELDS:
            self._add_labelled_field(name, field_for(name))
        for kind, names in PART_FIELDS.items():
            for part in self.parts[kind]:
                for name in names:
                    self._add_labelled_field(part_field(kind, part.pk, name), field_for(name))
        choices = [
            (f"{kind}-{part.pk}", "") for kind, parts in self.parts.items() for part in parts
        ]
        self.fields["remove"] = forms.MultipleChoiceField(required=False, choices=choices)

    def _add_labelled_field(self, name: str, field: forms.Field) -> None:
        field.label = self.labels.get(name, field.label)
        field.widget.attrs["aria-label"] = field.label
        self.fields[name] = field

    def _leave_room(self) -> None:
        """One new part of each kind can be added by a save; a measure in each component."""
        measures = measures_by_use()
        for component in self.parts["component"]:
            stem = f"new-measure-{component.pk}"
            key = forms.ChoiceField(
                required=False, choices=[("", gettext("Choose a measure")), *measures]
            )
            self._add_new_part_field(f"{stem}-key", gettext("Measure"), key)
            for name, label, field in choice_fields(self, stem):
                self._add_new_part_field(f"{stem}-{name}", label, field)
            self._add_new_part_field(
                f"{stem}-weight", gettext("Weight"), number_field("weight", required=False)
            )
            self._add_new_part_field(
                f"{stem}-curve", gettext("Curve"), text_field("curve", required=False)
            )
        homes = [(str(c.pk), str(c)) for c in self.parts["component"]]
        self._add_new_part_field(
            "new-component-name", gettext("Name"), text_field("name", required=False)
        )
        self._add_new_part_field(
            "new-component-weight", gettext("Weight"), number_field("weight", required=False)
        )
        parents = forms.ChoiceField(required=False, choices=[("", gettext("Top level")), *homes])
        self._add_new_part_field("new-component-parent", gettext("Inside of"), parents)
        self._add_new_part_field(
            "new-gate-name", gettext("Name"), text_field("name", required=False)
        )
        caps = forms.ChoiceField(required=False, choices=[("", gettext("Choose")), *homes])
        self._add_new_part_field("new-gate-component", gettext("Component it caps"), caps)
        self._add_new_part_field(
            "new-gate-condition", gettext("Condition"), text_field("condition", required=False)
        )
        self._add_new_part_field(
            "new-gate-cap", gettext("Cap"), number_field("cap", required=False)
        )
        self._add_new_part_field(
            "new-band-name", gettext("Name"), text_field("name", required=False)
        )
        self._add_new_part_field(
            "new-band-lower", gettext("Lower bound"), number_field("lower", required=False)
        )
        self._add_new_part_field(
            "new-band-at_risk", gettext("At risk"), forms.BooleanField(required=False)
        )
        tones = [("", gettext("By what it means")), *TONES]
        self._add_new_part_field(
            "new-band-tone", gettext("Tone"), forms.ChoiceField(required=False, choices=tones)
        )

    def _add_new_part_field(self, name: str, label: str, field: forms.Field) -> None:
        field.label = label
        self.fields[name] = field

    def _mark_errors(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, forms.BooleanField):
                continue
            field.widget.attrs["class"] = "input"
            field.widget.attrs["id"] = f"id_{name}"
            if self.is_bound and name in self.errors:
                field.widget.attrs |= {
                    "aria-invalid": "true",
                    "aria-describedby": f"id_{name}_error",
                }

    def show_theirs(self, clashes: Mapping[str, str]) -> None:
        """Beside each field that both changed: what the other person saved."""
        for name, value in clashes.items():
            self.fields[name].theirs = value  # type: ignore[attr-defined]

    def clean_alert_lines(self) -> list[Decimal]:
        words = gettext("Write numbers above 0 and below 100, parted by commas: 40, 20.")
        lines = []
        for part in filter(None, (p.strip() for p in self.cleaned_data[LINES].split(","))):
            value = read_number(part)
            if value is None:
                raise ValidationError(
                    gettext("“%(part)s” is not a number. %(words)s")
                    % {"part": part, "words": words}
                )
            if not 0 < value < 100 or value != round(value, 2):
                raise ValidationError(words)
            lines.append(value)
        if len(set(lines)) < len(lines):
            raise ValidationError(gettext("Each alert line stands once."))
        return sorted(lines, reverse=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        removed = self._parts_removed(cleaned.get("remove", ()))
        for name in list(self.errors):  # what goes need not be right
            if name.rpartition("-")[0] in removed:
                del self.errors[name]
                cleaned[name] = self.initial[name]
        self._need_all("new-component", ("name", "weight"))
        self._need_all("new-gate", ("name", "component", "condition", "cap"))
        self._need_all("new-band", ("name", "lower"))
        for component in self.parts["component"]:
            self._need_all(f"new-measure-{component.pk}", ("key", "weight", "curve"))
        self._bounds_stand_once(removed)
        self._measures_stand_once(removed)
        self._homes_stay(removed)
        return cleaned

    def _parts_removed(self, named: Iterable[str]) -> set[str]:
        """What is removed, and what is inside of it."""
        gone = set(named)
        waiting = [c for c in self.parts["component"] if f"component-{c.pk}" in gone]
        while waiting:
            home = waiting.pop()
            gone |= {
                f"{kind}-{part.pk}"
                for kind in ("measure", "gate")
                for part in self.parts[kind]
                if part.component_id == home.pk
            }
            inside = [c for c in self.parts["component"] if c.parent_id == home.pk]
            gone |= {f"component-{c.pk}" for c in inside}
            waiting += inside
        return gone

    def _need_all(self, stem: str, names: tuple[str, ...]) -> None:
        given = [
            name for name in names if self.cleaned_data.get(f"{stem}-{name}") not in ("", None)
        ]
        for name in names if given else ():
            field = f"{stem}-{name}"
            if name not in given and field not in self.errors:
                self.add_error(field, gettext("Needed for the new part; or leave all of it empty."))

    def _bounds_stand_once(self, removed: set[str]) -> None:
        seen: dict[Decimal, str] = {}
        names = [
            f"band-{band.pk}" for band in self.parts["band"] if f"band-{band.pk}" not in removed
        ]
        for stem in (*names, "new-band"):
            value = self.cleaned_data.get(f"{stem}-lower")
            if value is None:
                continue
            if value in seen:
                self.add_error(
                    f"{stem}-lower",
                    gettext("Another band begins at %(bound)s as well.") % {"bound": plain(value)},
                )
            seen[value] = stem

    def _measures_stand_once(self, removed: set[str]) -> None:
        stay = [part for part in self.parts["measure"] if f"measure-{part.pk}" not in removed]
        seen = {
            str(part.key): gettext("in “%(component)s” already") % {"component": part.component}
            for part in stay
        }
        for component in self.parts["component"]:
            stem = f"new-measure-{component.pk}"
            name = name_begun(self, stem)
            if name in seen:
                words = gettext("“%(name)s” is %(where)s") % {
                    "name": MEASURES[name].name,
                    "where": seen[name],
                }
                self.add_error(
                    f"{stem}-key",
                    gettext("%(words)s; a scorecard has each measure once.") % {"words": words},
                )
            elif name:
                seen[name] = gettext("being added to “%(component)s” as well") % {
                    "component": component
                }

    def _homes_stay(self, removed: set[str]) -> None:
        homes = {
            "new-component-parent": self.cleaned_data.get("new-component-parent"),
            "new-gate-component": self.cleaned_data.get("new-gate-component"),
        } | {
            field: component.pk
            for component in self.parts["component"]
            if self.cleaned_data.get(field := f"new-measure-{component.pk}-key")
        }
        for field, home in homes.items():
            if f"component-{home}" in removed:
                self.add_error(
                    field, gettext("This component is being removed: choose one that stays.")
                )

    def edit(self) -> Edit:
        """What the valid form says."""
        values = self.cleaned_data
        removed = [_part_of(name) for name in values["remove"]]
        content = {
            name: spelled(value)
            for name, value in values.items()
            if name in self.labels and name != LINES and _part_of_field(name) not in removed
        }
        return Edit(content, values[LINES], removed, list(self._new_parts(values)))

    def _new_parts(self, values: Mapping[str, Any]) -> Iterator[NewPart]:
        if values["new-component-name"]:
            parent = values["new-component-parent"]
            given = {"name": values["new-component-name"], "weight": values["new-component-weight"]}
            yield NewPart("component", given | {"parent_id": int(parent) if parent else None})
        for component in self.parts["component"]:
            stem = f"new-measure-{component.pk}"
            if values[f"{stem}-key"]:
                given = {name: values[f"{stem}-{name}"] for name in ("weight", "curve")}
                given |= {"key": name_begun(self, stem), "component_id": component.pk}
                yield NewPart("measure", given)
        if values["new-gate-name"]:
            given = {name: values[f"new-gate-{name}"] for name in ("name", "condition", "cap")}
            yield NewPart("gate", given | {"component_id": int(values["new-gate-component"])})
        if values["new-band-name"]:
            columns = ("name", "lower", "at_risk", "tone")
            given = {name: values[f"new-band-{name}"] for name in columns}
            yield NewPart("band", given)


def _part_rows(draft: Scorecard, kind: str, relation: str) -> Any:
    rows = getattr(draft, relation).order_by(*_part_order(kind))
    return rows.select_related("component") if kind == "measure" else rows


def _part_order(kind: str) -> tuple[str, ...]:
    return ("-lower",) if kind == "band" else ("position", "pk")


def _part_of(name: str) -> tuple[str, int]:
    kind, _, pk = name.partition("-")
    return kind, int(pk)


def _part_of_field(name: str) -> tuple[str, int] | None:
    kind, _, rest = name.partition("-")
    pk = rest.partition("-")[0]
    return (kind, int(pk)) if pk.isdecimal() else None


def as_initial(content: Content) -> dict[str, Any]:
    return {
        name: bool(text) if name.rpartition("-")[2] in FLAGS else text
        for name, text in content.items()
    }
