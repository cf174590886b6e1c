"""CS ops' room for people, accounts and how this installation counts.

Facts are read here and corrected at their source; the ledger and signals are never edited.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import (
    Account,
    ApiKey,
    BusinessEvent,
    Contact,
    Contract,
    Feature,
    Holiday,
    ImportRun,
    Installation,
    Invoice,
    OutboxMessage,
    Plan,
    Pool,
    RejectedRecord,
    RevenueMovement,
    Signal,
    Team,
    User,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """What is recorded, to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class KeptAdmin(admin.ModelAdmin):
    """May be changed, never deleted: accounts churn, people leave."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class UserForm(forms.ModelForm):
    password = ReadOnlyPasswordHashField(
        label="Password", help_text="Stored as a hash. People reset it from the log-in page."
    )

    class Meta:
        model = User
        fields = (
            "email",
            "name",
            "title",
            "role",
            "team",
            "is_active",
            "cover",
            "absent_from",
            "absent_until",
            "password",
        )


class NewUserForm(forms.ModelForm):
    """A new person gets no password here: they set one by the reset link."""

    class Meta:
        model = User
        fields = ("email", "name", "title", "role", "team")

    def save(self, commit: bool = True) -> Any:
        self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(User)
class UserAdmin(KeptAdmin):
    form = UserForm
    list_display = ("name", "email", "role", "team", "is_active", "absent_until")
    list_filter = ("role", "team", "is_active")
    list_select_related = ("team",)
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    autocomplete_fields = ("cover",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return self.autocomplete_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody gives themselves another role."""
        return ("role", "is_active") if obj is not None and obj.pk == request.user.pk else ()


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ("name",)
    search_fields = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("managers",)


@admin.register(Pool)
class PoolAdmin(admin.ModelAdmin):
    list_display = ("name", "rule", "values")
    search_fields = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("members",)


@admin.register(Installation)
class InstallationAdmin(KeptAdmin):
    list_display = ("name", "time_zone", "currency", "visibility", "as_of")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ("day", "name")
    ordering = ("-day",)
    date_hierarchy = "day"


@admin.register(Plan)
class PlanAdmin(KeptAdmin):
    list_display = ("name", "key", "first_value_days")
    ordering = ("name",)
    search_fields = ("name", "key")


@admin.register(Feature)
class FeatureAdmin(KeptAdmin):
    list_display = ("name", "key", "is_core", "plans", "valid_from", "valid_to")
    list_filter = ("is_core",)
    ordering = ("name",)
    search_fields = ("name", "key")


@admin.register(Account)
class AccountAdmin(KeptAdmin):
    """Ownership, overrides and the judgements a person makes; the derived columns are shown."""

    list_display = ("name", "external_id", "segment", "touch_tier", "stage", "status", "owner")
    list_filter = ("status", "segment", "touch_tier", "stage")
    list_select_related = ("owner",)
    search_fields = ("name", "external_id", "domain")
    ordering = ("name", "pk")
    show_full_result_count = False
    autocomplete_fields = (
        "parent",
        "plan",
        "owner",
        "pool",
        "account_executive",
        "executive_sponsor",
    )
    readonly_fields = (
        "external_id",
        "arr_minor",
        "renews_on",
        "segment",
        "touch_tier",
        "created_at",
    )

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
    list_display = ("external_id", "account", "starts_on", "ends_on", "arr_minor", "state")


@admin.register(RevenueMovement)
class RevenueMovementAdmin(AccountFactAdmin):
    list_display = ("effective_on", "account", "kind", "amount_minor", "currency", "source")
    list_filter = ("kind",)


@admin.register(Invoice)
class InvoiceAdmin(AccountFactAdmin):
    list_display = ("external_id", "account", "due_on", "paid_on", "amount_minor", "state")
    list_filter = ("state",)


@admin.register(BusinessEvent)
class BusinessEventAdmin(AccountFactAdmin):
    list_display = ("occurred_on", "account", "kind", "note")
    list_filter = ("kind",)


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "account", "kind", "key")
    list_select_related = ("account",)
    search_fields = ("account__name", "account__external_id", "kind")
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "kind", "source", "state", "created", "updated", "rejected")
    list_filter = ("state", "kind")
    ordering = ("-pk",)


@admin.register(RejectedRecord)
class RejectedRecordAdmin(ReadOnlyAdmin):
    list_display = ("run", "position", "level", "field", "message")
    list_filter = ("level", "code")
    list_select_related = ("run",)
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("name", "prefix", "scopes", "expires_at", "revoked_at", "latest_use_at")
    exclude = ("digest",)
    ordering = ("-pk",)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "channel", "subject", "state", "attempts", "reason")
    list_filter = ("state", "channel")
    show_full_result_count = False
    ordering = ("-pk",)
