"""What a scorecard is, as plain frozen data. Readings and scores run from 0 to 100."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from health.definitions import compared_of

# The band of an account that cannot be scored. It is a state of its own, never green.
UNSCORED = "unscored"
MAX_DEPTH = 3
# What crosses: the whole score, a component (with its key behind it), a measure's raw value.
WHOLE_SCORE = "score"
COMPONENT = "component:"
MEASURE = "measure:"


class CurveKind(StrEnum):
    STEPS = "steps"
    LINEAR = "linear"


class Comparison(StrEnum):
    BELOW = "<"
    AT_MOST = "≤"
    ABOVE = ">"
    AT_LEAST = "≥"
    EQUAL = "="


@dataclass(frozen=True, slots=True)
class CurveStep:
    """Readings hold up to `bound`; the bound itself belongs to the step when `inclusive`."""

    bound: Decimal
    inclusive: bool
    reading: Decimal


@dataclass(frozen=True, slots=True)
class Point:
    raw: Decimal
    reading: Decimal


@dataclass(frozen=True, slots=True)
class Curve:
    """Turns a raw value into a reading: steps with a rest, or straight lines between points."""

    kind: CurveKind
    points: tuple[Point, ...] = ()
    steps: tuple[CurveStep, ...] = ()
    otherwise: Decimal = Decimal(0)

    @property
    def readings(self) -> tuple[Decimal, ...]:
        if self.kind is CurveKind.LINEAR:
            return tuple(point.reading for point in self.points)
        return (*(step.reading for step in self.steps), self.otherwise)


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points taken off a reading for each count of another raw value; together never below 0."""

    measure: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    key: str
    weight: Decimal
    curve: Curve
    penalties: tuple[Penalty, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    measure: str
    comparison: Comparison
    value: Decimal


@dataclass(frozen=True, slots=True)
class GateSpec:
    """Caps a component at `cap` while every condition holds; a missing value holds nothing."""

    key: str
    name: str
    component: str
    conditions: tuple[Condition, ...]
    cap: Decimal


@dataclass(frozen=True, slots=True)
class ComponentSpec:
    """Holds measures, or components again (three levels at most); weights add up to 100."""

    key: str
    name: str
    weight: Decimal
    measures: tuple[MeasureSpec, ...] = ()
    components: tuple["ComponentSpec", ...] = ()


class Tone(StrEnum):
    """What a band looks like: the three colours the design system has for health."""

    HEALTHY = "healthy"
    WATCH = "watch"
    INTERVENE = "intervene"


@dataclass(frozen=True, slots=True)
class BandSpec:
    """`order` is its place among the bands of all scorecards, wherever they are listed together:
    the lowest is the best."""

    key: str
    name: str
    lower: Decimal
    at_risk: bool = False
    tone: Tone = Tone.WATCH
    order: int = 0


@dataclass(frozen=True, slots=True)
class WatchLineSpec:
    """A value of a subject that crosses like a band. Alert lines of scorecards are watch lines of
    the score; playbooks have some of their own."""

    subject: str
    value: Decimal

    @property
    def component(self) -> str:
        """Its key; empty where the line is no component's."""
        return self.subject.removeprefix(COMPONENT) if self.subject.startswith(COMPONENT) else ""

    @property
    def measure(self) -> str:
        """Its key; empty where the line is no measure's."""
        return self.subject.removeprefix(MEASURE) if self.subject.startswith(MEASURE) else ""

    @property
    def name(self) -> str:
        """As crossings are stored under it: `line:40`, `line:component:support:30`."""
        shown = f"{self.value.normalize():f}"
        return f"line:{shown}" if self.subject == WHOLE_SCORE else f"line:{self.subject}:{shown}"

    def recovers_at(self, margin: Decimal) -> Decimal:
        """From here on it counts as above again: the margin in points, or (a measure has a unit of
        its own) that many per cent of the line."""
        return self.value + (abs(self.value) * margin / 100 if self.measure else margin)


@dataclass(frozen=True, slots=True)
class ScorecardSpec:
    """One version. Bands run from the best to the worst; confidence is a percentage. Before the
    score rises into a band it has to stand there for `rising_dwell` days."""

    key: str
    version: int
    name: str
    components: tuple[ComponentSpec, ...]
    bands: tuple[BandSpec, ...]
    gates: tuple[GateSpec, ...] = ()
    alert_lines: tuple[Decimal, ...] = ()
    recovery_margin: Decimal = Decimal(3)
    rising_dwell: int = 0
    minimum_confidence: Decimal = Decimal(60)
    handled_first: bool = False

    def walk(self) -> Iterator[tuple[int, ComponentSpec]]:
        """Every component with its level (1 = top), parents before children."""
        yield from _walk_components(self.components, 1)

    @property
    def watch_lines(self) -> tuple[WatchLineSpec, ...]:
        """Its alert lines, as health judges them under every scorecard."""
        return tuple(WatchLineSpec(WHOLE_SCORE, value) for value in self.alert_lines)

    @property
    def component_keys(self) -> tuple[str, ...]:
        return tuple(component.key for _, component in self.walk())

    @property
    def measures(self) -> tuple[MeasureSpec, ...]:
        return tuple(measure for _, component in self.walk() for measure in component.measures)

    @property
    def measure_keys(self) -> tuple[str, ...]:
        return tuple(measure.key for measure in self.measures)

    @property
    def raw_keys(self) -> tuple[str, ...]:
        """Keys of the raw values that are kept: the measures, then what only gates, or
        penalties, look at, then the values that percentiles are of."""
        keys = list(self.measure_keys)
        keys += [p.measure for measure in self.measures for p in measure.penalties]
        keys += [c.measure for gate in self.gates for c in gate.conditions]
        keys += [compared_of(key) for key in keys]
        return tuple(dict.fromkeys(filter(None, keys)))


def _walk_components(
    components: tuple[ComponentSpec, ...], level: int
) -> Iterator[tuple[int, ComponentSpec]]:
    for component in components:
        yield level, component
        yield from _walk_components(component.components, level + 1)
