"""Which scorecard an account gets, and what came into force, in the admin.

Scorecards themselves have pages of their own, above this app: their preview looks at playbooks.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from health.models import AssignmentRule, Publication


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(admin.ModelAdmin):
    """Which scorecard an account gets: the first rule that fits."""

    list_display = (
        "position",
        "scorecard_key",
        "stage",
        "touch_tier",
        "segment",
        "plan",
        "minimum_arr",
        "note",
    )
    list_select_related = ("plan",)
    ordering = ("position",)


@admin.register(Publication)
class PublicationAdmin(admin.ModelAdmin):
    """What came into force, when, by whom and why."""

    list_display = ("scorecard", "published_at", "published_by", "reason")
    list_select_related = ("scorecard", "published_by")
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
