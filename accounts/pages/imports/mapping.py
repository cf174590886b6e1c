"""The columns of a file beside our fields: guessed, then chosen by a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.column_guesses import guess_dates, guess_decimal_mark
from accounts.intake.column_mapping import NOTES, ColumnMapping, faults, mapping_of
from accounts.intake.dates import DateOrder
from accounts.intake.fields import Kind
from accounts.intake.parse_options import EmptyCell
from accounts.intake.specs import SPECS
from accounts.intake.wide_rows import may_stand_for, spread_of
from accounts.models import ImportFile, ImportMapping, Source, User
from accounts.pages.imports.labels import field_word, kinds
from accounts.pages.imports.questions import Questions, ask, missing
from accounts.uploads.answers import keep_for_source
from accounts.uploads.storage import rows_of
from accounts.uploads.suggestions import features_by_name, guessed, header_digest, samples_of

SAMPLE = 100
SOURCES = Source.objects.exclude(kind=Source.Kind.INTERNAL).order_by("name")
ORDERS = (
    (DateOrder.ISO, _("Year first"), "2025-04-03"),
    (DateOrder.DAY_FIRST, _("Day first"), "03/04/2025, 3.4.2025"),
    (DateOrder.MONTH_FIRST, _("Month first"), "04/03/2025, 4/3/2025"),
)


class MappingForm(forms.Form):
    kind = forms.ChoiceField(choices=lambda: [(kind, word) for kind, word, _ in kinds()])
    # Empty where the page had no dates or amounts to ask about: then those chosen say it.
    date_order = forms.ChoiceField(
        required=False, choices=[(order.value, word) for order, word, _ in ORDERS]
    )
    decimal_mark = forms.ChoiceField(required=False, choices=[(".", "."), (",", ",")])
    zone = forms.CharField(max_length=63)
    backfill = forms.BooleanField(required=False)
    clears = forms.BooleanField(required=False)
    ignores_rest = forms.BooleanField(required=False)
    source = forms.ModelChoiceField(SOURCES, required=False)
    save_as = forms.CharField(required=False, max_length=80, strip=True)

    def __init__(
        self, data: Mapping[str, Any] | None, *, file: ImportFile, kind: str | None
    ) -> None:
        super().__init__(data)
        self.file = file
        self.sample = rows_of(file, number=0)[:SAMPLE]
        asked = (data or {}).get("kind") or kind or file.kind
        self.chosen_kind = Kind(asked) if asked in set(Kind) else None
        self.mapping = self._initial_mapping()
        self.names = [name for name in file.header if name not in NOTES]
        is_counted = self.chosen_kind is not None and SPECS[self.chosen_kind].counted
        features = features_by_name() if is_counted else {}
        self.spread = [self._countable_fields(name, features) for name in file.header]
        for number, spread in enumerate(self.spread):
            counts = [(ours, ours) for ours in spread]
            self.fields[f"c{number}"] = forms.ChoiceField(
                required=False, choices=[("", ""), *self._field_options(), *counts]
            )
        self.asked = self._open_questions(data)
        self.fields.update(self.asked.form_fields())

    def _open_questions(self, data: Mapping[str, Any] | None) -> Questions:
        if self.chosen_kind is None:
            return Questions()
        mapping = self.mapping
        if data and (order := self.order_of(data)):
            mapping = replace(mapping, date_order=order)
        return ask(
            self.file,
            kind=self.chosen_kind,
            columns=self._chosen_columns(data) if data else mapping.columns,
            mapping=mapping,
            reading=mapping.reading(now=clock.now()),
            sent=data,
        )

    def order_of(self, data: Mapping[str, Any]) -> DateOrder | None:
        """How dates are written, as it was said, else as those of the chosen columns show; None
        where they can be read in two ways."""
        if data.get("date_order") in set(DateOrder):
            return DateOrder(data["date_order"])
        return self.guessed_as_chosen(data).date_order

    def guessed_as_chosen(self, data: Mapping[str, Any]) -> ColumnMapping:
        columns = self._chosen_columns(data)
        samples = samples_of(self.file.header, sample=self.sample)
        if self.chosen_kind is None:
            return self.mapping
        return replace(
            self.mapping,
            date_order=guess_dates(samples, columns=columns, kind=self.chosen_kind),
            decimal_mark=guess_decimal_mark(samples, columns=columns, kind=self.chosen_kind),
        )

    def _field_options(self) -> list[tuple[str, str]]:
        if self.chosen_kind is None:
            return []
        return [(f.name, field_word(f.name)) for f in SPECS[self.chosen_kind].fields]

    def _countable_fields(self, name: str, features: Mapping[str, str]) -> list[str]:
        """The features or days of which a column may be the counts."""
        if self.chosen_kind is None:
            return []
        spec = SPECS[self.chosen_kind]
        chosen = self.mapping.columns.get(name)
        also = [chosen] if chosen and spread_of(chosen, spec=spec) else []
        return list(dict.fromkeys([*also, *may_stand_for(name, spec=spec, features=features)]))

    def _initial_mapping(self) -> ColumnMapping:
        """As it was chosen or suggested; guessed anew where another kind is asked for."""
        if self.chosen_kind is None or self.chosen_kind == self.file.kind:
            return mapping_of(self.file.mapping)
        return guessed(self.file.header, kind=self.chosen_kind, sample=self.sample)

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"])
        if zone not in available_timezones():
            raise forms.ValidationError(gettext("Choose a time zone such as Europe/Paris."))
        return zone

    def clean_save_as(self) -> str:
        name = str(self.cleaned_data["save_as"])
        others = ImportMapping.objects.filter(name=name).exclude(
            header=header_digest(self.file.header)
        )
        if name and others.exists():
            raise forms.ValidationError(
                gettext("Another mapping has this name; choose a different one.")
            )
        return name

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        if self.chosen_kind is not None:
            fixed = {one.name.removeprefix("fixed-"): "" for one in self.asked.fixed}
            for fault in faults(self._chosen_columns(data), kind=self.chosen_kind, constants=fixed):
                self.add_error(None, _in_words(fault, kind=self.chosen_kind))
            for words in missing(self.asked, data):
                self.add_error(None, words)
            data["decimal_mark"] = (
                data.get("decimal_mark") or self.guessed_as_chosen(data).decimal_mark
            )
            data["date_order"] = self.order_of(data)
            if data["date_order"] is None and "date_order" not in self.errors:
                self.add_error("date_order", gettext("Say how the dates in this file are written."))
        return data

    def _chosen_columns(self, data: Mapping[str, Any]) -> dict[str, str]:
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
            columns=self._chosen_columns(data),
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
