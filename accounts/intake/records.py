"""One raw mapping, whatever it was written in, to one typed record or to its errors.

Only a required field, one whose absence says something, and money that cannot be right hold a
record; without any other value that cannot be read it is taken, with a warning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from accounts.intake import texts
from accounts.intake.checks import CHECKS, amounts_as_minor_units
from accounts.intake.contract_ends import read_end
from accounts.intake.errors import FieldError, RecordError, shown
from accounts.intake.field_values import EmptyValue, Value, read_field
from accounts.intake.fields import Field, RecordSpec, Type
from accounts.intake.parse_options import ParseOptions
from accounts.intake.spans import read_span
from accounts.intake.word_meanings import meanings


@dataclass(frozen=True, slots=True)
class Record:
    """`values` holds what was said: a field left out is not there, a cleared one is None.
    `warnings` say which values it was taken without."""

    position: int
    values: Mapping[str, Value]
    warnings: tuple[RecordError, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """What came out of a batch: good records, errors of the others, and the raw refused ones."""

    records: list[Record]
    errors: list[RecordError]


_MOST_KNOWN = 5_000


@dataclass(frozen=True, slots=True)
class _Column:
    """A field as its source writes it. `known`: what texts of it were read as, None where one says
    nothing: days, currencies and products come again and again."""

    field: Field
    words: Mapping[str, str]
    known: dict[str, tuple[Value] | None]

    def learn(self, raw: object, value: tuple[Value] | None) -> None:
        if type(raw) is str and len(self.known) < _MOST_KNOWN:
            self.known[raw] = value


class RecordReader:
    """Reads one record after another of one kind, out of one source."""

    def __init__(self, *, spec: RecordSpec, reading: ParseOptions) -> None:
        self.spec, self.reading = spec, reading
        self._names = frozenset(spec.by_name())
        self._columns = [
            _Column(one, {**meanings(spec.kind, one), **reading.words.get(one.name, {})}, {})
            for one in spec.fields
        ]
        # Rows of a file name the same fields: of those only.
        self._latest: tuple[object, ...] | None = None
        self._said: list[_Column] = []

    def _is_column_needed(self, column: _Column, names: tuple[object, ...]) -> bool:
        one = column.field
        return one.required or one.name in names or one.name in self.reading.constants

    def read(self, raw: object, *, position: int) -> Record | list[RecordError]:
        if not isinstance(raw, Mapping):
            kind = self.spec.kind
            message = f"{shown(raw)} is not a record; write an object with the fields of {kind}"
            return [RecordError(position, "", "not_a_record", message)]
        found = _Reading(self.spec, position, self.reading)
        if not raw.keys() <= self._names:
            found.refuse_unknown_fields(raw)
        if (names := tuple(raw)) != self._latest:
            self._latest, self._said = (
                names,
                [c for c in self._columns if self._is_column_needed(c, names)],
            )
        for column in self._said:
            found.read(column, raw)
        if not found.errors:
            found.check_together()
        return found.errors or Record(position, found.values, tuple(found.warnings))


def read_record(
    raw: object, *, spec: RecordSpec, position: int, reading: ParseOptions
) -> Record | list[RecordError]:
    return RecordReader(spec=spec, reading=reading).read(raw, position=position)


def read_records(
    rows: Iterable[tuple[int, object]], *, spec: RecordSpec, reading: ParseOptions
) -> Intake:
    intake = Intake([], [])
    reader = RecordReader(spec=spec, reading=reading)
    for position, raw in rows:
        outcome = reader.read(raw, position=position)
        if isinstance(outcome, Record):
            intake.records.append(outcome)
        else:
            intake.errors.extend(outcome)
    return intake


@dataclass(slots=True)
class _Reading:
    """One record as far as it is read."""

    spec: RecordSpec
    position: int
    reading: ParseOptions
    values: dict[str, Value] = field(default_factory=dict)
    errors: list[RecordError] = field(default_factory=list)
    warnings: list[RecordError] = field(default_factory=list)

    def refuse_unknown_fields(self, raw: Mapping[object, object]) -> None:
        known = self.spec.by_name()
        for name in [str(name) for name in raw if name not in known][:5]:
            message = f"is not a field of {self.spec.kind}; leave it out"
            self._add_error(_printable_field_name(name), FieldError("unknown_field", message))

    def read(self, column: _Column, raw: Mapping[object, object]) -> None:
        name = column.field.name
        cell = raw.get(name)
        if cell in (None, "") and name in self.reading.constants:
            self._read_constant(column)
        elif type(cell) is str and cell in column.known:
            known = column.known[cell]
            if known is not None:
                self.values[name] = known[0]
        elif name in raw:
            self._read_cell(cell, column)
        elif column.field.required:
            self._refuse_or_warn(name, FieldError("required", "is missing; every record needs it"))

    def _read_constant(self, column: _Column) -> None:
        """A text, whatever the records carry."""
        name = column.field.name
        as_text = replace(self.reading, typed=False)
        try:
            self.values[name] = self._cell_value(
                self.reading.constants[name], column, reading=as_text
            )
        except EmptyValue:
            return
        except FieldError as error:
            self._refuse_or_warn(name, error)

    def _read_cell(self, cell: object, column: _Column) -> None:
        warned = len(self.warnings)
        try:
            value = self._cell_value(cell, column, reading=self.reading)
        except EmptyValue:
            column.learn(cell, None)
        except FieldError as error:
            self._refuse_or_warn(column.field.name, error)
        else:
            self.values[column.field.name] = value
            if len(self.warnings) == warned:
                column.learn(cell, (value,))

    def _cell_value(self, raw: object, column: _Column, *, reading: ParseOptions) -> Value:
        one = column.field
        try:
            return read_field(raw, field=one, reading=reading, words=column.words)
        except FieldError as error:
            clean = _cleaned_text(raw, error, field=one)
            if clean is None:
                raise
            what = error.message.partition(";")[0]
            done = "it is cut there" if error.code == "too_long" else "it is left out"
            self._add_warning(one.name, FieldError(error.code, f"{what}; {done}"))
            return clean

    def check_together(self) -> None:
        """Ends as renewal dates, weeks as their last day, money to minor units, then what fields
        mean together."""
        for name, error in read_end(self.values, spec=self.spec, reading=self.reading):
            self._add_warning(name, error)
        for name, error in read_span(self.values, calendar=self.reading.calendar):
            self._add_error(name, error)
        check = CHECKS.get(self.spec.kind)
        problems = amounts_as_minor_units(self.values)
        for name, error in problems or (check(self.values) if check else []):
            self._refuse_or_warn(name, error)
            self.values.pop(name, None)

    def _refuse_or_warn(self, name: str, error: FieldError) -> None:
        """What the record is held for, and what it is taken without."""
        if name in self.spec.held_by:
            self._add_error(name, error)
            return
        self._add_warning(
            name, FieldError(error.code, f"{error.message}; the row is taken without it")
        )

    def _add_error(self, name: str, error: FieldError) -> None:
        self.errors.append(RecordError(self.position, name, error.code, error.message))

    def _add_warning(self, name: str, error: FieldError) -> None:
        self.warnings.append(
            RecordError(self.position, name, error.code, error.message, warning=True)
        )


def _cleaned_text(raw: object, error: FieldError, *, field: Field) -> str | None:
    """Text without what cannot be seen in it; a long one is cut where it names nothing."""
    if field.type not in (Type.NAME, Type.TEXT) or not isinstance(raw, str):
        return None
    if error.code not in texts.COSMETIC and (error.code != "too_long" or field.required):
        return None
    clean = texts.cleaned(raw, is_line=field.type == Type.NAME)
    clean = clean if field.required else clean[: field.max_length].rstrip()
    return clean if 0 < len(clean) <= field.max_length else None


def _printable_field_name(name: str) -> str:
    """A field's name as somebody sent it, as it may be stored and shown."""
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in name[:80])
