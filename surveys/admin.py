"""The rules that surveys keep, what customers see around the questions, and what a score is judged
by."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.bases import KeptAdmin
from accounts.models import User
from surveys.actions.baselines import NoBaselineError, measured_baseline
from surveys.catalogue import KIND_WORDS
from surveys.models import SurveyBaseline, SurveyBranding, SurveyPolicy
from surveys.pictures import MOST_BYTES, picture_type
from surveys.queries.answers import kind_of, scored_surveys


class OneRowAdmin(KeptAdmin):
    """There is one row, made with the database."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(SurveyPolicy)
class SurveyPolicyAdmin(OneRowAdmin):
    list_display = ("__str__", "days_between", "per_account", "bad_ticket_days")


class BrandingForm(forms.ModelForm):
    privacy_url = forms.URLField(
        label=_("Page about privacy"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("Your page about personal data; linked under each survey."),
    )
    picture = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP of up to 12 kB, shown 32 pixels high."),
    )
    without_logo = forms.BooleanField(label=_("Show no logo"), required=False)

    def clean_picture(self) -> bytes:
        """Of the file, or nothing where none was chosen."""
        chosen = self.cleaned_data.get("picture")
        if not chosen:
            return b""
        if chosen.size > MOST_BYTES:
            raise ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are shown."),
                params={"size": chosen.size, "most": MOST_BYTES},
            )
        data: bytes = chosen.read()
        if not picture_type(data):
            raise ValidationError(_("This is no PNG, JPEG or WebP."))
        return data


@admin.register(SurveyBranding)
class SurveyBrandingAdmin(OneRowAdmin):
    form = BrandingForm
    list_display = ("__str__", "name", "colour")
    fields = ("name", "colour", "privacy_url", "picture", "without_logo")

    def save_model(
        self, request: HttpRequest, obj: SurveyBranding, form: Any, change: bool
    ) -> None:
        data = form.cleaned_data.get("picture") or b""
        if data or form.cleaned_data.get("without_logo"):
            obj.logo, obj.logo_type = data, picture_type(data)
        super().save_model(request, obj, form, change)


class SurveyBaselineForm(forms.ModelForm):
    """What is said is the survey and the days; the score is counted of their answers."""

    measured: dict[str, Any]

    class Meta:
        model = SurveyBaseline
        fields = ("survey_key", "first_day", "final_day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "survey_key" in self.fields:
            self.fields["survey_key"] = forms.ChoiceField(
                label=_("Survey"), choices=[("", "---------"), *scored_surveys()]
            )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        key = said.get("survey_key") or self.instance.survey_key
        first, final = said.get("first_day"), said.get("final_day")
        if key and first and final:
            try:
                self.measured = measured_baseline(
                    key=key,
                    kind=kind_of(None, key) or "",
                    first_day=first,
                    final_day=final,
                    now=clock.now(),
                )
            except (NoBaselineError, OverflowError):
                self.add_error(
                    "final_day",
                    _("A baseline needs days that are over, with at least 10 scored answers."),
                )
        return said


@admin.register(SurveyBaseline)
class SurveyBaselineAdmin(KeptAdmin):
    form = SurveyBaselineForm
    list_display = ("name", "first_day", "final_day", "value", "answers", "set_by", "set_at")
    list_select_related = ("set_by",)
    ordering = ("survey_key",)
    counted = ("value", "favourable", "neutral", "unfavourable", "set_by", "set_at")

    @admin.display(description=_("Survey"), ordering="survey_key")
    def name(self, row: SurveyBaseline) -> str:
        return KIND_WORDS.label(row.survey_key)

    @admin.display(description=_("Answers"))
    def answers(self, row: SurveyBaseline) -> int:
        return row.favourable + row.neutral + row.unfavourable

    def get_fields(
        self, request: HttpRequest, obj: SurveyBaseline | None = None
    ) -> tuple[str, ...]:
        said = ("survey_key", "first_day", "final_day")
        return said if obj is None else (*said, *self.counted)

    def get_readonly_fields(
        self, request: HttpRequest, obj: SurveyBaseline | None = None
    ) -> tuple[str, ...]:
        """Another survey has a baseline of its own."""
        return () if obj is None else ("survey_key", *self.counted)

    def save_model(
        self, request: HttpRequest, obj: SurveyBaseline, form: Any, change: bool
    ) -> None:
        for column, value in form.measured.items():
            setattr(obj, column, value)
        obj.set_at, obj.set_by = clock.now(), cast("User", request.user)
        super().save_model(request, obj, form, change)
