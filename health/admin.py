"""What came into force, in the admin.

Scorecards and assignment rules have pages of their own, above this app: their preview looks at
playbooks.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from health.models import Publication


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
