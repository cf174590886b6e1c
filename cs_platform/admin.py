"""Scorecards and assignment rules in the admin: the pages are our own, names and addresses are the
admin's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from cs_platform.pages.scorecard_preview import views as preview_views
from health.models import RuleSet, Scorecard
from health.pages.rules import views as rules_views
from health.pages.scorecards import drafts as draft_views
from health.pages.scorecards import lists as list_views

# Its name, its address, the view and what that is given.
Page = tuple[str, str, Any, dict[str, Any]]


class DraftedAdmin(admin.ModelAdmin):
    """What is drafted, previewed and published, on pages of our own."""

    pages: tuple[Page, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        ours = [
            path(address, view, kwargs, name=f"health_{self.opts.model_name}_{name}")
            for name, address, view, kwargs in self.pages
        ]
        return [*ours, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft is thrown away on its own page; published versions stay."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        """The versions are the history."""
        return redirect(f"admin:health_{self.opts.model_name}_changelist")


# A preview counts plays: the pages of health are given what asks for one.
_PREVIEWING = {"start_preview": preview_views.start}


@admin.register(Scorecard)
class ScorecardAdmin(DraftedAdmin):
    """A draft begins as a copy; a new key comes from a file."""

    pages = (
        ("curve", "curve/", draft_views.curve, {}),
        ("draft", "<int:object_id>/draft/", draft_views.begin, {}),
        ("fit", "<int:object_id>/fit/", draft_views.fit, {}),
        ("discard", "<int:object_id>/discard/", draft_views.discard, {}),
        ("scale", "<int:object_id>/scale/", draft_views.scale, {}),
        ("adding", "<int:object_id>/adding/", draft_views.adding, {}),
        ("preview", "<int:object_id>/preview/", preview_views.preview, {"of": Scorecard}),
        ("publish", "<int:object_id>/publish/", preview_views.publish, {}),
        ("compare", "<int:object_id>/compare/", list_views.compare, {}),
        ("export", "<int:object_id>/export/", list_views.export, {}),
        ("back", "<int:object_id>/back/", list_views.back_to, _PREVIEWING),
        ("change", "<path:object_id>/change/", draft_views.card, _PREVIEWING),
        ("changelist", "", list_views.overview, {}),
    )


@admin.register(RuleSet)
class RuleSetAdmin(DraftedAdmin):
    """Which scorecard an account gets: the first rule that fits, by the version in force."""

    pages = (
        ("draft", "draft/", rules_views.begin, {}),
        ("discard", "<int:object_id>/discard/", rules_views.discard, {}),
        ("preview", "<int:object_id>/preview/", preview_views.preview, {"of": RuleSet}),
        ("publish", "<int:object_id>/publish/", preview_views.publish_rules, {}),
        ("back", "<int:object_id>/back/", rules_views.back_to, {}),
        ("change", "<path:object_id>/change/", rules_views.version, _PREVIEWING),
        ("changelist", "", rules_views.overview, {}),
    )
