"""Invoices of a contract, and when they were paid: the discontented pay late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.catalogue import InvoiceState
from accounts.demo.commerce import Term
from accounts.demo.customers import Founded
from accounts.demo.timeline import Timeline

NET_DAYS = 30
MOOD_LAG = 45
QUARTERLY_FROM_MINOR = 5_000_000
FAILED_CARD = 0.012


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    issued: int
    due: int
    paid: int | None
    amount_minor: int
    state: InvoiceState


def invoices(
    random: np.random.Generator, *, account: Founded, timeline: Timeline
) -> list[InvoiceRow]:
    """Of the days that are told; a part is exact: the parts of a year add up to its ARR."""
    rows = []
    for term in account.story.terms:
        step = 1 if term.months == 1 else (3 if term.arr_minor >= QUARTERLY_FROM_MINOR else 12)
        for months in range(0, term.months, step):
            issued = timeline.add_months(term.starts, months=months)
            if 0 <= issued < timeline.days and issued < term.ends:
                amount = _instalment_minor(term, months=months, step=step)
                rows.append(_draw_invoice(random, account, issued, amount, timeline))
    return rows


def _instalment_minor(term: Term, *, months: int, step: int) -> int:
    before = term.arr_minor * (months % 12) // 12
    return term.arr_minor * (months % 12 + step) // 12 - before


def _draw_invoice(
    random: np.random.Generator,
    account: Founded,
    issued: int,
    amount: int,
    timeline: Timeline,
) -> InvoiceRow:
    due = issued + NET_DAYS
    last = timeline.days - 1
    mood = float(account.path[max(0, min(due, last) - MOOD_LAG) : min(due, last) + 1].mean())
    late = (
        random.gamma(1.5, 3 + 75 * max(0.0, 0.6 - mood)) if random.random() < 1.05 - mood else 0.0
    )
    paid = due + int(late) - int(random.integers(0, 12)) * (late < 1)
    if random.random() < FAILED_CARD:
        paid = due + int(random.integers(6, 35))
        if paid > last >= due:
            return InvoiceRow(issued, due, None, amount, InvoiceState.FAILED)
    if account.until is not None and paid > account.until + 60:
        written_off = last > account.until + 120
        state = InvoiceState.WRITTEN_OFF if written_off else InvoiceState.LATE
        return InvoiceRow(issued, due, None, amount, state)
    if paid <= last:
        return InvoiceRow(issued, due, max(paid, issued), amount, InvoiceState.PAID)
    return InvoiceRow(
        issued, due, None, amount, InvoiceState.LATE if due < last else InvoiceState.OPEN
    )
