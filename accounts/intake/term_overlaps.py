"""Contract terms of an account that overlap and add up, though one may have been meant to take the
place of the other: what is asked, and the ARR of both answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.intake.contract_terms import ContractTerm
from accounts.intake.succession import AccountTerms
from accounts.intake.terms import stretches

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two terms that both count: `newer` starts `days` before the end of `older`, None where that
    is open. Of two known products both do; else a source may have meant that one replaces the
    other."""

    older: ContractTerm
    newer: ContractTerm
    days: int | None


def overlaps(account: AccountTerms) -> list[Overlap]:
    """Terms that overlap by more than a day and add up, because nothing says that the newer one
    takes over or counts beside; by the start of the newer one."""
    found = []
    for older in account.terms:
        ends = account.steps_on(older) or account.taken_over(older) or older.end
        for newer in account.starting(older.starts_on + _DAY, (ends or date.max) - 2 * _DAY):
            is_open = newer.replaces is None and not _of_two_products(older, newer)
            if is_open and older.arr and newer.arr:
                days = None if ends is None else (ends - newer.starts_on).days
                found.append(Overlap(older, newer, days))
    return sorted(found, key=lambda overlap: (overlap.newer.starts_on, overlap.newer.key))


@dataclass(frozen=True, slots=True)
class BothAnswers:
    """ARR on a day by currency: if overlapping terms add up, and if a later one replaces."""

    adding: Counter[str]
    replacing: Counter[str]


def both_answers(
    terms: Sequence[ContractTerm], *, newer: Collection[int], day: date, grace_days: int
) -> BothAnswers:
    """Of one account. `newer`: keys of the terms about which it is asked."""
    replacing = [t._replace(replaces=True) if t.key in newer else t for t in terms]
    return BothAnswers(
        _arr_on(terms, day=day, grace_days=grace_days),
        _arr_on(replacing, day=day, grace_days=grace_days),
    )


def _arr_on(terms: Iterable[ContractTerm], *, day: date, grace_days: int) -> Counter[str]:
    arr: Counter[str] = Counter()
    for found in stretches(terms, day=day, grace_days=grace_days):
        if found.starts_on <= day and (found.ends_on is None or day < found.ends_on):
            arr[found.currency] += found.arr
    return arr


def _of_two_products(one: ContractTerm, other: ContractTerm) -> bool:
    return bool(one.product and other.product) and one.product != other.product
