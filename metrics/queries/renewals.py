"""The quarter's renewals: what is due, what is expected of it, and each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metrics.facts.renewals import UNDECIDED, RenewalFilter, RenewalRow, RenewalState, RenewalTotal
from metrics.queries.figures import PAGE_SIZE
from metrics.queries.moments import ReportSnapshot


@dataclass(frozen=True, slots=True)
class RenewalSum:
    """ARR in minor units; `expected` is the forecast of it."""

    contracts: int = 0
    arr: int = 0
    expected: int = 0

    @classmethod
    def of(cls, totals: Sequence[RenewalTotal]) -> "RenewalSum":
        return cls(
            contracts=sum(total.contracts for total in totals),
            arr=sum(total.arr for total in totals),
            expected=sum(total.expected for total in totals),
        )


@dataclass(frozen=True, slots=True)
class RenewalQuarter:
    due: RenewalSum
    undecided: RenewalSum
    at_risk: RenewalSum
    by_state: tuple[tuple[RenewalState, RenewalSum], ...]


def renewals_of(standing: ReportSnapshot) -> RenewalQuarter:
    totals = standing.renewal_totals()
    undecided = [total for total in totals if total.state in UNDECIDED]
    return RenewalQuarter(
        due=RenewalSum.of(totals),
        undecided=RenewalSum.of(undecided),
        at_risk=RenewalSum.of([total for total in undecided if total.at_risk]),
        by_state=tuple(
            (state, RenewalSum.of([total for total in totals if total.state is state]))
            for state in RenewalState
        ),
    )


@dataclass(frozen=True, slots=True)
class RenewalList:
    """A page of contracts; `sum` is of all pages, `totals` of all renewals due."""

    rows: tuple[RenewalRow, ...]
    sum: RenewalSum
    totals: tuple[RenewalTotal, ...]


def renewal_list(*, standing: ReportSnapshot, wanted: RenewalFilter, page: int) -> RenewalList:
    totals = standing.renewal_totals()
    chosen = [total for total in totals if wanted.keeps(total)]
    rows = standing.due().contracts(wanted=wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return RenewalList(rows=tuple(rows), sum=RenewalSum.of(chosen), totals=totals)


def all_renewals(*, standing: ReportSnapshot, wanted: RenewalFilter) -> Iterator[RenewalRow]:
    return standing.due().all_contracts(wanted=wanted)
