"""Segments and touch tiers: what there is, and from which day on which bounds hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.settings import KeyedAdmin
from accounts.models import (
    SegmentBound,
    SegmentDefinition,
    TouchTierBound,
    TouchTierDefinition,
)

# On a form: Django would take two thousand of anybody who says so.
MOST_BOUNDS = 50


class BoundInline(admin.TabularInline):
    extra = 0
    ordering = ("-valid_from",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        limits = {"max_num": MOST_BOUNDS, "absolute_max": MOST_BOUNDS}
        return super().get_formset(request, obj, **limits | kwargs)


class SegmentBoundInline(BoundInline):
    model = SegmentBound


class TouchTierBoundInline(BoundInline):
    model = TouchTierBound


class SizeAdmin(KeyedAdmin):
    """Accounts follow tonight. A past day keeps the bounds that held on it."""

    fields = ("key",)
    ordering = ("pk",)
    search_fields = ("key",)
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {}


@admin.register(SegmentDefinition)
class SegmentDefinitionAdmin(SizeAdmin):
    list_display = ("key", "latest_bound")
    inlines = (SegmentBoundInline,)

    @admin.display(description=_("Latest bound"))
    def latest_bound(self, segment: SegmentDefinition) -> str:
        latest = max(segment.bounds.all(), key=lambda bound: bound.valid_from, default=None)
        if latest is None or latest.arr_from is None:
            return gettext("Given to nobody")
        return gettext("ARR from %(arr_from)s") % {"arr_from": f"{latest.arr_from:,}"}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("bounds")


@admin.register(TouchTierDefinition)
class TouchTierDefinitionAdmin(SizeAdmin):
    list_display = ("key", "latest_bound")
    inlines = (TouchTierBoundInline,)

    @admin.display(description=_("Latest bound"))
    def latest_bound(self, tier: TouchTierDefinition) -> str:
        latest = max(tier.bounds.all(), key=lambda bound: bound.valid_from, default=None)
        if latest is None or latest.score_from is None:
            return gettext("Given to nobody")
        held = (
            ""
            if latest.arr_from is None
            else gettext(", or ARR from %(arr_from)s") % {"arr_from": f"{latest.arr_from:,}"}
        )
        return gettext("Score from %(score_from)s%(held)s") % {
            "score_from": latest.score_from,
            "held": held,
        }

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("bounds")
