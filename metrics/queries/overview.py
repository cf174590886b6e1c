"""What a leader opens before the board meeting, as numbers; pages only put them into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.db import connection

from accounts.models import User
from metrics.facts.health import UNSCORED
from metrics.facts.ledger import RateTable, read_rates
from metrics.facts.renewals import RenewalsDue, RenewalTotal
from metrics.facts.scope import Scope
from metrics.models import RetentionTarget
from metrics.queries.book import Question, book_of
from metrics.queries.figures import Figure, figure_accounts
from metrics.queries.health import HealthPicture, health_now, health_of_month
from metrics.queries.series import MonthRetention, retention_series
from metrics.retention.rates import (
    FailureMode,
    Rate,
    Target,
    blended_target,
    failure_mode,
    rate_of,
    ratio,
)
from metrics.retention.windows import (
    Window,
    latest_month_end,
    month_ends,
    months_before,
    quarter_of,
)

MONTHS_SHOWN = 24
LARGEST = 5


@dataclass(frozen=True, slots=True)
class Failure:
    mode: FailureMode
    largest_share: Fraction | None
    """Of all expansion, the part that comes from the few largest."""


@dataclass(frozen=True, slots=True)
class Overview:
    window: Window
    base: str
    months: tuple[MonthRetention, ...]
    """The newest is the report; each covers the twelve months before its end."""
    targets: Mapping[Rate, Target | None]
    segment_targets: Mapping[tuple[Rate, str], Target]
    failure: Failure | None
    health: HealthPicture | None
    health_before: HealthPicture | None
    quarter: Window
    renewals: tuple[RenewalTotal, ...]

    @property
    def latest(self) -> MonthRetention:
        return self.months[-1]

    def rate(self, rate: Rate, *, months_ago: int = 0) -> Fraction | None:
        return rate_of(retention=self.months[-1 - months_ago].total, rate=rate)


def overview(
    *, user: User, base: str, as_of: date, today: date, known_before: datetime | None = None
) -> Overview:
    """Twelve months to the last month-end by `as_of`; raises MissingRateError.

    `known_before` takes retention back to what was recorded by then; health and renewals stay.
    """
    scope = Scope.of(user=user, known_before=known_before)
    rates = read_rates(base=base)
    end = latest_month_end(as_of)
    months = retention_series(
        months=month_ends(until=end, count=MONTHS_SHOWN), rates=rates, scope=scope
    )
    health, before = _health(scope=scope, rates=rates, as_of=as_of, today=today)
    quarter = quarter_of(as_of)
    due = RenewalsDue(scope=scope, base=base, rates=rates.on(as_of), window=quarter, day=as_of)
    segment_targets = _read_targets()
    return Overview(
        window=Window(start=months_before(end=end, months=12), end=end),
        base=base,
        months=months,
        targets={rate: _target(rate, segment_targets, months[-1]) for rate in Rate},
        segment_targets=segment_targets,
        failure=_failure(latest=months[-1], health=health, rates=rates, scope=scope),
        health=health,
        health_before=before,
        quarter=quarter,
        renewals=tuple(due.totals()),
    )


def _health(
    *, scope: Scope, rates: RateTable, as_of: date, today: date
) -> tuple[HealthPicture | None, HealthPicture | None]:
    """Now and at the last month-end; for an earlier day its last month-end and the one before."""
    latest = latest_month_end(as_of)
    if as_of >= today:
        now = health_now(scope=scope, base=rates.base, rates=rates.on(as_of))
        return now, health_of_month(month=latest, scope=scope)
    earlier = months_before(end=latest, months=1)
    return health_of_month(month=latest, scope=scope), health_of_month(month=earlier, scope=scope)


def _read_targets() -> dict[tuple[Rate, str], Target]:
    return {
        (Rate(row.rate), row.segment): Target(low=Fraction(row.low), high=Fraction(row.high))
        for row in RetentionTarget.objects.all()
    }


def _target(
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


def _failure(
    *, latest: MonthRetention, health: HealthPicture | None, rates: RateTable, scope: Scope
) -> Failure | None:
    bands = health.bands if health else ()
    mode = failure_mode(
        retention=latest.total,
        scored=sum(band.accounts for band in bands if band.band != UNSCORED),
        below_sixty=sum(band.below_sixty for band in bands),
    )
    if mode is None:
        return None
    largest = _largest_expansions(latest=latest, rates=rates, scope=scope)
    share = ratio(part=largest, whole=latest.total.bridge.expansion)
    return Failure(mode=mode, largest_share=share)


# Uses index: account_month_month.
_LARGEST = """
    SELECT coalesce(sum(change), 0)::bigint FROM (
        SELECT end_minor - start_minor AS change FROM metrics_accountmonth m
        WHERE month = %(month)s AND kind = 'expansion' AND {scope}
        ORDER BY change DESC LIMIT %(largest)s
    ) largest
"""


def _largest_expansions(*, latest: MonthRetention, rates: RateTable, scope: Scope) -> int:
    if not latest.is_stored:
        window = Window(start=months_before(end=latest.month, months=12), end=latest.month)
        question = Question(window=window, base=rates.base, known_before=scope.known_before)
        book = book_of(question=question, scope=scope, rates=rates)
        rows = figure_accounts(book=book, figure=Figure.EXPANSION, page=1).rows
        return sum(row.amount for row in rows[:LARGEST])
    with connection.cursor() as cursor:
        cursor.execute(
            _LARGEST.format(scope=scope.condition(account="m.account_id")),
            {"month": latest.month, "largest": LARGEST},
        )
        total: int = cursor.fetchone()[0]
    return total
