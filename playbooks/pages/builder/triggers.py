"""What starts a playbook, as forms: a kind has its own fields, and all may say when its reason is
gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.named_fields import filled
from health.measures import MEASURES
from health.scoring import WHOLE_SCORE
from playbooks.pages.builder.fields import Known, choice, number, several, whole
from playbooks.pages.builder.part_form import PartForm
from playbooks.triggers.time_triggers import ContractDate
from playbooks.triggers.vocabulary import TriggerKind

WORDS = {
    TriggerKind.CROSSING: _("The band changes"),
    TriggerKind.SCORE_BELOW: _("The score falls below a line"),
    TriggerKind.VALUE_PASSES: _("A measure passes a value"),
    TriggerKind.SCORE_FALLS: _("The score falls by so many points"),
    TriggerKind.SIGNAL: _("Something happens"),
    TriggerKind.CONTRACT_DATE: _("Days before or after a date of the contract"),
    TriggerKind.INACTIVE: _("Nobody uses the product for so many days"),
    TriggerKind.CADENCE: _("Every so many months"),
    TriggerKind.NOT_STARTED: _("A new customer has not used the product yet"),
    TriggerKind.UNTOUCHED: _("Nobody uses a feature for so many days"),
    TriggerKind.REPEATED: _("The same happens again and again"),
    TriggerKind.TICKET_SOLVED: _("Days after a ticket was solved"),
    TriggerKind.UNPAID: _("An invoice is not paid so many days after it was due"),
    TriggerKind.LAUNCHED: _("A feature comes into their plan"),
    TriggerKind.AFTER_CHURN: _("Months after they left"),
    TriggerKind.AUDIENCE_ENTERED: _("An account enters an audience"),
    TriggerKind.AUDIENCE_LEFT: _("An account leaves an audience"),
}
_DATES = [
    (ContractDate.DECISION.value, _("the decision about its renewal")),
    (ContractDate.END.value, _("its end")),
    (ContractDate.START.value, _("its start")),
]
_WAYS = [("down", _("falls")), ("up", _("rises"))]
_ENDS = (
    "bands",
    "score_at_least",
    "signals",
    "contract_decided",
    "contract_lost",
    "used_again",
    "came_back",
    "left_audience",
)


def _subject_choices() -> list[tuple[str, str]]:
    measures = sorted(MEASURES.families(), key=lambda each: each.name)
    return [(WHOLE_SCORE, gettext("the score")), *((f"measure:{m.key}", m.name) for m in measures)]


def _fields_of_kind(kind: TriggerKind, known: Known) -> dict[str, forms.Field]:
    fields = _fields_about_health(known) | _fields_about_records(known) | _fields_about_days(known)
    return fields[kind]


def _fields_about_health(known: Known) -> dict[TriggerKind, dict[str, forms.Field]]:
    return {
        TriggerKind.CROSSING: {
            "direction": choice(_("The band"), _WAYS),
            "from": several(_("From one of"), known.bands),
            "to": several(_("To one of"), known.bands),
        },
        TriggerKind.SCORE_BELOW: {"score": _required_field(number(_("Below"), highest=100))},
        TriggerKind.VALUE_PASSES: {
            "subject": choice(_("What"), _subject_choices()),
            "direction": choice(_("It"), _WAYS),
            "value": _required_field(number(_("Past"))),
        },
        TriggerKind.SCORE_FALLS: {
            "points": _required_field(number(_("By at least so many points"), highest=100)),
            "within_days": whole(_("Within so many days"), lowest=1, highest=365),
        },
    }


def _fields_about_records(known: Known) -> dict[TriggerKind, dict[str, forms.Field]]:
    """Of something that was recorded, or of an audience."""
    return {
        TriggerKind.SIGNAL: {"signal": choice(_("What"), known.signals, empty=_("Choose"))},
        TriggerKind.CONTRACT_DATE: {
            "days": whole(
                _("Days after it"),
                lowest=-730,
                highest=730,
                help_text=_("Before it: below zero. 90 days before is -90."),
            ),
            "date": choice(_("Of the contract"), _DATES),
        },
        TriggerKind.REPEATED: {
            "event": choice(_("What"), known.events, empty=_("Choose")),
            "times": whole(_("So many times, with the same note"), lowest=2, highest=100),
            "within_days": whole(_("Within so many days"), lowest=1, highest=365),
        },
        TriggerKind.TICKET_SOLVED: {"days": whole(_("Days after it"), lowest=0, highest=365)},
        TriggerKind.UNPAID: {"days": whole(_("Days after it was due"), lowest=1, highest=365)},
        TriggerKind.LAUNCHED: {"days": whole(_("Days after it"), lowest=0, highest=365)},
        TriggerKind.AUDIENCE_ENTERED: {"audience": _audience_field(known)},
        TriggerKind.AUDIENCE_LEFT: {"audience": _audience_field(known)},
    }


def _fields_about_days(known: Known) -> dict[TriggerKind, dict[str, forms.Field]]:
    """Of days that pass, or on which nothing happens."""
    return {
        TriggerKind.INACTIVE: {"days": whole(_("Days"), lowest=1, highest=365)},
        TriggerKind.CADENCE: {"every_months": whole(_("Months"), lowest=1, highest=36)},
        TriggerKind.NOT_STARTED: {"days": whole(_("Days as a customer"), lowest=1, highest=365)},
        TriggerKind.UNTOUCHED: {
            "days": whole(_("Days"), lowest=1, highest=365),
            "feature": choice(
                _("Feature"), known.features, empty=_("Any core feature"), required=False
            ),
        },
        TriggerKind.AFTER_CHURN: {"months": whole(_("Months after it"), lowest=1, highest=36)},
    }


def _audience_field(known: Known) -> forms.ChoiceField:
    where = _("An audience is a view of the portfolio that CS ops shared with the company.")
    field = choice(_("Which audience"), known.audiences, empty=_("Choose"))
    field.help_text = where
    return field


def _required_field(field: forms.DecimalField) -> forms.DecimalField:
    field.required = True
    return field


class TriggerForm(PartForm):
    @property
    def kind(self) -> TriggerKind:
        return TriggerKind(self.part["kind"])

    def made_fields(self) -> dict[str, forms.Field]:
        return {
            **_fields_of_kind(self.kind, self.known),
            "bands": several(_("The band is again"), self.known.bands),
            "score_at_least": number(_("The score is at least"), highest=100),
            "used_again": forms.BooleanField(
                label=_("Somebody used the product again"), required=False
            ),
            "contract_decided": forms.BooleanField(
                label=_("The contract it is about is decided"), required=False
            ),
            "contract_lost": forms.BooleanField(
                label=_("The contract it is about is lost"), required=False
            ),
            **self._return_field(),
            "signals": several(_("One of these happened"), self.known.signals),
        }

    def _return_field(self) -> dict[str, forms.Field]:
        """Only who left comes back, and only who entered an audience leaves it."""
        ends = {
            TriggerKind.AFTER_CHURN: ("came_back", _("They are a customer again")),
            TriggerKind.AUDIENCE_ENTERED: ("left_audience", _("It has left the audience again")),
        }
        if self.kind not in ends:
            return {}
        name, label = ends[self.kind]
        return {name: forms.BooleanField(label=label, required=False)}

    def group_names(self) -> list[tuple[Any, Sequence[str]]]:
        return [(_("Its reason is gone when"), _ENDS)]

    def read(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"direction": "down", **part, **(part.get("recovered_when") or {})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.kind is TriggerKind.CROSSING and not (cleaned.get("from") or cleaned.get("to")):
            self.add_error("to", gettext("Choose at least one band, from or to."))
        is_mark = self.kind is TriggerKind.CONTRACT_DATE and cleaned.get("date") != "start"
        for name in ("contract_decided", "contract_lost"):
            if cleaned.get(name) and not is_mark:
                says = gettext("Only for the decision or the end of a contract.")
                self.add_error(name, says)
        return cleaned

    def written(self) -> dict[str, Any]:
        values = {name: _plain_decimal(value) for name, value in self.cleaned_data.items()}
        own = {name: value for name, value in values.items() if name not in _ENDS}
        ends = filled({name: values.get(name) or None for name in _ENDS})
        return filled({**self.part, **own}) | {"recovered_when": ends}


def _plain_decimal(value: Any) -> Any:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else value


def blank_trigger(key: str, kind: TriggerKind) -> dict[str, Any]:
    return {"key": key, "kind": kind.value, "recovered_when": {}}
