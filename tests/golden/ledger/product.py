"""The product fed with files as a command feeds it, and what it stored of them."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time

from django.db.models import Q

from accounts.intake.parse_options import EndDate, iso_reading
from accounts.intake.specs import Kind
from accounts.loading.files import FileImport, import_file
from accounts.models import AttributeHistory, CurrencyRate, RevenueMovement
from accounts.queries.rates import rate_table
from metrics.facts.renewals import RenewalsDue, read_chances
from metrics.facts.report_date import ReportDate
from metrics.facts.scope import ReportScope
from metrics.models import AccountMonth, RetentionMonth
from metrics.retention.windows import Window
from tests.golden.ledger.exports import File
from tests.golden.ledger.oracle import RATES, Spans
from tests.golden.ledger.oracle_months import Month
from tests.golden.ledger.oracle_renewals import Renewal


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def store_rates() -> None:
    for currency, rates in RATES.items():
        for since, rate in rates if currency != "USD" else ():
            CurrencyRate.objects.create(
                currency=currency, base="USD", valid_from=since, rate=f"{float(rate):.10f}"
            )


def bring(files: Iterable[File], *, day: date) -> None:
    """Every row is taken, without any problem but questions about overlaps."""
    for file in files:
        problems = []
        ends = EndDate.LAST_DAY if file.inclusive_ends else EndDate.RENEWAL
        run = import_file(
            FileImport(
                name=file.name,
                source=io.BytesIO(file.text()),
                kind=Kind(file.kind),
                reading=replace(iso_reading(now=noon(day), typed=False), end_date=ends),
                day=day,
                now=noon(day),
            ),
            progress=lambda done, total: None,
            report=problems.append,
        )
        assert run.rejected == 0, problems[:5]


def stored_movements(*, known_on: date) -> dict[str, Counter]:
    """By account; net of what was taken back by then."""
    found: dict[str, Counter] = defaultdict(Counter)
    rows = RevenueMovement.objects.filter(recorded_at__lte=noon(known_on)).values_list(
        "account__external_id", "effective_on", "currency", "kind", "amount_minor"
    )
    for account, day, currency, kind, amount in rows:
        found[account][day, currency, kind] += amount
    totals = {a: {key: v for key, v in total.items() if v} for a, total in found.items()}
    return {account: total for account, total in totals.items() if total}


def stored_months() -> dict[tuple[str, date], Month]:
    rows = AccountMonth.objects.values_list(
        "account__external_id",
        "month",
        "start_minor",
        "end_minor",
        "was_active",
        "is_active",
        "kind",
    )
    return {(account, month): Month(*rest) for account, month, *rest in rows}


def stored_retention(
    method: str, columns: Iterable[str]
) -> dict[tuple[date, str], dict[str, object]]:
    """By month and segment, TOTAL for all accounts."""
    rows = RetentionMonth.objects.filter(method=method).values("month", "segment", *columns)
    return {(row.pop("month"), row.pop("segment")): row for row in rows}


def renewals_due(*, after: date, until: date, day: date) -> dict[tuple[str, date], Renewal]:
    """By account and end, as a report of that day lists them."""
    due = RenewalsDue(
        scope=ReportScope(),
        moment=ReportDate(day=day, rates=rate_table(base="USD").on(day), zone="UTC"),
        window=Window(start=after, end=until),
        chances=read_chances(),
    )
    found: dict[tuple[str, date], Renewal] = {}
    for row in due.rows():
        key = (row.external_id, row.ends_on)
        one = Renewal(1, row.arr, row.expected, row.state.value)
        if other := found.get(key):
            one = Renewal(other.lines + 1, other.due + one.due, other.kept + one.kept)
        found[key] = one
    return found


def stored_spans(attribute: str, *, known_on: date) -> dict[str, Spans]:
    """By account, from the first row on."""
    found: dict[str, Spans] = defaultdict(list)
    known = Q(superseded_at=None) | Q(superseded_at__gt=noon(known_on))
    rows = AttributeHistory.objects.filter(known, attribute=attribute, contact=None)
    for account, since, value in (
        rows.filter(learned_at__lte=noon(known_on))
        .order_by("account", "valid_from")
        .values_list("account__external_id", "valid_from", "value")
    ):
        found[account].append((since, value))
    return dict(found)
