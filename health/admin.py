"""Scorecards in the admin: drafts are edited, checked and published; the rest is read-only."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts import clock
from accounts.admin.drafts import DraftAdmin
from accounts.models import User
from health.measures import MEASURES
from health.models import (
    AlertLine,
    AssignmentRule,
    Band,
    Component,
    Gate,
    Measure,
    Publication,
    Scorecard,
)
from health.publishing import NotPublishable, check, copy_to_draft, publish


def _is_draft(scorecard: Model | None) -> bool:
    return not isinstance(scorecard, Scorecard) or not scorecard.is_published


class DraftInline(admin.TabularInline):
    """Parts of a scorecard: editable while it is a draft."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_draft(obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Parents and components are those of this scorecard."""
        if db_field.name in ("component", "parent"):
            match = request.resolver_match
            known = Component.objects.filter(scorecard=match.kwargs["object_id"] if match else 0)
            kwargs["queryset"] = known.order_by("position", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class MeasureForm(forms.ModelForm):
    key = forms.ChoiceField(
        label="Measure",
        choices=lambda: [(key, f"{d.name} ({key})") for key, d in sorted(MEASURES.items())],
    )

    class Meta:
        model = Measure
        fields = ("component", "key", "weight", "curve", "penalties", "position")
        widgets: ClassVar[dict[str, Any]] = {"curve": forms.Textarea(attrs={"rows": 2, "cols": 48})}


class ComponentInline(DraftInline):
    model = Component
    fields = ("parent", "key", "name", "weight", "position")


class MeasureInline(DraftInline):
    model = Measure
    form = MeasureForm
    ordering = ("component", "position")


class GateInline(DraftInline):
    model = Gate
    fields = ("component", "key", "name", "condition", "cap", "position")


class BandInline(DraftInline):
    model = Band
    fields = ("key", "name", "lower", "at_risk")
    ordering = ("-lower",)


class AlertLineInline(DraftInline):
    model = AlertLine
    fields = ("value",)
    ordering = ("-value",)


class ScorecardForm(forms.ModelForm):
    """Carries the publish button's reason: publishing is saving with one."""

    publish_reason = forms.CharField(
        required=False,
        max_length=300,
        label="Publish, because",
        help_text="Needed to publish, kept with the version. Saving the draft needs none.",
    )

    class Meta:
        model = Scorecard
        fields = (
            "name",
            "description",
            "recovery_margin",
            "minimum_confidence",
            "handled_first",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "_publish" in self.data and not cleaned.get("publish_reason", "").strip():
            self.add_error("publish_reason", "Say why this version is published.")
        return cleaned


@admin.register(Scorecard)
class ScorecardAdmin(DraftAdmin):
    form = ScorecardForm
    list_display = ("name", "key", "version", "state", "published_at", "published_by")
    list_filter = ("key", "state")
    ordering = ("key", "-version")
    inlines = (ComponentInline, MeasureInline, GateInline, BandInline, AlertLineInline)
    actions = ("copy_as_draft", "publish_again")
    readonly_fields = ("key", "version", "state", "published_at", "published_by", "reason")
    save_as = False

    def is_draft(self, obj: Scorecard) -> bool:
        return _is_draft(obj)

    def open_draft(self, request: HttpRequest, obj: Scorecard) -> Scorecard:
        begun = Scorecard.objects.filter(key=obj.key, state=Scorecard.State.DRAFT)
        draft = begun.order_by("-version").first()
        if draft is not None:
            self.message_user(request, f"{draft} is a draft already: go on here.", messages.INFO)
        return draft or copy_to_draft(scorecard=obj, now=clock.now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A draft begins as a copy; a new key comes from a file."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Scorecard | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Scorecard | None = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Scorecard | None = None) -> Any:
        editable = ["name", "description", "recovery_margin", "minimum_confidence", "handled_first"]
        fields = [*editable, *self.readonly_fields]
        return [*fields, "publish_reason"] if _is_draft(obj) else fields

    def get_actions(self, request: HttpRequest) -> Any:
        """Deleting several at once could take published ones: not offered."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the parts are stored: what is wrong with the draft, or its publication."""
        super().save_related(request, form, formsets, change)
        draft, reason = form.instance, form.cleaned_data.get("publish_reason", "")
        if reason:
            self._publish(request, draft, reason)
        else:
            for problem in check(draft):
                self.message_user(request, str(problem), messages.WARNING)

    def _publish(self, request: HttpRequest, scorecard: Scorecard, reason: str) -> None:
        user = cast(User, request.user)  # the admin lets nobody else in
        try:
            publish(scorecard=scorecard, user=user, reason=reason, now=clock.now())
        except NotPublishable as refusal:
            self.message_user(request, "Not published. The draft is kept:", messages.ERROR)
            for problem in refusal.problems:
                self.message_user(request, str(problem), messages.ERROR)
        else:
            self.message_user(request, f"{scorecard} is in force.", messages.SUCCESS)

    @admin.action(description="Copy to a new draft")
    def copy_as_draft(
        self, request: HttpRequest, queryset: QuerySet[Scorecard]
    ) -> HttpResponse | None:
        drafts = [copy_to_draft(scorecard=row, now=clock.now()) for row in queryset]
        if len(drafts) == 1:
            return HttpResponseRedirect(
                reverse("admin:health_scorecard_change", args=[drafts[0].pk])
            )
        self.message_user(request, f"{len(drafts)} drafts made.", messages.SUCCESS)
        return None

    @admin.action(description="Publish this version again (roll back)")
    def publish_again(self, request: HttpRequest, queryset: QuerySet[Scorecard]) -> None:
        for row in queryset:
            if row.is_published:
                self._publish(request, row, f"version {row.version} again")
            else:
                self.message_user(
                    request, f"{row} is a draft: open it and give a reason.", messages.ERROR
                )


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
