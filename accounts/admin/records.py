"""What came in and what went out."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.bases import ReadOnlyAdmin
from accounts.models import ImportRun, OutboxMessage, RejectedRecord


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


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "channel", "subject", "state", "attempts", "reason")
    list_filter = ("state", "channel")
    show_full_result_count = False
    ordering = ("-pk",)
