"""Fields that several forms of the builder share, and lists of what there is to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import SignalKind
from accounts.models import BusinessEventKind, Endpoint, Feature, Plan, SavedView
from accounts.queries.sizes import segment_choices, touch_tier_choices
from health.models import Band
from playbooks.due_dates import Anchor, Unit
from playbooks.library.signals import SIGNALS
from playbooks.models import Playbook
from playbooks.models.playbook import role_choices
from playbooks.triggers.vocabulary import label
from surveys.models import Survey

_UNITS = [
    (Unit.HOURS.value, _("hours")),
    (Unit.BUSINESS_DAYS.value, _("business days")),
    (Unit.CALENDAR_DAYS.value, _("calendar days")),
]
_ANCHORS = [
    (Anchor.START.value, _("the start of the play")),
    (Anchor.PREVIOUS_STEP.value, _("the end of the step before")),
    (Anchor.CONTRACT_END.value, _("the end of the contract")),
    (Anchor.CONTRACT_DATE.value, _("the date of the contract that started it")),
]


class Known:
    """What there is to choose, each list read once a page, where a form asks for it."""

    @cached_property
    def roles(self) -> list[tuple[str, str]]:
        return [
            (key, label(key) if key in ("csm", "manager") else name) for key, name in role_choices()
        ]

    @cached_property
    def segments(self) -> list[tuple[str, str]]:
        return segment_choices()

    @cached_property
    def touch_tiers(self) -> list[tuple[str, str]]:
        return touch_tier_choices()

    @cached_property
    def plans(self) -> list[tuple[str, str]]:
        return list(Plan.objects.order_by("name").values_list("key", "name"))

    @cached_property
    def audiences(self) -> list[tuple[str, str]]:
        return [(str(each.key), each.name) for each in SavedView.objects.audiences()]

    @cached_property
    def bands(self) -> list[tuple[str, str]]:
        """Of all scorecards; where two name one key in two ways, one of the names."""
        rows = Band.objects.order_by("order").values_list("key", "name")
        return list(dict(rows).items())

    @cached_property
    def events(self) -> list[tuple[str, str]]:
        return list(BusinessEventKind.objects.order_by("name").values_list("key", "name"))

    @cached_property
    def features(self) -> list[tuple[str, str]]:
        return list(Feature.objects.order_by("name").values_list("key", "name"))

    @cached_property
    def signals(self) -> list[tuple[str, str]]:
        events = [(f"{SignalKind.BUSINESS_EVENT}.{key}", name) for key, name in self.events]
        return [*events, *((kind, label(kind)) for kind in SIGNALS)]

    def endpoints(self, kind: str) -> list[tuple[str, str]]:
        rows = Endpoint.objects.filter(kind=kind, is_active=True).order_by("name")
        return list(rows.values_list("key", "name"))

    @cached_property
    def surveys(self) -> list[tuple[str, str]]:
        """Those in force, and drafts of what never was: a step may be written before."""
        rows = Survey.objects.exclude(state=Survey.State.RETIRED).order_by("version")
        return sorted(dict(rows.values_list("key", "name")).items(), key=lambda pair: pair[1])

    @cached_property
    def playbooks(self) -> list[tuple[str, str]]:
        in_force = Playbook.objects.filter(state=Playbook.State.PUBLISHED).order_by("name")
        return list(in_force.values_list("key", "name"))


def text(label_: Any, *, most: int, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=label_, max_length=most, required=required, help_text=help_text, widget=widget
    )


def paragraph(
    label_: Any, *, most: int, rows: int = 3, required: bool = True, help_text: Any = ""
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label_, max_length=most, required=required, help_text=help_text, widget=widget
    )


def whole(
    label_: Any, *, lowest: int, highest: int, required: bool = True, help_text: Any = ""
) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label_,
        min_value=lowest,
        max_value=highest,
        required=required,
        help_text=help_text,
        widget=widget,
    )


def number(label_: Any, *, highest: int | None = None, help_text: Any = "") -> forms.DecimalField:
    """Not required; from 0 to `highest`."""
    return forms.DecimalField(
        label=label_,
        required=False,
        min_value=0 if highest is not None else None,
        max_value=highest,
        decimal_places=2,
        max_digits=14,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )


def choice(
    label_: Any, pairs: Sequence[tuple[str, Any]], *, empty: Any = None, required: bool = True
) -> forms.ChoiceField:
    """`empty`: what it says while nothing is chosen."""
    given = list(pairs) if empty is None else [("", empty), *pairs]
    return forms.ChoiceField(label=label_, choices=given, required=required)


def several(label_: Any, pairs: Sequence[tuple[str, Any]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label_, choices=list(pairs), required=False, widget=forms.CheckboxSelectMultiple()
    )


def lines(label_: Any) -> forms.CharField:
    return paragraph(label_, most=4000, rows=3, required=False, help_text=_("One a line."))


def lines_of(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]


def tags_of(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def due_fields() -> dict[str, forms.Field]:
    return {
        "due_amount": whole(_("Due after"), lowest=-365, highest=1000),
        "due_unit": choice(_("Counted in"), _UNITS),
        "due_from": choice(_("From"), _ANCHORS),
    }


def due_initial(due: Mapping[str, Any]) -> dict[str, Any]:
    unit = next((each.value for each in Unit if each.value in due), Unit.BUSINESS_DAYS.value)
    return {
        "due_amount": due.get(unit, 0),
        "due_unit": unit,
        "due_from": due.get("from", Anchor.START.value),
    }


def due_data(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {cleaned["due_unit"]: cleaned["due_amount"], "from": cleaned["due_from"]}


def lasting_fields() -> dict[str, forms.Field]:
    return {
        "lasts_amount": whole(_("Goes on after"), lowest=0, highest=1000, required=False),
        "lasts_unit": choice(_("Counted in"), _UNITS),
    }
