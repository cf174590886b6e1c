"""One raw mapping, whatever it was written in, to one typed record or to its errors."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.intake import moments, numbers, texts
from accounts.intake.checks import CHECKS, amounts_as_minor_units
from accounts.intake.errors import FieldError, RecordError, shown
from accounts.intake.moments import DateOptions
from accounts.intake.specs import Field, RecordSpec, Type
from accounts.intake.workbooks import UNREADABLE

_MOST_IN_A_LIST = 100
_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})

Value = str | int | bool | date | datetime | Decimal | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """How a source writes. `typed`: values carry JSON types and a number is never in quotes."""

    calendar: DateOptions
    typed: bool = True
    decimal_mark: str = "."
    list_mark: str = "|"


@dataclass(frozen=True, slots=True)
class Record:
    """`values` holds what was said: a field left out is not there, a cleared one is None."""

    position: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Intake:
    """What came out of a batch: good records, errors of the others, and the raw refused ones."""

    records: list[Record]
    errors: list[RecordError]


def read_record(
    raw: object, *, spec: RecordSpec, position: int, reading: ParseOptions
) -> Record | list[RecordError]:
    if not isinstance(raw, Mapping):
        message = f"{shown(raw)} is not a record; write an object with the fields of {spec.kind}"
        return [RecordError(position, "", "not_a_record", message)]
    problems = _unknown_fields(raw, spec=spec)
    values: dict[str, Value] = {}
    for field in spec.fields:
        try:
            if field.name in raw:
                values[field.name] = read_field(raw[field.name], field=field, reading=reading)
            elif field.required:
                raise FieldError("required", "is missing; every record needs it")
        except FieldError as error:
            problems.append((field.name, error))
    if not problems:
        problems += _finish(values, spec=spec)
    if problems:
        return [RecordError(position, name, e.code, e.message) for name, e in problems]
    return Record(position, values)


def read_records(
    rows: Iterable[tuple[int, object]], *, spec: RecordSpec, reading: ParseOptions
) -> Intake:
    intake = Intake([], [])
    for position, raw in rows:
        outcome = read_record(raw, spec=spec, position=position, reading=reading)
        if isinstance(outcome, Record):
            intake.records.append(outcome)
        else:
            intake.errors.extend(outcome)
    return intake


def _unknown_fields(
    raw: Mapping[object, object], *, spec: RecordSpec
) -> list[tuple[str, FieldError]]:
    known = spec.by_name()
    unknown = [str(name) for name in raw if name not in known]
    return [
        (
            _printable(name),
            FieldError("unknown_field", f"is not a field of {spec.kind}; leave it out"),
        )
        for name in unknown[:5]
    ]


def _printable(name: str) -> str:
    """A field's name as somebody sent it, as it may be stored and shown."""
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in name[:80])


def _finish(values: dict[str, Value], *, spec: RecordSpec) -> list[tuple[str, FieldError]]:
    """Money to minor units, then what fields mean together."""
    problems = amounts_as_minor_units(values)
    check = CHECKS.get(spec.kind)
    return problems or (check(values) if check else [])


def _empty(field: Field) -> str:
    if field.required:
        return "is empty; every record needs one"
    return "is empty; write a value or leave the column out"


def read_field(raw: object, *, field: Field, reading: ParseOptions) -> Value:
    """One value; FieldError says what is wrong with it."""
    if raw is None or (raw == "" and not reading.typed):
        if not field.clearable:
            raise FieldError("required", _empty(field))
        return None
    if not reading.typed and isinstance(raw, str) and raw.startswith(UNREADABLE):
        raise FieldError("cell", raw.removeprefix(UNREADABLE))
    if field.type in _LISTS:
        return _list(raw, field=field, reading=reading)
    if field.type == Type.BOOLEAN:
        return _boolean(raw, reading=reading)
    if field.type == Type.INTEGER:
        return _integer(raw, field=field, reading=reading)
    if not isinstance(raw, str):
        raise FieldError("type", f"{shown(raw)} must be text in quotes{_hint(field)}")
    texts.refuse_broken(raw)
    return _SCALARS[field.type](raw if reading.typed else raw.strip(), field, reading)


def _hint(field: Field) -> str:
    if field.type == Type.AMOUNT:
        return ', such as "1200.50": numbers lose cents on their way'
    if field.type == Type.PERCENT:
        return ', such as "5" or "2.5"'
    return ""


def _integer(raw: object, *, field: Field, reading: ParseOptions) -> int:
    if isinstance(raw, str) and not reading.typed:
        return numbers.integer(raw.strip(), min_value=field.min_value, max_value=field.max_value)
    if type(raw) is not int:
        raise FieldError("type", f"{shown(raw)} must be a whole number without quotes, such as 42")
    return numbers.bounded(raw, min_value=field.min_value, max_value=field.max_value)


def _boolean(raw: object, *, reading: ParseOptions) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) and not reading.typed else ""
    if word not in _TRUE | _FALSE:
        raise FieldError("boolean", f"{shown(raw)} is neither; write true or false")
    return word in _TRUE


def _choice(raw: str, field: Field, reading: ParseOptions) -> str:
    word = raw if reading.typed else raw.lower().replace(" ", "_").replace("-", "_")
    if word not in field.options:
        options = ", ".join(sorted(field.options))
        raise FieldError("choice", f"{shown(raw)} is not one of: {options}")
    return word


def _list(raw: object, *, field: Field, reading: ParseOptions) -> tuple[str, ...]:
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
        found.append(str(_SCALARS[_LISTS[field.type]](part, field, reading)))
    return tuple(dict.fromkeys(found))


_LISTS = {Type.CHOICES: Type.CHOICE, Type.NAMES: Type.NAME, Type.IDS: Type.ID}
_SCALARS: dict[Type, Callable[[str, Field, ParseOptions], Value]] = {
    Type.ID: lambda raw, field, reading: texts.external_id(raw),
    Type.NAME: lambda raw, field, reading: texts.name(raw, max_length=field.max_length),
    Type.TEXT: lambda raw, field, reading: texts.text(raw, max_length=field.max_length),
    Type.KEY: lambda raw, field, reading: texts.slug(raw, max_length=field.max_length),
    Type.DOMAIN: lambda raw, field, reading: texts.domain(
        raw if reading.typed else texts.host_of(raw)
    ),
    Type.EMAIL: lambda raw, field, reading: texts.email(raw),
    Type.ZONE: lambda raw, field, reading: moments.time_zone(raw),
    Type.CURRENCY: lambda raw, field, reading: numbers.currency(raw),
    Type.AMOUNT: lambda raw, field, reading: numbers.amount(raw, decimal_mark=reading.decimal_mark),
    Type.PERCENT: lambda raw, field, reading: numbers.percentage(
        raw, max_value=field.max_value, decimal_mark=reading.decimal_mark
    ),
    Type.CHOICE: _choice,
    Type.KIND: lambda raw, field, reading: texts.slug(
        raw if reading.typed else texts.as_key(raw), max_length=field.max_length
    ),
    Type.DAY: lambda raw, field, reading: moments.day(raw, calendar=reading.calendar),
    Type.PAST_DAY: lambda raw, field, reading: moments.past_day(raw, calendar=reading.calendar),
    Type.PAST_MOMENT: lambda raw, field, reading: moments.past_moment(
        raw, calendar=reading.calendar
    ),
}


def iso_reading(*, now: datetime, typed: bool = True) -> ParseOptions:
    """The reading of native JSON (typed) and of a CSV file without a chosen mapping."""
    return ParseOptions(calendar=DateOptions(now=now.astimezone(UTC)), typed=typed)
