"""What is known of a source: how its records are read, and what it calls accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.bases import TrackedAdmin
from accounts.catalogue import label
from accounts.intake.column_mapping import mapping_of
from accounts.intake.errors import FieldError
from accounts.intake.texts import opaque_id
from accounts.models import AccountId, Source, SourceMapping


class ExplainedDeletionAdmin(TrackedAdmin):
    """Deleted one by one: the page says first what that does."""

    def what_deleting_does(self, row: Any) -> str:
        """A sentence; each kind of row has its own."""
        raise NotImplementedError

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        told = {"what_it_does": self.what_deleting_does(row)} if row is not None else {}
        return super().delete_view(request, object_id, {**(extra_context or {}), **told})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}


@admin.register(SourceMapping)
class SourceMappingAdmin(ExplainedDeletionAdmin):
    """Kept when the columns of a file are sent on the page Imports, where its questions are asked
    beside the file: here it is looked at, and forgotten."""

    list_display = ("source", "read_as", "columns", "user", "saved_at")
    list_filter = ("kind", "source")
    list_select_related = ("source", "user")
    search_fields = ("source__name", "source__key", "kind", "mapping")
    ordering = ("source__name", "kind")
    fields = ("source", "read_as", "fields_of_columns", "says", "user", "saved_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("Records"), ordering="kind")
    def read_as(self, row: SourceMapping) -> str:
        return label(row.kind)

    @admin.display(description=_("Columns"))
    def columns(self, row: SourceMapping) -> int:
        return sum(bool(ours) for ours in mapping_of(row.mapping).columns.values())

    @admin.display(description=_("Columns and where they go"))
    def fields_of_columns(self, row: SourceMapping) -> SafeString:
        columns = mapping_of(row.mapping).columns
        pairs = [(name, ours or gettext("left out")) for name, ours in columns.items()]
        return format_html_join("", "<div>{} → {}</div>", pairs)

    @admin.display(description=_("What its values say"))
    def says(self, row: SourceMapping) -> SafeString:
        return format_html_join("", "<div>{}: {}</div>", _described_mapping(row))

    def what_deleting_does(self, row: SourceMapping) -> str:
        return gettext(
            "Files, commands and requests of %(source)s with %(records)s are then read as if"
            " nobody had said how: a file is guessed and asked about again, a command or"
            " request refuses columns that it does not know. What was imported stays."
        ) % {"source": row.source, "records": label(row.kind).lower()}


def _described_mapping(row: SourceMapping) -> list[tuple[str, str]]:
    mapping = mapping_of(row.mapping)
    said = [
        (gettext("Dates"), mapping.date_order.value if mapping.date_order else gettext("not said")),
        (gettext("Decimal mark"), mapping.decimal_mark),
        (gettext("Time zone"), mapping.zone),
        (gettext("Empty cells"), mapping.empty_cells.value),
        (gettext("Other columns"), "ignored" if mapping.ignores_rest else "refused"),
    ]
    if row.kind == "contracts":
        said.append(
            (gettext("End"), mapping.end_date.value if mapping.end_date else gettext("not said"))
        )
    said += [
        (gettext("%(name)s, empty") % {"name": name}, cell.value)
        for name, cell in mapping.empty.items()
    ]
    said += [
        (gettext("%(name)s, all rows") % {"name": name}, value)
        for name, value in mapping.constants.items()
    ]
    return said + [
        (f"{name}, “{word}”", meaning or gettext("no value"))
        for name, words in mapping.words.items()
        for word, meaning in words.items()
    ]


class AccountIdForm(forms.ModelForm):
    def clean_value(self) -> str:
        try:
            return opaque_id(str(self.cleaned_data["value"]).strip())
        except FieldError as error:
            raise forms.ValidationError(error.message) from error


@admin.register(AccountId)
class AccountIdAdmin(ExplainedDeletionAdmin):
    """What other systems call an account. One that names the wrong account is given to the right
    one; what came by it before stays where it is."""

    form = AccountIdForm
    list_display = ("value", "source", "account")
    list_filter = ("source",)
    list_select_related = ("source", "account")
    search_fields = ("value", "account__name", "account__external_id")
    show_full_result_count = False
    ordering = ("-pk",)
    fields = ("source", "value", "account")
    autocomplete_fields = ("account",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("source", "value") if obj is not None else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "source":
            kwargs["queryset"] = _declared_sources()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def what_deleting_does(self, row: AccountId) -> str:
        return gettext(
            "%(account)s is then not found by “%(value)s” of %(source)s any more: records"
            " that name it so are refused, unless it is called so otherwise. What came by"
            " it stays with the account."
        ) % {"account": row.account, "value": row.value, "source": row.source}


def _declared_sources() -> QuerySet[Source]:
    return Source.objects.exclude(kind=Source.Kind.INTERNAL).order_by("name")
