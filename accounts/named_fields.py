"""Reads one mapping field by field and says about each wrong value where it is and what fits."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

Word = TypeVar("Word", bound=StrEnum)
Part = TypeVar("Part")

_KEY = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_MISSING = object()
_MOST = Decimal(10) ** 10


def _is_storable(amount: Decimal) -> bool:
    """As a watch line keeps it."""
    return amount.is_finite() and abs(amount) < _MOST and amount == round(amount, 4)


class Fields:
    """`errors` collects everything that is wrong, so that an author sees it all at once."""

    def __init__(
        self, data: object, *, place: str, errors: list[str], document: str = "the text"
    ) -> None:
        """`document`: what it is called where no field of it is meant, such as “playbook”."""
        self.place = place
        self.document = document
        self.errors = errors
        if not isinstance(data, Mapping):
            self.wrong("", f"must be a list of named fields, not {_kind_in_words(data)}")
            data = {}
        self.data: Mapping[Any, Any] = data
        self._read: set[str] = set()

    def wrong(self, name: str, problem: str) -> None:
        where = ".".join(part for part in (self.place, name) if part)
        self.errors.append(f"{where or self.document}: {problem}")

    def text(self, name: str, *, max_length: int, default: str | None = None) -> str:
        value = self._value_or_default(name, default)
        if value is None:
            return ""
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.wrong(name, f"write a text, not {_kind_in_words(value)}")
            return ""
        if len(value.strip()) > max_length:
            self.wrong(name, f"at most {max_length} characters, these are {len(value.strip())}")
        return value.strip()

    def key(self, name: str = "key") -> str:
        value = self.text(name, max_length=40)
        if value and not _KEY.match(value):
            self.wrong(name, f"“{value}”: small letters, digits and _ only, a letter first")
        return value

    def word(self, name: str, vocabulary: type[Word], default: Word | None = None) -> Word:
        value = self._value_or_default(name, default)
        allowed = [member.value for member in vocabulary]
        if value in allowed:
            return vocabulary(value)
        if value is not None:
            self.wrong(name, f"“{value}” is none of {', '.join(allowed)}")
        return next(iter(vocabulary))

    def number(
        self, name: str, *, lowest: int, highest: int, default: object = _MISSING
    ) -> int | None:
        value = self.data.get(name, default)
        self._read.add(name)
        if value is None and default is None:
            return None
        if value is _MISSING or value is None:
            self.wrong(name, "is missing")
            return lowest
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.wrong(name, f"a whole number from {lowest} to {highest}, not {value!r}")
            return lowest
        return value

    def whole(self, name: str, *, lowest: int, highest: int, default: int | None = None) -> int:
        fallback = _MISSING if default is None else default
        return self.number(name, lowest=lowest, highest=highest, default=fallback) or 0

    def score(self, name: str) -> Decimal | None:
        """From 0 to 100, or None where nothing is said."""
        value = self.data.get(name)
        self._read.add(name)
        if value is None:
            return None
        try:
            score = Decimal(str(value))
        except InvalidOperation:
            score = Decimal(-1)
        if isinstance(value, bool) or not 0 <= score <= 100:
            self.wrong(name, f"a score from 0 to 100, not {value!r}")
            return None
        if score != round(score, 2):
            self.wrong(name, f"a score has two decimals at most, not {value!r}")
            return None
        return score

    def amount(self, name: str) -> Decimal | None:
        """Any number of up to ten digits and four decimals, or None where nothing is said."""
        value = self.data.get(name)
        self._read.add(name)
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if isinstance(value, bool) or not _is_storable(amount):
            self.wrong(name, f"a number with four decimals at most, not {value!r}")
            return None
        return amount

    def flag(self, name: str) -> bool:
        value = self._value_or_default(name, False)
        if not isinstance(value, bool):
            self.wrong(name, f"true or false, not {value!r}")
        return value is True

    def either(self, name: str) -> bool | None:
        """True or false; None where nothing is said."""
        self._read.add(name)
        return self.flag(name) if self.has(name) else None

    def texts(self, name: str, allowed: Sequence[str] = ()) -> tuple[str, ...]:
        value = self._value_or_default(name, [])
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            self.wrong(name, f"a list of texts, not {_kind_in_words(value)}")
            return ()
        for part in value:
            if allowed and part not in allowed:
                self.wrong(name, f"“{part}” is none of {', '.join(allowed)}")
        return tuple(value)

    def part(self, name: str, default: Mapping[str, Any] | None = None) -> "Fields":
        value = self._value_or_default(name, default)
        return Fields(value or {}, place=f"{self.place}.{name}".lstrip("."), errors=self.errors)

    def parts(
        self, name: str, read: Callable[["Fields"], Part], *, min_length: int
    ) -> tuple[Part, ...]:
        value = self._value_or_default(name, None if min_length else [])
        if value is not None and not isinstance(value, list):
            self.wrong(name, f"must be a list, not {_kind_in_words(value)}")
            return ()
        items = value or []
        if value is not None and len(items) < min_length:
            self.wrong(name, f"at least {min_length} is needed")
        found = []
        for number, item in enumerate(items, start=1):
            place = f"{self.place}.{name}[{number}]".lstrip(".")
            fields = Fields(item, place=place, errors=self.errors)
            found.append(read(fields))
            fields.refuse_others()
        return tuple(found)

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def refuse_others(self) -> None:
        """A misspelt field must not be ignored silently."""
        for name in self.data:
            if name not in self._read:
                self.wrong(str(name), "is no field of this part")

    def _value_or_default(self, name: str, default: object) -> Any:
        self._read.add(name)
        value = self.data.get(name)
        if value is not None:
            return value
        if default is None:
            self.wrong(name, "is missing")
        return default


def filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing, as an author leaves it out."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


def _kind_in_words(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    names = {dict: "named fields", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), repr(value))
