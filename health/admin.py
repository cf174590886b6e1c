"""Which scorecard an account gets, and what came into force, in the admin.

Scorecards themselves have pages of their own, above this app: their preview looks at playbooks.
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Model, OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import TrackedAdmin, labelled
from accounts.models import Installation
from accounts.money.currencies import with_currency
from accounts.queries.sizes import segment_choices, touch_tier_choices
from health.models import AssignmentRule, Publication, Scorecard
from health.models.assignment import LAST_CATCH_ALL, are_last_catch_alls

# Translated when it is shown, which the stubs do not allow here.
_ANY = cast("str", _("Any"))


def _names() -> list[tuple[str, str]]:
    """Key and name of every scorecard that came into force, by its newest version."""
    published = Scorecard.objects.filter(state=Scorecard.State.PUBLISHED)
    newest = published.order_by("key", "-version").distinct("key")
    return list(newest.values_list("key", "name"))


class RuleForm(forms.ModelForm):
    scorecard_key = forms.ChoiceField(label=_("Scorecard"), choices=_names)
    touch_tier = forms.ChoiceField(
        required=False, choices=lambda: [("", gettext("Any")), *touch_tier_choices()]
    )
    segment = forms.ChoiceField(
        required=False, choices=lambda: [("", gettext("Any")), *segment_choices()]
    )
    minimum_arr = forms.IntegerField(
        label=_("Minimum ARR"),
        required=False,
        min_value=0,
        max_value=10**12,
        help_text=_("Whole units of the installation's currency, inclusive. Empty: any."),
    )


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(TrackedAdmin):
    """Which scorecard an account gets: the first rule that fits."""

    form = RuleForm
    empty_value_display = _("Any")
    list_display = (
        "position",
        "scorecard",
        "stage",
        "in_tier",
        "in_segment",
        "plan",
        "arr",
        "remark",
    )
    list_display_links = ("position", "scorecard")
    list_select_related = ("plan",)
    ordering = ("position",)
    in_tier = labelled("touch_tier", word=_("Touch tier"), empty=_ANY)
    in_segment = labelled("segment", word=_("Segment"), empty=_ANY)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is not None and are_last_catch_alls([obj.pk]):
            return False
        return super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The last catch-all among those that were ticked is named as what is kept."""
        names, counts, missing, kept = super().get_deleted_objects(objs, request)
        rules = list(objs)
        if are_last_catch_alls([rule.pk for rule in rules]):
            kept = [*kept, *(f"{rule}: {LAST_CATCH_ALL}" for rule in rules if rule.is_catch_all)]
            missing = set()  # what forbids it is the rule, not a right
        return names, counts, missing, kept

    def get_queryset(self, request: HttpRequest) -> Any:
        cards = Scorecard.objects.filter(
            key=OuterRef("scorecard_key"), state=Scorecard.State.PUBLISHED
        )
        name = Subquery(cards.order_by("-version").values("name")[:1])
        return super().get_queryset(request).annotate(scorecard_name=name)

    @admin.display(description=_("Scorecard"), ordering="scorecard_key")
    def scorecard(self, rule: Any) -> str:
        return str(rule.scorecard_name or rule.scorecard_key)

    @admin.display(description=_("Minimum ARR"), ordering="minimum_arr", empty_value=_ANY)
    def arr(self, rule: AssignmentRule) -> str | None:
        if rule.minimum_arr is None:
            return None
        currency = Installation.current().currency
        return with_currency(f"{rule.minimum_arr:,}", currency, is_negative=False)

    @admin.display(description=_("Note"), empty_value="")
    def remark(self, rule: AssignmentRule) -> str:
        return rule.note


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
