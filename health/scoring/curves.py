"""Curves and conditions: the notation of the spec, and what it gives for an array of values.

< 2 → 20, < 5 → 40, ≤ 20 → 80, else → 100        steps
0 → 0, 0.2 → 40, 0.5 → 75, 0.8 → 100             straight lines, flat outside the points
"""

import re
from decimal import Decimal, InvalidOperation

import numpy as np

from health.definitions import NAME, UnreadableName, read_name
from health.scoring.hundredths import MISSING, Flags, Floats, Hundredths, half_up
from health.scoring.specs import Comparison, Condition, Curve, CurveKind, CurveStep, Point

_ARROW = re.compile(r"\s*(?:→|->)\s*")
_CONDITION = re.compile(rf"^\s*({NAME})\s*(<=|>=|≤|≥|<|>|=)\s*(-?[0-9.]+)\s*$")
# Written out, 1E9999999 is ten million characters; as a float it is infinite.
_MOST_PLACES = 15
_SIGNS = {"<=": "≤", ">=": "≥"}
_COMPARE = {
    Comparison.BELOW: np.less,
    Comparison.AT_MOST: np.less_equal,
    Comparison.ABOVE: np.greater,
    Comparison.AT_LEAST: np.greater_equal,
    Comparison.EQUAL: np.equal,
}


class NotationError(ValueError):
    """A curve or condition that cannot be read; the message says which part and why."""


def parse_curve(text: str) -> Curve:
    """Reads the notation above. Raises NotationError."""
    pairs = [_split_pair(part) for part in text.split(",") if part.strip()]
    if not pairs:
        raise NotationError("the curve is empty")
    if not any(_comparison_sign(left) or left == "else" for left, _ in pairs):
        points = tuple(Point(_finite_number(left), reading) for left, reading in pairs)
        return Curve(CurveKind.LINEAR, points=points)
    return _parse_steps(pairs)


def _parse_steps(pairs: list[tuple[str, Decimal]]) -> Curve:
    steps = []
    for left, reading in pairs[:-1]:
        sign = _comparison_sign(left)
        if sign not in ("<", "≤"):
            raise NotationError(f"“{left}”: a step begins with < or ≤")
        steps.append(CurveStep(_finite_number(_without_sign(left)), sign == "≤", reading))
    rest, otherwise = pairs[-1]
    if rest != "else" and _comparison_sign(rest) not in (">", "≥"):
        raise NotationError(f"“{rest}”: the last step is “else → …” or “> … → …”")
    if rest != "else" and (not steps or _finite_number(_without_sign(rest)) != steps[-1].bound):
        raise NotationError(f"“{rest}”: the last step must begin where the one before it ends")
    return Curve(CurveKind.STEPS, steps=tuple(steps), otherwise=otherwise)


def format_curve(curve: Curve) -> str:
    """The notation that parse_curve reads back to the same curve."""
    if curve.kind is CurveKind.LINEAR:
        return ", ".join(
            f"{_plain_decimal(p.raw)} → {_plain_decimal(p.reading)}" for p in curve.points
        )
    parts = [
        f"{'≤' if s.inclusive else '<'} {_plain_decimal(s.bound)} → {_plain_decimal(s.reading)}"
        for s in curve.steps
    ]
    return ", ".join([*parts, f"else → {_plain_decimal(curve.otherwise)}"])


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Reads “champions = 0 and champions_left_60d ≥ 1”. Raises NotationError."""
    conditions = []
    for part in re.split(r"\s+and\s+", text.strip()):
        match = _CONDITION.match(part)
        if match is None:
            raise NotationError(f"“{part}”: write measure, sign (< ≤ = ≥ >) and number")
        sign = _SIGNS.get(match[2], match[2])
        conditions.append(
            Condition(_measure_name(match[1]), Comparison(sign), _finite_number(match[3]))
        )
    return tuple(conditions)


def format_conditions(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(f"{c.measure} {c.comparison} {_plain_decimal(c.value)}" for c in conditions)


def read(curve: Curve, raw: Floats) -> Hundredths:
    """Readings in hundredths; MISSING where the raw value is NaN."""
    present = ~np.isnan(raw)
    values = np.where(present, raw, 0.0)
    points = (
        _read_by_points(curve, values)
        if curve.kind is CurveKind.LINEAR
        else _read_by_steps(curve, values)
    )
    return np.where(present, half_up(points), MISSING)


def holds(condition: Condition, raw: Floats) -> Flags:
    """True where the condition holds; NaN holds nothing."""
    return np.asarray(_COMPARE[condition.comparison](raw, float(condition.value)), dtype=np.bool_)


def _read_by_points(curve: Curve, values: Floats) -> Floats:
    return np.interp(
        values,
        [float(point.raw) for point in curve.points],
        [float(point.reading) for point in curve.points],
    )


def _read_by_steps(curve: Curve, values: Floats) -> Floats:
    readings = np.full(values.shape, float(curve.otherwise))
    for step in reversed(curve.steps):
        bound = float(step.bound)
        inside = values <= bound if step.inclusive else values < bound
        readings[inside] = float(step.reading)
    return readings


def _measure_name(text: str) -> str:
    try:
        return str(read_name(text))
    except UnreadableName as problem:
        raise NotationError(str(problem)) from None


def _split_pair(part: str) -> tuple[str, Decimal]:
    sides = _ARROW.split(part.strip())
    if len(sides) != 2:
        raise NotationError(f"“{part.strip()}”: write value → reading")
    return sides[0].strip(), _finite_number(sides[1])


def _comparison_sign(left: str) -> str:
    match = re.match(r"<=|>=|≤|≥|<|>", left)
    return "" if match is None else _SIGNS.get(match[0], match[0])


def _without_sign(left: str) -> str:
    return re.sub(r"^(<=|>=|≤|≥|<|>)", "", left).strip()


def _finite_number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise NotationError(f"“{text.strip()}” is not a number") from None
    if not number.is_finite():
        raise NotationError(f"“{text.strip()}” is not a number")
    if abs(number.adjusted()) > _MOST_PLACES:
        raise NotationError(f"“{text.strip()}” is further from 1 than any measure gets")
    return number


def _plain_decimal(value: Decimal) -> str:
    return f"{value.normalize():f}"
