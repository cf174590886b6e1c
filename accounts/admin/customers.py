"""Accounts, and what is recorded about them: facts are read here, corrected at their source."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.bases import KeptAdmin, ReadOnlyAdmin, amount, labelled
from accounts.intake.fields import Kind
from accounts.loading.chains import in_words, lock_chains, loop_above
from accounts.models import (
    Account,
    Attendance,
    BusinessEvent,
    Contact,
    Contract,
    CsmSentiment,
    GroupSession,
    Invoice,
    RevenueMovement,
    Signal,
)
from accounts.money.currencies import money_exact
from accounts.queries.sizes import segment_choices, touch_tier_choices


class AccountForm(forms.ModelForm):
    segment_override = forms.ChoiceField(
        required=False, choices=lambda: [("", gettext("As derived")), *segment_choices()]
    )
    touch_tier_override = forms.ChoiceField(
        required=False, choices=lambda: [("", gettext("As derived")), *touch_tier_choices()]
    )

    def clean_parent(self) -> Account | None:
        parent: Account | None = self.cleaned_data["parent"]
        if parent is None:
            return None
        lock_chains(Kind.ACCOUNTS)
        loop = loop_above(Kind.ACCOUNTS, name=self.instance.external_id, other=parent.external_id)
        if loop:
            raise forms.ValidationError(
                gettext(
                    "The account would be above itself: %(loop)s. Choose another parent, or none."
                )
                % {"loop": in_words(loop)}
            )
        return parent


class SegmentFilter(admin.SimpleListFilter):
    title = parameter_name = "segment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return segment_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> QuerySet[Account]:
        return queryset.filter(segment=self.value()) if self.value() else queryset


class TouchTierFilter(admin.SimpleListFilter):
    title, parameter_name = _("touch tier"), "touch_tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return touch_tier_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> QuerySet[Account]:
        return queryset.filter(touch_tier=self.value()) if self.value() else queryset


@admin.register(Account)
class AccountAdmin(KeptAdmin):
    """Ownership, overrides and the judgements a person makes; the derived columns are shown."""

    form = AccountForm
    list_display = ("name", "external_id", "in_segment", "in_tier", "stage", "status", "owner")
    list_filter = (
        "status",
        ("owner", admin.EmptyFieldListFilter),
        ("pool", admin.EmptyFieldListFilter),
        SegmentFilter,
        TouchTierFilter,
        "stage",
    )
    list_select_related = ("owner",)
    search_fields = ("name", "external_id", "domain")
    ordering = ("name", "pk")
    show_full_result_count = False
    autocomplete_fields = ("parent", "plan", "owner", "pool")
    readonly_fields = (
        "external_id",
        "arr",
        "renews_on",
        "renews_arr",
        "in_segment",
        "in_tier",
        "revenue_source",
        "revenue_source_reason",
        "created_at",
    )
    arr = amount("arr_minor", word="ARR")
    renews_arr = amount("renews_arr_minor", word=_("ARR that renews"))
    in_segment = labelled("segment", word=_("Segment"))
    in_tier = labelled("touch_tier", word=_("Touch tier"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts come from the CRM, by import or the API, with their own id."""
        return False


class AccountFactAdmin(ReadOnlyAdmin):
    list_select_related: ClassVar[tuple[str, ...]] = ("account",)
    search_fields = ("account__name", "account__external_id", "external_id")
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(Contact)
class ContactAdmin(AccountFactAdmin):
    list_display = ("name", "account", "level", "roles", "is_active", "do_not_contact")


@admin.register(Contract)
class ContractAdmin(AccountFactAdmin):
    list_display = ("external_id", "account", "starts_on", "ends_on", "arr", "state")
    exclude = ("arr_minor", "amount_minor", "currency")
    readonly_fields = ("arr", "price")
    arr = amount("arr_minor", word="ARR")

    @admin.display(description=_("Price as stated"))
    def price(self, contract: Contract) -> str:
        if contract.amount_minor is None:
            return gettext("A year's worth.")
        return f"{money_exact(contract.amount_minor, contract.currency)} a {contract.amount_per}"


@admin.register(RevenueMovement)
class RevenueMovementAdmin(AccountFactAdmin):
    list_display = ("effective_on", "account", "kind", "moved", "source")
    exclude = ("amount_minor", "currency")
    readonly_fields = ("moved",)
    moved = amount("amount_minor", word=_("Change of ARR"))
    list_filter = ("kind",)
    list_select_related = ("account", "source")


@admin.register(Invoice)
class InvoiceAdmin(AccountFactAdmin):
    list_display = ("external_id", "account", "due_on", "paid_on", "billed", "state")
    exclude = ("amount_minor", "currency")
    readonly_fields = ("billed",)
    billed = amount("amount_minor", word=_("Amount"))
    list_filter = ("state",)


@admin.register(GroupSession)
class GroupSessionAdmin(ReadOnlyAdmin):
    list_display = ("starts_at", "kind", "subject", "host", "people")
    list_filter = ("kind",)
    list_select_related = ("kind", "host")
    search_fields = ("subject", "external_id")
    show_full_result_count = False
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> Any:
        came = Count("attendances", filter=Q(attendances__attended=True))
        return super().get_queryset(request).annotate(people=came)

    @admin.display(description=_("People who came"), ordering="people")
    def people(self, session: Any) -> int:
        return int(session.people)


@admin.register(Attendance)
class AttendanceAdmin(AccountFactAdmin):
    list_display = ("session", "account", "contact", "attended", "minutes")
    list_filter = ("attended",)
    list_select_related = ("account", "session", "contact")
    search_fields = ("account__name", "account__external_id", "session__external_id")


@admin.register(CsmSentiment)
class CsmSentimentAdmin(AccountFactAdmin):
    list_display = ("said_at", "account", "value", "said_by", "reason")
    list_filter = ("value",)
    list_select_related = ("account", "said_by")


@admin.register(BusinessEvent)
class BusinessEventAdmin(AccountFactAdmin):
    list_display = ("occurred_on", "account", "kind", "note")
    list_filter = ("kind",)
    list_select_related = ("account", "kind")


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "account", "kind", "key")
    list_select_related = ("account",)
    search_fields = ("account__name", "account__external_id", "kind")
    show_full_result_count = False
    ordering = ("-pk",)
