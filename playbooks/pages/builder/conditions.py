"""The questions about an account that a playbook, a branch and a wait ask, as fields of a form."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import catalogue
from accounts.catalogue import LifecycleStage
from playbooks.library.fields import filled
from playbooks.pages.builder.fields import Known, number, several, tags_of, text, whole
from playbooks.triggers.renewal_risk import RenewalRisk

_SETS = ("segments", "touch_tiers", "stages", "plans", "bands", "renewal_risks")
_TYPED = ("tags", "without_tags", "lines")
_AMOUNTS = ("score_at_least", "score_below", "arr_at_least", "arr_below")
_TERMS = ("term_at_least", "term_below")
NAMES = (*_SETS, *_AMOUNTS, *_TYPED, *_TERMS)
LIKELY = ("segments", "touch_tiers", "bands", *_AMOUNTS)
"""What most playbooks ask; the others stand below them."""
SELDOM = tuple(name for name in NAMES if name not in LIKELY)


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
        "tags": text(_("One of these tags"), most=300, required=False, help_text=parted),
        "without_tags": text(_("None of these tags"), most=300, required=False, help_text=parted),
        "lines": text(
            _("A contract for one of these products"), most=300, required=False, help_text=parted
        ),
        "term_at_least": whole(
            _("Its term at least, in months"), lowest=1, highest=240, required=False
        ),
        "term_below": whole(_("Its term below, in months"), lowest=1, highest=240, required=False),
    }


def condition_initial(data: Mapping[str, Any]) -> dict[str, Any]:
    typed = {name: ", ".join(data.get(name) or ()) for name in _TYPED}
    return {name: data.get(name) for name in NAMES} | typed


def condition_data(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """In the shape of the YAML; empty where nothing is asked."""
    return filled(
        {
            **{name: list(cleaned.get(name) or ()) for name in _SETS},
            **{name: _plain(cleaned.get(name)) for name in _AMOUNTS},
            **{name: tags_of(cleaned.get(name) or "") for name in _TYPED},
            **{name: cleaned.get(name) for name in _TERMS},
        }
    )


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
