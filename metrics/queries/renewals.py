"""The quarter's renewals, one by one."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from metrics.facts.ledger import read_rates
from metrics.facts.renewals import RenewalRow, RenewalsDue, RenewalState
from metrics.facts.scope import Scope
from metrics.queries.figures import PAGE_SIZE
from metrics.retention.windows import quarter_of


@dataclass(frozen=True, slots=True)
class RenewalList:
    """A page of contracts; `count` and `arr` are of all pages."""

    rows: tuple[RenewalRow, ...]
    count: int
    arr: int


def renewals_of_quarter(
    *,
    user: User,
    base: str,
    as_of: date,
    state: RenewalState | None,
    at_risk: bool,
    page: int,
) -> RenewalList:
    """Of the calendar quarter of `as_of`, as things stood then."""
    due = RenewalsDue(
        scope=Scope.of(user=user),
        base=base,
        rates=read_rates(base=base).on(as_of),
        window=quarter_of(as_of),
        day=as_of,
    )
    undecided = (RenewalState.OPEN, RenewalState.OVERDUE)
    chosen = [
        total
        for total in due.totals()
        if (state is None or total.state is state)
        and (not at_risk or (total.at_risk and total.state in undecided))
    ]
    offset = (page - 1) * PAGE_SIZE
    return RenewalList(
        rows=tuple(due.contracts(state=state, at_risk=at_risk, limit=PAGE_SIZE, offset=offset)),
        count=sum(total.contracts for total in chosen),
        arr=sum(total.arr for total in chosen),
    )
