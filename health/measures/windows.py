"""Which days a measure looks at, and how many of them have to be history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class WindowUnit(StrEnum):
    """What a window is counted in: days that end on the last closed one, days with the one that is
    judged, windows of the chosen length of either kind, terms of a contract."""

    CLOSED = "closed days"
    DAYS = "days"
    CHOSEN_CLOSED = "chosen, closed days"
    CHOSEN = "chosen"
    TERMS = "contract terms"
    PRESENT = "the day itself"
    SINCE_START = "since the contract began"


_DAYS_OF = {
    WindowUnit.CHOSEN_CLOSED: WindowUnit.CLOSED,
    WindowUnit.CHOSEN: WindowUnit.DAYS,
}


@dataclass(frozen=True, slots=True)
class MeasureWindow:
    """`length` and `least` are counted in the unit; with less than `least` of history there is no
    value (0: none is needed)."""

    unit: WindowUnit
    length: float = 0
    least: float = 0

    def of_days(self, days: int) -> MeasureWindow:
        """The same where so many days were chosen."""
        if self.unit not in _DAYS_OF:
            return self
        return replace(
            self, unit=_DAYS_OF[self.unit], length=self.length * days, least=self.least * days
        )

    @property
    def words(self) -> str:
        """28 closed days; chosen, closed days; 2 × chosen."""
        if self.unit in _DAYS_OF:
            times = f"{self.length:g} × " if self.length > 1 else ""
            return f"{times}{self.unit}"
        return f"{self.length:g} {self.unit}" if self.length else self.unit.value

    @property
    def history(self) -> str:
        """How much of it has to be there: 14 days; half the window; empty for none."""
        if not self.least:
            return ""
        if self.unit not in _DAYS_OF:
            return f"{self.least:g} days"
        return "half the window" if self.least < 1 else f"{self.least:g} windows"


PRESENT = MeasureWindow(WindowUnit.PRESENT)
SINCE_START = MeasureWindow(WindowUnit.SINCE_START)
# What a name chooses, of which half has to be history.
CHOSEN_WEEKS = MeasureWindow(WindowUnit.CHOSEN_CLOSED, 1, 0.5)
CHOSEN_DAYS = MeasureWindow(WindowUnit.CHOSEN, 1, 0.5)


def closed_days(length: int, *, least: int = 0) -> MeasureWindow:
    return MeasureWindow(WindowUnit.CLOSED, length, least)


def days(length: int, *, least: int = 0) -> MeasureWindow:
    """With the day that is judged."""
    return MeasureWindow(WindowUnit.DAYS, length, least)
