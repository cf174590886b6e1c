"""The executive page's numbers in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from accounts.money.currencies import MINUS
from accounts.ui import formats
from accounts.ui.charts import (
    Chart,
    LinePoint,
    Note,
    ReferenceLine,
    WaterfallStep,
    line_chart,
    waterfall,
)
from metrics.definitions import FIGURES, RATES, Bridge, Figure, Rate, Retention
from metrics.queries.overview import Overview
from metrics.queries.series import MonthRetention
from metrics.retention.rates import RateBand, Target, is_unusual, percent, rate_band, stored

NO_COHORT = gettext_noop("No cohort")
QUARTER, YEAR = 3, 12
_LINE_HEIGHT = 76
_BRIDGE_HEIGHT = 148


@dataclass(frozen=True, slots=True)
class BandWord:
    word: str
    tone: str
    icon: str


_BANDS = {
    RateBand.CRITICAL: BandWord(gettext_noop("Critical"), "is-intervene", "octagon-alert"),
    RateBand.BELOW: BandWord(gettext_noop("Below benchmark"), "is-watch", "triangle-alert"),
    RateBand.GOOD: BandWord(gettext_noop("Good"), "is-healthy", "circle-check"),
    RateBand.GREAT: BandWord(gettext_noop("Great"), "is-healthy", "circle-check"),
    RateBand.EXCELLENT: BandWord(gettext_noop("Excellent"), "is-healthy", "circle-check"),
    RateBand.TOP_DECILE: BandWord(gettext_noop("Top decile"), "is-healthy", "circle-check"),
}


@dataclass(frozen=True, slots=True)
class RateTile:
    """Changes are percentage points, None where there is nothing to compare with. `unusual` says
    why the rate is to be doubted; one too high to be true has no band. Where the target is missed,
    the band has no colour."""

    figure: Figure
    label: str
    meaning: str
    shown: str
    unusual: str
    band: BandWord | None
    target: str
    is_below_target: bool
    overdue: str
    restated: str
    on_quarter: Decimal | None
    on_year: Decimal | None
    chart: Chart


def shown_rate(rate: Fraction | None) -> str:
    return gettext(NO_COHORT) if rate is None else f"{percent(rate=rate)}%".replace("-", MINUS)


def points(now: Fraction | None, then: Fraction | None) -> Decimal | None:
    return None if now is None or then is None else percent(rate=now - then)


def unusual(rate: Rate, value: Fraction | None) -> str:
    """Why a rate is to be doubted; empty where it is not."""
    if value is None or not is_unusual(rate=rate, value=value):
        return ""
    if value < 0:
        return gettext(
            "Below 0%: more was lost than the start, by accounts that left and came back"
        )
    if not RATES[rate].is_share:
        return gettext(
            "Above 200%: those who paid at the start pay more than twice as much. Look at the"
            " largest expansions for amounts that count twice"
        )
    return gettext("Above 100%: what was taken back is more than what was lost")


def rate_tiles(report: Overview) -> list[RateTile]:
    return [_rate_tile(report, rate) for rate in Rate]


def _rate_tile(report: Overview, rate: Rate) -> RateTile:
    now = report.rate(rate)
    band = _shown_band(rate, now, report.targets[rate])
    target = report.targets[rate]
    return RateTile(
        figure=Figure(rate.value),
        label=RATES[rate].label,
        meaning=RATES[rate].meaning,
        shown=shown_rate(now),
        unusual=unusual(rate, now),
        band=band,
        target=_target_words(now, target),
        is_below_target=is_missed(now, target),
        overdue=_overdue_words(report, rate),
        restated=_restated_words(report, rate),
        on_quarter=points(now, report.rate(rate, months_ago=QUARTER)),
        on_year=points(now, report.rate(rate, months_ago=YEAR)),
        chart=_rate_course(report.months, rate, None if target is None else target.low),
    )


def _overdue_words(report: Overview, rate: Rate) -> str:
    """The rate as if what is overdue had been lost."""
    if report.overdue is None:
        return ""
    return gettext("%(rate)s without what is overdue") % {
        "rate": shown_rate(report.overdue.without.rate(rate))
    }


def _restated_words(report: Overview, rate: Rate) -> str:
    """By how much it differs from what was reported; empty where it is the same."""
    found, change = report.restated, restated_by(report, rate)
    if found is None or change is None or not change:
        return ""
    shown = round(change, 1)
    by = f"{shown:+}".replace("-", MINUS) if shown else gettext("less than 0.1")
    if found.since is None:
        return gettext("Restated: %(points)s points") % {"points": by}
    said = gettext("Restated since %(day)s: %(points)s points")
    return said % {"day": formats.day(found.since), "points": by}


def restated_by(report: Overview, rate: Rate) -> Decimal | None:
    """Percentage points, four places; None where nothing was reported to compare with."""
    now, found = stored(report.rate(rate)), report.restated
    if found is None or now is None:
        return None
    before = found.reported[rate]
    return None if before is None else (now - before) * 100


def is_missed(now: Fraction | None, target: Target | None) -> bool:
    return now is not None and target is not None and now < target.low


def _shown_band(rate: Rate, now: Fraction | None, target: Target | None) -> BandWord | None:
    """The benchmark's band; green beside a missed target would contradict it, and praise beside a
    figure to be doubted misleads."""
    band = rate_band(rate=rate, value=now)
    if band is None or (now is not None and now > 0 and is_unusual(rate=rate, value=now)):
        return None
    word, tone, icon = astuple(_BANDS[band])
    if is_missed(now, target) and tone == "is-healthy":
        return BandWord(gettext("%(band)s by benchmark") % {"band": gettext(word)}, "", "")
    return BandWord(gettext(word), tone, icon)


def _target_words(now: Fraction | None, target: Target | None) -> str:
    if target is None:
        return ""
    aim = gettext("target %(rate)s%%") % {"rate": percent(rate=target.low)}
    missed_by = points(target.low, now)
    if now is None or missed_by is None or not is_missed(now, target):
        return aim
    return gettext("%(points)s below %(aim)s") % {
        "points": max(missed_by, Decimal("0.1")),
        "aim": aim,
    }


def _rate_course(months: Sequence[MonthRetention], rate: Rate, target: Fraction | None) -> Chart:
    course = [(month.month, month.total.rate(rate)) for month in months]
    return line_chart(
        [
            LinePoint(
                day=day, value=None if value is None else float(value), shown=shown_rate(value)
            )
            for day, value in course
        ],
        label=RATES[rate].label,
        references=[] if target is None else [ReferenceLine("", float(target))],
        height=_LINE_HEIGHT,
        is_end_written=False,
        ticks=4,
    )


@dataclass(frozen=True, slots=True)
class BridgeStep:
    figure: Figure
    label: str
    amount: int
    """Signed; the level itself at the two ends."""


_ENDS = {Figure.START: gettext_noop("Start"), Figure.END: gettext_noop("End")}
_STEPS = (Figure.START, *(Figure(name) for name in Bridge.sums() if name != "start"), Figure.END)


def bridge_steps(total: Retention) -> list[BridgeStep]:
    return [
        BridgeStep(
            figure, gettext(_ENDS.get(figure, FIGURES[figure].label)), FIGURES[figure].total(total)
        )
        for figure in _STEPS
    ]


def bridge_chart(steps: Sequence[BridgeStep], *, currency: str, query: str) -> Chart:
    """Every bar opens its movements; `query` is the report's address."""
    movements = reverse("executive_movements")
    return waterfall(
        [
            WaterfallStep(
                label=step.label,
                amount=step.amount,
                shown=formats.money(step.amount, currency)
                if step.figure in _ENDS
                else formats.money_signed(step.amount, currency),
                is_total=step.figure in _ENDS,
                href=f"{movements}?figure={step.figure}&{query}",
            )
            for step in steps
        ],
        label=gettext("ARR bridge"),
        height=_BRIDGE_HEIGHT,
    )


def risk_chart(report: Overview, *, notes: Sequence[Note]) -> Chart | None:
    """From zero: it is an amount. None without two months to draw a line between."""
    course = [*report.at_risk_by_month]
    day = report.snapshot.moment.day
    if report.health is not None and (not course or course[-1][0] < day):
        course.append((day, report.health.arr_at_risk))
    if len(course) < 2:
        return None
    return line_chart(
        [
            LinePoint(day=day, value=amount, shown=formats.money(amount, report.base))
            for day, amount in course
        ],
        label=gettext("ARR at risk"),
        notes=notes,
        height=_LINE_HEIGHT,
        from_zero=True,
        is_end_written=False,
        ticks=4,
    )
