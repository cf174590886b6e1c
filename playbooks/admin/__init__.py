"""CS ops' room for playbooks: versions, starts and plays to read; they are built elsewhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin import ReadOnlyAdmin
from playbooks.admin.playbook_sentences import PlaybookSentences
from playbooks.models import Play, Playbook, PlaybookStep, PlayStart
from playbooks.queries.unanswered import review_due


class StepInline(admin.TabularInline):
    model = PlaybookStep
    extra = 0
    ordering = ("position",)
    fields = ("position", "kind", "title", "owner_role", "channel")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Playbook)
class PlaybookAdmin(PlaybookSentences, ReadOnlyAdmin):
    change_list_template = "admin/playbooks_change_list.html"
    change_form_template = "admin/playbook_change_form.html"
    list_display = ("name", "version", "state", "category", "severity", "review")
    list_filter = ("state", "category")
    ordering = ("name", "-version")
    readonly_fields = PlaybookSentences.SAID
    inlines = (StepInline,)

    @admin.display(description=_("Review"))
    def review(self, playbook: Playbook) -> str:
        if playbook.state != Playbook.State.PUBLISHED:
            return ""
        due = review_due(playbook)
        said = gettext("Overdue since %(day)s") if due < clock.today() else gettext("By %(day)s")
        return said % {"day": date_format(due)}


@admin.register(PlayStart)
class PlayStartAdmin(ReadOnlyAdmin):
    list_display = ("account", "playbook_key", "result", "reason", "decided_at")
    list_filter = ("result", "reason", "playbook_key")
    list_select_related = ("account",)
    search_fields = ("account__name", "account__external_id")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Play)
class PlayAdmin(ReadOnlyAdmin):
    list_display = ("account", "playbook_key", "state", "outcome", "opened_at", "closed_at")
    list_filter = ("state", "outcome", "playbook_key")
    list_select_related = ("account",)
    search_fields = ("account__name", "account__external_id")
    ordering = ("-pk",)
    show_full_result_count = False
