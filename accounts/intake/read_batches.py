"""A batch of what somebody sent, as it was read: the facts in it, and what is wrong with the rest.

Whatever the records came in (rows of a table, objects of JSON, a folder of another product), their
reader makes batches of it, and `accounts/loading/pipeline.py` carries those on.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from accounts.intake.errors import RecordError
from accounts.intake.fields import Kind
from accounts.intake.records import Record
from accounts.intake.usage_blocks import UsageColumns
from accounts.intake.usage_rows import UsageRow

AsSent = Callable[[Collection[int]], Mapping[int, object]]


def nothing_sent(positions: Collection[int]) -> Mapping[int, object]:
    return {}


@dataclass(slots=True)
class ReadBatch:
    """`as_sent` gives the records at some positions as they came.

    Usage is rows or columns, everything else records. `unchanged` are positions of good records of
    which nothing is stored. `read` is how many records came; None: as many as something became of.
    `reached` is the place in the source at which whoever takes over goes on.
    """

    kind: Kind
    as_sent: AsSent = nothing_sent
    records: Sequence[Record] = ()
    usage: list[UsageRow] = field(default_factory=list)
    usage_columns: UsageColumns | None = None
    unchanged: Sequence[int] = ()
    errors: list[RecordError] = field(default_factory=list)
    read: int | None = None
    reached: int = 0

    def days(self) -> set[date]:
        """On which the facts of a kind with a `day` were."""
        days = {row.day for row in self.usage}
        days |= {day for record in self.records if isinstance(day := record.values["day"], date)}
        if self.usage_columns is not None:
            told = np.unique(self.usage_columns.day).tolist()
            days |= {self.usage_columns.days[place] for place in told}
        return days
