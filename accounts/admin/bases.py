"""What rooms of the admin have in common, here and in the apps above."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.intake.currencies import money_exact


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


def amount(field: str, *, word: str) -> Callable[[Any, Any], str]:
    """The method of an admin class for minor units as people read money, in their currency."""

    @admin.display(description=word, ordering=field)
    def shown(room: Any, row: Any) -> str:
        return money_exact(getattr(row, field), row.currency)

    return shown
