"""One value of one field, as it was sent, to what is stored of it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from accounts.intake import dates, numbers, texts
from accounts.intake.errors import FieldError, shown
from accounts.intake.fields import Field, Type
from accounts.intake.parse_options import EmptyCell, ParseOptions
from accounts.intake.word_meanings import plain_word
from accounts.intake.workbooks import UNREADABLE

_MOST_IN_A_LIST = 100
_TRUE = frozenset({"true", "1", "yes", "y", "on", "t", "ja", "j", "wahr"})
_FALSE = frozenset({"false", "0", "no", "n", "off", "f", "nein", "falsch"})

Value = str | int | bool | date | datetime | Decimal | tuple[str, ...] | None


class EmptyValue(Exception):
    """An empty value that leaves the field as it is stored."""


def read_field(
    raw: object, *, field: Field, reading: ParseOptions, words: Mapping[str, str] | None = None
) -> Value:
    """One value; FieldError says what is wrong with it. `words`: what the source's words mean.

    Raises:
        EmptyValue: it is empty, and an empty one says nothing.
    """
    raw = _word_meaning(raw, words=words or {})
    if raw is None or (not reading.typed and isinstance(raw, str) and not raw.strip()):
        _refuse_or_skip_empty(raw, field=field, reading=reading)
        return None
    if not reading.typed and isinstance(raw, str) and raw.startswith(UNREADABLE):
        raise FieldError("cell", raw.removeprefix(UNREADABLE))
    if field.type in _LISTS:
        return _read_list(raw, field=field, reading=reading, words=words or {})
    if field.type == Type.BOOLEAN:
        return _read_boolean(raw, reading=reading)
    if field.type == Type.INTEGER:
        return _read_integer(raw, field=field, reading=reading)
    if not isinstance(raw, str):
        raise FieldError("type", f"{shown(raw)} must be text in quotes{_number_advice(field)}")
    texts.refuse_broken(raw)
    return _SCALARS[field.type](raw if reading.typed else raw.strip(), field, reading)


def _word_meaning(raw: object, *, words: Mapping[str, str]) -> object:
    """A word that has no value as its meaning is null, whatever empty cells say."""
    if not words or not isinstance(raw, str):
        return raw
    return words.get(plain_word(raw), raw) or None if raw else raw


def _refuse_or_skip_empty(raw: object, *, field: Field, reading: ParseOptions) -> None:
    if field.required and not field.clearable:
        raise FieldError("required", "is empty; every record needs one")
    chosen = EmptyCell.CLEAR if raw is None else reading.empty_cell(field.name)
    if chosen == EmptyCell.HOLD:
        raise FieldError("empty", "is empty, and nobody said what that means; write a value")
    if chosen == EmptyCell.KEEP or not field.clearable:
        raise EmptyValue


def _number_advice(field: Field) -> str:
    if field.type == Type.AMOUNT:
        return ', such as "1200.50": numbers lose cents on their way'
    if field.type == Type.PERCENT:
        return ', such as "5" or "2.5"'
    if field.type == Type.NUMBER:
        return ', such as "12.5"'
    return ""


def _read_integer(raw: object, *, field: Field, reading: ParseOptions) -> int:
    if isinstance(raw, str) and not reading.typed:
        text = numbers.plain_integer(raw.strip(), decimal_mark=reading.decimal_mark)
        return numbers.integer(text, min_value=field.min_value, max_value=field.max_value)
    if type(raw) is not int:
        raise FieldError("type", f"{shown(raw)} must be a whole number without quotes, such as 42")
    return numbers.bounded(raw, min_value=field.min_value, max_value=field.max_value)


def _read_boolean(raw: object, *, reading: ParseOptions) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) and not reading.typed else ""
    if word not in _TRUE | _FALSE:
        raise FieldError("boolean", f"{shown(raw)} is neither; write true or false")
    return word in _TRUE


def _read_choice(raw: str, field: Field, reading: ParseOptions) -> str:
    word = plain_word(raw).replace(" ", "_")
    if word not in field.options:
        options = ", ".join(sorted(field.options))
        raise FieldError("choice", f"{shown(raw)} is not one of: {options}")
    return word


def _read_list(
    raw: object, *, field: Field, reading: ParseOptions, words: Mapping[str, str]
) -> tuple[str, ...]:
    """Without repeats, in the order given."""
    if isinstance(raw, str) and not reading.typed:
        raw = [part.strip() for part in raw.split(reading.list_mark)]
    if not isinstance(raw, list):
        raise FieldError("type", f'{shown(raw)} must be a list of texts, such as ["a", "b"]')
    if len(raw) > _MOST_IN_A_LIST:
        raise FieldError("too_many", f"has {len(raw)} entries; at most {_MOST_IN_A_LIST} are kept")
    found = []
    for part in raw:
        if not isinstance(part, str):
            raise FieldError("type", f"{shown(part)} must be text in quotes")
        texts.refuse_broken(part)
        meant = _word_meaning(part, words=words)
        if meant is not None:
            found.append(str(_SCALARS[_LISTS[field.type]](str(meant), field, reading)))
    return tuple(dict.fromkeys(found))


_LISTS = {Type.CHOICES: Type.CHOICE, Type.NAMES: Type.NAME, Type.IDS: Type.ID}
_SCALARS: dict[Type, Callable[[str, Field, ParseOptions], Value]] = {
    Type.ID: lambda raw, field, reading: texts.opaque_id(raw),
    Type.ACCOUNT_ID: lambda raw, field, reading: texts.external_id(raw),
    Type.NAME: lambda raw, field, reading: texts.name(raw, max_length=field.max_length),
    Type.TEXT: lambda raw, field, reading: texts.text(raw, max_length=field.max_length),
    Type.KEY: lambda raw, field, reading: texts.slug(
        texts.as_key(raw), max_length=field.max_length
    ),
    Type.DOMAIN: lambda raw, field, reading: texts.domain(
        raw if reading.typed else texts.host_of(raw)
    ),
    Type.EMAIL: lambda raw, field, reading: texts.email(raw),
    Type.ZONE: lambda raw, field, reading: dates.time_zone(raw),
    Type.LANGUAGE: lambda raw, field, reading: texts.language(raw),
    Type.CURRENCY: lambda raw, field, reading: numbers.currency(raw),
    Type.AMOUNT: lambda raw, field, reading: numbers.amount(raw, decimal_mark=reading.decimal_mark),
    Type.PERCENT: lambda raw, field, reading: numbers.percentage(
        raw, max_value=field.max_value, decimal_mark=reading.decimal_mark
    ),
    Type.NUMBER: lambda raw, field, reading: numbers.ten_thousandths(
        raw, decimal_mark=reading.decimal_mark
    ),
    Type.CHOICE: _read_choice,
    Type.KIND: lambda raw, field, reading: texts.slug(
        texts.as_key(raw), max_length=field.max_length
    ),
    Type.DAY: lambda raw, field, reading: dates.day(raw, calendar=reading.calendar),
    Type.LONG_DAY: lambda raw, field, reading: dates.long_day(raw, calendar=reading.calendar),
    Type.PAST_DAY: lambda raw, field, reading: dates.past_day(raw, calendar=reading.calendar),
    Type.LONG_PAST_DAY: lambda raw, field, reading: dates.past(
        dates.long_day(raw, calendar=reading.calendar), value=raw, calendar=reading.calendar
    ),
    Type.PAST_MOMENT: lambda raw, field, reading: dates.past_moment(raw, calendar=reading.calendar),
}
