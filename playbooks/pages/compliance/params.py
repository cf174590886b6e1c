"""What an address of the compliance pages asks for; what makes no sense is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.models import User
from playbooks.queries.compliance import ComplianceScope, PlayCut, PlayFigure, PlayPeriod

DAYS = (30, 90, 365)
CUTS = (
    (PlayCut.PLAYBOOK, gettext_lazy("By playbook")),
    (PlayCut.VERSION, gettext_lazy("By version")),
    (PlayCut.CSM, gettext_lazy("By CSM")),
    (PlayCut.SEGMENT, gettext_lazy("By segment")),
)
FIGURES = {
    PlayFigure.STARTED: gettext_lazy("Plays started"),
    PlayFigure.ENDED: gettext_lazy("Plays ended"),
    PlayFigure.COMPLETED: gettext_lazy("Plays completed"),
    PlayFigure.KEPT: gettext_lazy("Completed within their SLA"),
    PlayFigure.PAST_SLA: gettext_lazy("Past their SLA"),
    PlayFigure.DONE: gettext_lazy("Steps done"),
    PlayFigure.SKIPPED: gettext_lazy("Steps skipped"),
    PlayFigure.ON_TIME: gettext_lazy("Steps done on time"),
    PlayFigure.LATE: gettext_lazy("Steps late"),
    PlayFigure.ACTED: gettext_lazy("From the crossing to the first action"),
}


@dataclass(frozen=True, slots=True)
class ComplianceParams:
    days: int
    cut: PlayCut
    figure: PlayFigure
    group: str
    is_csv: bool

    def query(self, **changes: object) -> str:
        """The same with other values, as it stands in an address."""
        told = {"days": self.days, "by": self.cut.value} | changes
        return urlencode({name: value for name, value in told.items() if value not in ("", None)})


class _Form(forms.Form):
    days = forms.TypedChoiceField(coerce=int, choices=[(days, days) for days in DAYS])
    by = forms.ChoiceField(choices=[(cut.value, cut.value) for cut in PlayCut])
    figure = forms.ChoiceField(choices=[(figure.value, figure.value) for figure in PlayFigure])
    group = forms.CharField(max_length=80)
    format = forms.ChoiceField(choices=[("csv", "csv")])


def read_params(request: HttpRequest) -> ComplianceParams:
    form = _Form(request.GET)
    form.is_valid()
    told = form.cleaned_data
    return ComplianceParams(
        days=told.get("days") or 90,
        cut=PlayCut(told.get("by") or PlayCut.PLAYBOOK),
        figure=PlayFigure(told.get("figure") or PlayFigure.STARTED),
        group=told.get("group") or "",
        is_csv=bool(told.get("format")),
    )


def scope_of(request: HttpRequest, params: ComplianceParams) -> ComplianceScope:
    """So many days up to today."""
    today = clock.today()
    period = PlayPeriod(today - timedelta(days=params.days - 1), today)
    return ComplianceScope(cast("User", request.user), period, clock.now(), params.cut)
