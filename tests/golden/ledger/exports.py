"""The files that three tools write of the same customers, and a billing system's movements."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.golden.ledger.facts import Customer, Row, Telling, Tool, months_later
from tests.golden.ledger.oracle import movements

DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0}
ORDERS: dict[str, Callable[[list[dict[str, str]]], list[dict[str, str]]]] = {
    "oldest first": lambda rows: rows,
    "newest first": lambda rows: rows[::-1],
    "shuffled": lambda rows: random.Random(7).sample(rows, len(rows)),
}


@dataclass(frozen=True, slots=True)
class File:
    kind: str
    name: str
    rows: list[dict[str, str]]
    inclusive_ends: bool = False

    def text(self) -> bytes:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(self.rows[0]))
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue().encode()


def money(minor: int, currency: str) -> str:
    decimals = DECIMALS[currency]
    return f"{minor / 10**decimals:.{decimals}f}"


def account_file(customers: Iterable[Customer]) -> File:
    factors = ("complexity", "growth_potential", "strategic_fit")
    rows = [
        {"external_id": c.key, "name": c.key, "currency": c.currency}
        | {name: str(c.factors.get(name, "")) for name in factors}
        for c in customers
    ]
    return File("accounts", "accounts.csv", rows)


def movement_file(customers: Iterable[Customer], *, order: str, last: date) -> File:
    """One row for what became of a customer on a day, in each currency."""
    rows = [
        {
            "external_id": f"{c.key}-{day}-{currency}",
            "account": c.key,
            "effective_on": day.isoformat(),
            "kind": kind,
            "arr": money(arr, currency),
            "currency": currency,
        }
        for c in customers
        for (day, currency, kind), arr in movements(c.paid, last=last).items()
    ]
    rows.sort(key=lambda row: row["effective_on"])
    return File("movements", "movements.csv", ORDERS[order](rows))


def contract_files(
    customers: Sequence[Customer], *, order: str, renews: bool, known_on: date
) -> Iterator[File]:
    """Of each tool one file, with what it had been told by the end of that day."""
    for tool in Tool:
        rows = []
        for customer in customers:
            if customer.tool == tool:
                for row in customer.rows:
                    told = [t for t in row.tellings if t.learned_on <= known_on]
                    if told:
                        rows.append(contract(customer, row, told[-1], renews=renews))
        rows.sort(key=lambda row: row["starts_on"])
        if rows:
            name = f"contracts-{tool}.csv"
            yield File("contracts", name, ORDERS[order](rows), inclusive_ends=tool == Tool.CRM)


def contract(customer: Customer, row: Row, told: Telling, *, renews: bool) -> dict[str, str]:
    """As the tool of that customer writes it."""
    written = {
        "external_id": row.key,
        "account": customer.key,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": _day(told.ends_on),
        "currency": row.currency,
        "deal": row.deal,
    }
    if customer.tool == Tool.CRM:
        written |= _crm(row, told)
    else:
        written |= {
            "product": row.product,
            "state": "cancelled" if told.cancelled_on else "active",
            "notice_given_on": _day(told.notice_on),
            "cancelled_on": _day(told.cancelled_on),
            "auto_renew": "true" if row.auto_renew else "false",
            "term_months": "12",
            "uplift_percent": str(row.uplift),
            "notice_days": "" if row.notice_days is None else str(row.notice_days),
        }
    if customer.tool == Tool.BILLING:
        written["arr"] = money(row.arr, row.currency)
    if customer.tool == Tool.SUBSCRIPTIONS:
        written["subscription"] = f"{customer.key}.{row.product}"
        written |= {"amount": money(row.arr // 12, row.currency), "amount_per": "month"}
    if renews:
        written["renews"] = row.renews
    return written


def _crm(row: Row, told: Telling) -> dict[str, str]:
    """Its ends are the last day covered; a price is that of the term, where months are whole."""
    assert told.ends_on is not None
    last_day = told.ends_on - timedelta(days=1)
    for months in (3, 6, 12, 24, 36):
        if row.starts_on.day <= 28 and months_later(row.starts_on, months) == told.ends_on:
            amount, per = row.arr * months // 12, "term"
            break
    else:
        amount, per = row.arr, "year"
    return {
        "ends_on": last_day.isoformat(),
        "amount": money(amount, row.currency),
        "amount_per": per,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
