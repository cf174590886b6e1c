"""What rooms of the admin have in common, here and in the apps above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from accounts.admin.guarded_form import GuardedForm
from accounts.audit import SHOWN, changes_of, is_tracked
from accounts.catalogue import label
from accounts.money.currencies import money_exact

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    StrOrPromise = str | _StrPromise


class _Chosen(AutocompleteMixin):
    """Shows again what was chosen; Django's own fails on what is no id of the other table."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        target = self.field.target_field
        known = [each for each in value if _is_value_of(target, each)]
        return super().optgroups(name, known, attr)


class _ChosenOne(_Chosen, AutocompleteSelect):
    pass


class _ChosenMany(_Chosen, AutocompleteSelectMultiple):
    pass


def _is_value_of(field: Any, value: Any) -> bool:
    try:
        field.run_validators(field.to_python(value))
    except ValidationError:
        return False
    return True


class TrackedAdmin(admin.ModelAdmin):
    """Its history is the audit trail where there is one: each field from what to what."""

    object_history_template = "admin/audit_history.html"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = _ChosenOne(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = _ChosenMany(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """One that tells the second of two editors what the first has changed."""
        form = super().get_form(request, obj, change, **kwargs)
        is_guarded = obj is not None and change and "fields" in kwargs
        if not is_guarded or not self.has_change_permission(request, obj):
            return form
        return type(form.__name__, (GuardedForm, form), {})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Looks once more where somebody added the same between the look and the write: the form
        then says that it is there. Nothing is half done, because each try is one transaction."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Held until it is saved, so that nothing comes between looking and writing."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST" and connection.in_atomic_block:
            self.model._base_manager.select_for_update(no_key=True).get(pk=row.pk)
            row = super().get_object(request, object_id, from_field)
        return row

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if is_tracked(self.model):
            row = self.get_object(request, unquote(object_id))
            changes = [] if row is None else changes_of(row)
            context |= {"is_tracked": True, "changes": changes, "most": SHOWN}
        return super().history_view(request, object_id, context)


class ReadOnlyAdmin(TrackedAdmin):
    """What is recorded, to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class KeptAdmin(TrackedAdmin):
    """May be changed, never deleted: accounts churn, people leave."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def amount(field: str, *, word: StrOrPromise) -> Callable[[Any, Any], str]:
    """The method of an admin class for minor units as people read money, in their currency."""

    @admin.display(description=word, ordering=field)
    def shown(room: Any, row: Any) -> str:
        return money_exact(getattr(row, field), row.currency)

    return shown


def labelled(
    field: str, *, word: StrOrPromise, empty: str = ""
) -> Callable[[Any, Any], str | None]:
    """The method of an admin class for a key of a vocabulary, as people read it."""

    @admin.display(description=word, ordering=field, empty_value=empty)
    def shown(room: Any, row: Any) -> str | None:
        return label(getattr(row, field)) or None

    return shown
