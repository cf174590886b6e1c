"""What two versions of a scorecard say differently, in words a person reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from health.scoring.curves import format_conditions, format_curve
from health.scoring.specs import BandSpec, ComponentSpec, GateSpec, MeasureSpec, ScorecardSpec


class Section(StrEnum):
    WEIGHTS = "Weights"
    CURVES = "Curves"
    GATES = "Gates"
    BANDS = "Bands and lines"
    LIMITS = "Margin and confidence"
    NAME = "Name"


@dataclass(frozen=True, slots=True)
class CardDifference:
    """`before` is empty for what was added, `after` for what was removed."""

    section: Section
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.what}: added, {self.after}"
        if not self.after:
            return f"{self.what}: removed, was {self.before}"
        return f"{self.what}: {self.before} → {self.after}"


def differences(
    before: ScorecardSpec, after: ScorecardSpec, *, names: Mapping[str, str]
) -> tuple[CardDifference, ...]:
    """`names` are those of the measures. Parts are matched by their keys."""
    return (
        *_name_differences(before, after),
        *_component_differences(before, after),
        *_measure_differences(before, after, names),
        *_gate_differences(before, after),
        *_band_differences(before, after),
        *_limit_differences(before, after),
    )


def _difference_if_any(
    section: Section, what: str, before: str | None, after: str | None
) -> Iterator[CardDifference]:
    if (before or "") != (after or ""):
        yield CardDifference(section, what, before or "", after or "")


def _name_differences(before: ScorecardSpec, after: ScorecardSpec) -> Iterator[CardDifference]:
    yield from _difference_if_any(Section.NAME, "Name", before.name, after.name)


def _component_differences(before: ScorecardSpec, after: ScorecardSpec) -> Iterator[CardDifference]:
    old, new = _by_key(before), _by_key(after)
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        what = (other or one).name  # type: ignore[union-attr]
        yield from _weight_difference(what, one, other)
        if one and other:
            yield from _difference_if_any(
                Section.NAME, f"Component {one.name}", one.name, other.name
            )


def _by_key(card: ScorecardSpec) -> dict[str, ComponentSpec]:
    return {component.key: component for _, component in card.walk()}


def _measure_differences(
    before: ScorecardSpec, after: ScorecardSpec, names: Mapping[str, str]
) -> Iterator[CardDifference]:
    old, new = _measures_with_component(before), _measures_with_component(after)
    for key in dict.fromkeys((*old, *new)):
        name = names.get(key, key)
        (home, one), (place, other) = old.get(key, ("", None)), new.get(key, ("", None))
        moved = one is not None and other is not None and home != place
        what = f"{name} in {place or home}"
        yield from _weight_difference(what, one, other)
        if moved:
            yield CardDifference(Section.WEIGHTS, f"Place of {name}", home, place)
        if one and other:
            curves = (format_curve(one.curve), format_curve(other.curve))
            yield from _difference_if_any(Section.CURVES, f"Curve of {name}", *curves)
            points = (_penalties_in_words(one, names), _penalties_in_words(other, names))
            yield from _difference_if_any(Section.CURVES, f"Points taken off {name}", *points)


def _measures_with_component(card: ScorecardSpec) -> dict[str, tuple[str, MeasureSpec]]:
    return {
        measure.key: (component.name, measure)
        for _, component in card.walk()
        for measure in component.measures
    }


def _penalties_in_words(measure: MeasureSpec, names: Mapping[str, str]) -> str:
    return ", ".join(
        f"{plain(p.points)} for each of {names.get(p.measure, p.measure)}"
        for p in measure.penalties
    )


def _gate_differences(before: ScorecardSpec, after: ScorecardSpec) -> Iterator[CardDifference]:
    old = {gate.key: gate for gate in before.gates}
    new = {gate.key: gate for gate in after.gates}
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        what = f"Gate “{(other or one).name}”"  # type: ignore[union-attr]
        yield from _difference_if_any(
            Section.GATES, what, _gate_in_words(one), _gate_in_words(other)
        )


def _gate_in_words(gate: GateSpec | None) -> str | None:
    if gate is None:
        return None
    return f"at most {plain(gate.cap)} while {format_conditions(gate.conditions)}"


def _band_differences(before: ScorecardSpec, after: ScorecardSpec) -> Iterator[CardDifference]:
    old = {band.key: band for band in before.bands}
    new = {band.key: band for band in after.bands}
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        what = f"Band {(other or one).name}"  # type: ignore[union-attr]
        yield from _difference_if_any(
            Section.BANDS, what, _band_in_words(one), _band_in_words(other)
        )
        if one is not None and other is not None:
            yield from _difference_if_any(
                Section.BANDS,
                f"{what}, its look",
                _band_look_in_words(one),
                _band_look_in_words(other),
            )
    lines = (_alert_lines_in_words(before), _alert_lines_in_words(after))
    yield from _difference_if_any(Section.BANDS, "Alert lines", *lines)


def _band_in_words(band: BandSpec | None) -> str | None:
    if band is None:
        return None
    return f"from {plain(band.lower)}{', at risk' if band.at_risk else ''}"


def _band_look_in_words(band: BandSpec) -> str:
    return f"{band.tone}, order {band.order}"


def _alert_lines_in_words(card: ScorecardSpec) -> str:
    return ", ".join(plain(value) for value in card.alert_lines) or "none"


def _limit_differences(before: ScorecardSpec, after: ScorecardSpec) -> Iterator[CardDifference]:
    for what, one, other in (
        ("Recovery margin", before.recovery_margin, after.recovery_margin),
        ("Dwell on rising", Decimal(before.rising_dwell), Decimal(after.rising_dwell)),
        ("Minimum confidence", before.minimum_confidence, after.minimum_confidence),
    ):
        yield from _difference_if_any(Section.LIMITS, what, plain(one), plain(other))
    first = ("as others", "before others")
    yield from _difference_if_any(
        Section.LIMITS,
        "Crossings are handled",
        first[before.handled_first],
        first[after.handled_first],
    )


def _weight_difference(
    what: str, one: ComponentSpec | MeasureSpec | None, other: ComponentSpec | MeasureSpec | None
) -> Iterator[CardDifference]:
    sides = ("" if one is None else plain(one.weight), "" if other is None else plain(other.weight))
    if one is None or other is None:
        sides = (sides[0] and f"weight {sides[0]}", sides[1] and f"weight {sides[1]}")
    yield from _difference_if_any(Section.WEIGHTS, what, *sides)


def plain(value: Decimal) -> str:
    """Without trailing zeros: 20, 12.5."""
    return f"{value.normalize():f}"


def in_words(found: Iterable[CardDifference]) -> list[str]:
    return [str(difference) for difference in found]
