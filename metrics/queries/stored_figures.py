"""What a figure is made of, straight from the stored months: nothing is read but what is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts.catalogue import MovementKind
from accounts.money.rates import RateTable
from metrics.definitions import FIGURES, Accounts, Adds, Figure, MadeOf, Method, Retention
from metrics.facts.attributes import Cut
from metrics.facts.chunks import in_chunks
from metrics.facts.figure_sql import amount_of, condition_of
from metrics.facts.scope import ReportScope
from metrics.facts.stored_positions import is_stored
from metrics.queries.figures import PAGE_SIZE, FigureAccount, Page
from metrics.queries.ledger_report import Question
from metrics.queries.movement_causes import LedgerRows
from metrics.queries.movements import FigureMovement, movement_of, with_parts
from metrics.queries.series import stored_months

COUNTED_AT_MOST = 1_000

_CHOSEN = "m.month = %(month)s AND {member} AND {segment} AND {scope}"
# Uses index: account_month_month; a month lies together in the table.
_TOTALS = """
    SELECT count(*), coalesce(sum({amount}), 0)::bigint FROM metrics_accountmonth m WHERE {chosen}
"""
_ACCOUNTS = """
    SELECT f.account_id, a.external_id, a.name, f.segment, f.start_minor, f.end_minor, f.kind,
        f.amount, coalesce(u.name, p.name, '')
    FROM (
        SELECT m.account_id, m.segment, m.start_minor, m.end_minor, m.kind, {amount} AS amount
        FROM metrics_accountmonth m WHERE {chosen}
        ORDER BY abs({amount}) DESC, m.account_id {cut}
    ) f JOIN accounts_account a ON a.id = f.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    ORDER BY abs(f.amount) DESC, f.account_id
"""
# Uses index: movement_day from the newest day on, until enough rows belong to the figure.
_OF_MANY_ACCOUNTS = """
    FROM accounts_revenuemovement v
    JOIN metrics_accountmonth m ON m.account_id = v.account_id AND {chosen}
    WHERE v.effective_on > %(after)s AND v.effective_on <= %(until)s
        AND v.currency = ANY(%(currencies)s)
"""
# Uses index: movement_account_day for each account of the figure. OFFSET 0 keeps the planner from
# reading the whole ledger instead.
_OF_FEW_ACCOUNTS = """
    FROM (SELECT m.account_id FROM metrics_accountmonth m WHERE {chosen} OFFSET 0) m
    CROSS JOIN LATERAL (
        SELECT v.* FROM accounts_revenuemovement v
        WHERE v.account_id = m.account_id AND v.effective_on > %(after)s
            AND v.effective_on <= %(until)s AND v.currency = ANY(%(currencies)s)
        OFFSET 0
    ) v
"""
_FEW = 10  # one account in so many
_COUNT = "SELECT count(*) FROM (SELECT {ledger} LIMIT %(most)s) counted"
_MOVEMENTS = """
    SELECT v.account_id, a.external_id, a.name, v.effective_on, v.recorded_at, v.kind,
        v.amount_minor, v.currency, v.reason, v.source_id, v.subtype,
        coalesce(u.name, p.name, '')
    FROM (
        SELECT v.* {ledger} ORDER BY v.effective_on DESC, v.id DESC {cut}
    ) v JOIN accounts_account a ON a.id = v.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
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
        count, total = self._count_and_total(figure)
        query = _ACCOUNTS.format(**self._query_parts(figure), cut=_CUT)
        with connection.cursor() as cursor:
            cursor.execute(query, self._query_parameters(figure, page))
            rows = tuple(_figure_account(row) for row in cursor.fetchall())
        return Page(rows=rows, number=page, count=count, total=total)

    def all_accounts(self, figure: Figure) -> Iterator[FigureAccount]:
        query = _ACCOUNTS.format(**self._query_parts(figure), cut="")
        return (_figure_account(row) for row in in_chunks(query, self._query_parameters(figure)))

    def movements(self, figure: Figure, *, page: int) -> Page[FigureMovement]:
        """The newest first. Their sum is that of the accounts: each row is in it once."""
        params = self._query_parameters(figure, page)
        accounts = _accounts_in(FIGURES[figure].made_of, self.total)
        are_few = accounts * _FEW <= self.everyone
        form = _OF_FEW_ACCOUNTS if are_few else _OF_MANY_ACCOUNTS
        ledger = form.format(**self._query_parts(figure))
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(ledger=ledger), params)
            (count,) = cursor.fetchone()
            cursor.execute(_MOVEMENTS.format(ledger=ledger, cut=_CUT), params)
            rows = tuple(self._converted_movement(row) for row in cursor.fetchall())
        return Page(
            rows=with_parts(rows, known_before=None),
            number=page,
            count=min(count, COUNTED_AT_MOST),
            total=FIGURES[figure].total(self.total),
            is_capped=count > COUNTED_AT_MOST,
        )

    def all_movements(self, figure: Figure) -> Iterator[FigureMovement]:
        query = _MOVEMENTS.format(
            ledger=_OF_MANY_ACCOUNTS.format(**self._query_parts(figure)), cut=""
        )
        return (
            self._converted_movement(row)
            for row in in_chunks(query, self._query_parameters(figure))
        )

    def ledger_rows(self, figure: Figure) -> LedgerRows:
        ledger = _OF_MANY_ACCOUNTS.format(**self._query_parts(figure))
        rates = self.rates.on(self.question.window.end).factors
        return LedgerRows(ledger, self._query_parameters(figure), rates, self.scope)

    def _converted_movement(self, row: tuple[Any, ...]) -> FigureMovement:
        return movement_of(row, rates=self.rates.on(self.question.window.end).factors)

    def _count_and_total(self, figure: Figure) -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                _TOTALS.format(**self._query_parts(figure)), self._query_parameters(figure)
            )
            count, total = cursor.fetchone()
        return count, total

    def _query_parts(self, figure: Figure) -> dict[str, str]:
        opened = FIGURES[figure]
        amount, condition = amount_of(opened.made_of), condition_of(opened.made_of)
        chosen = _CHOSEN.format(
            member=condition if opened.lists_all else f"{condition} AND {amount} <> 0",
            segment="m.segment = %(segment)s" if self.question.filters else "true",
            scope=self.scope.of_column("m.account_id"),
        )
        return {"amount": amount, "chosen": chosen}

    def _query_parameters(self, figure: Figure, page: int = 1) -> dict[str, Any]:
        window, made_of = self.question.window, FIGURES[figure].made_of
        return {
            "month": window.end,
            "segment": self.question.filters[0].value if self.question.filters else "",
            "after": date.min if made_of.is_level else window.start,
            "until": window.start if made_of.adds is Adds.START else window.end,
            "currencies": list(self.rates.currencies),
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


def _accounts_in(made_of: MadeOf, total: Retention) -> int:
    """About how many accounts a list has, to choose the way to its movements."""
    logos = total.logos
    lost = logos.start - logos.kept
    by_kind = {
        MovementKind.NEW: logos.new,
        MovementKind.REACTIVATION: logos.reactivated,
        MovementKind.EXPANSION: logos.expanded,
        MovementKind.CONTRACTION: logos.contracted,
        MovementKind.CHURN: lost,
    }
    if made_of.kinds:
        return sum(by_kind[kind] for kind in made_of.kinds)
    if made_of.of is Accounts.LEFT:
        return lost
    return logos.end if made_of.adds is Adds.END else logos.start


def _is_by_segment(question: Question) -> bool:
    cuts = {question.by, *(wanted.cut for wanted in question.filters)}
    return cuts == {Cut.SEGMENT} and len(question.filters) <= 1


def _figure_account(row: tuple[Any, ...]) -> FigureAccount:
    pk, external_id, name, segment, start, end, kind, amount, owner = row
    return FigureAccount(
        account_id=pk,
        external_id=external_id,
        name=name,
        group=segment,
        start=start,
        end=end,
        kind=MovementKind(kind) if kind else None,
        amount=amount,
        owner=owner,
    )
