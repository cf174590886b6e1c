"""A figure opened: its accounts and its movements, from wherever they are read fastest."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from accounts.models import User
from accounts.queries.rates import rate_table
from metrics.definitions import Figure, Retention
from metrics.facts.scope import ReportScope
from metrics.queries.figures import (
    FigureAccount,
    Page,
    all_figure_accounts,
    figure_accounts,
)
from metrics.queries.ledger_report import LedgerReport, Question, ledger_report_of
from metrics.queries.movement_causes import LedgerRows
from metrics.queries.movements import (
    FigureMovement,
    all_figure_movements,
    figure_movements,
    ledger_rows,
)
from metrics.queries.stored_figures import StoredFigures, stored_figures


@dataclass(frozen=True)
class LedgerFigures:
    """The figures of any report, from all its accounts."""

    book: LedgerReport

    @cached_property
    def total(self) -> Retention:
        return self.book.report().total

    def accounts(self, figure: Figure, *, page: int) -> Page[FigureAccount]:
        return figure_accounts(book=self.book, figure=figure, page=page)

    def all_accounts(self, figure: Figure) -> Iterator[FigureAccount]:
        return all_figure_accounts(book=self.book, figure=figure)

    def movements(self, figure: Figure, *, page: int) -> Page[FigureMovement]:
        return figure_movements(book=self.book, figure=figure, page=page)

    def all_movements(self, figure: Figure) -> Iterator[FigureMovement]:
        return all_figure_movements(book=self.book, figure=figure)

    def ledger_rows(self, figure: Figure) -> LedgerRows:
        return ledger_rows(book=self.book, figure=figure)


Figures = LedgerFigures | StoredFigures


def figures_of(*, question: Question, user: User) -> Figures:
    scope = ReportScope.of(user=user, known_before=question.known_before)
    rates = rate_table(base=question.base)
    stored = stored_figures(question=question, scope=scope, rates=rates)
    return stored or LedgerFigures(ledger_report_of(question=question, scope=scope, rates=rates))
