"""What the page of a draft shows, out of its form: components with their measures, bands, help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import BaseForm, BoundField
from django.http import HttpRequest, HttpResponse

from health.measures import MEASURES, Definition
from health.models import Band, Component, Gate, Measure, Scorecard
from health.pages.problems import ListedProblem
from health.pages.scorecards.fields import read_number
from health.pages.scorecards.form import DraftForm
from health.pages.scorecards.measure_choices import family_begun, known_choices, offered
from health.pages.scorecards.pictures import Picture, TypedBand, curve_picture, scale_picture
from health.publishing import check
from health.publishing.content import LINES, PART_FIELDS, part_field
from health.scoring import Problem

LEVELS = 3

# Asks for the preview of a draft and leads to it; given by whoever knows what a preview counts.
StartPreview = Callable[[HttpRequest, Scorecard], HttpResponse]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """`share` is its part of the whole score in per cent, as typed; `bar` the weight as drawn."""

    id: int
    key: str
    name: str
    definition: Definition | None
    weight: BoundField
    bar: Decimal
    share: Decimal
    curve: BoundField
    picture: Picture
    penalties: BoundField

    @property
    def part(self) -> str:
        return f"measure-{self.id}"


@dataclass(frozen=True, slots=True)
class GateRow:
    id: int
    key: str
    name: BoundField
    condition: BoundField
    cap: BoundField
    cap_shown: Decimal

    @property
    def part(self) -> str:
        return f"gate-{self.id}"


@dataclass(frozen=True, slots=True)
class NewMeasure:
    """`choices` are the fields of what there is to choose for the measure that was picked."""

    component: int
    picked: Definition | None
    key: BoundField
    choices: tuple[BoundField, ...]
    weight: BoundField
    curve: BoundField
    is_begun: bool

    @property
    def fields(self) -> tuple[BoundField, ...]:
        return self.key, *self.choices, self.weight, self.curve


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """`group` is what its own weight adds up with; `inner` what its parts do, `total` their sum."""

    id: int
    key: str
    level: int
    group: str
    name: BoundField
    weight: BoundField
    bar: Decimal
    share: Decimal
    measures: tuple[MeasureRow, ...]
    gates: tuple[GateRow, ...]
    has_components: bool
    total: Decimal
    new: NewMeasure

    @property
    def part(self) -> str:
        return f"component-{self.id}"


@dataclass(frozen=True, slots=True)
class BandRow:
    id: int
    key: str
    name: BoundField
    lower: BoundField
    at_risk: BoundField
    tone: BoundField
    order: BoundField

    @property
    def part(self) -> str:
        return f"band-{self.id}"


class Typed:
    """The numbers as they stand in the form, whether or not they were saved."""

    def __init__(self, form: DraftForm) -> None:
        self.form = form

    def text(self, name: str) -> str:
        value = self.form[name].value()
        return "" if value is None else str(value)

    def number(self, name: str) -> Decimal:
        return read_number(self.text(name)) or Decimal(0)

    def drawn(self, name: str) -> Decimal:
        """Between 0 and 100, whatever is typed."""
        return min(max(self.number(name), Decimal(0)), Decimal(100))


def draft_context(form: DraftForm) -> dict[str, Any]:
    typed = Typed(form)
    top = [c for c in form.parts["component"] if c.parent_id is None]
    return {
        "form": form,
        "components": list(_component_rows(form, typed, top, level=1, share=Decimal(1))),
        "top_total": _sum_of_fields(typed, (part_field("component", c.pk, "weight") for c in top)),
        "bands": [_band_row(form, band) for band in form.parts["band"]],
        "scale": scale_of(form, typed),
        "removed": form["remove"].value() or [],
        "catalogue": sorted(MEASURES.families(), key=lambda definition: definition.name),
        **known_choices(),
        "new_component": [form[f"new-component-{n}"] for n in ("name", "weight", "parent")],
        "new_gate": [form[f"new-gate-{n}"] for n in ("name", "component", "condition", "cap")],
        "new_band": [form[f"new-band-{n}"] for n in ("name", "lower", "at_risk", "tone")],
    }


def _component_rows(
    form: DraftForm, typed: Typed, rows: Iterable[Component], *, level: int, share: Decimal
) -> Iterator[ComponentRow]:
    for row in rows:
        below = [c for c in form.parts["component"] if c.parent_id == row.pk]
        own = share * typed.number(part_field("component", row.pk, "weight")) / 100
        yield _component_row(form, typed, row, level=level, share=own, below=below)
        if level < LEVELS:
            yield from _component_rows(form, typed, below, level=level + 1, share=own)


def _component_row(
    form: DraftForm,
    typed: Typed,
    row: Component,
    *,
    level: int,
    share: Decimal,
    below: list[Component],
) -> ComponentRow:
    measures = [m for m in form.parts["measure"] if m.component_id == row.pk]
    inner = [part_field("component", c.pk, "weight") for c in below]
    inner += [part_field("measure", m.pk, "weight") for m in measures]
    return ComponentRow(
        id=row.pk,
        key=row.key,
        level=level,
        group=f"component-{row.parent_id}" if row.parent_id else "top",
        name=form[part_field("component", row.pk, "name")],
        weight=form[part_field("component", row.pk, "weight")],
        bar=typed.drawn(part_field("component", row.pk, "weight")),
        share=share * 100,
        measures=tuple(_measure_row(form, typed, m, share) for m in measures),
        gates=tuple(
            _gate_row(form, typed, g) for g in form.parts["gate"] if g.component_id == row.pk
        ),
        has_components=bool(below),
        total=_sum_of_fields(typed, inner),
        new=new_measure(form, typed, row),
    )


def _measure_row(form: DraftForm, typed: Typed, row: Measure, share: Decimal) -> MeasureRow:
    definition = MEASURES.get(row.key)
    name = definition.name if definition else row.key
    curve = part_field("measure", row.pk, "curve")
    weight = part_field("measure", row.pk, "weight")
    return MeasureRow(
        id=row.pk,
        key=row.key,
        name=name,
        definition=definition,
        weight=form[weight],
        bar=typed.drawn(weight),
        share=share * typed.number(weight),
        curve=form[curve],
        picture=curve_picture(typed.text(curve), name=name),
        penalties=form[part_field("measure", row.pk, "penalties")],
    )


def _gate_row(form: DraftForm, typed: Typed, row: Gate) -> GateRow:
    cap = part_field("gate", row.pk, "cap")
    return GateRow(
        id=row.pk,
        key=row.key,
        name=form[part_field("gate", row.pk, "name")],
        condition=form[part_field("gate", row.pk, "condition")],
        cap=form[cap],
        cap_shown=typed.drawn(cap),
    )


def new_measure(form: DraftForm, typed: Typed, row: Component) -> NewMeasure:
    stem = f"new-measure-{row.pk}"
    family = family_begun(form, stem)
    key, weight, curve = (form[f"{stem}-{name}"] for name in ("key", "weight", "curve"))
    begun = any(typed.text(field.name) for field in (key, weight, curve))
    choices = tuple(form[f"{stem}-{parameter.key}"] for parameter in offered(family))
    return NewMeasure(row.pk, family, key, choices, weight, curve, begun)


def _band_row(form: DraftForm, row: Band) -> BandRow:
    fields = (form[part_field("band", row.pk, name)] for name in PART_FIELDS["band"])
    return BandRow(row.pk, row.key, *fields)


def scale_of(form: DraftForm, typed: Typed | None = None) -> Picture:
    typed = typed or Typed(form)
    bands = [
        TypedBand(
            typed.text(part_field("band", band.pk, "tone")),
            typed.text(part_field("band", band.pk, "name")),
            typed.text(part_field("band", band.pk, "lower")),
        )
        for band in form.parts["band"]
    ]
    return scale_picture(bands, lines=typed.text(LINES), margin=typed.text("recovery_margin"))


def _sum_of_fields(typed: Typed, names: Iterable[str]) -> Decimal:
    return sum((typed.number(name) for name in names), Decimal(0))


def field_problems(form: BaseForm) -> list[ListedProblem]:
    """What keeps the form from being saved, each with the field it is about."""
    return [
        ListedProblem(f"#id_{name}", str(form.fields[name].label or name), str(message))
        for name, messages in form.errors.items()
        if name in form.fields
        for message in messages
    ]


def draft_problems(draft: Scorecard, form: DraftForm) -> list[ListedProblem]:
    """What keeps the saved draft from being previewed and published."""
    return [
        ListedProblem(_problem_anchor(problem, form), problem.where, problem.message)
        for problem in check(draft)
    ]


_ANCHORS = {
    "weights": "#weights",
    "bands": "#bands",
    "recovery_margin": "#id_recovery_margin",
    "rising_dwell": "#id_rising_dwell",
    "minimum_confidence": "#id_minimum_confidence",
    "alert_lines": "#id_alert_lines",
}
_FIELD_OF = {"component": "weight", "measure": "curve", "gate": "condition"}


def _problem_anchor(problem: Problem, form: DraftForm) -> str:
    kind, _, key = problem.part.partition(":")
    part = next((row for row in form.parts.get(kind, ()) if row.key == key), None)
    if part is None:
        return _ANCHORS.get(problem.part, "#weights")
    return f"#id_{part_field(kind, part.pk, _FIELD_OF[kind])}"
