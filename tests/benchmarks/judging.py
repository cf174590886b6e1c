"""Judges what benchmarks print by their goals and by ceilings, which may only fall.

Ceilings stand in ceilings.json: line → ceiling, null before the first figure.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.lines import LINES, Line

CEILINGS = Path(__file__).parent / "ceilings.json"

Ceilings = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Measured:
    """A line as a benchmark prints it. `more` is told and not judged."""

    name: str
    value: float
    bound: float | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Measured":
        row = json.loads(text)
        return cls(row.pop("name"), row.pop("value"), row.pop("bound", None), row)

    @property
    def figure(self) -> float:
        return self.value if self.bound is None else self.value / self.bound


class Tally:
    """Of one run. `is_rehearsal`: on fewer accounts, so that nothing is compared."""

    def __init__(
        self, ceilings: Ceilings, *, lines: Mapping[str, Line] = LINES, is_rehearsal: bool = False
    ) -> None:
        self.ceilings, self.lines, self.is_rehearsal = ceilings, lines, is_rehearsal
        self.figures: dict[str, float] = {}
        self.missed: list[str] = []
        self.exceeded: list[str] = []
        self.unknown: list[str] = []

    def judge(self, measured: Measured) -> dict[str, object]:
        """The line as it is printed."""
        name, line = measured.name, self.lines.get(measured.name)
        row = {"name": name, "value": round(measured.value, 4)}
        if line is None:
            self.unknown.append(name)
            return {**row, "error": "no such line in tests/benchmarks/lines.py"}
        figure, ceiling = measured.figure, self.ceilings.get(name)
        self.figures[name] = figure
        if not self.is_rehearsal and not line.passes(figure, line.goal):
            self.missed.append(name)
        if not self.is_rehearsal and ceiling is not None and not line.passes(figure, ceiling):
            self.exceeded.append(name)
        compared = (
            {}
            if measured.bound is None
            else {"bound": round(measured.bound, 4), "ratio": round(figure, 4)}
        )
        return {
            **row, "unit": line.unit, **compared, "goal": line.goal, "ceiling": ceiling,
            **({"at_least": True} if line.at_least else {}), **measured.more,
        }  # fmt: skip

    def without(self, groups: Iterable[str]) -> list[str]:
        """Lines of these groups that nobody printed."""
        wanted = set(groups)
        return [
            name
            for name in self.lines
            if name.partition(".")[0] in wanted and name not in self.figures
        ]

    def end(self, groups: Iterable[str]) -> dict[str, object]:
        """The last line of a run."""
        absent = self.without(groups)
        return {
            "lines": len(self.figures), "goals_missed": len(self.missed),
            "ceilings_exceeded": len(self.exceeded), "missed": self.missed,
            "exceeded": self.exceeded, "unknown": self.unknown, "absent": absent,
            **({"rehearsal": "fewer accounts: not compared"} if self.is_rehearsal else {}),
        }  # fmt: skip

    def fails(self, groups: Iterable[str]) -> bool:
        return bool(self.exceeded or self.unknown or self.without(groups))

    def lowered(self) -> dict[str, float | None]:
        """All ceilings after this run; a line that was not measured keeps its own."""
        return {
            name: _rounded(line.ceiling(self.ceilings.get(name), self.figures[name]))
            if name in self.figures
            else self.ceilings.get(name)
            for name, line in self.lines.items()
        }


def _rounded(ceiling: float) -> float:
    """To four digits, so that the same figure gives the same file."""
    return float(f"{ceiling:.4g}")


def loosened(before: Ceilings, after: Ceilings, lines: Mapping[str, Line] = LINES) -> list[str]:
    """Lines whose ceiling was taken away or made easier to pass; one that is gone is none."""
    found = []
    for name, line in lines.items():
        old, new = before.get(name), after.get(name)
        if old is not None and (new is None or not line.passes(new, old)):
            found.append(name)
    return found


def read_ceilings(text: str | None = None) -> dict[str, float | None]:
    found: dict[str, float | None] = json.loads(CEILINGS.read_text() if text is None else text)
    return found


def write_ceilings(ceilings: Ceilings) -> None:
    CEILINGS.write_text(json.dumps(ceilings, indent=2) + "\n")
