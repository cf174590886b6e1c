"""The forecast of a night: what lies ahead is kept as it was expected then, once and for good."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Account, Installation
from accounts.queries.rates import rate_table
from metrics.facts.days import chances_as_text
from metrics.facts.ledger import rates_as_text
from metrics.facts.renewals import RenewalRow, RenewalsDue, read_chances
from metrics.facts.report_date import ReportDate
from metrics.facts.scope import ReportScope
from metrics.models import ForecastNight, RenewalForecast
from metrics.retention.windows import Window

DAYS_AHEAD = 92
"""A forecast is compared at 30, 60 and 90 days: a renewal is kept from the quarter before its end
on."""


def keep_forecast(*, day: date, now: datetime) -> int:
    """Of the night that closes `day`: how many renewals were kept; 0 when the night has one."""
    if ForecastNight.objects.filter(day=day).exists():
        return 0
    installation = Installation.current()
    rates, chances = rate_table(base=installation.currency).on(day), read_chances()
    due = RenewalsDue(
        scope=ReportScope(),
        moment=ReportDate(day=day, rates=rates, zone=installation.time_zone),
        window=Window(start=day, end=day + timedelta(days=DAYS_AHEAD)),
        chances=chances,
    ).rows()
    try:
        with transaction.atomic():
            ForecastNight.objects.create(
                day=day,
                taken_at=now,
                currency=installation.currency,
                rates=rates_as_text(rates),
                chances=chances_as_text(chances),
            )
            return _store_forecast_rows(due, day=day)
    except IntegrityError:
        # Another run was faster: its forecast is that of the night.
        if ForecastNight.objects.filter(day=day).exists():
            return 0
        raise


def _store_forecast_rows(due: list[RenewalRow], *, day: date) -> int:
    ids = {row.account_id for row in due}
    segments = dict(Account.objects.filter(pk__in=ids).values_list("pk", "segment"))
    rows = [
        RenewalForecast(
            account_id=row.account_id,
            day=day,
            line=row.line,
            contract=row.contract,
            ends_on=row.ends_on,
            state=row.state,
            segment=segments[row.account_id],
            score=row.score,
            chance=row.chance,
            arr_minor=row.arr,
            expected_minor=row.expected,
        )
        for row in due
        if not row.without_rate and row.ends_on is not None
    ]
    RenewalForecast.objects.bulk_create(rows, batch_size=2_000)
    return len(rows)


def forget_forecasts(*, before: date) -> int:
    """Forgets the nights before that day; how many rows."""
    with transaction.atomic():
        rows, _ = RenewalForecast.objects.filter(day__lt=before).delete()
        nights, _ = ForecastNight.objects.filter(day__lt=before).delete()
    return rows + nights
