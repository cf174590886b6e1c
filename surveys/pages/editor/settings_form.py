"""What a survey measures, when it is sent, to whom and how: everything but its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import BusinessEventKind, SavedView
from surveys.catalogue import RECIPIENT_WORDS, Moment, Recipients, SurveyType
from surveys.library.definition import SurveyDefinition
from surveys.pages.editor.fields import SurveyField, line, listed, one_of, shown_fields, whole


@dataclass(frozen=True, slots=True)
class ScaleChoice:
    kind: SurveyType
    scale: str
    is_reversed: bool
    word: Any


SCALE_CHOICES: Mapping[str, ScaleChoice] = {
    "nps": ScaleChoice(
        SurveyType.NPS, "0-10", False, _("NPS: would they recommend us, from 0 to 10")
    ),
    "csat_5": ScaleChoice(
        SurveyType.CSAT, "1-5", False, _("CSAT: how satisfied are they, from 1 to 5")
    ),
    "csat_7": ScaleChoice(
        SurveyType.CSAT, "1-7", False, _("CSAT: how satisfied are they, from 1 to 7")
    ),
    "ces": ScaleChoice(SurveyType.CES, "1-7", False, _("CES: how easy was it, 7 is very easy")),
    "ces_reversed": ScaleChoice(
        SurveyType.CES, "1-7", True, _("CES: how easy was it, 1 is very easy")
    ),
    "free": ScaleChoice(SurveyType.FREE, "", False, _("No score: words alone")),
}
MOMENTS: Mapping[Moment, Any] = {
    Moment.RHYTHM: _("On a rhythm: on days 30 and 90 of a customer, then by touch tier"),
    Moment.END_OF_ONBOARDING: _("End of onboarding: no step of the plan is due any more"),
    Moment.FIRST_VALUE: _("First value: the first business event that means it"),
    Moment.BEFORE_RENEWAL: _("Before the renewal: 60 days before it is decided"),
    Moment.AFTER_EXPANSION: _("After an expansion: 30 days after it"),
    Moment.AFTER_TICKET: _("After a ticket was solved: support’s own, in no health score"),
    Moment.AFTER_EVENT: _("After a business event of a kind that you choose"),
    Moment.ON_REQUEST: _("When a step of a playbook asks for it"),
}
DELIVERIES = [
    ("mail", _("By e-mail, with a link to the survey")),
    ("in_app", _("In the product, where its pages show our messages")),
]


class KnownNames:
    """What a survey may name, each read once."""

    @cached_property
    def audiences(self) -> list[tuple[str, str]]:
        rows = SavedView.objects.audiences().values_list("key", "name")
        return [(key or "", name) for key, name in rows]

    @cached_property
    def events(self) -> list[tuple[str, str]]:
        return list(BusinessEventKind.objects.order_by("name").values_list("key", "name"))


def scale_choice(survey: SurveyDefinition) -> str:
    said = f"{survey.lowest}-{survey.highest}" if survey.is_scored else ""
    wanted = survey.kind, said, survey.is_reversed
    same = (
        key
        for key, each in SCALE_CHOICES.items()
        if (each.kind, each.scale, each.is_reversed) == wanted
    )
    return next(same, survey.kind.value)


def scale_field() -> forms.ChoiceField:
    return one_of(_("What it measures"), [(key, each.word) for key, each in SCALE_CHOICES.items()])


def scale_data(key: str) -> dict[str, Any]:
    chosen = SCALE_CHOICES[key]
    return {
        "kind": chosen.kind.value,
        "scale": chosen.scale,
        "is_reversed": chosen.is_reversed,
    }


class SurveySettingsForm(forms.Form):
    def __init__(self, data: Any = None, *, survey: SurveyDefinition, known: KnownNames) -> None:
        self.survey, self.known = survey, known
        super().__init__(data, initial=self._read_survey())
        self.fields |= self._made_fields()

    def _read_survey(self) -> dict[str, Any]:
        survey = self.survey
        same = ("name", "event_kind", "delay_hours", "needs_consent", "audience", "expires_days")
        return {name: getattr(survey, name) for name in same} | {
            "scale": scale_choice(survey),
            "moment": survey.moment.value,
            "recipients": survey.recipients.value,
            "delivery": survey.delivery.value,
        }

    def _made_fields(self) -> dict[str, forms.Field]:
        survey, known = self.survey, self.known
        return {
            "name": line(_("Name"), most=80, required=True, help_text=_("Your own, on our pages.")),
            "scale": scale_field(),
            "moment": one_of(
                _("When it is sent"), [(each.value, word) for each, word in MOMENTS.items()]
            ),
            "event_kind": listed(
                _("Kind of business event"),
                known.events,
                empty=_("Choose one"),
                chosen=survey.event_kind,
            ),
            "delay_hours": whole(
                _("Hours until it is sent"),
                lowest=0,
                highest=720,
                help_text=_("From that moment on: 24 is a day, 720 a month."),
            ),
            "recipients": one_of(_("Who is asked"), RECIPIENT_WORDS.choices(Recipients)),
            "audience": listed(
                _("Of which accounts"),
                known.audiences,
                empty=_("All customers"),
                chosen=survey.audience,
                help_text=_("A saved view that was shared as an audience."),
            ),
            "needs_consent": forms.BooleanField(
                label=_("Only people who agreed to be written to"), required=False
            ),
            "delivery": one_of(
                _("Channel"),
                DELIVERIES,
                help_text=_(
                    "Once it is in force, a plain link without a message is made for one person on"
                    " the surveys tab of their account."
                ),
            ),
            "expires_days": whole(
                _("Days to answer"),
                lowest=1,
                highest=365,
                help_text=_("Until then an answer can be changed; after that the link is over."),
            ),
        }

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        kind = SCALE_CHOICES[said["scale"]].kind if said.get("scale") else None
        moment = said.get("moment")
        if kind and moment:
            self._check_moment(kind, Moment(moment))
        if moment == Moment.AFTER_EVENT and "event_kind" in said and not said["event_kind"]:
            self.add_error("event_kind", _("Choose the kind of event that it is sent after."))
        return said

    def _check_moment(self, kind: SurveyType, moment: Moment) -> None:
        on_rhythm = moment is Moment.RHYTHM
        if kind is SurveyType.NPS and moment not in (Moment.RHYTHM, Moment.ON_REQUEST):
            words = _("NPS is asked on a rhythm or by a playbook, never after something happened.")
            self.add_error("moment", words)
        elif kind is not SurveyType.NPS and on_rhythm:
            self.add_error("moment", _("Only NPS is asked on a rhythm: choose another moment."))

    def written(self) -> dict[str, Any]:
        """What the valid form says, in the shape of the YAML."""
        said = self.cleaned_data
        same = ("name", "moment", "delay_hours", "recipients", "needs_consent", "audience",
                "delivery", "expires_days")  # fmt: skip
        is_after_event = said["moment"] == Moment.AFTER_EVENT
        return (
            {name: said[name] for name in same}
            | scale_data(said["scale"])
            | {"event_kind": said["event_kind"] if is_after_event else ""}
        )

    def shown(self, saved: Mapping[str, str]) -> dict[str, SurveyField]:
        """`saved`: what somebody else saved meanwhile, by field."""
        gaps = {name: str(words) for name, words in unknown_chosen(self.survey, self.known)}
        return shown_fields(self, gaps=gaps, saved=saved)


def unknown_chosen(survey: SurveyDefinition, known: KnownNames) -> list[tuple[str, Any]]:
    """What it names that is not there any more, by field."""
    found = []
    if survey.audience and survey.audience not in dict(known.audiences):
        found.append(("audience", _("This audience is not there any more: choose another.")))
    if survey.event_kind and survey.event_kind not in dict(known.events):
        found.append(("event_kind", _("There are no such events any more: choose another kind.")))
    return found
