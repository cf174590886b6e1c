"""What an account pays and paid: its ledger, contracts and invoices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum, Value, Window
from django.db.models.functions import Greatest

from accounts.models import Account, Contract, Invoice, RevenueMovement
from accounts.money.rates import DayRates, Unconverted
from accounts.queries.movement_parts import ShownMovement, ShownPart, parts_beside
from accounts.queries.rates import rates_on
from accounts.ui import formats
from accounts.ui.charts import Chart, LinePoint, line_chart
from accounts.ui.rate_gaps import RateGaps

MONTHS = 24
CONTRACTS_AT_MOST = 50
INVOICES_AT_MOST = 24


@dataclass(frozen=True, slots=True)
class LedgerRow:
    effective_on: date
    kind: str
    subtype: str
    product: str
    reason: str
    amount_minor: int
    currency: str
    balance_minor: int
    recorded_on: date
    parts: Sequence[ShownPart] = ()
    """By cause, where contracts tell it."""


def ledger(account: Account) -> QuerySet[RevenueMovement]:
    """Newest first, each with the ARR it led to in its currency."""
    found: QuerySet[RevenueMovement] = (
        RevenueMovement.objects.filter(account=account)
        .annotate(
            balance_minor=Window(
                Sum("amount_minor"), partition_by="currency", order_by=["effective_on", "pk"]
            )
        )
        .order_by("-effective_on", "-pk")
    )
    return found


def ledger_rows(found: Sequence[RevenueMovement], *, zone: ZoneInfo) -> list[LedgerRow]:
    shown = [
        ShownMovement(
            row.account_id,
            row.effective_on,
            row.currency,
            row.kind,
            "" if row.corrects_id else str(row.source_id),
            row.amount_minor,
        )
        for row in found
    ]
    return [
        LedgerRow(
            effective_on=row.effective_on,
            kind=row.kind,
            subtype=row.subtype,
            product=row.product,
            reason=row.reason,
            amount_minor=row.amount_minor,
            currency=row.currency,
            balance_minor=row.balance_minor,  # type: ignore[attr-defined]
            recorded_on=row.recorded_at.astimezone(zone).date(),
            parts=parts,
        )
        for row, parts in zip(found, parts_beside(shown), strict=True)
    ]


def contracts(account: Account) -> list[Contract]:
    return list(
        Contract.objects.filter(account=account)
        .prefetch_related("lines")
        .order_by("-starts_on", "-pk")[:CONTRACTS_AT_MOST]
    )


def invoices(account: Account) -> list[Invoice]:
    return list(
        Invoice.objects.filter(account=account).order_by("-due_on", "-pk")[:INVOICES_AT_MOST]
    )


def arr_gaps(account: Account, *, today: date) -> RateGaps:
    """What the account's ARR is without, or has at an early rate."""
    foreign = (
        RevenueMovement.objects.filter(account=account, effective_on__lte=today)
        .exclude(currency=account.currency)
        .values_list("currency")
        .annotate(amount=Sum("amount_minor"))
        .order_by("currency")
    )
    owed = {currency: amount for currency, amount in foreign if amount}
    return (
        _owed_rate_gaps(owed, rates_on(today, base=account.currency))
        if owed
        else RateGaps(account.currency)
    )


def _owed_rate_gaps(owed: Mapping[str, int], rates: DayRates) -> RateGaps:
    """Of the minor units that one account owes, by currency."""
    left_out = {code: Unconverted(amount, 0) for code, amount in owed.items() if code not in rates}
    return RateGaps(rates.base, left_out, rates.early_among(owed))


@dataclass(frozen=True, slots=True)
class ArrCourse:
    """In the account's currency; `gaps` are of all it shows."""

    chart: Chart
    gaps: RateGaps


def arr_course(account: Account, *, today: date) -> ArrCourse:
    """ARR at the end of each of the last 24 months and today, at today's rates."""
    ends = month_ends(today, MONTHS)
    rates = rates_on(today, base=account.currency)
    moves = list(
        RevenueMovement.objects.filter(account=account, effective_on__lte=today)
        .annotate(day=Greatest("effective_on", Value(ends[0])))
        .values_list("day", "currency")
        .annotate(amount=Sum("amount_minor"))
        .order_by("day", "currency")
    )
    points = []
    for end in ends:
        arr = Counter[str]()
        for day, currency, amount in moves:
            if day <= end:
                arr[currency] += amount
        total = rates.sum((amount, currency) for currency, amount in arr.items()).total
        shown = formats.money(total, account.currency)
        points.append(LinePoint(day=end, value=float(total), shown=shown))
    chart = line_chart(points, label="ARR", height=160, from_zero=True)
    owed = Counter[str]()  # also what came and went: some of the months were without it
    for _, currency, amount in moves:
        owed[currency] += amount
    return ArrCourse(chart, _owed_rate_gaps(owed, rates))


def month_ends(today: date, count: int) -> list[date]:
    ends = [today]
    for _ in range(count):
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]
