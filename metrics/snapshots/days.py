"""Whole days: where every account and every renewal stood, and what that adds up to.

Kept are the latest closed day and the month-ends of a year before it: what a report opens with
and what it compares with. A day is written when it is missing and again when a fact below it
changed; the notes of changes are taken only once the days they touch are written.
"""

from datetime import date

from django.db import connection

from accounts.money.rates import RateTable
from metrics.definitions import Method
from metrics.facts.days import (
    DayFigures,
    chances_as_text,
    is_current,
    latest_closed_day,
)
from metrics.facts.health import HealthState
from metrics.facts.ledger import rates_as_text, seen_through
from metrics.facts.renewals import RenewalRow, RenewalsDue, read_chances, totals_of
from metrics.facts.report_date import ReportDate, judged_accounts
from metrics.facts.scope import ReportScope
from metrics.facts.week import WeekOfChanges
from metrics.models import AccountDay, ContractDay, FactChange, ReportDay
from metrics.queries.ledger_report import Question
from metrics.queries.overdue import overdue_accounts
from metrics.queries.report_snapshot import ReportSnapshot
from metrics.retention.forecast import Chances
from metrics.retention.windows import latest_month_end, month_ends, quarter_of, trailing_window

KEPT_MONTH_ENDS = 13


def write_days(*, day: date, rates: RateTable, zone: str) -> list[date]:
    """Those that were written, of the days up to `day` that are kept."""
    notes = list(FactChange.objects.values_list("pk", flat=True))
    chances = read_chances()
    kept = _days_to_keep(day)
    stored = {row.day: row for row in ReportDay.objects.filter(day__in=kept)}
    changed = [
        each
        for each in kept
        if each not in stored or not is_current(stored[each], rates=rates, chances=chances)
    ]
    _forget_other_than(set(kept) - set(changed))
    for each in changed:
        _write_day(each, rates=rates, chances=chances, zone=zone)
    FactChange.objects.filter(pk__in=notes).delete()
    return changed


def _days_to_keep(day: date) -> list[date]:
    latest = latest_closed_day(until=day)
    if latest is None:
        return []
    ends = month_ends(until=latest_month_end(latest), count=KEPT_MONTH_ENDS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT day FROM health_closedday WHERE day = ANY(%s)", [list(ends)])
        return sorted({latest, *(end for (end,) in cursor.fetchall())})


def _forget_other_than(days: set[date]) -> None:
    for model in (ReportDay, AccountDay, ContractDay):
        model._default_manager.exclude(day__in=days).delete()


def _write_day(day: date, *, rates: RateTable, chances: Chances, zone: str) -> None:
    """What it is computed from is noted before it is read: what is posted meanwhile counts as
    newer."""
    through = seen_through()
    moment = ReportDate(day=day, rates=rates.on(day), zone=zone)
    renewals = RenewalsDue(
        scope=ReportScope(), moment=moment, window=quarter_of(day), chances=chances
    )
    due = renewals.rows_and_never_due()
    figures = _figures_of_day(moment, due, chances=chances, rates=rates)
    _copy_accounts(moment)
    _copy_renewals(due, day)
    ReportDay.objects.create(
        day=day,
        currency=rates.base,
        rates=rates_as_text(moment.rates),
        chances=chances_as_text(chances),
        ledger_through=through,
        figures=figures.as_json(),
    )


def _figures_of_day(
    moment: ReportDate, due: list[RenewalRow], *, chances: Chances, rates: RateTable
) -> DayFigures:
    week = WeekOfChanges(scope=ReportScope(), moment=moment, chances=chances)
    snapshot = ReportSnapshot(scope=ReportScope(), moment=moment, chances=chances, figures=None)
    window = trailing_window(as_of=moment.day)
    questions = [Question(window=window, base=rates.base, method=method) for method in Method]
    overdue = overdue_accounts(snapshot, questions=questions, rates=rates)
    return DayFigures(
        health=tuple(HealthState(scope=ReportScope(), moment=moment).totals()),
        renewals=tuple(totals_of(due)),
        week=tuple(week.totals()),
        overdue=dict(zip(Method, overdue, strict=True)),
        overdue_rates=rates_as_text(rates.on(window.end)),
        nps=snapshot.nps(),
    )


_ACCOUNTS = """
    INSERT INTO metrics_accountday (account_id, day, band, at_risk, score, arr_minor,
        without_rate)
    SELECT account_id, %(day)s, band, at_risk, score, arr, without_rate
    FROM ({judged_accounts}) judged
    ORDER BY account_id
"""


def _copy_accounts(moment: ReportDate) -> None:
    with connection.cursor() as cursor:
        query = _ACCOUNTS.format(judged_accounts=judged_accounts(moment, scope=ReportScope()))
        cursor.execute(query, moment.params())


def _copy_renewals(due: list[RenewalRow], day: date) -> None:
    ContractDay.objects.bulk_create(
        (
            ContractDay(
                account_id=row.account_id,
                day=day,
                contract=row.contract,
                line=row.line,
                ends_on=row.ends_on,
                decides_on=row.decides_on,
                decided_on=row.decided_on,
                state=row.state,
                band=row.band,
                at_risk=row.at_risk,
                score=row.score,
                chance=row.chance,
                arr_minor=row.arr,
                expected_minor=row.expected,
                without_rate=row.without_rate,
            )
            for row in due
        ),
        batch_size=2_000,
    )
