"""Raw values of measures, crossings and moments as a page says them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext

from accounts.models import Installation
from accounts.ui import formats
from accounts.ui.bands import band_look
from health.measures import MEASURES
from health.measures.parameters import PERCENTILE
from health.models import ThresholdCrossing
from health.scoring import Cause, MeasureSpec

_MOST_PLACES = 3


def moment(value: datetime) -> str:
    """Day and time as the installation's clock shows them: 21 Mar 2025, 14:05."""
    return formats.moment(value.astimezone(Installation.current().zone))


def raw_shown(key: str, value: float | None, *, places: int = 0) -> str:
    """A raw value with its unit, to so many places more than usual; empty where it is missing."""
    if value is None or math.isnan(value):
        return ""
    unit = MEASURES[key].unit
    if unit.startswith("share"):
        return gettext("%(value)s of %(whole)s") % {
            "value": f"{value:.{places}%}",
            "whole": unit.removeprefix("share of "),
        }
    if unit == PERCENTILE.key:
        return gettext("percentile %(value)s") % {"value": f"{value:.{places}f}"}
    if unit == "change":
        return f"{formats.signed(value * 100, decimals=1 + places)}%"
    number = f"{value:,.{1 + places}f}".rstrip("0").removesuffix(".")
    return f"{number} {_singular_unit(unit) if number == '1' else unit}"


def _singular_unit(unit: str) -> str:
    head, _, rest = unit.partition(" ")
    return f"{head.removesuffix('s')}{' ' + rest if rest else ''}"


def told_apart(key: str, before: float | None, after: float | None) -> tuple[str, str]:
    """Two raw values with as many places as it takes to see that they differ."""
    for places in range(_MOST_PLACES):
        shown = (raw_shown(key, before, places=places), raw_shown(key, after, places=places))
        if shown[0] != shown[1] or before == after:
            return shown
    return shown


def penalties_shown(measure: MeasureSpec, raw: Mapping[str, float]) -> str:
    """What takes points off the reading beside the raw value, to be put behind it."""
    if math.isnan(raw.get(measure.key, math.nan)):
        return ""
    counts = (
        (penalty.measure, raw.get(penalty.measure, math.nan)) for penalty in measure.penalties
    )
    return "".join(
        f"; {MEASURES[key].name.lower()}: {int(count)}" for key, count in counts if count >= 1
    )


def crossing_label(crossing: ThresholdCrossing) -> str:
    if crossing.cause == Cause.FIRST_SCORE:
        return gettext("First score: %(band)s") % {"band": band_look(crossing.to_band).word.lower()}
    return band_change(crossing.from_band, crossing.to_band)


def band_change(before: str, after: str) -> str:
    return gettext("%(before)s to %(after)s") % {
        "before": band_look(before).word,
        "after": band_look(after).word.lower(),
    }
