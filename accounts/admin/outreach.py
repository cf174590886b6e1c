"""What customers may be sent, and who is sent nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.bases import KeptAdmin, TrackedAdmin
from accounts.models import OutreachPolicy, SuppressedAddress
from accounts.work.outreach import digest_of


@admin.register(OutreachPolicy)
class OutreachPolicyAdmin(KeptAdmin):
    list_display = ("__str__", "writes_from", "writes_until", "per_contact", "per_account")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(TrackedAdmin):
    """Found by the whole address, which is not kept; deleting one lets it be written to again."""

    list_display = ("__str__", "reason", "at")
    list_filter = ("reason",)
    ordering = ("-at",)
    search_fields = ("digest",)
    search_help_text = _("Type a whole address: only its digest is kept.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        return queryset.filter(digest=digest_of(search_term)), False
