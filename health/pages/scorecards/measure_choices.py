"""What is chosen for a measure that is being added: its fields, and the name they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext, gettext_noop

from accounts.models import BusinessEventKind, Feature, InteractionKind
from health.definitions import MeasureName
from health.measures import MEASURES, Definition
from health.measures.parameters import PERCENTILE, Parameter, ParameterKind
from health.publishing.measure_names import known_rows

# Lists of what there is, on the page once: inputs name them.
LISTS = {
    ParameterKind.FEATURE: "known-features",
    ParameterKind.EVENT_KIND: "known-event-kinds",
    ParameterKind.INTERACTION_KIND: "known-interaction-kinds",
}
_LACKING = {
    ParameterKind.FEATURE: gettext_noop("Choose a feature by its key."),
    ParameterKind.EVENT_KIND: gettext_noop("Choose a kind of business event by its key."),
    ParameterKind.INTERACTION_KIND: gettext_noop("Choose a kind of interaction by its key."),
}
_NO_ROW = {
    ParameterKind.FEATURE: gettext_noop("There is no feature “%(key)s”."),
    ParameterKind.EVENT_KIND: gettext_noop("There is no kind of business event “%(key)s”."),
    ParameterKind.INTERACTION_KIND: gettext_noop("There is no kind of interaction “%(key)s”."),
}


class ChoiceForm(Protocol):
    """A form in which parts are being added; `begun` is what was typed where it is not sent yet."""

    data: Any
    begun: Mapping[str, str]
    is_bound: bool
    cleaned_data: dict[str, Any]

    @property
    def errors(self) -> Any: ...

    def add_error(self, field: str, error: str) -> None: ...


def measures_by_use() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be picked: measures that judge, and apart from them those of the calendar."""
    by_name = sorted(MEASURES.families(), key=lambda definition: definition.name)
    health = [(each.key, each.name) for each in by_name if not each.is_calendar]
    calendar = [(each.key, each.name) for each in by_name if each.is_calendar]
    groups = [(gettext("Health"), health)]
    if calendar:
        groups.append((gettext("Calendar: for cuts and the churn model"), calendar))
    return groups


def family_begun(form: ChoiceForm, stem: str) -> Definition | None:
    """The measure that was picked: what there is to choose depends on it."""
    key = (form.data if form.is_bound else form.begun).get(f"{stem}-key")
    return MEASURES.family(key) if key in tuple(MEASURES) else None


def offered(family: Definition | None) -> tuple[Parameter, ...]:
    """What is chosen for a measure: its own parameters, and what it is held against."""
    return (*family.parameters, PERCENTILE) if family else ()


def choice_fields(form: ChoiceForm, stem: str) -> Iterator[tuple[str, str, forms.Field]]:
    """Key, label and field of each thing there is to choose."""
    family = family_begun(form, stem)
    for parameter in offered(family):
        yield parameter.key, parameter.name, _parameter_field(parameter)


def _parameter_field(parameter: Parameter) -> forms.Field:
    if parameter.choices:
        choices = [(key, _choice_label(parameter, key)) for key in parameter.choices]
        return forms.ChoiceField(required=False, choices=choices, initial=parameter.default)
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if parameter.is_row:
        attrs["list"] = LISTS[parameter.kind]
    else:
        attrs |= {"inputmode": "numeric", "placeholder": parameter.default or ""}
    return forms.CharField(required=False, max_length=80, widget=forms.TextInput(attrs=attrs))


def _choice_label(parameter: Parameter, key: str) -> str:
    return (parameter.choices[key] or key).capitalize()


def name_begun(form: ChoiceForm, stem: str) -> str:
    """The name of the measure with what was chosen for it, in its one spelling; empty where
    something is wrong with that, which the fields then say."""
    family = family_begun(form, stem)
    if family is None or f"{stem}-key" in form.errors:
        return ""
    given = _choices_sent(family, form, stem)
    wrong = _choice_problems(family, given)
    name = str(MeasureName(family.key, tuple(given.items())))
    if not wrong and (words := MEASURES.problem(name)):
        wrong["key"] = f"{words}."
    for key, words in wrong.items():
        form.add_error(f"{stem}-{key}", words)
    return "" if wrong else MEASURES.spelled(name)


def known_choices() -> dict[str, Any]:
    """What a feature, a kind of event or of interaction may be, for the lists of the page."""
    return {
        "features": list(Feature.objects.order_by("key").values_list("key", "name")),
        "event_kinds": list(BusinessEventKind.objects.order_by("key").values_list("key", "name")),
        "interaction_kinds": list(
            InteractionKind.objects.order_by("key").values_list("key", "name")
        ),
    }


def _choice_problems(family: Definition, given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was chosen, by parameter."""
    known = known_rows((p, given[p.key]) for p in family.parameters if p.key in given)
    found: dict[str, str] = {}
    for parameter in family.parameters:
        value = given.get(parameter.key)
        if value is None and parameter.default is None:
            found[parameter.key] = gettext(_LACKING[parameter.kind])
        elif value is not None and parameter.is_row and value not in known[parameter.kind]:
            found[parameter.key] = gettext(_NO_ROW[parameter.kind]) % {"key": value}
        elif value is not None and (words := parameter.problem(value)):
            found[parameter.key] = f"{words[:1].upper()}{words[1:]}."
    return found


def _choices_sent(family: Definition, form: ChoiceForm, stem: str) -> dict[str, str]:
    values = ((p.key, form.cleaned_data.get(f"{stem}-{p.key}")) for p in offered(family))
    return {key: str(value).strip() for key, value in values if value and str(value).strip()}
