"""CS ops' room for playbooks: drafts are edited, published versions read, plays looked at."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin import ReadOnlyAdmin
from accounts.models import User
from playbooks.admin.drafts import DraftAdmin
from playbooks.admin.words import SaidInWords
from playbooks.library.example import EXAMPLE
from playbooks.models import Play, Playbook, PlaybookStep, PlayStart
from playbooks.models.playbook import role_choices
from playbooks.publishing import (
    NotADraftError,
    NotInForceError,
    PlaybookError,
    import_playbook,
    publish,
    retire,
)
from playbooks.queries.unanswered import review_due


class ImportForm(forms.ModelForm):
    """A new playbook comes in as YAML, as the shipped ones do."""

    text = forms.CharField(
        label=_("Playbook as YAML"),
        widget=forms.Textarea(attrs={"rows": 40, "cols": 110}),
        initial=EXAMPLE,
        help_text=_(
            "It becomes a draft. What does not fit is refused with its place and what does."
        ),
    )

    class Meta:
        model = Playbook
        fields: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            self.draft = import_playbook(text=cleaned.get("text", ""), now=clock.now())
        except PlaybookError as error:
            self.add_error("text", list(error.problems))
        return cleaned

    def _post_clean(self) -> None:
        """The text was checked as a whole; the empty model form has nothing to add."""

    def save(self, commit: bool = True) -> Playbook:
        return self.draft

    def save_m2m(self) -> None:
        """Steps came with the text."""


# On a form: two thousand, which Django would take of anybody who says so, are 40 s of work.
MOST_STEPS = 100


class RoleChoices:
    """Who may own a step or a playbook, by name: read once a form, not once a step."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "owner_role":
            return forms.ChoiceField(choices=role_choices(), help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class StepInline(RoleChoices, admin.StackedInline):
    model = PlaybookStep
    extra = 0
    ordering = ("position",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        limits = {"max_num": MOST_STEPS, "absolute_max": MOST_STEPS}
        return super().get_formset(request, obj, **limits | kwargs)


@admin.register(Playbook)
class PlaybookAdmin(RoleChoices, SaidInWords, DraftAdmin):
    change_list_template = "admin/playbooks_change_list.html"
    list_display = ("name", "version", "state", "category", "severity", "review")
    list_filter = ("state", "category")
    ordering = ("name", "-version")
    readonly_fields = (
        "key",
        "version",
        "state",
        "created_at",
        "published_at",
        "published_by",
        *SaidInWords.SAID,
    )
    actions = ("publish_selected", "copy_selected", "retire_selected", "mark_reviewed")

    def get_form(
        self, request: HttpRequest, obj: Playbook | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj is None:
            return ImportForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Playbook | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["text"]})]
        return self.said_fieldsets(is_draft=obj.state == Playbook.State.DRAFT)

    def get_readonly_fields(self, request: HttpRequest, obj: Playbook | None = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Playbook | None) -> Any:
        return [StepInline] if obj else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "_publish" in request.POST:
            self._publish(request, form.instance)

    def save_model(
        self, request: HttpRequest, obj: Playbook, form: forms.ModelForm, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)

    @admin.display(description=_("Review"))
    def review(self, playbook: Playbook) -> str:
        if playbook.state != Playbook.State.PUBLISHED:
            return ""
        due = review_due(playbook)
        said = gettext("Overdue since %(day)s") if due < clock.today() else gettext("By %(day)s")
        return said % {"day": date_format(due)}

    @admin.action(description=_("Publish: starts plays from now on"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        for playbook in chosen.order_by("key", "version"):
            self._publish(request, playbook)

    @admin.action(description=_("Copy to a new draft"), permissions=["change"])
    def copy_selected(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        for playbook in chosen.order_by("key", "version"):
            self.copy(request, playbook)

    @admin.action(
        description=_("Take out of force: starts no plays any more"), permissions=["change"]
    )
    def retire_selected(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        for playbook in chosen.order_by("key", "version"):
            try:
                retire(playbook=playbook, now=clock.now())
            except NotInForceError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(
                    request,
                    gettext("%(playbook)s is out of force.") % {"playbook": playbook},
                    messages.SUCCESS,
                )

    def _publish(self, request: HttpRequest, playbook: Playbook) -> None:
        try:
            publish(playbook=playbook, by=cast("User", request.user), now=clock.now())
        except (PlaybookError, NotADraftError) as error:
            self.message_user(request, f"{playbook}: {error}", messages.ERROR)
        else:
            self.message_user(
                request,
                gettext("%(playbook)s is published.") % {"playbook": playbook},
                messages.SUCCESS,
            )

    @admin.action(description=_("Reviewed today"), permissions=["change"])
    def mark_reviewed(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        reviewed = chosen.update(reviewed_on=clock.today())
        self.message_user(
            request,
            gettext("%(reviewed)s reviewed today.") % {"reviewed": reviewed},
            messages.SUCCESS,
        )


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
