"""How a worked case is written: facts of an account, and what a measure makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from health.definitions import read_name


class CaseKind(StrEnum):
    """A value of facts that are there; of a source that delivered nothing for the account; none,
    because something that it takes is missing; none, because there is too little history."""

    VALUE = "value"
    EMPTY = "empty"
    MISSING = "missing"
    SHORT = "short"


VALUE, EMPTY, MISSING, SHORT = CaseKind


@dataclass(frozen=True)
class WorkedCase:
    measure: str
    kind: CaseKind
    account: Callable[[], object]
    value: float | None

    @property
    def family(self):
        return read_name(self.measure).key

    def __str__(self):
        return f"{self.measure}-{self.kind}-{self.account.__name__}"


CASES: list[WorkedCase] = []


def worked(measure, kind, value=None):
    """The decorated function records facts as of the builders' DAY and returns their account."""

    def keep(account):
        CASES.append(WorkedCase(measure, kind, account, value))
        return account

    return keep
