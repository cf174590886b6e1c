"""What a draft says, field by field as its page has them: compared, merged and told in words.

A field is named by its part: `name`, `component-12-weight`, `measure-40-curve`, `band-3-lower`.
Values are text in one spelling (“20”, never “20.00”), so that equal is equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from health.measures import MEASURES
from health.models import Scorecard
from health.scoring import plain

Content = dict[str, str]

CARD_FIELDS = (
    "name",
    "description",
    "recovery_margin",
    "rising_dwell",
    "minimum_confidence",
    "handled_first",
)
PART_FIELDS = {
    "component": ("name", "weight"),
    "measure": ("weight", "curve", "penalties"),
    "gate": ("name", "condition", "cap"),
    "band": ("name", "lower", "at_risk", "tone", "order"),
}
RELATIONS = {
    "component": "components",
    "measure": "measures",
    "gate": "gates",
    "band": "bands",
}
LINES = "alert_lines"
_WORDS = {
    "name": "Name",
    "description": "Description",
    "recovery_margin": "Recovery margin",
    "rising_dwell": "Dwell on rising",
    "minimum_confidence": "Minimum confidence",
    "handled_first": "Handled first",
    "weight": "weight",
    "curve": "curve",
    "penalties": "points taken off",
    "condition": "condition",
    "cap": "cap",
    "lower": "lower bound",
    "at_risk": "at risk",
    "tone": "tone",
    "order": "order",
}


def part_field(kind: str, pk: int, name: str) -> str:
    return f"{kind}-{pk}-{name}"


def spelled(value: object) -> str:
    """One spelling a value, whether it comes from a row or from a form."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else " ".join(str(value).split())


def content_of(scorecard: Scorecard) -> Content:
    content = {name: spelled(getattr(scorecard, name)) for name in CARD_FIELDS}
    for kind, names in PART_FIELDS.items():
        for part in getattr(scorecard, RELATIONS[kind]).order_by("pk"):
            for name in names:
                content[part_field(kind, part.pk, name)] = spelled(getattr(part, name))
    content[LINES] = lines_of(scorecard)
    return content


def lines_of(scorecard: Scorecard) -> str:
    values = scorecard.alert_lines.order_by("-value").values_list("value", flat=True)
    return ", ".join(plain(value) for value in values)


def labels_of(scorecard: Scorecard) -> dict[str, str]:
    """Field → how a person calls it."""
    labels = {name: _WORDS[name] for name in CARD_FIELDS}
    for kind, names in PART_FIELDS.items():
        for part in getattr(scorecard, RELATIONS[kind]).order_by("pk"):
            for name in names:
                field = part_field(kind, part.pk, name)
                labels[field] = f"{part_name(kind, part)}: {_WORDS[name]}"
    return labels | {LINES: "Alert lines"}


def part_name(kind: str, part: Model) -> str:
    if kind == "measure":
        key = str(getattr(part, "key", ""))
        return MEASURES[key].name if key in MEASURES else key
    name = str(getattr(part, "name", ""))
    return f"Gate “{name}”" if kind == "gate" else f"Band {name}" if kind == "band" else name


def changes_in_words(
    before: Mapping[str, str], after: Mapping[str, str], labels: Mapping[str, str]
) -> list[str]:
    """One sentence a field; what was added or removed as a whole is said once."""
    sentences = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        what = labels.get(name, name)
        if old is None or new is None:
            if name.endswith(("-weight", "-cap", "-lower")):
                side = "added" if old is None else "removed"
                sentences.append(f"{what.partition(': ')[0]}: {side}")
        else:
            sentences.append(f"{what}: {old or 'nothing'} → {new or 'nothing'}")
    return sentences


@dataclass(frozen=True, slots=True)
class Merged:
    """Mine and theirs in one: `content` is what the form shows, `clashes` what both changed.

    `taken` are fields only they changed, `lost` those of mine whose part they removed.
    """

    content: Content
    clashes: dict[str, str]
    taken: tuple[str, ...]
    lost: tuple[str, ...]


def merge(*, base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]) -> Merged:
    """Three ways: what I left alone follows them, what I changed stays mine."""
    content, clashes, taken = dict(theirs), {}, []
    for name, value in theirs.items():
        own = mine.get(name)
        if own is None or own == value:
            continue
        if own == base.get(name):
            taken.append(name)
            continue
        content[name] = own
        if value != base.get(name):
            clashes[name] = value
    lost = [
        name
        for name, own in mine.items()
        if name not in theirs and name in base and own != base[name]
    ]
    return Merged(content, clashes, tuple(taken), tuple(lost))


def typed(kind_field: str, text: str) -> Any:
    """The column's value for a spelled one."""
    if kind_field in ("handled_first", "at_risk"):
        return bool(text)
    if kind_field in ("weight", "cap", "lower", "recovery_margin", "minimum_confidence"):
        return Decimal(text)
    if kind_field in ("order", "rising_dwell"):
        return int(text)
    return text
