"""Charts as SVG text: pure functions, classes only, a text alternative and a table behind each.

Positions along the width are percentages and heights are pixels, so that the words of a chart
keep their size from 390 px to print. Curves live in a nested plot that stretches.
"""

from accounts.ui.charts.curve import CurvePoint, line_picture, step_picture
from accounts.ui.charts.distribution import Part, distribution
from accounts.ui.charts.histogram import before_and_after
from accounts.ui.charts.history import BandLine, ScorePoint, score_history
from accounts.ui.charts.interval import IntervalPoint, interval_chart
from accounts.ui.charts.line import LinePoint, ReferenceLine, line_chart
from accounts.ui.charts.matrix import MatrixAxis, MatrixPoint, matrix
from accounts.ui.charts.notes import Note
from accounts.ui.charts.scale import BandOnScale, band_scale
from accounts.ui.charts.sparkline import sparkline
from accounts.ui.charts.svg import Chart, Svg
from accounts.ui.charts.waterfall import WaterfallStep, waterfall

__all__ = [
    "BandLine",
    "BandOnScale",
    "Chart",
    "CurvePoint",
    "IntervalPoint",
    "LinePoint",
    "MatrixAxis",
    "MatrixPoint",
    "Note",
    "Part",
    "ReferenceLine",
    "ScorePoint",
    "Svg",
    "WaterfallStep",
    "band_scale",
    "before_and_after",
    "distribution",
    "interval_chart",
    "line_chart",
    "line_picture",
    "matrix",
    "score_history",
    "sparkline",
    "step_picture",
    "waterfall",
]
