"""Charts as SVG text: pure functions, classes only, a text alternative and a table behind each.

Positions along the width are percentages and heights are pixels, so that the words of a chart
keep their size from 390 px to print. Curves live in a nested plot that stretches.
"""

from cs_platform.charts.curve import CurvePoint, line_picture, step_picture
from cs_platform.charts.distribution import Part, distribution
from cs_platform.charts.histogram import before_and_after
from cs_platform.charts.history import BandLine, ScorePoint, score_history
from cs_platform.charts.line import LinePoint, ReferenceLine, line_chart
from cs_platform.charts.notes import Note
from cs_platform.charts.scale import BandOnScale, band_scale
from cs_platform.charts.sparkline import sparkline
from cs_platform.charts.svg import Chart, Svg
from cs_platform.charts.waterfall import WaterfallStep, waterfall

__all__ = [
    "BandLine",
    "BandOnScale",
    "Chart",
    "CurvePoint",
    "LinePoint",
    "Note",
    "Part",
    "ReferenceLine",
    "ScorePoint",
    "Svg",
    "WaterfallStep",
    "band_scale",
    "before_and_after",
    "distribution",
    "line_chart",
    "line_picture",
    "score_history",
    "sparkline",
    "step_picture",
    "waterfall",
]
