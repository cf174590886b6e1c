"""Which lines health judges: those of scorecards in force and of published playbooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from health.models import WatchLine, WatchLineUse
from health.scoring import WHOLE_SCORE, WatchLineSpec


@dataclass(frozen=True, slots=True)
class WatchLines:
    """Lines with their ids, in one order."""

    ids: tuple[int, ...]
    specs: tuple[WatchLineSpec, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def measures(self) -> tuple[str, ...]:
        """Keys of the measures that are watched."""
        return tuple(dict.fromkeys(spec.measure for spec in self.specs if spec.measure))


def watch_lines() -> WatchLines:
    rows = sorted(WatchLine.objects.all(), key=lambda row: _line_order(row.spec))
    return WatchLines(tuple(row.pk for row in rows), tuple(row.spec for row in rows))


def lines_with(*, owner: str, lines: Iterable[WatchLineSpec]) -> tuple[WatchLineSpec, ...]:
    """What would be judged, were `owner` to watch these lines instead of its own."""
    uses = WatchLineUse.objects.exclude(owner=owner).select_related("line")
    return tuple(sorted({*(use.line.spec for use in uses), *lines}, key=_line_order))


def _line_order(line: WatchLineSpec) -> tuple[bool, str, Decimal]:
    """The score first; of one subject the highest line first."""
    return line.subject != WHOLE_SCORE, line.subject, -line.value
