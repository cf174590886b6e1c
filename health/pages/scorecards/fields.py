"""Fields of a draft's page, each with the check that says what is wrong and what to write."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import catalogue
from health.measures import MEASURES
from health.publishing.yaml_import import MOST_ORDER
from health.queries.scorecards import parse_penalties
from health.scoring import (
    MOST_DWELL,
    NotationError,
    Tone,
    curve_problems,
    parse_conditions,
    parse_curve,
)

FLAGS = ("handled_first", "at_risk")
TONES = [(tone.value, catalogue.label(tone.value)) for tone in Tone]
NUMBERS = {
    "weight": _("A weight is a number from 0 to 100, such as 25 or 12.5."),
    "cap": _("A cap is a number from 0 to 100."),
    "lower": _("A lower bound is a number from 0 to 100."),
    "recovery_margin": _("The recovery margin is a number from 0 to 100, such as 3."),
    "minimum_confidence": _("Minimum confidence is a number from 0 to 100, such as 60."),
}
_LENGTHS = {"description": 300, "curve": 500, "penalties": 200, "condition": 300, "name": 80}
_OPTIONAL = ("description", "penalties")
# Far more than anything here can be, and little enough to be written out and added up.
_MOST_PLACES = 12


def read_number(text: str) -> Decimal | None:
    """None for what is no number here: words, NaN, infinity, 9E999999."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _MOST_PLACES else None


def number_field(name: str, *, required: bool = True) -> forms.DecimalField:
    words = NUMBERS[name]
    keys = ("required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places")
    return forms.DecimalField(
        required=required,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        error_messages=dict.fromkeys(keys, words),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 6}),
    )


def order_field() -> forms.IntegerField:
    words = gettext(
        "An order is a whole number from 0 to %(most)s; the best band has the lowest."
    ) % {"most": MOST_ORDER}
    return forms.IntegerField(
        min_value=0,
        max_value=MOST_ORDER,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4}),
    )


def dwell_field() -> forms.IntegerField:
    words = gettext("Dwell on rising is a whole number of days from 0 to %(most)s.") % {
        "most": MOST_DWELL
    }
    return forms.IntegerField(
        min_value=0,
        max_value=MOST_DWELL,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4}),
    )


def check_curve(text: str) -> None:
    try:
        found = list(curve_problems(parse_curve(text)))
    except NotationError as problem:
        raise ValidationError(_as_sentence(str(problem))) from problem
    if found:
        raise ValidationError([_as_sentence(words) for words in found])


def check_conditions(text: str) -> None:
    try:
        conditions = parse_conditions(text)
    except NotationError as problem:
        raise ValidationError(_as_sentence(str(problem))) from problem
    _check_known(condition.measure for condition in conditions)


def check_penalties(text: str) -> None:
    try:
        penalties = parse_penalties(text)
    except NotationError as problem:
        raise ValidationError(_as_sentence(str(problem))) from problem
    _check_known(penalty.measure for penalty in penalties)


def _check_known(keys: Iterable[str]) -> None:
    for key in keys:
        if problem := MEASURES.problem(key):
            raise ValidationError(
                gettext("%(sentence)s See “Keys of all measures”.")
                % {"sentence": _as_sentence(problem)}
            )


def _as_sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


_CHECKS = {"curve": check_curve, "condition": check_conditions, "penalties": check_penalties}


def text_field(name: str, *, required: bool = True) -> forms.CharField:
    wide = name in ("curve", "condition", "penalties")
    is_long = name in ("curve", "penalties")  # in a narrow column
    widget = forms.Textarea(attrs={"rows": 2}) if is_long else forms.TextInput()
    widget.attrs |= {"autocomplete": "off", "spellcheck": "false"} if wide else {}
    return forms.CharField(
        required=required and name not in _OPTIONAL,
        max_length=_LENGTHS[name],
        validators=[_CHECKS[name]] if name in _CHECKS else [],
        widget=widget,
        error_messages={"required": gettext("This cannot be empty.")},
    )


def field_for(name: str, *, required: bool = True) -> forms.Field:
    if name in FLAGS:
        return forms.BooleanField(required=False)
    if name in NUMBERS:
        return number_field(name, required=required)
    if name == "tone":
        return forms.ChoiceField(choices=TONES)
    if name == "order":
        return order_field()
    if name == "rising_dwell":
        return dwell_field()
    return text_field(name, required=required)
