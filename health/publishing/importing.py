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

from accounts.yaml_text import NotYamlError, parse
from health import models

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
    document = _document(text)
    scorecard = models.Scorecard.objects.create(
        key=_text(document, "key"),
        version=next_version(_text(document, "key")),
        name=_text(document, "name"),
        description=str(document.get("description", "")),
        recovery_margin=_number(document.get("recovery_margin", 2), "recovery_margin"),
        minimum_confidence=_number(document.get("minimum_confidence", 60), "minimum_confidence"),
        handled_first=bool(document.get("handled_first", False)),
        created_at=now,
    )
    tree = _Tree(scorecard, {})
    _add_components(tree, _list(document, "components"), None)
    for position, gate in enumerate(_list(document, "gates")):
        _add_gate(tree, gate, position)
    for band in _list(document, "bands"):
        scorecard.bands.create(
            key=_text(band, "key"),
            name=_text(band, "name"),
            lower=_number(band.get("lower"), "lower bound of a band"),
            at_risk=bool(band.get("at_risk", False)),
        )
    for value in _list(document, "alert_lines"):
        scorecard.alert_lines.create(value=_number(value, "alert line"))
    return scorecard


def next_version(key: str) -> int:
    latest = models.Scorecard.objects.filter(key=key).aggregate(latest=Max("version"))["latest"]
    return (latest or 0) + 1


def library_scorecards() -> Iterator[tuple[str, str]]:
    """Key and text of the documents that are shipped; a file is named by its key."""
    for path in sorted(LIBRARY.glob("*.yaml")):
        if path.stem != "assignment":
            yield path.stem, path.read_text(encoding="utf-8")


def library_rules() -> list[models.AssignmentRule]:
    """The shipped assignment rules, unsaved."""
    rows = yaml.safe_load((LIBRARY / "assignment.yaml").read_text(encoding="utf-8"))
    return [
        models.AssignmentRule(
            position=position,
            scorecard_key=row["scorecard"],
            stage=row.get("stage", ""),
            touch_tier=row.get("touch_tier", ""),
            segment=row.get("segment", ""),
            minimum_arr=row.get("minimum_arr"),
            note=row.get("note", ""),
        )
        for position, row in enumerate(rows, start=1)
    ]


def _add_components(
    tree: _Tree, rows: list[dict[str, Any]], parent: models.Component | None
) -> None:
    for position, row in enumerate(rows):
        component = tree.scorecard.components.create(
            parent=parent,
            key=_text(row, "key"),
            name=_text(row, "name"),
            weight=_number(row.get("weight"), f"weight of {row['key']}"),
            position=position,
        )
        tree.components[component.key] = component
        _add_components(tree, _list(row, "components"), component)
        for order, measure in enumerate(_list(row, "measures")):
            tree.scorecard.measures.create(
                component=component,
                key=_text(measure, "key"),
                weight=_number(measure.get("weight"), f"weight of {measure['key']}"),
                curve=_text(measure, "curve"),
                penalties=str(measure.get("penalties", "")),
                position=order,
            )


def _add_gate(tree: _Tree, row: dict[str, Any], position: int) -> None:
    component = tree.components.get(_text(row, "component"))
    if component is None:
        raise FileProblem(f"gate {row.get('key')}: there is no component {row['component']}")
    tree.scorecard.gates.create(
        component=component,
        key=_text(row, "key"),
        name=_text(row, "name"),
        condition=_text(row, "when"),
        cap=_number(row.get("cap"), f"cap of {row['key']}"),
        position=position,
    )


def _document(text: str) -> dict[str, Any]:
    try:
        document = parse(text)
    except NotYamlError as problem:
        raise FileProblem(f"this is not YAML: {problem}") from problem
    if not isinstance(document, dict):
        raise FileProblem("a scorecard file begins with “key: …”")
    return document


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise FileProblem(f"“{name}” is missing in {row}")
    return value.strip()


def _list(row: dict[str, Any], name: str) -> list[Any]:
    value = row.get(name) or []
    if not isinstance(value, list):
        raise FileProblem(f"“{name}” must be a list")
    return value


def _number(value: object, what: str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as problem:
        raise FileProblem(f"{what}: {value!r} is not a number") from problem
