"""Contracts that the ledger adds up and that a source may have meant otherwise: one question a
file, with the ARR of both answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from accounts.intake.errors import RecordError, shown
from accounts.intake.term_overlaps import Overlap, both_answers
from accounts.loading.contracts import AccountOverlaps
from accounts.loading.notices import in_words
from accounts.models import Contract, Installation
from accounts.money.currencies import money_exact

CODE = "overlap"
ANSWER = "replaces_earlier"
"""The field that answers it: of a record, or of all records of a mapping."""


@dataclass(frozen=True, slots=True)
class FirstOverlap:
    """The first in the file; its position is the one of its record."""

    position: int
    contract_id: int
    in_words: str


@dataclass(slots=True)
class OverlapQuestion:
    """`adding` and `replacing`: ARR of these accounts on the day by currency, if all contracts
    count and if a later one takes the place of an earlier one."""

    contracts: int = 0
    accounts: int = 0
    adding: Counter[str] = field(default_factory=Counter)
    replacing: Counter[str] = field(default_factory=Counter)
    first: FirstOverlap | None = None

    @classmethod
    def about(
        cls, overlaps: Sequence[AccountOverlaps], *, positions: Mapping[int, int], day: date
    ) -> Self:
        """`positions`: of the records by the ids of their contracts; overlaps of others are not
        this load's."""
        question = cls()
        grace_days = Installation.current().overdue_grace_days
        named: dict[int, Overlap] = {}
        for of_account in overlaps:
            asked = {o.newer.key: o for o in reversed(of_account.found) if o.newer.key in positions}
            if asked:
                named |= asked
                arr = both_answers(
                    of_account.terms, newer=asked.keys(), day=day, grace_days=grace_days
                )
                question.accounts += 1
                question.adding += arr.adding
                question.replacing += arr.replacing
        question.contracts = len(named)
        if named:
            first = min(named, key=positions.__getitem__)
            older = Contract.objects.get(pk=named[first].older.key).external_id
            words = _of_one(named[first], older=older)
            question.first = FirstOverlap(positions[first], first, words)
        return question

    def add(self, other: "OverlapQuestion") -> None:
        self.contracts += other.contracts
        self.accounts += other.accounts
        self.adding += other.adding
        self.replacing += other.replacing
        if other.first and (self.first is None or other.first.position < self.first.position):
            self.first = other.first

    def problems(self) -> list[RecordError]:
        """None, or one."""
        if self.first is None:
            return []
        message = f"{self.first.in_words} a year? "
        if self.contracts > 1:
            message += (
                f"So do {self.contracts - 1:,} more of these contracts: their accounts pay"
                f" {in_words(self.adding)} today if all count, {in_words(self.replacing)} if a"
                " later one replaces. "
            )
        message += (
            f"All count until one renews the other or says {ANSWER}; for the whole file, answer on"
            f" its page or with --set {ANSWER}=true or false"
        )
        return [RecordError(self.first.position, "starts_on", CODE, message, warning=True)]

    def as_json(self) -> dict[str, Any]:
        return {
            "contracts": self.contracts,
            "accounts": self.accounts,
            "adding": dict(self.adding),
            "replacing": dict(self.replacing),
            "first": self.first.in_words if self.first else "",
        }


def _of_one(overlap: Overlap, *, older: str) -> str:
    old, new = overlap.older, overlap.newer
    how_long = "an open end" if overlap.days is None else f"{overlap.days} days"
    alone = money_exact(new.arr, new.currency)
    both = Counter({new.currency: new.arr})
    both[old.currency] += old.arr
    return f"overlaps {shown(older)} by {how_long}: {alone} or {in_words(both)}"
