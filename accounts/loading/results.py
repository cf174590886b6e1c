"""What became of a batch, record by record."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from accounts.intake.errors import RecordError
from accounts.loading.notices import Notice, together
from accounts.models import RevenueMovement


class Status(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class Place(StrEnum):
    ROW = "in row"
    INDEX = "at index"


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record of money that was written: its account's ledger is to be derived again."""

    account_id: int
    contract_id: int | None = None
    position: int = 0


@dataclass(slots=True)
class LoadResult:
    """`problems` are rejections, and warnings about records that were kept all the same.

    `many` counts records by the ten thousand whose positions nobody asks for, unless it
    `is_listing`. `place` is what a position is to whoever sent them. `due` and `waiting`, by
    position, are for the end of the run that the batch is a part of, and so are `notices`: what is
    said once.
    """

    statuses: dict[int, Status] = field(default_factory=dict)
    problems: list[RecordError] = field(default_factory=list)
    many: Counter[Status] = field(default_factory=Counter)
    place: Place = Place.ROW
    is_listing: bool = True
    due: list[DueRecord] = field(default_factory=list)
    waiting: dict[int, RevenueMovement] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)

    def created(self, positions: Sequence[int]) -> None:
        if self.is_listing:
            self.statuses.update(dict.fromkeys(positions, Status.CREATED))
        else:
            self.many[Status.CREATED] += len(positions)

    def reject(self, errors: Iterable[RecordError]) -> None:
        for error in errors:
            self.problems.append(error)
            if not error.warning:
                self.statuses[error.position] = Status.REJECTED

    def note(self, notice: Notice, *, about: str = "") -> None:
        """`about` tells notices of one code apart."""
        self.notices = together(self.notices, {f"{notice.code} {about}": notice})

    def seen_at(self, position: int) -> str:
        return f"is {self.place} {position} already"

    def counts(self) -> Counter[Status]:
        return Counter(self.statuses.values()) + self.many

    @property
    def warnings(self) -> int:
        return sum(problem.warning for problem in self.problems)
