"""Versions of a playbook in the admin: published ones are copied, drafts saved and published."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from accounts import clock
from accounts.access import Right, requires
from playbooks.models import Playbook
from playbooks.publishing import PlaybookError, copy_to_draft


class DraftAdmin(admin.ModelAdmin):
    """Published versions are read and copied; a draft is saved, or saved and published.

    One form serves both: `_publish` in what it sends is the second button.
    """

    change_form_template = "admin/draft_change_form.html"

    def open_draft(self, request: HttpRequest, obj: Playbook) -> Playbook | None:
        """The draft to work on: the one begun already, or a copy of `obj`. None is a refusal."""
        begun = Playbook.objects.filter(key=obj.key, state=Playbook.State.DRAFT)
        draft = begun.order_by("-version").first()
        if draft is not None:
            self.message_user(
                request,
                gettext("%(draft)s is a draft already: go on here.") % {"draft": draft},
                messages.INFO,
            )
            return draft
        return self.copy(request, obj)

    def copy(self, request: HttpRequest, playbook: Playbook) -> Playbook | None:
        try:
            draft = copy_to_draft(playbook=playbook, now=clock.now())
        except PlaybookError as error:
            self.message_user(request, f"{playbook}: {error}", messages.ERROR)
            return None
        self.message_user(
            request, gettext("%(draft)s is a draft.") % {"draft": draft}, messages.SUCCESS
        )
        return draft

    def has_change_permission(self, request: HttpRequest, obj: Playbook | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_draft(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Playbook | None = None) -> bool:
        return obj is not None and _is_draft(obj) and request.user.is_staff

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        copies = requires(Right.ADMINISTER, page=f"admin:{name}_change")(self.edit_as_draft)
        copy = path("<int:object_id>/draft/", copies, name=f"{name}_draft")
        return [copy, *super().get_urls()]

    def edit_as_draft(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        published = get_object_or_404(self.get_queryset(request), pk=object_id)
        return self._to_form(self.open_draft(request, published) or published)

    def _to_form(self, obj: Playbook) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[obj.pk]))

    def response_change(self, request: HttpRequest, obj: Playbook) -> HttpResponse:
        """Whoever tunes a draft stays on it, beside what is still wrong."""
        if _is_draft(obj) and "_publish" not in request.POST:
            self.message_user(
                request, gettext("%(row)s is saved.") % {"row": obj}, messages.SUCCESS
            )
        return self._to_form(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        is_draft = obj is not None and _is_draft(obj)
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


def _is_draft(playbook: Playbook) -> bool:
    return playbook.state == Playbook.State.DRAFT
