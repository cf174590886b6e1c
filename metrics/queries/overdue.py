"""What of a report is overdue: terms in their grace, whose money counts and may still be lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from accounts.models import Account, Installation
from accounts.money.rates import RateTable
from metrics.definitions import Retention
from metrics.facts.ledger import rates_as_text
from metrics.facts.renewals import RenewalRow, RenewalsDue
from metrics.facts.scope import ReportScope
from metrics.queries.ledger_report import Question, ledger_report_of
from metrics.queries.report_snapshot import ReportSnapshot
from metrics.retention.overdue import OverdueAccounts, without_overdue
from metrics.retention.renewals import RenewalState
from metrics.retention.windows import Window, trailing_window

# Whatever has been decided since is not overdue any more.
_UNDECIDED = "c.state = 'active'"


@dataclass(frozen=True, slots=True)
class Overdue:
    """`arr` of `accounts` at the end of the window is overdue; `without` is the report as if it
    were lost."""

    accounts: int
    arr: int
    without: Retention


def overdue_rows(snapshot: ReportSnapshot, *, window: Window, rates: RateTable) -> list[RenewalRow]:
    """Terms of any length that ended by the end of the window and are in their grace on the day of
    the report, the earliest first; at the rates of the window."""
    grace = timedelta(days=Installation.current().overdue_grace_days)
    due = RenewalsDue(
        scope=snapshot.scope,
        moment=replace(snapshot.moment, rates=rates.on(window.end), is_stored=False),
        window=Window(start=window.end - grace - timedelta(days=1), end=window.end),
        chances=snapshot.chances,
        chosen=_UNDECIDED,
        of_any_length=True,
    )
    rows = [row for row in due.rows() if row.state is RenewalState.OVERDUE and row.arr]
    return sorted(rows, key=lambda row: (row.ends_on, -row.arr, row.contract))


def overdue_of(
    snapshot: ReportSnapshot, *, question: Question, rates: RateTable, total: Retention
) -> Overdue | None:
    """Of the report of `question`, whose sums are `total`; None where nothing is overdue."""
    found = _stored_overdue(snapshot, question=question, rates=rates)
    if found is None:
        (found,) = overdue_accounts(snapshot, questions=[question], rates=rates)
    if not found.accounts:
        return None
    return Overdue(accounts=found.accounts, arr=found.arr, without=found.without(total))


def _stored_overdue(
    snapshot: ReportSnapshot, *, question: Question, rates: RateTable
) -> OverdueAccounts | None:
    """As the night kept it with the day; None where it has to be computed."""
    figures, window = snapshot.figures, question.window
    if figures is None or not snapshot.scope.is_everything or question.filters:
        return None
    if window != trailing_window(as_of=snapshot.moment.day):
        return None
    # The day is current at its own rates; those of the window's end may have been edited since.
    if figures.overdue_rates != rates_as_text(rates.on(window.end)):
        return None
    return figures.overdue.get(question.method)


def overdue_accounts(
    snapshot: ReportSnapshot, *, questions: Sequence[Question], rates: RateTable
) -> list[OverdueAccounts]:
    """For each of the questions, which are about one window of all cuts."""
    arr = Counter[int]()
    for row in overdue_rows(snapshot, window=questions[0].window, rates=rates):
        arr[row.account_id] += row.arr
    return [_count_overdue(arr, question=question, rates=rates) for question in questions]


def _count_overdue(arr: Counter[int], *, question: Question, rates: RateTable) -> OverdueAccounts:
    if not arr:
        return OverdueAccounts(0, 0, Retention(), Retention())
    scope = ReportScope(
        accounts=Account.objects.filter(pk__in=list(arr)),
        known_before=question.known_before,
    )
    counted = ledger_report_of(question=question, scope=scope, rates=rates)
    ends = counted.counted.positions.end
    wanted = np.array([arr[pk] for pk in counted.accounts.tolist()], dtype=np.int64)
    overdue = np.minimum(wanted, np.maximum(ends, 0))
    lost = without_overdue(counted.counted, overdue, method=question.method)
    everyone = np.zeros(len(overdue), dtype=np.int64)
    (less,) = counted.counted.by_group(groups=everyone, count=1)
    (plus,) = lost.by_group(groups=everyone, count=1)
    return OverdueAccounts(int((overdue > 0).sum()), int(overdue.sum()), counted=less, lost=plus)
