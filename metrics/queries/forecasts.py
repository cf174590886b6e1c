"""How near the forecasts of past nights came to what was kept."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from metrics.facts.forecasts import KeptForecast, kept_forecasts
from metrics.facts.renewals import RenewalsDue
from metrics.queries.report_snapshot import ReportSnapshot
from metrics.retention.forecast import accuracy
from metrics.retention.renewals import KEPT, RenewalState
from metrics.retention.windows import Window, quarter_of

HORIZONS = (30, 60, 90)
TARGET = Fraction(9, 10)

_Renewal = tuple[int, str, date]
"""Account, line, end."""
_Outcomes = Mapping[_Renewal, tuple[int, int]]
"""ARR that was due of each settled renewal, and what was kept of it."""


@dataclass(frozen=True, slots=True)
class HorizonAccuracy:
    """Of renewals whose forecast so many days before their end was kept; amounts are ARR in minor
    units."""

    days_ahead: int
    renewals: int
    due: int
    forecast: int
    kept: int

    @property
    def rate(self) -> Fraction | None:
        return accuracy(forecast=self.forecast, kept=self.kept, due=self.due)

    @property
    def is_below_target(self) -> bool:
        return self.rate is not None and self.rate < TARGET


@dataclass(frozen=True, slots=True)
class ForecastAccuracy:
    """Of the quarter before that of the report: its renewals are decided. `settled` is how many."""

    quarter: Window
    settled: int
    horizons: tuple[HorizonAccuracy, ...]


def forecast_accuracy(snapshot: ReportSnapshot, *, base: str) -> ForecastAccuracy | None:
    """None before the first forecast that can be compared."""
    quarter = quarter_of(quarter_of(snapshot.moment.day).start - timedelta(days=1))
    found = kept_forecasts(window=quarter, horizons=HORIZONS, base=base, scope=snapshot.scope)
    if not found:
        return None
    outcomes = _outcomes_of_quarter(snapshot, quarter)
    forecast_ends = {(one.account_id, one.line, one.ends_on) for one in found}
    moved = _Moved(snapshot, quarter, outcomes, forecast_ends)
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for forecast in found:
        end = (forecast.account_id, forecast.line, forecast.ends_on)
        outcome = outcomes.get(end) or moved.outcome_of(forecast)
        if outcome is not None:
            due, kept = outcome
            sums[forecast.days_ahead].update(
                renewals=1, due=due, kept=kept, forecast=forecast.expected
            )
    return ForecastAccuracy(
        quarter=quarter,
        settled=len(outcomes),
        horizons=tuple(
            HorizonAccuracy(
                days_ahead=days,
                renewals=sums[days]["renewals"],
                due=sums[days]["due"],
                forecast=sums[days]["forecast"],
                kept=sums[days]["kept"],
            )
            for days in HORIZONS
        ),
    )


@dataclass(frozen=True)
class _Moved:
    """Renewals whose end moved after their forecast: signed early, or put off. What became of one
    is the next end of its line after the night, within the quarters beside."""

    snapshot: ReportSnapshot
    quarter: Window
    outcomes: _Outcomes
    forecast_ends: Set[_Renewal]

    def outcome_of(self, forecast: KeptForecast) -> tuple[int, int] | None:
        """None while it is not settled."""
        night = forecast.ends_on - timedelta(days=forecast.days_ahead)
        ends = self._unforecast_ends.get((forecast.account_id, forecast.line), ())
        return next((outcome for end, outcome in ends if end > night), None)

    @cached_property
    def _unforecast_ends(self) -> dict[tuple[int, str], list[tuple[date, tuple[int, int]]]]:
        """By account and line, in order; without those that have a forecast of their own."""
        before, after = (
            quarter_of(day) for day in (self.quarter.start, self.quarter.end + timedelta(days=1))
        )
        beside = [_outcomes_of_quarter(self.snapshot, quarter) for quarter in (before, after)]
        found: dict[tuple[int, str], list[tuple[date, tuple[int, int]]]] = defaultdict(list)
        for outcomes in (beside[0], self.outcomes, beside[1]):
            for (account_id, line, end), outcome in outcomes.items():
                if (account_id, line, end) not in self.forecast_ends:
                    found[account_id, line].append((end, outcome))
        return {line: sorted(ends) for line, ends in found.items()}


def _outcomes_of_quarter(
    snapshot: ReportSnapshot, quarter: Window
) -> dict[_Renewal, tuple[int, int]]:
    due = RenewalsDue(
        scope=snapshot.scope,
        moment=replace(snapshot.moment, is_stored=False),
        window=quarter,
        chances=snapshot.chances,
    )
    found: dict[_Renewal, tuple[int, int]] = {}
    for row in due.rows():
        if row.ends_on is None:
            continue
        if row.state in (*KEPT, RenewalState.LOST) and not row.without_rate:
            key = (row.account_id, row.line, row.ends_on)
            arr, kept = found.get(key, (0, 0))
            found[key] = (arr + row.arr, kept + row.expected)
    return found
