"""Scorecards in the admin: the pages are our own, names and addresses are the admin's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from cs_platform.pages.scorecard_preview import views as preview_views
from health.models import Scorecard
from health.pages.scorecards import drafts as draft_views
from health.pages.scorecards import lists as list_views


@admin.register(Scorecard)
class ScorecardAdmin(admin.ModelAdmin):
    """A draft begins as a copy; a new key comes from a file."""

    def get_urls(self) -> list[URLPattern]:
        # A preview counts plays: the pages of health are given what asks for one.
        previewing = {"start_preview": preview_views.start}
        views: tuple[tuple[str, str, Any, dict[str, Any]], ...] = (
            ("curve", "curve/", draft_views.curve, {}),
            ("draft", "<int:object_id>/draft/", draft_views.begin, {}),
            ("fit", "<int:object_id>/fit/", draft_views.fit, {}),
            ("discard", "<int:object_id>/discard/", draft_views.discard, {}),
            ("scale", "<int:object_id>/scale/", draft_views.scale, {}),
            ("adding", "<int:object_id>/adding/", draft_views.adding, {}),
            ("preview", "<int:object_id>/preview/", preview_views.preview, {}),
            ("publish", "<int:object_id>/publish/", preview_views.publish, {}),
            ("compare", "<int:object_id>/compare/", list_views.compare, {}),
            ("export", "<int:object_id>/export/", list_views.export, {}),
            ("back", "<int:object_id>/back/", list_views.back_to, previewing),
            ("change", "<path:object_id>/change/", draft_views.card, previewing),
            ("changelist", "", list_views.overview, {}),
        )
        ours = [
            path(address, view, kwargs, name=f"health_scorecard_{name}")
            for name, address, view, kwargs in views
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
