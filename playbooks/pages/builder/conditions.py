"""The questions about an account that a playbook, a branch and a wait ask, as fields of a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import catalogue
from accounts.catalogue import LifecycleStage
from accounts.named_fields import filled
from playbooks.pages.builder.fields import Known, choice, number, several, tags_of, text, whole
from playbooks.triggers.renewal_risk import RenewalRisk

_SETS = ("segments", "touch_tiers", "stages", "plans", "bands", "renewal_risks", "audiences")
_TYPED = ("tags", "without_tags", "lines")
_AMOUNTS = ("score_at_least", "score_below", "arr_at_least", "arr_below")
_TERMS = ("term_at_least", "term_below")
_RENEWS = ("auto_renews",)
NAMES = (*_SETS, *_AMOUNTS, *_TYPED, *_TERMS, *_RENEWS)
_EITHER = ("used_since_start", "onboarding_done", "contract_renewed")
_USERS = ("active_users_at_least", "active_users_below")
_DONE_SETS = ("used_features", "unused_features", "events", "without_events", "began_with")
LIKELY = ("segments", "touch_tiers", "bands", *_AMOUNTS)
"""What most playbooks ask; the others stand below them."""
SELDOM = tuple(name for name in NAMES if name not in LIKELY)
BEHAVIOUR_CONDITIONS = (*_EITHER, *_USERS, *_DONE_SETS)


def condition_fields(known: Known) -> dict[str, forms.Field]:
    parted = _("Parted by commas.")
    return {
        "segments": several(_("Segment"), known.segments),
        "touch_tiers": several(_("Touch tier"), known.touch_tiers),
        "bands": several(_("Band now"), known.bands),
        "score_at_least": number(_("Score of at least"), highest=100),
        "score_below": number(_("Score below"), highest=100),
        "arr_at_least": number(_("ARR of at least"), highest=10**9),
        "arr_below": number(_("ARR below"), highest=10**9),
        "stages": several(
            _("Stage"), [(each.value, catalogue.label(each)) for each in LifecycleStage]
        ),
        "plans": several(_("Plan"), known.plans),
        "renewal_risks": several(
            _("Risk of the renewal"), [(each.value, catalogue.label(each)) for each in RenewalRisk]
        ),
        "audiences": several(_("In the audience"), known.audiences),
        "tags": text(_("One of these tags"), most=300, required=False, help_text=parted),
        "without_tags": text(_("None of these tags"), most=300, required=False, help_text=parted),
        "lines": text(
            _("A contract for one of these products"), most=300, required=False, help_text=parted
        ),
        "term_at_least": whole(
            _("Its term at least, in months"), lowest=1, highest=240, required=False
        ),
        "term_below": whole(_("Its term below, in months"), lowest=1, highest=240, required=False),
        "auto_renews": _yes_no_field(_("It renews by itself"), _("yes"), _("no")),
    }


def behaviour_fields(known: Known) -> dict[str, forms.Field]:
    """What a branch and a wait may ask as well: what people of the account did."""
    return {
        "used_since_start": _yes_no_field(
            _("Somebody has used the product since the play began"), _("yes"), _("no, nobody")
        ),
        "active_users_at_least": _user_count_field(_("Active users in 7 days, at least")),
        "active_users_below": _user_count_field(_("Active users in 7 days, below")),
        "used_features": several(_("Used one of these in 30 days"), known.features),
        "unused_features": several(_("Used none of these in 30 days"), known.features),
        "events": several(_("One of these has happened"), known.events),
        "without_events": several(_("None of these has happened"), known.events),
        "onboarding_done": _yes_no_field(
            _("The onboarding plan is done"), _("yes"), _("no, steps are left")
        ),
        "contract_renewed": _yes_no_field(
            _("The contract the play is about is renewed"), _("yes"), _("no, not yet")
        ),
        "began_with": several(_("The play began with one of these"), known.signals),
    }


def _yes_no_field(label: Any, yes: Any, no: Any) -> forms.ChoiceField:
    return choice(label, [("true", yes), ("false", no)], empty=_("Not asked"), required=False)


def _user_count_field(label: Any) -> forms.IntegerField:
    return whole(label, lowest=1, highest=1_000_000, required=False)


def behaviour_initial(data: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: data[name] for name in (*_USERS, *_DONE_SETS) if name in data}
    return said | _either_initial(data, _EITHER)


def _either_initial(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: str(data[name]).lower() for name in names if name in data}


def _either_data(cleaned: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: {"true": True, "false": False}.get(cleaned.get(name, "")) for name in names}


def behaviour_data(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """In the shape of the YAML, likewise."""
    return filled(
        {
            **{name: cleaned.get(name) for name in _USERS},
            **{name: list(cleaned.get(name) or ()) for name in _DONE_SETS},
            **_either_data(cleaned, _EITHER),
        }
    )


def condition_initial(data: Mapping[str, Any]) -> dict[str, Any]:
    typed = {name: ", ".join(data.get(name) or ()) for name in _TYPED}
    return {name: data.get(name) for name in NAMES} | typed | _either_initial(data, _RENEWS)


def condition_data(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """In the shape of the YAML; empty where nothing is asked."""
    return filled(
        {
            **{name: list(cleaned.get(name) or ()) for name in _SETS},
            **{name: _plain_decimal(cleaned.get(name)) for name in _AMOUNTS},
            **{name: tags_of(cleaned.get(name) or "") for name in _TYPED},
            **{name: cleaned.get(name) for name in _TERMS},
            **_either_data(cleaned, _RENEWS),
        }
    )


def _plain_decimal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
