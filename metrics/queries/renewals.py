"""The quarter's renewals: what is due, what is expected of it, and each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metrics.facts.renewals import RenewalFilter, RenewalRow, RenewalTotal, totals_of
from metrics.queries.figures import PAGE_SIZE
from metrics.queries.report_snapshot import ReportSnapshot
from metrics.retention.renewals import NEVER_DUE, RenewalState


@dataclass(frozen=True, slots=True)
class RenewalSum:
    """ARR in minor units; `expected` is the forecast of it."""

    renewals: int = 0
    arr: int = 0
    expected: int = 0

    @classmethod
    def of(cls, totals: Sequence[RenewalTotal], wanted: RenewalFilter) -> "RenewalSum":
        kept = [total for total in totals if wanted.keeps(total)]
        return cls(
            renewals=sum(total.renewals for total in kept),
            arr=sum(total.arr for total in kept),
            expected=sum(total.expected for total in kept),
        )


@dataclass(frozen=True, slots=True)
class RenewalQuarter:
    """`monthly` is what accounts pay month to month, `open_ended` by longer terms without an end: a
    row an account, no part of `due`."""

    due: RenewalSum
    decided: RenewalSum
    undecided: RenewalSum
    at_risk: RenewalSum
    by_state: tuple[tuple[RenewalState, RenewalSum], ...]
    monthly: RenewalSum
    monthly_at_risk: RenewalSum
    open_ended: RenewalSum


def renewals_of(snapshot: ReportSnapshot) -> RenewalQuarter:
    totals = snapshot.renewal_totals()

    def sum_of(wanted: RenewalFilter) -> RenewalSum:
        return RenewalSum.of(totals, wanted)

    monthly = RenewalFilter(state=RenewalState.MONTHLY)
    return RenewalQuarter(
        due=sum_of(RenewalFilter()),
        decided=sum_of(RenewalFilter(decided=True)),
        undecided=sum_of(RenewalFilter(undecided=True)),
        at_risk=sum_of(RenewalFilter(at_risk=True)),
        by_state=tuple(
            (state, sum_of(RenewalFilter(state=state)))
            for state in RenewalState
            if state not in NEVER_DUE
        ),
        monthly=sum_of(monthly),
        monthly_at_risk=RenewalSum.of([total for total in totals if total.at_risk], monthly),
        open_ended=sum_of(RenewalFilter(state=RenewalState.OPEN_ENDED)),
    )


@dataclass(frozen=True, slots=True)
class RenewalList:
    """A page of renewals; `sum` is of all pages, `totals` of all there are."""

    rows: tuple[RenewalRow, ...]
    sum: RenewalSum
    totals: tuple[RenewalTotal, ...]


def renewal_list(*, snapshot: ReportSnapshot, wanted: RenewalFilter, page: int) -> RenewalList:
    report = snapshot.renewals()
    totals = snapshot.renewal_totals(report)
    rows = report.page(wanted=wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return RenewalList(rows=tuple(rows), sum=RenewalSum.of(totals, wanted), totals=totals)


def list_of(rows: Sequence[RenewalRow], *, snapshot: ReportSnapshot, page: int) -> RenewalList:
    """A page of these rows, beside the totals of the quarter."""
    first = (page - 1) * PAGE_SIZE
    return RenewalList(
        rows=tuple(rows[first : first + PAGE_SIZE]),
        sum=RenewalSum.of(totals_of(rows), RenewalFilter()),
        totals=snapshot.renewal_totals(),
    )


def all_renewals(*, snapshot: ReportSnapshot, wanted: RenewalFilter) -> Iterator[RenewalRow]:
    return snapshot.renewals().all_rows(wanted=wanted)
