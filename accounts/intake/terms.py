"""Which stretch of time each contract term of an account counts for: specification 4, "Where an
account's revenue comes from".

Decided by the account and the dates, never by the order of rows. Ends are exclusive. Amounts are
ARR in minor units of the term's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import count
from typing import Any, NamedTuple

from accounts.intake.contract_terms import ContractTerm, add_months
from accounts.intake.succession import AccountTerms


class Stretch(NamedTuple):
    """What a term counts for; `ends_on` is exclusive, None while it goes on.

    `is_taken_over`: another term goes on from its end. `is_step`: it goes on from another row of
    its deal, or renews itself; `steps_on`: the day on which it goes on like that.
    `overdue_since` is the end of a term that counts on in its grace; `is_assumed` where an
    automatic renewal is taken for granted; `renewal_on` the end that nothing takes over yet.
    `given_up_on`: the day on which the grace of one that ended without a word was over.
    """

    key: int
    starts_on: date
    ends_on: date | None
    arr: int
    currency: str
    overdue_since: date | None = None
    is_taken_over: bool = False
    is_assumed: bool = False
    renewal_on: date | None = None
    is_step: bool = False
    steps_on: date | None = None
    given_up_on: date | None = None


def stretches(terms: Iterable[ContractTerm], *, day: date, grace_days: int) -> list[Stretch]:
    """Of one account, as known on `day`: in order of the terms' starts."""
    return stretches_of(AccountTerms.of(terms, grace_days=grace_days), day=day)


def stretches_of(account: AccountTerms, *, day: date) -> list[Stretch]:
    return [
        stretch
        for term in account.terms
        for stretch in _of_term(term, account=account, day=day)
        if stretch.ends_on is None or stretch.ends_on > stretch.starts_on
    ]


def _of_term(term: ContractTerm, *, account: AccountTerms, day: date) -> Iterator[Stretch]:
    """The term itself, and the automatic renewals that have begun by `day`."""
    first_end = term.end
    for number in count(1):
        end, taken_over, steps_on = term.end, account.taken_over(term), account.steps_on(term)
        more: dict[str, Any] = {"is_step": term.is_assumed or account.is_step(term)}
        if steps_on is not None or taken_over is not None:
            more["steps_on"] = steps_on
            yield _stretch_of_term(term, steps_on or taken_over, is_taken_over=True, **more)
            return
        if end is None:
            yield _stretch_of_term(term, None, **more)
            return
        if not term.is_cancelled and not term.auto_renews:
            yield _ended_stretch(term, end=end, last=end + account.grace(term), day=day, more=more)
            return
        if term.is_cancelled or day < end or first_end is None:
            yield _stretch_of_term(term, end, renewal_on=end if day < end else None, **more)
            return
        yield _stretch_of_term(term, end, steps_on=end, **more)
        ends_on = add_months(first_end, number * term.renewal_months)
        term = _assumed_renewal(term, starts_on=end, ends_on=ends_on)


def _stretch_of_term(term: ContractTerm, ends_on: date | None, **more: Any) -> Stretch:
    return Stretch(
        term.key,
        term.starts_on,
        ends_on,
        term.arr,
        term.currency,
        is_assumed=term.is_assumed,
        **more,
    )


def _ended_stretch(
    term: ContractTerm, *, end: date, last: date, day: date, more: Mapping[str, Any]
) -> Stretch:
    """Until the grace is over, a term that ended counts on as overdue; then it ended on its end."""
    if day >= last:
        return _stretch_of_term(term, end, given_up_on=last, **more)
    overdue_since = end if day >= end else None
    return _stretch_of_term(term, None, renewal_on=end, overdue_since=overdue_since, **more)


def _assumed_renewal(term: ContractTerm, *, starts_on: date, ends_on: date) -> ContractTerm:
    arr = (term.arr * (1 + term.uplift)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return term._replace(starts_on=starts_on, ends_on=ends_on, arr=int(arr), is_assumed=True)
