"""What a leader opens before the board meeting, as numbers; pages only put them into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import partial

from django.db import connection

from accounts.models import User
from accounts.money.rates import RateTable
from accounts.queries.rates import rate_table
from health.scoring import TOO_NEW, UNSCORED
from metrics.definitions import FIGURES, Figure, Method, Rate, ratio
from metrics.facts.days import StoredDays, stored_days
from metrics.facts.figure_sql import amount_of, condition_of
from metrics.facts.renewals import read_chances
from metrics.facts.scope import ReportScope
from metrics.facts.week import ChangeTotal
from metrics.models import ReportedMonth, RetentionTarget
from metrics.queries.figures import figure_accounts
from metrics.queries.health import HealthPicture, health_of
from metrics.queries.ledger_report import Question, ledger_report_of
from metrics.queries.nps import NpsPicture, nps_of
from metrics.queries.overdue import Overdue, overdue_of
from metrics.queries.renewals import RenewalQuarter, renewals_of
from metrics.queries.report_snapshot import ReportSnapshot, standing_in
from metrics.queries.restatements import Restatement, restated_months, restatement_of
from metrics.queries.series import MonthRetention, retention_series
from metrics.retention.rates import FailureMode, Target, blended_target, failure_mode
from metrics.retention.windows import (
    Window,
    latest_month_end,
    month_ends,
    months_before,
    trailing_window,
)

MONTHS_SHOWN = 24
MONTHS_AT_RISK = 13
LARGEST = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """The mode and its evidence; `largest_share` is the part of all expansion that comes from the
    few largest, `unwell_share` that of the scored logos below 60."""

    mode: FailureMode
    largest_share: Fraction | None
    unwell_share: Fraction | None


@dataclass(frozen=True, slots=True)
class Overview:
    base: str
    method: Method
    """How `months` count, and with them rates, comparisons, targets and failure mode."""
    months: tuple[MonthRetention, ...]
    """The newest is the report; each covers the twelve months before its end."""
    targets: Mapping[Rate, Target | None]
    segment_targets: Mapping[tuple[Rate, str], Target]
    failure: Failure | None
    health: HealthPicture | None
    health_before: HealthPicture | None
    at_risk_by_month: tuple[tuple[date, int], ...]
    """ARR at risk at the month-ends of a year, those that are stored."""
    snapshot: ReportSnapshot
    renewals: RenewalQuarter
    week: tuple[ChangeTotal, ...]
    nps: NpsPicture
    overdue: Overdue | None
    """What of the end of `months` is in its grace."""
    reported: Mapping[date, ReportedMonth]
    """Of the months that changed since they were reported."""
    restated: Restatement | None
    """What changed the newest month."""

    @property
    def latest(self) -> MonthRetention:
        return self.months[-1]

    @property
    def compared_on(self) -> date:
        """The day of `health_before`."""
        return _month_before(self.snapshot.moment.day)

    @property
    def window(self) -> Window:
        return trailing_window(as_of=self.latest.month)

    def rate(self, rate: Rate, *, months_ago: int = 0) -> Fraction | None:
        return self.months[-1 - months_ago].total.rate(rate)


def overview(
    *,
    user: User,
    base: str,
    as_of: date,
    today: date,
    zone: str,
    method: Method,
    known_before: datetime | None = None,
) -> Overview:
    """Twelve months to the last month-end by `as_of`.

    `known_before` takes revenue back to what was recorded by then; health stays.
    """
    scope, rates = ReportScope.of(user=user, known_before=known_before), rate_table(base=base)
    months = _shown_months(as_of=as_of, rates=rates, scope=scope, method=method)
    snapshot, before, stored = _then_and_before(
        as_of, scope=scope, rates=rates, today=today, zone=zone
    )
    health, segment_targets = health_of(snapshot), _read_targets()
    reported = restated_months(months, base=base, scope=scope, method=method)
    newest = reported.get(months[-1].month)
    return Overview(
        base=base,
        method=method,
        months=months,
        targets={rate: _target_of_rate(rate, segment_targets, months[-1]) for rate in Rate},
        segment_targets=segment_targets,
        failure=_failure_of_scores(
            latest=months[-1], health=health, rates=rates, scope=scope, method=method
        ),
        health=health,
        health_before=health_of(before),
        at_risk_by_month=_at_risk(snapshot, stored),
        snapshot=snapshot,
        renewals=renewals_of(snapshot),
        week=snapshot.week_totals(),
        nps=nps_of(snapshot, stored),
        overdue=overdue_of(
            snapshot,
            question=Question(
                window=trailing_window(as_of=as_of),
                base=base,
                method=method,
                known_before=known_before,
            ),
            rates=rates,
            total=months[-1].total,
        ),
        reported=reported,
        restated=None if newest is None else restatement_of(newest, rates=rates, method=method),
    )


def _shown_months(
    *, as_of: date, rates: RateTable, scope: ReportScope, method: Method
) -> tuple[MonthRetention, ...]:
    months = month_ends(until=latest_month_end(as_of), count=MONTHS_SHOWN)
    return retention_series(months=months, rates=rates, scope=scope, method=method)


def _then_and_before(
    day: date, *, scope: ReportScope, rates: RateTable, today: date, zone: str
) -> tuple[ReportSnapshot, ReportSnapshot, StoredDays]:
    """With what is stored of both and of the month-ends of a year, read at once."""
    before, chances = _month_before(day), read_chances()
    days = (day, before, *_year_of_ends(day))
    stored = stored_days(days=days, rates=rates, chances=chances)
    ask = partial(
        standing_in,
        scope=scope,
        rates=rates,
        chances=chances,
        today=today,
        zone=zone,
        stored=stored,
    )
    return ask(day=day), ask(day=before), stored


def _year_of_ends(day: date) -> tuple[date, ...]:
    return tuple(month_ends(until=latest_month_end(day), count=MONTHS_AT_RISK))


def _at_risk(snapshot: ReportSnapshot, stored: StoredDays) -> tuple[tuple[date, int], ...]:
    """Nothing for those who see a part of the accounts: days are stored for all together."""
    if snapshot.scope.accounts is not None:
        return ()
    return tuple(
        (day, sum(band.arr for band in stored[day].health if band.at_risk))
        for day in sorted(_year_of_ends(snapshot.moment.day))
        if day in stored
    )


def _month_before(day: date) -> date:
    """The last month-end before the day; for a month-end the one before it."""
    end = latest_month_end(day)
    return months_before(end=end, months=1) if end == day else end


def _read_targets() -> dict[tuple[Rate, str], Target]:
    return {
        (Rate(row.rate), row.segment): Target(low=Fraction(row.low), high=Fraction(row.high))
        for row in RetentionTarget.objects.all()
    }


def _target_of_rate(
    rate: Rate, targets: Mapping[tuple[Rate, str], Target], latest: MonthRetention
) -> Target | None:
    """The one for all accounts; without it the segments' own, weighted by starting ARR."""
    if (rate, "") in targets:
        return targets[rate, ""]
    return blended_target(
        [
            (found.cohort.start, targets[rate, segment])
            for segment, found in latest.segments.items()
            if (rate, segment) in targets
        ]
    )


def _failure_of_scores(
    *,
    latest: MonthRetention,
    health: HealthPicture | None,
    rates: RateTable,
    scope: ReportScope,
    method: Method,
) -> Failure | None:
    bands = health.bands if health else ()
    scored = sum(band.accounts for band in bands if band.band not in (UNSCORED, TOO_NEW))
    unwell = sum(band.below_sixty for band in bands)
    mode = failure_mode(retention=latest.total, scored=scored, below_sixty=unwell)
    if mode is None:
        return None
    largest = _largest_expansions(latest=latest, rates=rates, scope=scope, method=method)
    return Failure(
        mode=mode,
        largest_share=ratio(part=largest, whole=latest.total.bridge.expansion),
        unwell_share=ratio(part=unwell, whole=scored),
    )


_EXPANSION = FIGURES[Figure.EXPANSION].made_of
# Uses index: account_month_month.
_LARGEST = f"""
    SELECT coalesce(sum(change), 0)::bigint FROM (
        SELECT {amount_of(_EXPANSION)} AS change FROM metrics_accountmonth m
        WHERE month = %(month)s AND {condition_of(_EXPANSION)} AND {{scope}}
        ORDER BY change DESC LIMIT %(largest)s
    ) largest
"""  # noqa: S608 -- constant expressions, no input


def _largest_expansions(
    *, latest: MonthRetention, rates: RateTable, scope: ReportScope, method: Method
) -> int:
    if not latest.is_stored or method is not Method.BY_ACCOUNT:
        window = trailing_window(as_of=latest.month)
        question = Question(
            window=window, base=rates.base, method=method, known_before=scope.known_before
        )
        book = ledger_report_of(question=question, scope=scope, rates=rates)
        rows = figure_accounts(book=book, figure=Figure.EXPANSION, page=1).rows
        return sum(row.amount for row in rows[:LARGEST])
    with connection.cursor() as cursor:
        cursor.execute(
            _LARGEST.format(scope=scope.condition(account="m.account_id")),
            {"month": latest.month, "largest": LARGEST},
        )
        total: int = cursor.fetchone()[0]
    return total
