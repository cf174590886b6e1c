"""What the page of a file's columns shows: values of each, and what each choice makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext

from accounts import clock
from accounts.intake import dates, numbers
from accounts.intake.backfill import BACKFILLED
from accounts.intake.column_guesses import grouped_numbers
from accounts.intake.column_mapping import NOTES
from accounts.intake.dates import DateOrder
from accounts.intake.errors import FieldError
from accounts.intake.fields import Field, Kind, Type
from accounts.intake.parse_options import EmptyCell
from accounts.intake.specs import SPECS
from accounts.intake.wide_rows import given_by
from accounts.models import ImportMapping
from accounts.pages.imports.labels import counts_of, field_word, hint, kinds
from accounts.pages.imports.left_out import left_out
from accounts.pages.imports.mapping import ORDERS, SOURCES, MappingForm
from accounts.ui import formats
from accounts.uploads.suggestions import header_digest, samples_of

_SHOWN = 3
_DATED = frozenset({Type.DAY, Type.LONG_DAY, Type.PAST_DAY, Type.LONG_PAST_DAY, Type.PAST_MOMENT})


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file, as the page shows it. `spread`: what it may hold the counts of, each
    with what that is called."""

    name: str
    title: str
    values: list[str]
    chosen: str
    is_note: bool
    spread: list[tuple[str, str]]


def context(form: MappingForm) -> dict[str, Any]:
    """What the page shows; what was just sent comes before what is stored."""
    samples = samples_of(form.file.header, sample=form.sample)
    rows = _column_rows(form, samples)
    kind = form.chosen_kind
    columns = {row.name: row.chosen for row in rows if row.chosen}
    return {
        "form": form,
        "errors": list(form.non_field_errors()),
        "rows": rows,
        "kind": kind or "",
        "counted": SPECS[kind].counted if kind else "",
        "left_out": left_out(form.file, columns=columns, kind=kind) if kind else None,
        "kinds": [(key, f"{word[0].upper()}{word[1:]}", holds) for key, word, holds in kinds()],
        "required": _required_fields(kind, columns),
        "optional": _optional_fields(kind),
        "orders": _date_order_choices(form, samples, columns),
        "is_undecided": (form.order_of(form.data) if form.is_bound else form.mapping.date_order)
        is None,
        "has_dates": bool(_sample_values(samples, columns, kind, _DATED)),
        "has_moments": bool(_columns_of_types(kind, columns, frozenset({Type.PAST_MOMENT}))),
        "marks": _decimal_mark_choices(form, _sample_numbers(samples, columns, kind)),
        "may_backfill": kind in BACKFILLED,
        "zone": _chosen_or_default(form, "zone", form.mapping.zone),
        "zones": sorted(available_timezones()) if kind else [],
        "backfill": form.mapping.backfill,
        "clears": form.mapping.empty_cells == EmptyCell.CLEAR,
        "ignores_rest": form.mapping.ignores_rest,
        "asked": form.asked,
        "source": _chosen_or_default(form, "source", form.mapping.source),
        "sources": list(SOURCES.all()),
        "mapping": ImportMapping.objects.filter(header=header_digest(form.file.header)).first(),
    }


def _chosen_or_default(form: MappingForm, name: str, otherwise: str) -> str:
    return str(form.data.get(name, otherwise)) if form.is_bound else otherwise


def _column_rows(form: MappingForm, samples: Mapping[str, Sequence[str]]) -> list[ColumnRow]:
    return [
        ColumnRow(
            name=name,
            title=form.file.titles[number],
            values=[value[:60] for value in dict.fromkeys(samples[name])][:_SHOWN],
            chosen=_chosen_or_default(form, f"c{number}", form.mapping.columns.get(name, "")),
            is_note=name in NOTES,
            spread=[(ours, counts_of(ours)) for ours in form.spread[number]],
        )
        for number, name in enumerate(form.file.header)
    ]


def _required_fields(
    kind: Kind | None, columns: Mapping[str, str]
) -> list[tuple[Field, str, bool]]:
    taken = given_by(columns.values(), spec=SPECS[kind]) if kind else set()
    fields = SPECS[kind].fields if kind else ()
    return [(f, field_word(f.name), f.name in taken) for f in fields if f.required]


def _optional_fields(kind: Kind | None) -> list[tuple[Field, str, str]]:
    fields = SPECS[kind].fields if kind else ()
    return [(f, field_word(f.name), hint(f)) for f in fields if not f.required]


def _columns_of_types(
    kind: Kind | None, columns: Mapping[str, str], types: frozenset[Type]
) -> dict[str, str]:
    """Names of columns that go to fields of these types."""
    fields = SPECS[kind].by_name() if kind else {}
    return {n: ours for n, ours in columns.items() if ours in fields and fields[ours].type in types}


def _sample_values(
    samples: Mapping[str, Sequence[str]],
    columns: Mapping[str, str],
    kind: Kind | None,
    types: frozenset[Type],
) -> list[str]:
    return [v for name in _columns_of_types(kind, columns, types) for v in samples.get(name, ())]


def _sample_numbers(
    samples: Mapping[str, Sequence[str]], columns: Mapping[str, str], kind: Kind | None
) -> list[str]:
    """Those that a decimal mark says how to read."""
    found = _sample_values(samples, columns, kind, frozenset({Type.AMOUNT, Type.NUMBER}))
    return [*found, *grouped_numbers(samples, columns, kind)] if kind else found


def _date_order_choices(
    form: MappingForm, samples: Mapping[str, Sequence[str]], columns: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each way to read the dates, by what it makes of those in the file."""
    values = _sample_values(samples, columns, form.chosen_kind, _DATED)
    order = form.order_of(form.data) if form.is_bound else form.mapping.date_order
    chosen = order.value if order else ""
    return [
        {"value": order.value, "word": word, "form": shape, "is_chosen": chosen == order.value}
        | _read_dates(order, values)
        for order, word, shape in ORDERS
    ]


def _read_dates(order: DateOrder, values: Sequence[str]) -> dict[str, Any]:
    calendar = replace(dates.DateOptions(now=clock.now()), order=order)
    read, failed = [], 0
    for value in values:
        try:
            read.append((value, dates.long_day(value, calendar=calendar)))
        except FieldError:
            failed += 1
    example = read[0] if read else None
    return {
        "from": example[0] if example else "",
        "reads": formats.day(example[1]) if example else "",
        "failed": failed,
        "of": len(values),
    }


def _decimal_mark_choices(form: MappingForm, values: Sequence[str]) -> list[dict[str, Any]]:
    if not values:
        return []
    chosen = form.mapping.decimal_mark
    if form.is_bound:
        chosen = form.data.get("decimal_mark") or form.guessed_as_chosen(form.data).decimal_mark
    return [
        {"value": mark, "word": word, "is_chosen": chosen == mark} | _read_amounts(mark, values)
        for mark, word in ((".", gettext("Point: 1,200.50")), (",", gettext("Comma: 1.200,50")))
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
