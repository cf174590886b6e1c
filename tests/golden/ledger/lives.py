"""Draws customers with a fixed seed: each lives term by term, from a small vocabulary.

A chapter is a term, or a few; a turn is what happens at its end. Both write down what is paid and
what the tool is told of it, so that the specification leaves no choice between them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from tests.golden.ledger.facts import GRACE, Customer, Paid, Row, Telling, Term, Tool, months_later


def customers(*, count: int, first: date, last: date, seed: int) -> list[Customer]:
    """What is known of them on `last`: rows that start later are not written yet."""
    source = random.Random(seed)
    return [_customer(f"c{n:04}", source, first=first, last=last) for n in range(count)]


def _customer(key: str, source: random.Random, *, first: date, last: date) -> Customer:
    tool = source.choices(list(Tool), weights=(2, 1, 1))[0]
    currency = source.choices(("USD", "EUR", "JPY"), weights=(3, 2, 1))[0]
    factors = {}
    if source.random() < 0.2:
        names = ("complexity", "growth_potential", "strategic_fit")
        factors = {name: source.randrange(101) for name in names}
    customer = Customer(key, tool, currency, factors)
    _Life(customer, source, first=first, last=last).live()
    customer.paid.sort(key=lambda paid: (paid.since, paid.line))
    return customer


@dataclass(slots=True)
class _Open:
    since: date
    arr: int
    currency: str


class _Life:
    """Tells what a customer does, term by term, and keeps both books of it."""

    def __init__(
        self, customer: Customer, source: random.Random, *, first: date, last: date
    ) -> None:
        self.customer, self.source, self.last = customer, source, last
        self.first = first
        self.currency = customer.currency
        self.line, self.extra, self.lines_used = "core", "", 1
        self.open: dict[str, _Open] = {}
        self.running: dict[str, Row] = {}
        self.agreed: dict[str, Term] = {}

    # What is paid.

    def pays(self, line: str, day: date, arr: int) -> None:
        before = self.open.pop(line, None)
        if before and before.since < day:
            self.customer.paid.append(Paid(line, before.since, day, before.arr, before.currency))
        if arr and day <= self.last:
            self.open[line] = _Open(day, arr, self.currency)

    def lapses(self, line: str, end: date) -> None:
        """It ends without notice: counted, overdue, to the last day of the grace."""
        grace = min(timedelta(days=GRACE), end - self.running.pop(line).starts_on)
        if end + grace <= self.last:
            self.pays(line, end, 0)

    # What is written.

    def signs(self, line: str, start: date, end: date | None, arr: int, **rest: object) -> None:
        """The row of a term, which takes over from the line's running one."""
        if start > self.last:
            return
        before = self.running.get(line)
        row = Row(
            key=f"{self.customer.key}-{len(self.customer.rows) + 1}",
            product=line,
            starts_on=start,
            arr=arr,
            currency=self.currency,
            tellings=[Telling(self.told_of(start), end)],
            renews=before.key if before else "",
        )
        for name, value in rest.items():
            setattr(row, name, value)
        self.customer.rows.append(row)
        self.running[line] = row
        if end is not None and not row.deal:
            self.agrees(line, start, end, arr, named=row.product)

    # What is agreed.

    def agrees(self, line: str, start: date, end: date, arr: int, *, named: str = "") -> None:
        self.agreed[line] = Term(named or line, start, end, arr, self.currency)
        self.customer.terms.append(self.agreed[line])

    def told_of(self, day: date) -> date:
        """Mostly at the time or before; sometimes late, sometimes after the grace is over."""
        lag = self.source.choices(
            (self.source.randrange(-45, 1), 0, self.source.randrange(1, 25), 70), (30, 50, 15, 5)
        )[0]
        return min(day + timedelta(days=lag), self.last)

    # Prices: multiples of 12, so that a twelfth of one is exact.

    def price(self, low: int = 2_000, high: int = 700_000) -> int:
        units = low * (high / low) ** self.source.random()
        return self.rounded(units * 100 if self.currency != "JPY" else units * 150)

    def rounded(self, minor: float) -> int:
        return max(round(minor / 1_200), 1) * 1_200

    def changed(self, arr: int) -> int:
        """The price of a renewal: at least half of what it was."""
        return self.rounded(arr * self.source.choice((1, 1, 1, 1.08, 1.25, 1.7, 0.9, 0.6)))

    def live(self) -> None:
        span = (self.last - self.first).days
        begin = self.first + timedelta(days=self.source.randrange(span * 4 // 5))
        start: date | None = begin
        self.arr = self.price()
        if self.customer.tool != Tool.CRM and self.source.random() < 0.15:
            start = self.lives(self.free_months, start)
        while start is not None and start <= self.last:
            end = self.lives(self.source.choice(self.chapters()), start)
            start = self.turn(end) if end is not None and end <= self.last else None
        for line in list(self.open):
            opened = self.open[line]
            self.customer.paid.append(Paid(line, opened.since, None, opened.arr, opened.currency))

    def lives(self, scenario: Callable[[date], date | None], day: date) -> date | None:
        self.customer.lived.append(scenario.__name__)
        return scenario(day)

    # Chapters: each begins on a day and says when its last term ends.

    def chapters(self) -> list[Callable[[date], date | None]]:
        common = [self.one_term, self.one_term, self.monthly_terms, self.upgraded, self.with_add_on]
        common.append(self.ramped)
        if self.customer.tool == Tool.CRM:
            return [*common, self.two_departments]
        if self.customer.tool == Tool.BILLING:
            own = [self.open_ended, self.broken_off, self.two_departments]
            return [*common, *own, self.renewing_itself, self.renewing_itself]
        return [*common, self.renewing_itself]

    def free_months(self, start: date) -> date:
        end = months_later(start, self.source.choice((1, 2, 3)))
        self.signs(self.line, start, end, 0)
        return end

    def one_term(self, start: date) -> date:
        end = months_later(start, self.source.choice((3, 6, 12, 12, 12, 24, 36)))
        self.signs(self.line, start, end, self.arr)
        self.pays(self.line, start, self.arr)
        return end

    def monthly_terms(self, start: date) -> date:
        day = start
        for n in range(self.source.randrange(3, 30)):
            if day > self.last:
                break
            if n and self.source.random() < 0.1:
                self.arr = self.changed(self.arr)
            end = months_later(day, 1)
            self.signs(self.line, day, end, self.arr)
            self.pays(self.line, day, self.arr)
            day = end
        return day

    def upgraded(self, start: date) -> date:
        """More or less is paid from the middle of a term on: a second row, and the first closed."""
        end = self.one_year(start)
        middle = start + timedelta(days=self.source.randrange(60, 270))
        if middle > self.last:
            return end
        old, agreed = self.running[self.line], self.agreed[self.line]
        self.arr = self.changed(self.arr)
        starts_anew = self.customer.tool == Tool.SUBSCRIPTIONS or self.source.random() < 0.5
        end = months_later(middle, 12) if starts_anew else end
        self.signs(self.line, middle, end, self.arr)
        self.pays(self.line, middle, self.arr)
        learned = self.running[self.line].tellings[0].learned_on
        if self.customer.tool == Tool.BILLING and self.source.random() < 0.5:
            old.tell(learned, cancelled_on=middle)
        elif self.customer.tool != Tool.SUBSCRIPTIONS:
            old.tell(learned, ends_on=middle)
            agreed.ends_on = middle
        agreed.ended_on = middle
        return end

    def with_add_on(self, start: date) -> date:
        """A second row for something else, which ends with the first."""
        end = self.one_year(start)
        middle = start + timedelta(days=self.source.randrange(60, 270))
        if middle <= self.last:
            self.lines_used += 1
            self.extra = f"extra-{self.lines_used}"
            self.adds(middle, end, self.rounded(self.arr * self.source.choice((0.1, 0.3, 0.8))))
        return end

    def ramped(self, start: date) -> date:
        """One contract of rows that share a deal: each until the next one, or all to its end."""
        deal, to_the_end = f"{self.customer.key}-d{start}", self.source.random() < 0.5
        days = [months_later(start, n) for n in (0, self.source.choice((3, 6)), 12, 24)]
        for day, following in pairwise(days):
            if day > self.last:
                break
            if day > start:
                self.arr = self.changed(self.arr)
            self.signs(self.line, day, days[-1] if to_the_end else following, self.arr, deal=deal)
            if day == start:
                self.agrees(self.line, start, days[-1], self.arr)
            self.agreed[self.line].arr = self.arr
            self.pays(self.line, day, self.arr)
        return days[-1]

    def two_departments(self, start: date) -> date:
        """Two rows that a tool cannot tell apart, with the same days: what both pay adds up."""
        self.lines_used += 1
        self.extra = f"extra-{self.lines_used}"
        extra = self.changed(self.arr)
        for n in range(self.source.randrange(1, 4)):
            if start > self.last:
                break
            if n:
                self.arr, extra = self.changed(self.arr), self.changed(extra)
            end = self.one_year(start)
            self.adds(start, end, extra, product=self.line)
            start = end
        return start

    def one_year(self, start: date) -> date:
        end = months_later(start, 12)
        self.signs(self.line, start, end, self.arr)
        self.pays(self.line, start, self.arr)
        return end

    def adds(self, start: date, end: date, arr: int, **rest: object) -> None:
        self.signs(self.extra, start, end, arr, **rest)
        self.pays(self.extra, start, arr)

    def broken_off(self, start: date) -> date:
        """Cancelled in the middle of the term."""
        end = self.one_year(start)
        middle = start + timedelta(days=self.source.randrange(60, 270))
        return middle if middle <= self.last else end

    def open_ended(self, start: date) -> date | None:
        """Until it is closed: its tool learns of an end when that has come."""
        self.signs(self.line, start, None, self.arr)
        self.pays(self.line, start, self.arr)
        end = months_later(start, self.source.randrange(5, 30))
        if end > self.last:
            return None
        self.running[self.line].tell(end, ends_on=end)
        self.agrees(self.line, start, end, self.arr)
        return end

    def renewing_itself(self, start: date) -> date | None:
        """Its price rises exactly, with each year that nobody signed."""
        self.arr = max(round(self.arr / 2_400_000), 1) * 2_400_000
        uplift, notice = self.source.choice((0, 5, 10)), self.source.choice((None, 30, 60))
        end = months_later(start, 12)
        own = {"auto_renew": True, "uplift": uplift, "notice_days": notice}
        self.signs(self.line, start, end, self.arr, **own)
        self.pays(self.line, start, self.arr)
        for _ in range(self.source.randrange(4)):
            if end > self.last:
                return None
            end = self.goes_on_by_itself(end, uplift)
        return end

    def goes_on_by_itself(self, end: date, uplift: int) -> date:
        self.agreed[self.line].renewed_itself = True
        self.arr = self.arr * (100 + uplift) // 100
        self.pays(self.line, end, self.arr)
        self.agrees(self.line, end, months_later(end, 12), self.arr)
        return months_later(end, 12)

    # Turns: what happens at the end of a term, and when the next one starts.

    def turn(self, end: date) -> date | None:
        return self.lives(self.source.choice(self.turns(end)), end)

    def turns(self, end: date) -> list[Callable[[date], date | None]]:
        row = self.running[self.line]
        ends_on = row.ends_on()
        if ends_on is not None and end < ends_on:
            return [self.cancels]
        if row.auto_renew:
            return [self.on_time, self.cancels, self.cancels_late, self.cancels_late]
        turns = [self.on_time] * 5 + [self.late] * 2 + [self.leaves] * 2
        if self.extra not in self.running:
            turns.append(self.swaps)
        if self.customer.tool == Tool.BILLING:
            turns += [self.cancels, self.changes_currency]
        return turns

    def on_time(self, end: date) -> date | None:
        """The day before the end and the day after it are as good as the end."""
        stray = 0 if self.running[self.line].auto_renew else self.source.choice((-1, 0, 0, 0, 0, 1))
        return self.goes_on(end, start=end + timedelta(days=stray))

    def late(self, end: date) -> date | None:
        """Signed late, and paid in between: the last day of the grace is the last that counts."""
        days = self.source.choice((2, 12, 25, 27) if self.is_monthly() else (12, 28, 29))
        start = end + timedelta(days=days)
        if self.customer.tool == Tool.CRM and days > 9 and start <= self.last:
            self.buys_a_little(end + timedelta(days=4))
        return self.goes_on(end, start=start)

    def buys_a_little(self, start: date) -> None:
        """Too small to be what takes over from a term that is overdue."""
        self.lines_used += 1
        line, arr = f"little-{self.lines_used}", self.rounded(self.arr / 50)
        self.signs(line, start, months_later(start, 60), arr)
        self.pays(line, start, arr)
        self.running.pop(line)

    def is_monthly(self) -> bool:
        row = self.running[self.line]
        return row.ends_on() <= months_later(row.starts_on, 1)

    def goes_on(self, end: date, *, start: date) -> date | None:
        """At a new price. Something else that ended goes on in the same row, where rows name
        nothing, or in its own, or no more."""
        if start > self.last:
            return None
        self.arr = self.changed(self.arr)
        extra = self.running.get(self.extra)
        if extra is not None and (self.customer.tool == Tool.CRM or extra.product == self.line):
            self.running.pop(self.extra)
            self.pays(self.extra, start, 0)
            self.arr = max(self.arr + self.source.choice((0, 1)) * extra.arr, extra.arr)
        elif extra is not None and self.source.random() < 0.5:
            self.lapses(self.extra, end)
        elif extra is not None:
            arr = self.changed(extra.arr)
            self.signs(self.extra, start, start + timedelta(days=390), arr)
            self.pays(self.extra, start, arr)
            self.lapses(self.extra, start + timedelta(days=390))
        return start

    def leaves(self, end: date) -> date | None:
        for line in list(self.running):
            self.lapses(line, end)
        gap = self.source.choice((GRACE, GRACE + 1, 60, 200, 5_000))
        return self.returns(end + timedelta(days=gap))

    def cancels(self, end: date) -> date | None:
        """With notice before the end: no grace, and who signs again two days later has returned."""
        notice = end - timedelta(days=self.source.randrange(61, 90))
        return self.gives_notice(notice, end, is_dated=self.source.random() < 0.5)

    def cancels_late(self, end: date) -> date | None:
        """Notice after the day by which it had to be given: it renews itself once more."""
        row = self.running[self.line]
        if row.notice_days is None:
            return self.cancels(end)
        notice = end - timedelta(days=self.source.randrange(1, row.notice_days))
        end = self.goes_on_by_itself(end, row.uplift)
        if end > self.last:
            row.tell(notice, notice_on=notice)
            return None
        return self.gives_notice(notice, end, is_dated=False)

    def gives_notice(self, notice: date, end: date, *, is_dated: bool) -> date | None:
        """Without the day on which it takes effect that is the end of the term."""
        row = self.running.pop(self.line)
        ends_early = row.ends_on() is None or end < row.ends_on()
        effect = end if is_dated or ends_early else None
        row.tell(notice, notice_on=notice, cancelled_on=effect)
        agreed = self.agreed[self.line]
        agreed.ended_on, agreed.has_grace = end, False
        self.pays(self.line, end, 0)
        gaps = (2, 12, 100, 5_000) if len(self.running) == 0 else (100, 5_000)
        for line in list(self.running):
            self.lapses(line, end)
        return self.returns(end + timedelta(days=self.source.choice(gaps)))

    def returns(self, start: date) -> date | None:
        self.arr = self.price() if self.source.random() < 0.3 else self.changed(self.arr)
        return start if start <= self.last else None

    def swaps(self, end: date) -> date | None:
        """Another product from the end on, or from the day after."""
        start = end + timedelta(days=self.source.choice((0, 0, 1)))
        if start > self.last:
            return None
        old, self.lines_used = self.line, self.lines_used + 1
        self.line = f"core-{self.lines_used}"
        self.running[self.line] = self.running.pop(old)
        self.agreed[self.line] = self.agreed.pop(old)
        self.arr = self.changed(self.arr)
        self.pays(old, start, 0)
        return start

    def changes_currency(self, end: date) -> date | None:
        if self.extra in self.running:
            return self.on_time(end)
        other = {"USD": "EUR", "EUR": "USD", "JPY": "USD"}[self.currency]
        factor = {"USD": 0.9, "EUR": 1.1, "JPY": 0.7}[self.currency]
        self.currency, self.arr = other, self.rounded(self.arr * factor)
        return end
