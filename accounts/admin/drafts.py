"""What is versioned in the admin: published versions are copied, drafts saved and published."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse


class DraftAdmin(admin.ModelAdmin):
    """Published versions are read and copied; a draft is saved, or saved and published.

    One form serves both: `_publish` in what it sends is the second button.
    """

    change_form_template = "admin/draft_change_form.html"

    # What a draft is differs from model to model: each answers the next two itself.
    def is_draft(self, obj: Any) -> bool:
        raise NotImplementedError

    def open_draft(self, request: HttpRequest, obj: Any) -> Model | None:
        """The draft to work on: the one begun already, or a copy of `obj`. None is a refusal."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        options = self.opts
        copy = path(
            "<int:object_id>/draft/",
            self.admin_site.admin_view(self.edit_as_draft),
            name=f"{options.app_label}_{options.model_name}_draft",
        )
        return [copy, *super().get_urls()]

    def edit_as_draft(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        published = get_object_or_404(self.get_queryset(request), pk=object_id)
        return self._to_form(self.open_draft(request, published) or published)

    def _to_form(self, obj: Model) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[obj.pk]))

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Whoever tunes a draft stays on it, beside what is still wrong."""
        if self.is_draft(obj) and "_publish" not in request.POST:
            self.message_user(request, f"{obj} is saved.", messages.SUCCESS)
        return self._to_form(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        is_draft = obj is not None and self.is_draft(obj)
        context |= {
            "draft_url": f"admin:{self.opts.app_label}_{self.opts.model_name}_draft",
            "can_edit_as_draft": obj is not None
            and not is_draft
            and self.has_change_permission(request),
            "publishes": obj if is_draft else None,
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return super().render_change_form(request, context, *args, **kwargs)
