"""A published version to read, and how two versions differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext

from accounts.ui.charts import Chart
from health.measures import names_in_words
from health.models import Publication, RuleSet, Scorecard
from health.pages.labels import moment
from health.pages.scorecards.pictures import Picture, TypedBand, draw, scale_picture
from health.publishing import draft_of
from health.queries.scorecards import build_spec, in_force
from health.scoring import (
    CardDifference,
    ComponentSpec,
    Condition,
    differences,
    format_curve,
    plain,
)
from health.scoring import ScorecardSpec as Spec


@dataclass(frozen=True, slots=True)
class MeasureLine:
    name: str
    weight: Decimal
    share: Decimal
    curve: str
    picture: Chart
    penalties: str


@dataclass(frozen=True, slots=True)
class ComponentLines:
    name: str
    level: int
    weight: Decimal
    share: Decimal
    measures: tuple[MeasureLine, ...]
    gates: tuple[str, ...]


def card_word(scorecard: Scorecard) -> str:
    """Four inputs v4; a draft is one that will be."""
    return f"{scorecard.name} v{scorecard.version}"


def draft_word(draft: Scorecard | RuleSet) -> str:
    return card_word(draft) if isinstance(draft, Scorecard) else str(draft)


def names_of_measures(*specs: Spec) -> Mapping[str, str]:
    return names_in_words(key for spec in specs for key in spec.raw_keys)


def compared(before: Scorecard, after: Scorecard) -> list[tuple[str, list[CardDifference]]]:
    """By section, in the order of a scorecard."""
    sides = (build_spec(before), build_spec(after))
    found = differences(*sides, names=names_of_measures(*sides))
    return by_section(found)


def by_section(found: Sequence[CardDifference]) -> list[tuple[str, list[CardDifference]]]:
    order = list(dict.fromkeys(difference.section for difference in found))
    rows = sorted(found, key=lambda difference: order.index(difference.section))
    return [(str(key), list(rows)) for key, rows in groupby(rows, key=lambda d: d.section)]


def previous_of(scorecard: Scorecard) -> Scorecard | None:
    earlier = Scorecard.objects.filter(
        key=scorecard.key, version__lt=scorecard.version, state=Scorecard.State.PUBLISHED
    )
    return earlier.order_by("-version").first()


def version_context(version: Scorecard) -> dict[str, Any]:
    spec = build_spec(version)
    current = in_force().get(version.key)
    previous = previous_of(version)
    return {
        "card": version,
        "word": card_word(version),
        "title": card_word(version),
        "spec": spec,
        "published_at": moment(version.published_at) if version.published_at else "",
        "components": list(_component_lines(spec)),
        "scale": _band_scale_picture(spec),
        "is_in_force": current is not None and current.id == version.pk,
        "in_force": current.spec if current else None,
        "draft": draft_of(version.key),
        "previous": previous,
        "changes": compared(previous, version) if previous else [],
        "publications": Publication.objects.filter(scorecard=version)
        .select_related("published_by")
        .order_by("-id"),
    }


def _component_lines(spec: Spec) -> list[ComponentLines]:
    lines: list[ComponentLines] = []

    def descend(components: tuple[ComponentSpec, ...], level: int, share: Decimal) -> None:
        for component in components:
            own = share * component.weight / 100
            lines.append(_lines_of_component(spec, component, level, own))
            descend(component.components, level + 1, own)

    descend(spec.components, 1, Decimal(1))
    return lines


def _lines_of_component(
    spec: Spec, component: ComponentSpec, level: int, share: Decimal
) -> ComponentLines:
    names = names_of_measures(spec)
    return ComponentLines(
        name=component.name,
        level=level,
        weight=component.weight,
        share=share * 100,
        measures=tuple(
            MeasureLine(
                name=names.get(m.key, m.key),
                weight=m.weight,
                share=share * m.weight,
                curve=format_curve(m.curve),
                picture=draw(m.curve, name=names.get(m.key, m.key)),
                penalties=", ".join(
                    gettext("−%(points)s for each of %(measure)s")
                    % {
                        "points": plain(p.points),
                        "measure": names.get(p.measure, p.measure).lower(),
                    }
                    for p in m.penalties
                ),
            )
            for m in component.measures
        ),
        gates=tuple(
            gettext("%(name)s: at most %(cap)s while %(conditions)s")
            % {
                "name": gate.name,
                "cap": plain(gate.cap),
                "conditions": _conditions_in_words(gate.conditions, names),
            }
            for gate in spec.gates
            if gate.component == component.key
        ),
    )


def _conditions_in_words(conditions: tuple[Condition, ...], names: Mapping[str, str]) -> str:
    return " and ".join(
        f"{names.get(c.measure, c.measure).lower()} {c.comparison} {plain(c.value)}"
        for c in conditions
    )


def _band_scale_picture(spec: Spec) -> Picture:
    bands = [TypedBand(b.tone, b.name, str(b.lower)) for b in spec.bands]
    lines = ", ".join(str(value) for value in spec.alert_lines)
    return scale_picture(bands, lines=lines, margin=str(spec.recovery_margin))
