"""The moment a report is about, and its figures: stored where they are current, else computed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from accounts.money.rates import RateTable
from accounts.queries.rates import rate_table
from metrics.facts.days import DayFigures, StoredDays, latest_closed_day, moment_of, stored_days
from metrics.facts.health import BandTotal, HealthState
from metrics.facts.renewals import RenewalReport, RenewalsDue, RenewalTotal, read_chances
from metrics.facts.report_date import ReportDate
from metrics.facts.scope import ReportScope
from metrics.facts.week import ChangeTotal, WeekOfChanges
from metrics.retention.forecast import Chances
from metrics.retention.windows import Window, quarter_of
from surveys.queries.nps import NpsAnswers, nps_until

_NIGHTS_STAND_STILL = timedelta(days=7)


def default_day(*, today: date) -> date:
    """The latest closed day: what is asked tomorrow about it is answered as today.

    Today itself where nights do not run.
    """
    closed = latest_closed_day(until=today)
    return today if closed is None or closed < today - _NIGHTS_STAND_STILL else closed


@dataclass(frozen=True, slots=True)
class ReportSnapshot:
    """Health, renewals of the quarter and the week's news of one moment, for one person's scope."""

    scope: ReportScope
    moment: ReportDate
    chances: Chances
    figures: DayFigures | None

    @property
    def is_scored(self) -> bool:
        return self.moment.is_present or self.moment.scored_on is not None

    @property
    def quarter(self) -> Window:
        return quarter_of(self.moment.day)

    def state(self) -> HealthState:
        return HealthState(scope=self.scope, moment=self.moment)

    def renewals(self) -> RenewalReport:
        return RenewalReport(
            RenewalsDue(
                scope=self.scope, moment=self.moment, window=self.quarter, chances=self.chances
            )
        )

    def week(self) -> WeekOfChanges:
        return WeekOfChanges(scope=self.scope, moment=self.moment, chances=self.chances)

    def health_totals(self) -> tuple[BandTotal, ...]:
        if self.figures is not None and self.scope.accounts is None:
            return self.figures.health
        return tuple(self.state().totals())

    def renewal_totals(self, report: RenewalReport | None = None) -> tuple[RenewalTotal, ...]:
        if self.figures is not None and self.scope.is_everything:
            return self.figures.renewals
        return tuple((report or self.renewals()).totals())

    def nps(self) -> NpsAnswers:
        """Of the 90 days up to its end."""
        if self.figures is not None and self.scope.is_everything:
            return self.figures.nps
        return nps_until(
            self.moment.ends_at - datetime.resolution,
            accounts=self.scope.accounts,
            known_before=self.scope.known_before,
        )

    def week_totals(self) -> tuple[ChangeTotal, ...]:
        if self.figures is not None and self.scope.is_everything:
            return self.figures.week
        return tuple(self.week().totals())


def snapshot_of(
    *,
    user: User,
    base: str,
    day: date,
    today: date,
    zone: str,
    known_before: datetime | None = None,
) -> ReportSnapshot:
    """`zone` is where days begin and end; `known_before` counts for revenue and renewals."""
    scope = ReportScope.of(user=user, known_before=known_before)
    rates, chances = rate_table(base=base), read_chances()
    return standing_in(scope=scope, rates=rates, chances=chances, day=day, today=today, zone=zone)


def standing_in(
    *,
    scope: ReportScope,
    rates: RateTable,
    chances: Chances,
    day: date,
    today: date,
    zone: str,
    stored: StoredDays | None = None,
) -> ReportSnapshot:
    """`stored`: the day among others that were read before; else it is read where it is over."""
    if stored is None:
        days = [day] if day < today else []
        stored = stored_days(days=days, rates=rates, chances=chances)
    moment, figures = moment_of(day=day, today=today, rates=rates, zone=zone, stored=stored)
    return ReportSnapshot(scope=scope, moment=moment, chances=chances, figures=figures)
