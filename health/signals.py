"""What health tells of a crossing: the one place that writes and reads its payload.

Health writes `CrossingSignal.to_json()` into a signal of kind `health.crossed`; playbooks read it
with `from_json`. A key that is missing or unknown, or a value of another type, raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from health.scoring import WHOLE_SCORE


class SignalShapeError(ValueError):
    """A stored payload is not what `CrossingSignal.to_json` writes; the message says where."""


class Direction(StrEnum):
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingSignal:
    """One crossing by a move of the account itself: nothing else is told.

    `subject` is the score, a component (`component:<key>`) or a measure (`measure:<key>`). With a
    `line` the subject passed that value, and `before` and `after` are `above` and `below`; without
    one it entered another band, and they are the keys of bands. `value` is the subject's value
    now, in points or (a measure) in its own unit. `crossing_group` is shared by everything that
    one rescoring crossed: of a family it starts one play.
    """

    day: date
    subject: str
    line: Decimal | None
    direction: Direction
    before: str
    after: str
    value: Decimal | None
    score_before: Decimal | None
    score: Decimal | None
    scorecard: str
    version: int
    handled_first: bool
    is_overridden: bool
    crossing_group: str

    @property
    def is_of_whole_score(self) -> bool:
        """It entered another band of the score; no line, no part of it."""
        return self.subject == WHOLE_SCORE and self.line is None

    @property
    def judged_by(self) -> str:
        return f"{self.scorecard} v{self.version}"

    def to_json(self) -> dict[str, Any]:
        """JSON types only; a number with decimals is text, so that none of them is lost."""
        return {name: _as_json_value(getattr(self, name)) for name in _READERS}

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> CrossingSignal:
        """Raises SignalShapeError."""
        missing, unknown = _READERS.keys() - payload.keys(), payload.keys() - _READERS.keys()
        wrong = [f"“{name}” is missing" for name in sorted(missing)]
        wrong += [f"“{name}” is unknown" for name in sorted(unknown)]
        values: dict[str, Any] = {}
        for name, read in _READERS.items():
            if name not in payload:
                continue
            try:
                values[name] = read(payload[name])
            except (ValueError, InvalidOperation):
                # Its type, not the value: reasons are kept and logged, and hold no words of people.
                wrong.append(f"“{name}” cannot be read, a {type(payload[name]).__name__}")
        if wrong:
            raise SignalShapeError("; ".join(wrong))
        return cls(**values)


def _as_json_value(value: object) -> object:
    match value:
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case Direction():
            return value.value
        case _:
            return value


def _reader_of_type(kind: type) -> Callable[[object], Any]:
    """Takes values of exactly this type: True is no number."""

    def read(value: object) -> object:
        if type(value) is not kind or value == "":
            raise ValueError(value)
        return value

    return read


def _read_day(value: object) -> date:
    return date.fromisoformat(_text(value))


def _read_number(value: object) -> Decimal:
    number = Decimal(_text(value))
    if not number.is_finite():
        raise ValueError(value)
    return number


def _number_or_none(value: object) -> Decimal | None:
    return None if value is None else _read_number(value)


def _read_direction(value: object) -> Direction:
    return Direction(_text(value))


_text, _whole, _flag = _reader_of_type(str), _reader_of_type(int), _reader_of_type(bool)
_BY_TYPE: dict[str, Callable[[object], Any]] = {
    "date": _read_day,
    "str": _text,
    "Decimal | None": _number_or_none,
    "Direction": _read_direction,
    "int": _whole,
    "bool": _flag,
}
_READERS = {field.name: _BY_TYPE[str(field.type)] for field in fields(CrossingSignal)}
