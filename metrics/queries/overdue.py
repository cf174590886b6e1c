"""What of a report is overdue: terms in their grace, whose money counts and may still be lost."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from accounts.models import Account, Installation
from accounts.money.rates import RateTable
from metrics.definitions import Retention
from metrics.facts.renewals import RenewalRow, RenewalsDue
from metrics.facts.scope import ReportScope
from metrics.queries.book import Question, book_of
from metrics.queries.moments import ReportSnapshot
from metrics.retention.overdue import exchanged, without_overdue
from metrics.retention.renewals import RenewalState
from metrics.retention.windows import Window

# Whatever has been decided since is not overdue any more.
_UNDECIDED = "c.state = 'active'"


@dataclass(frozen=True, slots=True)
class Overdue:
    """`arr` of `accounts` at the end of the window is overdue; `without` is the report as if it
    were lost."""

    accounts: int
    arr: int
    without: Retention


def overdue_rows(standing: ReportSnapshot, *, window: Window, rates: RateTable) -> list[RenewalRow]:
    """Terms of any length that ended by the end of the window and are in their grace on the day of
    the report, the earliest first; at the rates of the window."""
    grace = timedelta(days=Installation.current().overdue_grace_days)
    due = RenewalsDue(
        scope=standing.scope,
        moment=replace(standing.moment, rates=rates.on(window.end), is_stored=False),
        window=Window(start=window.end - grace - timedelta(days=1), end=window.end),
        chances=standing.chances,
        chosen=_UNDECIDED,
        of_any_length=True,
    )
    rows = [row for row in due.rows() if row.state is RenewalState.OVERDUE and row.arr]
    return sorted(rows, key=lambda row: (row.ends_on, -row.arr, row.contract))


def overdue_of(
    standing: ReportSnapshot, *, question: Question, rates: RateTable, total: Retention
) -> Overdue | None:
    """Of the report of `question`, whose sums are `total`; None where nothing is overdue."""
    arr = Counter[int]()
    for row in overdue_rows(standing, window=question.window, rates=rates):
        arr[row.account_id] += row.arr
    if not arr:
        return None
    scope = ReportScope(
        accounts=Account.objects.filter(pk__in=list(arr)),
        known_before=question.known_before,
    )
    counted = book_of(question=question, scope=scope, rates=rates)
    ends = counted.counted.positions.end
    wanted = np.array([arr[pk] for pk in counted.accounts.tolist()], dtype=np.int64)
    overdue = np.minimum(wanted, np.maximum(ends, 0))
    if not overdue.any():
        return None
    lost = without_overdue(counted.counted, overdue, method=question.method)
    everyone = np.zeros(len(overdue), dtype=np.int64)
    (less,) = counted.counted.by_group(groups=everyone, count=1)
    (plus,) = lost.by_group(groups=everyone, count=1)
    return Overdue(
        accounts=int((overdue > 0).sum()),
        arr=int(overdue.sum()),
        without=exchanged(total, less=less, plus=plus),
    )
