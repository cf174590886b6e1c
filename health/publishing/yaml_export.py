"""A scorecard as a file: what `import_draft` reads back to the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml

from health.definitions import read_name
from health.models import Scorecard
from health.queries.scorecards import build_spec
from health.scoring import (
    BandSpec,
    ComponentSpec,
    GateSpec,
    MeasureSpec,
    ScorecardSpec,
    format_conditions,
    format_curve,
    plain,
)


def export_card(scorecard: Scorecard) -> str:
    """Raises NotationError for a draft that cannot be read."""
    document = card_document(build_spec(scorecard), description=scorecard.description)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)


def card_document(spec: ScorecardSpec, *, description: str) -> dict[str, Any]:
    """What a scorecard says, in plain values."""
    return {
        "key": spec.key,
        "name": spec.name,
        "description": description,
        "recovery_margin": _yaml_number(spec.recovery_margin),
        "rising_dwell": spec.rising_dwell,
        "minimum_confidence": _yaml_number(spec.minimum_confidence),
        "handled_first": spec.handled_first,
        "components": [_component_node(each) for each in spec.components],
        "gates": [_gate_node(each) for each in spec.gates],
        "bands": [_band_node(each) for each in spec.bands],
        "alert_lines": [_yaml_number(value) for value in spec.alert_lines],
    }


def _component_node(spec: ComponentSpec) -> dict[str, Any]:
    row: dict[str, Any] = {"key": spec.key, "name": spec.name, "weight": _yaml_number(spec.weight)}
    if spec.components:
        row["components"] = [_component_node(each) for each in spec.components]
    if spec.measures:
        row["measures"] = [_measure_node(each) for each in spec.measures]
    return row


def _measure_node(spec: MeasureSpec) -> dict[str, Any]:
    """What was chosen for it stands by itself, so that a person can read and change it."""
    name = read_name(spec.key)
    row: dict[str, Any] = {"key": name.key}
    if name.chosen:
        row["parameters"] = {key: _number_or_text(value) for key, value in name.chosen}
    row |= {"weight": _yaml_number(spec.weight), "curve": format_curve(spec.curve)}
    if spec.penalties:
        row["penalties"] = ", ".join(f"{p.measure} × {plain(p.points)}" for p in spec.penalties)
    return row


def _gate_node(spec: GateSpec) -> dict[str, Any]:
    return {
        "key": spec.key,
        "name": spec.name,
        "component": spec.component,
        "when": format_conditions(spec.conditions),
        "cap": _yaml_number(spec.cap),
    }


def _band_node(spec: BandSpec) -> dict[str, Any]:
    return {
        "key": spec.key,
        "name": spec.name,
        "lower": _yaml_number(spec.lower),
        "at_risk": spec.at_risk,
        "tone": spec.tone.value,
        "order": spec.order,
    }


def _number_or_text(value: str) -> str | int:
    is_number = value.isascii() and value.isdecimal() and str(int(value)) == value
    return int(value) if is_number else value


def _yaml_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
