"""The columns of a file beside our fields: guessed, shown by example, chosen by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms

from accounts import clock
from accounts.catalogue import DIRECT_SOURCE
from accounts.intake import moments, numbers
from accounts.intake.backfill import BACKFILLED
from accounts.intake.column_mapping import NOTES, ColumnMapping, faults, mapping_of
from accounts.intake.errors import FieldError
from accounts.intake.fields import Field, Kind, Type
from accounts.intake.moments import DateOrder
from accounts.intake.parse_options import EmptyCell
from accounts.intake.specs import SPECS
from accounts.models import ImportFile, ImportMapping, Source, User
from accounts.pages.imports.labels import field_word, hint, kinds
from accounts.pages.imports.left_out import left_out
from accounts.pages.imports.questions import Questions, ask, missing
from accounts.ui import formats
from accounts.uploads.answers import keep_for_source
from accounts.uploads.storage import rows_of
from accounts.uploads.suggestions import guessed, header_digest, samples_of

SAMPLE = 100
_SOURCES = Source.objects.exclude(kind=Source.Kind.INTERNAL).order_by("name")
_SHOWN = 3
_DATED = frozenset({Type.DAY, Type.LONG_DAY, Type.PAST_DAY, Type.LONG_PAST_DAY, Type.PAST_MOMENT})
_ORDERS = (
    (DateOrder.ISO, "Year first", "2025-04-03"),
    (DateOrder.DAY_FIRST, "Day first", "03/04/2025, 3.4.2025"),
    (DateOrder.MONTH_FIRST, "Month first", "04/03/2025, 4/3/2025"),
)


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file, as the page shows it."""

    name: str
    title: str
    values: list[str]
    chosen: str
    is_note: bool


class MappingForm(forms.Form):
    kind = forms.ChoiceField(choices=lambda: [(kind, word) for kind, word, _ in kinds()])
    date_order = forms.ChoiceField(
        choices=[(order.value, word) for order, word, _ in _ORDERS],
        error_messages={"required": "Say how the dates in this file are written."},
    )
    decimal_mark = forms.ChoiceField(choices=[(".", "."), (",", ",")])
    zone = forms.CharField(max_length=63)
    backfill = forms.BooleanField(required=False)
    clears = forms.BooleanField(required=False)
    ignores_rest = forms.BooleanField(required=False)
    source = forms.ModelChoiceField(_SOURCES, required=False)
    save_as = forms.CharField(required=False, max_length=80, strip=True)

    def __init__(
        self, data: Mapping[str, Any] | None, *, file: ImportFile, kind: str | None
    ) -> None:
        super().__init__(data)
        self.file = file
        self.sample = rows_of(file, number=0)[:SAMPLE]
        asked = (data or {}).get("kind") or kind or file.kind
        self.chosen_kind = Kind(asked) if asked in set(Kind) else None
        self.mapping = self._mapping()
        self.names = [name for name in file.header if name not in NOTES]
        for number in range(len(file.header)):
            self.fields[f"c{number}"] = forms.ChoiceField(
                required=False, choices=[("", ""), *self._options()]
            )
        self.asked = self._asked(data)
        self.fields.update(self.asked.form_fields())

    def _asked(self, data: Mapping[str, Any] | None) -> Questions:
        if self.chosen_kind is None:
            return Questions()
        order = (data or {}).get("date_order")
        mapping = self.mapping
        if order in set(DateOrder):
            mapping = replace(mapping, date_order=DateOrder(order))
        return ask(
            self.file,
            kind=self.chosen_kind,
            columns=self._columns(data) if data else mapping.columns,
            mapping=mapping,
            reading=mapping.reading(now=clock.now()),
            sent=data,
        )

    def _options(self) -> list[tuple[str, str]]:
        if self.chosen_kind is None:
            return []
        return [(f.name, field_word(f.name)) for f in SPECS[self.chosen_kind].fields]

    def _mapping(self) -> ColumnMapping:
        """As it was chosen or suggested; guessed anew where another kind is asked for."""
        if self.chosen_kind is None or self.chosen_kind == self.file.kind:
            return mapping_of(self.file.mapping)
        return guessed(self.file.header, kind=self.chosen_kind, sample=self.sample)

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"])
        if zone not in available_timezones():
            raise forms.ValidationError("Choose a time zone such as Europe/Paris.")
        return zone

    def clean_save_as(self) -> str:
        name = str(self.cleaned_data["save_as"])
        others = ImportMapping.objects.filter(name=name).exclude(
            header=header_digest(self.file.header)
        )
        if name and others.exists():
            raise forms.ValidationError("Another mapping has this name; choose a different one.")
        return name

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        if self.chosen_kind is not None:
            fixed = {one.name.removeprefix("fixed-"): "" for one in self.asked.fixed}
            for fault in faults(self._columns(data), kind=self.chosen_kind, constants=fixed):
                self.add_error(None, _in_words(fault, kind=self.chosen_kind))
            for words in missing(self.asked, data):
                self.add_error(None, words)
        return data

    def _columns(self, data: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: data.get(f"c{number}") or ""
            for number, name in enumerate(self.file.header)
            if name not in NOTES
        }

    def keep(self, *, user: User, now: datetime) -> None:
        """Sets what was chosen on the file, and keeps it under a name where one is given."""
        data = self.cleaned_data
        said: dict[str, Any] = {"words": dict(self.mapping.words)}
        self.asked.apply(said, data)
        mapping = ColumnMapping(
            columns=self._columns(data),
            date_order=DateOrder(data["date_order"]),
            decimal_mark=data["decimal_mark"],
            zone=data["zone"],
            backfill=data["backfill"],
            source=data["source"].key if data["source"] else DIRECT_SOURCE,
            empty_cells=EmptyCell.CLEAR if data["clears"] else EmptyCell.KEEP,
            ignores_rest=data["ignores_rest"],
            **said,
        )
        self.file.kind, self.file.mapping = data["kind"], mapping.as_json()
        keep_for_source(mapping, kind=data["kind"], user=user, now=now)
        if data["save_as"]:
            ImportMapping.objects.update_or_create(
                name=data["save_as"],
                defaults={
                    "kind": data["kind"],
                    "header": header_digest(self.file.header),
                    "mapping": mapping.as_json(),
                    "user": user,
                    "saved_at": now,
                },
            )


def _in_words(fault: str, *, kind: Kind) -> str:
    for name in sorted(SPECS[kind].by_name(), key=len, reverse=True):
        fault = fault.replace(f" {name}:", f" “{field_word(name)}”:").replace(
            f" {name},", f" “{field_word(name)}”,"
        )
    return fault


def context(form: MappingForm) -> dict[str, Any]:
    """What the page shows; what was just sent comes before what is stored."""
    samples = samples_of(form.file.header, sample=form.sample)
    rows = _rows(form, samples)
    kind = form.chosen_kind
    columns = {row.name: row.chosen for row in rows if row.chosen}
    return {
        "form": form,
        "errors": list(form.non_field_errors()),
        "rows": rows,
        "kind": kind or "",
        "left_out": left_out(form.file, columns=columns, kind=kind) if kind else None,
        "kinds": [(key, f"{word[0].upper()}{word[1:]}", holds) for key, word, holds in kinds()],
        "required": _required(kind, columns),
        "optional": _optional(kind),
        "orders": _orders(form, samples, columns),
        "is_undecided": form.mapping.date_order is None and not form.is_bound,
        "has_dates": bool(_values(samples, columns, kind, _DATED)),
        "has_moments": bool(_fields(kind, columns, frozenset({Type.PAST_MOMENT}))),
        "marks": _marks(form, _values(samples, columns, kind, frozenset({Type.AMOUNT}))),
        "may_backfill": kind in BACKFILLED,
        "zone": _said(form, "zone", form.mapping.zone),
        "zones": sorted(available_timezones()) if kind else [],
        "backfill": form.mapping.backfill,
        "clears": form.mapping.empty_cells == EmptyCell.CLEAR,
        "ignores_rest": form.mapping.ignores_rest,
        "asked": form.asked,
        "source": _said(form, "source", form.mapping.source),
        "sources": list(_SOURCES.all()),
        "mapping": ImportMapping.objects.filter(header=header_digest(form.file.header)).first(),
    }


def _said(form: MappingForm, name: str, otherwise: str) -> str:
    return str(form.data.get(name, otherwise)) if form.is_bound else otherwise


def _rows(form: MappingForm, samples: Mapping[str, Sequence[str]]) -> list[ColumnRow]:
    return [
        ColumnRow(
            name=name,
            title=form.file.titles[number],
            values=[value[:60] for value in dict.fromkeys(samples[name])][:_SHOWN],
            chosen=_said(form, f"c{number}", form.mapping.columns.get(name, "")),
            is_note=name in NOTES,
        )
        for number, name in enumerate(form.file.header)
    ]


def _required(kind: Kind | None, columns: Mapping[str, str]) -> list[tuple[Field, str, bool]]:
    taken = set(columns.values())
    fields = SPECS[kind].fields if kind else ()
    return [(f, field_word(f.name), f.name in taken) for f in fields if f.required]


def _optional(kind: Kind | None) -> list[tuple[Field, str, str]]:
    fields = SPECS[kind].fields if kind else ()
    return [(f, field_word(f.name), hint(f)) for f in fields if not f.required]


def _fields(
    kind: Kind | None, columns: Mapping[str, str], types: frozenset[Type]
) -> dict[str, str]:
    """Names of columns that go to fields of these types."""
    fields = SPECS[kind].by_name() if kind else {}
    return {n: ours for n, ours in columns.items() if ours in fields and fields[ours].type in types}


def _values(
    samples: Mapping[str, Sequence[str]],
    columns: Mapping[str, str],
    kind: Kind | None,
    types: frozenset[Type],
) -> list[str]:
    return [v for name in _fields(kind, columns, types) for v in samples.get(name, ())]


def _orders(
    form: MappingForm, samples: Mapping[str, Sequence[str]], columns: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each way to read the dates, by what it makes of those in the file."""
    values = _values(samples, columns, form.chosen_kind, _DATED)
    stored = form.mapping.date_order
    chosen = _said(form, "date_order", stored.value if stored else "")
    return [
        {"value": order.value, "word": word, "form": shape, "is_chosen": chosen == order.value}
        | _read_dates(order, values)
        for order, word, shape in _ORDERS
    ]


def _read_dates(order: DateOrder, values: Sequence[str]) -> dict[str, Any]:
    calendar = replace(moments.DateOptions(now=clock.now()), order=order)
    read, failed = [], 0
    for value in values:
        try:
            read.append((value, moments.long_day(value, calendar=calendar)))
        except FieldError:
            failed += 1
    example = read[0] if read else None
    return {
        "from": example[0] if example else "",
        "reads": formats.day(example[1]) if example else "",
        "failed": failed,
        "of": len(values),
    }


def _marks(form: MappingForm, values: Sequence[str]) -> list[dict[str, Any]]:
    if not values:
        return []
    chosen = _said(form, "decimal_mark", form.mapping.decimal_mark)
    return [
        {"value": mark, "word": word, "is_chosen": chosen == mark} | _read_amounts(mark, values)
        for mark, word in ((".", "Point: 1,200.50"), (",", "Comma: 1.200,50"))
    ]


def _read_amounts(mark: str, values: Sequence[str]) -> dict[str, Any]:
    read, failed = [], 0
    for value in values:
        try:
            read.append((value, numbers.amount(value.strip(), decimal_mark=mark)))
        except FieldError:
            failed += 1
    return {
        "from": read[0][0] if read else "",
        "reads": f"{read[0][1]:,}" if read else "",
        "failed": failed,
        "of": len(values),
    }
