"""Strict JSON: what another parser could read differently is refused, not interpreted."""

import json
from collections.abc import Iterator
from decimal import Decimal

from accounts.intake.errors import FieldError, FileRefused, RecordError, TooLarge, shown
from accounts.intake.streams import Limits

DEEPEST = 32
_LONGEST_NUMBER = 40
_LARGEST_EXPONENT = 308
_MOST_KEYS = 1_000


def _object_of_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(pairs) > _MOST_KEYS:
        raise FieldError("too_many_keys", f"an object has more than {_MOST_KEYS} keys")
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise FieldError("duplicate_key", f"the key {shown(twice)} is there twice; keep one")
    return found


def _bounded_decimal(digits: str) -> Decimal:
    if len(digits) > _LONGEST_NUMBER:
        raise FieldError("number", f"a number has more than {_LONGEST_NUMBER} characters")
    number = Decimal(digits)
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise FieldError("number", "a number is beyond what JSON readers agree on")
    return number


def _bounded_integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise FieldError("number", f"a number has more than {_LONGEST_NUMBER} digits")
    return int(digits)


def _refuse_constant(name: str) -> object:
    raise FieldError("number", f"{name} is not a number in JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object_of_pairs,
    parse_float=_bounded_decimal,
    parse_int=_bounded_integer,
    parse_constant=_refuse_constant,
)


def decode(text: str) -> object:
    """The value of one JSON text; FieldError in words otherwise."""
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise FieldError(
            "json", f"is not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise FieldError("too_deep", f"is nested deeper than {DEEPEST} levels") from error
    if _deeper_than(value, levels=DEEPEST):
        raise FieldError("too_deep", f"is nested deeper than {DEEPEST} levels")
    return value


def _deeper_than(value: object, *, levels: int) -> bool:
    """Level by level, so that hostile nesting needs no stack here."""
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(levels):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, list | dict)
        ]
    return bool(level)


def text_of(body: bytes) -> str:
    """UTF-8 and nothing else, as RFC 8259 says; a byte-order mark is refused."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused("encoding", f"is not UTF-8 at byte {error.start}; send UTF-8") from error
    if text.startswith("\ufeff"):
        raise FileRefused("encoding", "starts with a byte-order mark; send UTF-8 without it")
    return text


def array(body: bytes, *, limits: Limits) -> list[object]:
    """The records of a JSON array."""
    try:
        value = decode(text_of(body))
    except FieldError as error:
        raise FileRefused(error.code, error.message) from error
    if not isinstance(value, list):
        raise FileRefused("not_an_array", "must be an array of records: [{…}, {…}]")
    if len(value) > limits.records:
        raise TooLarge(
            "too_many_records", f"has {len(value)} records; at most {limits.records} a request"
        )
    return value


def lines(body: bytes, *, limits: Limits) -> Iterator[tuple[int, object | RecordError]]:
    """The records of NDJSON by index; a line that is no JSON is an error of its own."""
    index = 0
    for line in text_of(body).split("\n"):
        if not line.strip():
            continue
        if index >= limits.records:
            raise TooLarge("too_many_records", f"has more than {limits.records} records a request")
        try:
            yield index, decode(line)
        except FieldError as error:
            yield index, RecordError(index, "", error.code, error.message)
        index += 1
