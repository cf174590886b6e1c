"""Reports, and the lists behind their figures."""

from dataclasses import replace
from datetime import timedelta

from accounts.models import RevenueMovement
from accounts.queries.rates import rate_table
from metrics.definitions import Figure, Method, Retention
from metrics.facts import days, gaps, months, week
from metrics.facts.forecasts import kept_forecasts
from metrics.facts.health import BandFilter, HealthState
from metrics.facts.ledger import read_ledger
from metrics.facts.renewals import read_chances
from metrics.facts.scope import ReportScope
from metrics.facts.stored_positions import _POSITIONS, copy_columns
from metrics.models import ReportDay, ReportedMonth
from metrics.queries import movements, overview, restatements, series
from metrics.queries.ledger_report import Question, ledger_report_of
from metrics.queries.stored_figures import StoredFigures
from metrics.retention.windows import month_ends, quarter_of, trailing_window
from tests.benchmarks.large_company import DAY, TODAY
from tests.plans.chosen import own_scope

ALL = ReportScope()
WINDOW = trailing_window(as_of=DAY)
QUESTION = Question(window=WINDOW, base="USD")


def rates():
    return rate_table(base="USD")


def moment(day, *, is_stored=False):
    found, _ = days.moment_of(day=day, today=TODAY, rates=rates(), zone="UTC", stored={})
    return replace(found, is_stored=is_stored)


def stored_day_is_current():
    """Nothing was posted since: that is what is asked most, and what a scan costs most for."""
    newest = RevenueMovement.objects.latest("pk").pk
    report = ReportDay(
        day=DAY,
        currency="USD",
        rates={"USD": "1"},
        chances=days.chances_as_text(read_chances()),
        ledger_through=newest,
        figures={"health": [], "renewals": [], "week": []},
    )
    assert days.is_current(report, rates=rates(), chances=read_chances())


def restated_month():
    """Of the newest rows alone: a month is restated by what came since."""
    newest = RevenueMovement.objects.latest("pk").pk
    reported = ReportedMonth(
        month=WINDOW.end, reported_on=DAY, currency="USD", rates={}, ledger_through=newest - 10
    )
    restatements.restatement_of(reported, rates=rates(), method=Method.BY_ACCOUNT)


def lists_of_a_stored_day():
    health = HealthState(scope=ALL, moment=moment(DAY, is_stored=True))
    for wanted in (BandFilter(), BandFilter(band="watch"), BandFilter(at_risk=True)):
        health.accounts(wanted=wanted, limit=50, offset=0)


def positions():
    for scope in (ALL, own_scope()):
        copy_columns(
            sql=_POSITIONS.format(scope=scope.condition(account="m.account_id")),
            params={"month": WINDOW.end},
            columns={
                "account": "i8",
                "start": "i8",
                "end": "i8",
                "was_active": "i4",
                "is_active": "i4",
                "had_revenue": "i4",
            },
        )


def week_of():
    week.WeekOfChanges(scope=ALL, moment=moment(DAY), chances=read_chances())._counted_news()


def movements_of_few_and_of_many():
    for scope in (own_scope(), ALL):
        book = ledger_report_of(question=QUESTION, scope=scope, rates=rates())
        movements.figure_movements(book=book, figure=Figure.EXPANSION, page=1)


def stored(*, everyone):
    total = Retention()
    return StoredFigures(QUESTION, ALL, rates(), total, everyone)


def gaps_of_a_report():
    """Of a currency that few amounts are in: what is read only where one has no rate."""
    gaps._recorded_currencies("USD")
    gaps._amounts_without_rate(["CHF"], scope=ALL, day=DAY, quarter=quarter_of(DAY))


def forecasts_of_a_quarter():
    kept_forecasts(window=quarter_of(DAY), horizons=(30, 60, 90), base="USD", scope=ALL)


EXECUTORS = {
    "metrics.facts.forecasts:_KEPT": forecasts_of_a_quarter,
    "metrics.facts.gaps:_RECORDED": gaps_of_a_report,
    "metrics.facts.gaps:_OWED": gaps_of_a_report,
    "metrics.facts.days:_CHANGED": stored_day_is_current,
    "metrics.facts.health:_LIST": lists_of_a_stored_day,
    "metrics.queries.restatements:_LATE": restated_month,
    "metrics.facts.ledger:_LEDGER": lambda: read_ledger(
        until=DAY, rates=rates(), scope=own_scope()
    ),
    "metrics.facts.months:first_movement_day": months.first_movement_day,
    "metrics.facts.months:_COUNTS": lambda: months.ledger_state(
        months=month_ends(until=WINDOW.end, count=24)
    ),
    "metrics.facts.report_date:_JUDGED_ON_DAY": lambda: HealthState(
        scope=own_scope(), moment=moment(DAY - timedelta(days=1))
    ).totals(),
    "metrics.facts.report_date:_PAID_ON_DAY": lambda: HealthState(
        scope=own_scope(), moment=moment(DAY - timedelta(days=1))
    ).totals(),
    "metrics.facts.stored_positions:_POSITIONS": positions,
    "metrics.facts.week:_MOVEMENTS": week_of,
    "metrics.facts.week:_CROSSINGS": week_of,
    "metrics.facts.week:_STARTED": week_of,
    "metrics.facts.week:_RECOVERED": week_of,
    "metrics.queries.movements:_LEDGER": movements_of_few_and_of_many,
    "metrics.queries.overview:_LARGEST": lambda: overview._largest_expansions(
        latest=series.MonthRetention(
            month=WINDOW.end, total=Retention(), segments={}, is_stored=True
        ),
        rates=rates(),
        scope=ALL,
        method=Method.BY_ACCOUNT,
    ),
    "metrics.queries.series:_ADDED_UP": lambda: series.stored_months(
        months=[WINDOW.end], scope=own_scope()
    ),
    "metrics.queries.stored_figures:_TOTALS": lambda: stored(everyone=1).accounts(
        Figure.NRR, page=1
    ),
    "metrics.queries.stored_figures:_OF_MANY_ACCOUNTS": lambda: stored(everyone=-1).movements(
        Figure.NRR, page=1
    ),
    "metrics.queries.stored_figures:_OF_FEW_ACCOUNTS": lambda: stored(everyone=1).movements(
        Figure.CHURN, page=1
    ),
}
