"""The form that sets a band by hand: it stands on the health page, which shows it when refused."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from health.actions import LONGEST
from health.models import CurrentHealth
from health.queries.scorecards import published_card

DAYS = ((7, _("1 week")), (14, _("2 weeks")), (LONGEST.days, _("30 days")))


class OverrideForm(forms.Form):
    band = forms.SlugField(max_length=20, error_messages={"required": _("Choose a band.")})
    reason = forms.CharField(
        max_length=300, error_messages={"required": _("Say why the computed band is wrong.")}
    )
    days = forms.TypedChoiceField(
        coerce=int, choices=DAYS, error_messages={"required": _("Choose how long it holds.")}
    )


def override_context(
    health: CurrentHealth | None, form: OverrideForm | None = None
) -> dict[str, object]:
    """The bands to choose from leave out the computed one: that takes no hand."""
    bands = published_card(health.scorecard_id).spec.bands if health else ()
    return {
        "override_bands": [band for band in bands if health and band.key != health.band],
        "override_days": DAYS,
        "override_form": form or OverrideForm(),
    }
