"""What an address of the executive pages asks for, and how their links carry it along."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext, gettext_noop

from accounts import clock
from accounts.models import Installation, User
from accounts.ui import formats
from accounts.ui.pagination import page_number
from accounts.ui.rate_gaps import RateGaps
from health.models import Band
from health.scoring import TOO_NEW, UNSCORED
from metrics.definitions import Figure, Method
from metrics.facts.attributes import Cut
from metrics.facts.health import BandFilter
from metrics.facts.renewals import RenewalFilter
from metrics.facts.week import NewsKind
from metrics.queries.gaps import report_gaps
from metrics.queries.ledger_report import Filter, Question
from metrics.queries.movement_causes import CAUSES
from metrics.queries.report_snapshot import ReportSnapshot, default_day, snapshot_of
from metrics.retention.renewals import RenewalState
from metrics.retention.windows import trailing_window

EARLIEST = date(2000, 1, 1)
_DAYS = {"as_of": gettext_noop("As of"), "known_on": gettext_noop("Known on")}


class ReportForm(forms.Form):
    as_of = forms.DateField(required=False)
    known_on = forms.DateField(required=False)
    by = forms.ChoiceField(required=False, choices=[(cut.value, cut.value) for cut in Cut])
    method = forms.ChoiceField(required=False, choices=[(m.value, m.value) for m in Method])
    group = forms.CharField(required=False, max_length=200, strip=False)
    band = forms.SlugField(required=False, max_length=20)
    at_risk = forms.BooleanField(required=False)
    undecided = forms.BooleanField(required=False)
    decided = forms.BooleanField(required=False)
    overdue = forms.BooleanField(required=False)
    state = forms.ChoiceField(required=False, choices=[(s.value, s.value) for s in RenewalState])


@dataclass(frozen=True)
class ReportParams:
    """What the address asks for. What cannot be shown is named in `problems`, with what is shown
    instead."""

    user: User
    base: str
    zone: str
    today: date
    as_of: date
    known_on: date | None
    known_before: datetime | None
    by: Cut
    method: Method
    group: str | None
    page: int
    is_csv: bool
    names: dict[str, str]
    values: dict[str, Any]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, request: HttpRequest) -> ReportParams:
        form = ReportForm(request.GET)
        form.is_valid()
        values = form.cleaned_data
        today = clock.today()
        installation = Installation.current()
        days = {name: _within_limits(values.get(name), today) for name in _DAYS}
        as_of, known_on = days["as_of"] or default_day(today=today), days["known_on"]
        return cls(
            user=cast("User", request.user),
            base=installation.currency,
            zone=installation.time_zone,
            today=today,
            as_of=as_of,
            known_on=known_on,
            known_before=None if known_on is None else _end_of(known_on, installation),
            by=Cut(values.get("by") or Cut.SEGMENT),
            method=Method(values.get("method") or Method.BY_ACCOUNT),
            group=values.get("group", "") if "group" in request.GET else None,
            page=page_number(request),
            is_csv=request.GET.get("format") == "csv",
            names={name: request.GET.get(name, "") for name in ("figure", "change", "cause")},
            values=values,
            problems=tuple(_address_problems(form, today)),
        )

    @property
    def question(self) -> Question:
        filters = () if self.group is None else (Filter(cut=self.by, value=self.group),)
        return Question(
            window=trailing_window(as_of=self.as_of),
            base=self.base,
            by=self.by,
            filters=filters,
            method=self.method,
            known_before=self.known_before,
        )

    @property
    def figure(self) -> Figure:
        try:
            return Figure(self.names["figure"] or Figure.NRR)
        except ValueError:
            raise Http404(gettext("There is no such figure.")) from None

    @property
    def change(self) -> NewsKind:
        try:
            return NewsKind(self.names["change"] or NewsKind.GAINED)
        except ValueError:
            raise Http404(gettext("There is no such kind of news.")) from None

    @property
    def cause(self) -> str:
        """Empty where none is asked for."""
        cause = self.names["cause"]
        if cause and cause not in CAUSES:
            raise Http404(gettext("There is no such cause."))
        return cause

    @property
    def bands(self) -> BandFilter:
        band = self.values.get("band") or ""
        # Versions of scorecards stay: a band that anybody was ever in is in one of them.
        states = ("", UNSCORED, TOO_NEW)
        if band not in states and not Band.objects.filter(key=band).exists():
            raise Http404(gettext("There is no such band."))
        return BandFilter(band=band, at_risk=bool(self.values.get("at_risk")))

    @property
    def renewals(self) -> RenewalFilter:
        state = self.values.get("state")
        return RenewalFilter(
            state=RenewalState(state) if state else None,
            at_risk=bool(self.values.get("at_risk")),
            undecided=bool(self.values.get("undecided")),
            decided=bool(self.values.get("decided")),
        )

    @property
    def is_overdue(self) -> bool:
        """The list of what of the report is in its grace."""
        return bool(self.values.get("overdue"))

    @functools.cached_property
    def gaps(self) -> RateGaps:
        """What the figures are without, or have at an early rate."""
        found = report_gaps(
            user=self.user, base=self.base, day=self.as_of, known_before=self.known_before
        )
        return RateGaps(self.base, found.left_out, found.early)

    def snapshot(self) -> ReportSnapshot:
        return snapshot_of(
            user=self.user,
            base=self.base,
            day=self.as_of,
            today=self.today,
            zone=self.zone,
            known_before=self.known_before,
        )

    def address(self, **changes: str) -> str:
        """The report's own parameters, to be carried along by every link."""
        values = {"as_of": self.as_of.isoformat(), "by": self.by, "method": self.method, **changes}
        if self.known_on is not None:
            values["known_on"] = self.known_on.isoformat()
        if self.group is not None:
            values.setdefault("group", self.group)
        return urlencode(values)

    @property
    def not_known_yet(self) -> dict[str, Any] | None:
        """Where the window ends after the day it is known on: the days that are missing, and the
        address of the report whose window fits."""
        window = self.question.window
        if self.known_on is None or self.known_on >= window.end:
            return None
        fitting = replace(self, as_of=self.known_on)
        return {
            "after": self.known_on,
            "until": window.end,
            "fits": fitting.question.window.end,
            "query": fitting.address(),
        }

    def without_group(self) -> ReportParams:
        """The same report without the group that was opened."""
        return replace(self, group=None)


def _within_limits(day: date | None, today: date) -> date | None:
    return None if day is None else min(max(day, EARLIEST), today)


_INSTEAD = {
    "by": gettext_noop("no way to group. Shown is by segment."),
    "method": gettext_noop("no method. Shown is by account."),
    "state": gettext_noop("no state of a renewal. Shown are all."),
}


def _address_problems(form: ReportForm, today: date) -> list[str]:
    found = [
        gettext("“%(value)s” is %(words)s")
        % {"value": str(form.data.get(name))[:40], "words": gettext(words)}
        for name, words in _INSTEAD.items()
        if name in form.errors
    ]
    for name, word in _DAYS.items():
        day = form.cleaned_data.get(name)
        if name in form.errors:
            typed = str(form.data.get(name))[:40]
            found.append(
                gettext("%(word)s: “%(typed)s” is not a day. Write it as %(today)s.")
                % {"word": gettext(word), "typed": typed, "today": today.isoformat()}
            )
        elif day is not None and day > today:
            found.append(
                gettext("%(word)s: %(day)s has not come yet. Shown is today.")
                % {"word": gettext(word), "day": formats.day(day)}
            )
        elif day is not None and day < EARLIEST:
            found.append(
                gettext("%(word)s: %(day)s lies before what reports cover. Shown is %(first)s.")
                % {"word": gettext(word), "day": formats.day(day), "first": formats.day(EARLIEST)}
            )
    return found


def _end_of(day: date, installation: Installation) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=installation.zone)
