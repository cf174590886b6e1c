"""The rules that surveys keep, and what customers see around the questions."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.bases import KeptAdmin
from surveys.models import SurveyBranding, SurveyPolicy


class OneRowAdmin(KeptAdmin):
    """There is one row, made with the database."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(SurveyPolicy)
class SurveyPolicyAdmin(OneRowAdmin):
    list_display = ("__str__", "days_between", "per_account", "bad_ticket_days")


@admin.register(SurveyBranding)
class SurveyBrandingAdmin(OneRowAdmin):
    list_display = ("__str__", "name", "colour")
    fields = ("name", "colour", "privacy_url")
