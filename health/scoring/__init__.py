"""Scoring: arrays in, arrays out. Pure maths, no framework (docs/health.md has the formulas)."""

from health.scoring.bands import Cause, band_key, band_positions, below_lines, carried_lines
from health.scoring.curves import (
    NotationError,
    format_conditions,
    format_curve,
    parse_conditions,
    parse_curve,
    read,
)
from health.scoring.differences import CardDifference, Section, differences, plain
from health.scoring.evaluate import Evaluation, evaluate
from health.scoring.explain import Contribution, ExplainedDay, Explanation, RowKind, explain
from health.scoring.rounding import MISSING, to_decimal, to_hundredths
from health.scoring.shifts import Shift, ShiftKind, Shifts, shifts
from health.scoring.specs import (
    UNSCORED,
    AlertLineSpec,
    BandSpec,
    ComponentSpec,
    Condition,
    Curve,
    CurveKind,
    GateSpec,
    MeasureSpec,
    Penalty,
    ScorecardSpec,
)
from health.scoring.validate import Problem, curve_problems, problems

__all__ = [
    "MISSING",
    "UNSCORED",
    "AlertLineSpec",
    "BandSpec",
    "CardDifference",
    "Cause",
    "ComponentSpec",
    "Condition",
    "Contribution",
    "Curve",
    "CurveKind",
    "Evaluation",
    "ExplainedDay",
    "Explanation",
    "GateSpec",
    "MeasureSpec",
    "NotationError",
    "Penalty",
    "Problem",
    "RowKind",
    "ScorecardSpec",
    "Section",
    "Shift",
    "ShiftKind",
    "Shifts",
    "band_key",
    "band_positions",
    "below_lines",
    "carried_lines",
    "curve_problems",
    "differences",
    "evaluate",
    "explain",
    "format_conditions",
    "format_curve",
    "parse_conditions",
    "parse_curve",
    "plain",
    "problems",
    "read",
    "shifts",
    "to_decimal",
    "to_hundredths",
]
