"""Scorecards from files: what the product ships is read by the import that users have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Max

from accounts.ui.bands import KNOWN
from accounts.yaml_text import NotYamlError, parse
from health import models
from health.definitions import LONGEST_NAME, MeasureName
from health.measures import MEASURES
from health.queries.rules import RuleContent
from health.scoring import MOST_DWELL, Tone

# Between the orders of two bands, so that one of another scorecard has room between them.
ORDER_STEP = 10
MOST_ORDER = 1000
LIBRARY = Path(__file__).resolve().parent.parent / "library"


class FileProblem(ValueError):
    """The file cannot be read as a scorecard; the message says where and why."""


@dataclass(frozen=True, slots=True)
class _Tree:
    scorecard: models.Scorecard
    components: dict[str, models.Component]


@transaction.atomic
def import_draft(text: str, *, now: datetime) -> models.Scorecard:
    """Makes a draft, the next version of its key, from a YAML document. Raises FileProblem."""
    document = _parse_document(text)
    scorecard = models.Scorecard.objects.create(
        key=_required_text(document, "key"),
        version=next_version(_required_text(document, "key")),
        name=_required_text(document, "name"),
        description=str(document.get("description", "")),
        recovery_margin=_read_decimal(document.get("recovery_margin", 3), "recovery_margin"),
        rising_dwell=_read_dwell_days(document.get("rising_dwell", 0), "rising_dwell"),
        minimum_confidence=_read_decimal(
            document.get("minimum_confidence", 60), "minimum_confidence"
        ),
        handled_first=bool(document.get("handled_first", False)),
        created_at=now,
    )
    tree = _Tree(scorecard, {})
    _add_components(tree, _optional_list(document, "components"), None)
    for position, gate in enumerate(_optional_list(document, "gates")):
        _add_gate(tree, gate, position)
    for place, band in enumerate(_optional_list(document, "bands")):
        _add_band(scorecard, band, place)
    for value in _optional_list(document, "alert_lines"):
        scorecard.alert_lines.create(value=_read_decimal(value, "alert line"))
    return scorecard


def next_version(key: str) -> int:
    latest = models.Scorecard.objects.filter(key=key).aggregate(latest=Max("version"))["latest"]
    return (latest or 0) + 1


def library_scorecards() -> Iterator[tuple[str, str]]:
    """Key and text of the documents that are shipped; a file is named by its key."""
    for path in sorted(LIBRARY.glob("*.yaml")):
        if path.stem != "assignment":
            yield path.stem, path.read_text(encoding="utf-8")


def library_rules() -> list[RuleContent]:
    """The shipped assignment rules."""
    rows = yaml.safe_load((LIBRARY / "assignment.yaml").read_text(encoding="utf-8"))
    return [RuleContent(scorecard_key=row.pop("scorecard"), **row) for row in rows]


def _add_components(
    tree: _Tree, rows: list[dict[str, Any]], parent: models.Component | None
) -> None:
    for position, row in enumerate(rows):
        component = tree.scorecard.components.create(
            parent=parent,
            key=_required_text(row, "key"),
            name=_required_text(row, "name"),
            weight=_read_decimal(row.get("weight"), f"weight of {row['key']}"),
            position=position,
        )
        tree.components[component.key] = component
        _add_components(tree, _optional_list(row, "components"), component)
        for order, measure in enumerate(_optional_list(row, "measures")):
            tree.scorecard.measures.create(
                component=component,
                key=_measure_name(measure),
                weight=_read_decimal(measure.get("weight"), f"weight of {measure['key']}"),
                curve=_required_text(measure, "curve"),
                penalties=str(measure.get("penalties", "")),
                position=order,
            )


def _measure_name(row: dict[str, Any]) -> str:
    """Its key, and what was chosen: in brackets, or as `parameters` of the row."""
    key, chosen = _required_text(row, "key"), row.get("parameters") or {}
    if not isinstance(chosen, dict):
        raise FileProblem(f"“parameters” of {key} is a mapping, such as feature: reports")
    if chosen:
        key = str(MeasureName(key, tuple((str(k), str(v)) for k, v in chosen.items())))
    if len(key) > LONGEST_NAME:
        raise FileProblem(f"“{key}” is longer than {LONGEST_NAME} characters")
    return MEASURES.spelled(key)


def _add_gate(tree: _Tree, row: dict[str, Any], position: int) -> None:
    component = tree.components.get(_required_text(row, "component"))
    if component is None:
        raise FileProblem(f"gate {row.get('key')}: there is no component {row['component']}")
    tree.scorecard.gates.create(
        component=component,
        key=_required_text(row, "key"),
        name=_required_text(row, "name"),
        condition=_required_text(row, "when"),
        cap=_read_decimal(row.get("cap"), f"cap of {row['key']}"),
        position=position,
    )


def _add_band(scorecard: models.Scorecard, row: dict[str, Any], place: int) -> None:
    """`tone` and `order` may be left out: by what the key and the place among the others say."""
    key, at_risk = _required_text(row, "key"), bool(row.get("at_risk", False))
    scorecard.bands.create(
        key=key,
        name=_required_text(row, "name"),
        lower=_read_decimal(row.get("lower"), "lower bound of a band"),
        at_risk=at_risk,
        tone=_read_tone(row.get("tone") or default_tone(key, at_risk=at_risk, place=place)),
        order=_read_band_order(row.get("order", (place + 1) * ORDER_STEP)),
    )


def default_tone(key: str, *, at_risk: bool, place: int) -> Tone:
    """That of a key the product knows, else by what the band means; `place` 0 is the best."""
    if key in KNOWN:
        return Tone(KNOWN[key].tone)
    return Tone.INTERVENE if at_risk else Tone.HEALTHY if place == 0 else Tone.WATCH


def _read_tone(value: object) -> Tone:
    try:
        return Tone(str(value))
    except ValueError as problem:
        tones = ", ".join(tone.value for tone in Tone)
        raise FileProblem(f"tone of a band: {value!r} is none of {tones}") from problem


def _read_band_order(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST_ORDER:
        raise FileProblem(f"order of a band: {value!r} is no whole number from 0 to {MOST_ORDER}")
    return value


def _parse_document(text: str) -> dict[str, Any]:
    try:
        document = parse(text)
    except NotYamlError as problem:
        raise FileProblem(f"this is not YAML: {problem}") from problem
    if not isinstance(document, dict):
        raise FileProblem("a scorecard file begins with “key: …”")
    return document


def _required_text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise FileProblem(f"“{name}” is missing in {row}")
    return value.strip()


def _optional_list(row: dict[str, Any], name: str) -> list[Any]:
    value = row.get(name) or []
    if not isinstance(value, list):
        raise FileProblem(f"“{name}” must be a list")
    return value


def _read_dwell_days(value: object, what: str) -> int:
    if type(value) is not int or not 0 <= value <= MOST_DWELL:
        raise FileProblem(f"{what}: {value!r} is no whole number of days from 0 to {MOST_DWELL}")
    return value


def _read_decimal(value: object, what: str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as problem:
        raise FileProblem(f"{what}: {value!r} is not a number") from problem
