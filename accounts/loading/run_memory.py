"""What the batches of a run have met so far, so that none of them judges by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.intake.errors import RecordError, shown
from accounts.intake.field_values import Value
from accounts.intake.fields import Kind, RecordSpec
from accounts.intake.records import Record
from accounts.loading.results import LoadResult

# Too many of them to remember each; they add up within a day, or the latest counts.
_UNMARKED = frozenset({Kind.USAGE, Kind.SESSIONS, Kind.USER_DAYS})


def remembers(kind: Kind) -> bool:
    return kind not in _UNMARKED


@dataclass(slots=True)
class RunMemory:
    """Hashes only: a run may be a million records long."""

    _first: dict[int, tuple[int, int]] = field(default_factory=dict)

    def agreeing(
        self, records: Sequence[Record], *, spec: RecordSpec, result: LoadResult
    ) -> list[Record]:
        """Without those that say otherwise than the first record of their key in an earlier batch:
        they are refused, as they would be within a batch."""
        if not remembers(spec.kind):
            return list(records)
        kept = []
        for record in records:
            said = hash((tuple(record.values), tuple(record.values.values())))
            first = self._first.setdefault(hash(key_of(record, spec)), (record.position, said))
            # One of this batch is compared there: with the record itself, not with its hash.
            if first[1] == said or first[0] >= records[0].position:
                kept.append(record)
            else:
                result.reject([contradiction(record, result.seen_at(first[0]), spec=spec)])
        return kept


def key_of(record: Record, spec: RecordSpec) -> tuple[Value, ...]:
    return tuple([record.values.get(name) for name in spec.key])


def contradiction(record: Record, place: str, *, spec: RecordSpec) -> RecordError:
    key = " ".join(str(record.values[name]) for name in spec.key if name in record.values)
    message = f"{shown(key)} {place} with other values; keep one of both"
    return RecordError(record.position, spec.key[-1], "duplicate", message)
