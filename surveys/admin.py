"""The rules that surveys keep, and what customers see around the questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.bases import KeptAdmin
from surveys.models import SurveyBranding, SurveyPolicy
from surveys.pictures import MOST_BYTES, picture_type


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
