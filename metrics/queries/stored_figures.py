"""What a figure is made of, straight from the stored months: nothing is read but what is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts.catalogue import MovementKind
from metrics.facts.attributes import Cut
from metrics.facts.ledger import RateTable
from metrics.facts.reading import in_chunks
from metrics.facts.scope import ReportScope
from metrics.facts.stored import is_stored
from metrics.queries.book import Question
from metrics.queries.figures import PAGE_SIZE, Figure, FigureAccount, Page
from metrics.queries.movements import FigureMovement, movement_of
from metrics.queries.series import stored_months
from metrics.retention.positions import Method, Retention

COUNTED_AT_MOST = 1_000

_CHANGE = "m.end_minor - m.start_minor"
_LOST = "m.kind IN ('contraction', 'churn')"
# Each account's part of the figure, and which accounts have one: as `figures.membership` has it.
_AMOUNTS = {Figure.START: "m.start_minor", Figure.END: "m.end_minor"}
_MEMBERS = {
    Figure.START: "m.start_minor <> 0",
    Figure.END: "m.end_minor <> 0",
    Figure.NRR: "m.was_active",
    Figure.GRR: f"m.was_active AND {_LOST} AND m.end_minor <> m.start_minor",
    Figure.LOGO: "m.was_active AND NOT m.is_active",
}
_CHOSEN = "m.month = %(month)s AND {member} AND {segment} AND {scope}"
# Uses index: account_month_month; a month lies together in the table.
_TOTALS = """
    SELECT count(*), coalesce(sum({amount}), 0)::bigint FROM metrics_accountmonth m WHERE {chosen}
"""
_ACCOUNTS = """
    SELECT p.account_id, a.external_id, a.name, p.segment, p.start_minor, p.end_minor, p.kind,
        p.amount
    FROM (
        SELECT m.account_id, m.segment, m.start_minor, m.end_minor, m.kind, {amount} AS amount
        FROM metrics_accountmonth m WHERE {chosen}
        ORDER BY abs({amount}) DESC, m.account_id {cut}
    ) p JOIN accounts_account a ON a.id = p.account_id
    ORDER BY abs(p.amount) DESC, p.account_id
"""
# Uses index: movement_day from the newest day on, until enough rows belong to the figure.
_OF_MANY_ACCOUNTS = """
    FROM accounts_revenuemovement v
    JOIN metrics_accountmonth m ON m.account_id = v.account_id AND {chosen}
    WHERE v.effective_on > %(after)s AND v.effective_on <= %(until)s
"""
# Uses index: movement_account_day for each account of the figure. OFFSET 0 keeps the planner from
# reading the whole ledger instead.
_OF_FEW_ACCOUNTS = """
    FROM (SELECT m.account_id FROM metrics_accountmonth m WHERE {chosen} OFFSET 0) m
    CROSS JOIN LATERAL (
        SELECT v.* FROM accounts_revenuemovement v
        WHERE v.account_id = m.account_id AND v.effective_on > %(after)s
            AND v.effective_on <= %(until)s
        OFFSET 0
    ) v
"""
_FEW = 10  # one account in so many
_COUNT = "SELECT count(*) FROM (SELECT {ledger} LIMIT %(most)s) counted"
_MOVEMENTS = """
    SELECT v.account_id, a.external_id, a.name, v.effective_on, v.recorded_at, v.kind,
        v.amount_minor, v.currency, v.reason, v.source_id
    FROM (
        SELECT v.* {ledger} ORDER BY v.effective_on DESC, v.id DESC {cut}
    ) v JOIN accounts_account a ON a.id = v.account_id
    ORDER BY v.effective_on DESC, v.id DESC
"""
_CUT = "LIMIT %(limit)s OFFSET %(offset)s"


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """The figures of twelve months by account, of all accounts or of one segment."""

    question: Question
    scope: ReportScope
    rates: RateTable
    total: Retention
    everyone: int
    """Accounts that paid, with or without the filter: which way to movements is shorter."""

    def accounts(self, figure: Figure, *, page: int) -> Page[FigureAccount]:
        """The largest parts first."""
        count, total = self._totals(figure)
        query = _ACCOUNTS.format(**self._parts(figure), cut=_CUT)
        with connection.cursor() as cursor:
            cursor.execute(query, self._params(figure, page))
            rows = tuple(_account(row) for row in cursor.fetchall())
        return Page(rows=rows, number=page, count=count, total=total)

    def all_accounts(self, figure: Figure) -> Iterator[FigureAccount]:
        query = _ACCOUNTS.format(**self._parts(figure), cut="")
        return (_account(row) for row in in_chunks(query, self._params(figure)))

    def movements(self, figure: Figure, *, page: int) -> Page[FigureMovement]:
        """The newest first. Their sum is that of the accounts: each row is in it once."""
        total, accounts = _sum_of(self.total, figure)
        params = self._params(figure, page)
        are_few = accounts * _FEW <= self.everyone
        form = _OF_FEW_ACCOUNTS if are_few else _OF_MANY_ACCOUNTS
        ledger = form.format(**self._parts(figure))
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(ledger=ledger), params)
            (count,) = cursor.fetchone()
            cursor.execute(_MOVEMENTS.format(ledger=ledger, cut=_CUT), params)
            rows = tuple(self._movement(row) for row in cursor.fetchall())
        return Page(
            rows=rows,
            number=page,
            count=min(count, COUNTED_AT_MOST),
            total=total,
            is_capped=count > COUNTED_AT_MOST,
        )

    def all_movements(self, figure: Figure) -> Iterator[FigureMovement]:
        query = _MOVEMENTS.format(ledger=_OF_MANY_ACCOUNTS.format(**self._parts(figure)), cut="")
        return (self._movement(row) for row in in_chunks(query, self._params(figure)))

    def _movement(self, row: tuple[Any, ...]) -> FigureMovement:
        return movement_of(row, rates=self.rates.on(self.question.window.end))

    def _totals(self, figure: Figure) -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS.format(**self._parts(figure)), self._params(figure))
            count, total = cursor.fetchone()
        return count, total

    def _parts(self, figure: Figure) -> dict[str, str]:
        member = _MEMBERS.get(figure, f"m.kind = %(kind)s AND {_CHANGE} <> 0")
        chosen = _CHOSEN.format(
            member=member,
            segment="m.segment = %(segment)s" if self.question.filters else "true",
            scope=self.scope.of_column("m.account_id"),
        )
        return {"amount": _AMOUNTS.get(figure, f"({_CHANGE})"), "chosen": chosen}

    def _params(self, figure: Figure, page: int = 1) -> dict[str, Any]:
        window = self.question.window
        return {
            "month": window.end,
            "kind": figure.value,
            "segment": self.question.filters[0].value if self.question.filters else "",
            "after": date.min if figure in _AMOUNTS else window.start,
            "until": window.start if figure is Figure.START else window.end,
            "most": COUNTED_AT_MOST + 1,
            "limit": PAGE_SIZE,
            "offset": (page - 1) * PAGE_SIZE,
        }


def stored_figures(
    *, question: Question, scope: ReportScope, rates: RateTable
) -> StoredFigures | None:
    """None where the stored months do not answer: other methods, cuts and windows, the past as
    it was known, and months restated since."""
    if question.method is not Method.BY_ACCOUNT or not _is_by_segment(question):
        return None
    if not is_stored(window=question.window, rates=rates, scope=scope):
        return None
    month = question.window.end
    by_segment = stored_months(months=[month], scope=scope).get(month, {})
    total = sum(by_segment.values(), Retention())
    everyone = max(total.logos.start, total.logos.end)
    if question.filters:
        total = by_segment.get(question.filters[0].value, Retention())
    return StoredFigures(question, scope, rates, total, everyone)


def _sum_of(total: Retention, figure: Figure) -> tuple[int, int]:
    """The figure's sum, exactly, and about how many accounts are part of it."""
    bridge, cohort, logos = total.bridge, total.cohort, total.logos
    lost = logos.start - logos.kept
    return {
        Figure.START: (bridge.start, logos.start),
        Figure.NEW: (bridge.new, logos.new),
        Figure.REACTIVATION: (bridge.reactivation, logos.reactivated),
        Figure.EXPANSION: (bridge.expansion, logos.expanded),
        Figure.CONTRACTION: (-bridge.contraction, logos.contracted),
        Figure.CHURN: (-bridge.churn, lost),
        Figure.END: (bridge.end, logos.end),
        Figure.NRR: (cohort.end - cohort.start, logos.start),
        Figure.GRR: (-cohort.contraction - cohort.churn, logos.contracted + lost),
        Figure.LOGO: (-cohort.churn, lost),
    }[figure]


def _is_by_segment(question: Question) -> bool:
    cuts = {question.by, *(wanted.cut for wanted in question.filters)}
    return cuts == {Cut.SEGMENT} and len(question.filters) <= 1


def _account(row: tuple[Any, ...]) -> FigureAccount:
    pk, external_id, name, segment, start, end, kind, amount = row
    return FigureAccount(
        account_id=pk,
        external_id=external_id,
        name=name,
        group=segment,
        start=start,
        end=end,
        kind=MovementKind(kind) if kind else None,
        amount=amount,
    )
