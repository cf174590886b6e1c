"""Scoring: arrays in, arrays out. Pure maths, no framework (docs/health.md has the formulas)."""

from health.scoring.bands import Cause, band_key, band_positions, below_lines
from health.scoring.curves import (
    NotationError,
    format_conditions,
    format_curve,
    parse_conditions,
    parse_curve,
    read,
)
from health.scoring.evaluate import Evaluation, evaluate
from health.scoring.explain import Contribution, Explanation, Moment, RowKind, explain
from health.scoring.rounding import MISSING, to_decimal, to_hundredths
from health.scoring.specs import (
    UNSCORED,
    AlertLine,
    Band,
    Component,
    Condition,
    Curve,
    CurveKind,
    Gate,
    Measure,
    Penalty,
    Scorecard,
)
from health.scoring.validate import Problem, problems

__all__ = [
    "MISSING",
    "UNSCORED",
    "AlertLine",
    "Band",
    "Cause",
    "Component",
    "Condition",
    "Contribution",
    "Curve",
    "CurveKind",
    "Evaluation",
    "Explanation",
    "Gate",
    "Measure",
    "Moment",
    "NotationError",
    "Penalty",
    "Problem",
    "RowKind",
    "Scorecard",
    "band_key",
    "band_positions",
    "below_lines",
    "evaluate",
    "explain",
    "format_conditions",
    "format_curve",
    "parse_conditions",
    "parse_curve",
    "problems",
    "read",
    "to_decimal",
    "to_hundredths",
]
