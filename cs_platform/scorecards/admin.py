"""Scorecards in the admin: the pages are our own, names and addresses are the admin's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from cs_platform.scorecards import draft_views, list_views, preview_views
from health.models import Scorecard


@admin.register(Scorecard)
class ScorecardAdmin(admin.ModelAdmin):
    """A draft begins as a copy; a new key comes from a file."""

    def get_urls(self) -> list[URLPattern]:
        views = (
            ("curve", "curve/", draft_views.curve),
            ("draft", "<int:object_id>/draft/", draft_views.begin),
            ("discard", "<int:object_id>/discard/", draft_views.discard),
            ("scale", "<int:object_id>/scale/", draft_views.scale),
            ("preview", "<int:object_id>/preview/", preview_views.preview),
            ("publish", "<int:object_id>/publish/", preview_views.publish),
            ("compare", "<int:object_id>/compare/", list_views.compare),
            ("back", "<int:object_id>/back/", list_views.back_to),
            ("change", "<path:object_id>/change/", draft_views.card),
            ("changelist", "", list_views.overview),
        )
        ours = [
            path(address, view, name=f"health_scorecard_{name}") for name, address, view in views
        ]
        return [*ours, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft is thrown away on its own page; published versions stay."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        """The versions are the history."""
        return redirect("admin:health_scorecard_changelist")
