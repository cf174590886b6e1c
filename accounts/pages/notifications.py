"""What is new for one person: private to them, newest first, read when they say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import OutboxMessage, User
from accounts.ui.pagination import page_number, take_page
from accounts.ui.request_kind import wants_part
from accounts.work.notices import mark_read, notices_of, unread_count

PAGE_SIZE = 50
IN_THE_MENU = 8
# By the beginning of the key it was written under.
_ICONS = {"play": "play", "task": "list-todo", "signal": "activity", "import": "upload"}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    message: OutboxMessage

    @property
    def is_new(self) -> bool:
        return self.message.read_at is None

    @property
    def icon(self) -> str:
        return _ICONS.get(self.message.key.partition(":")[0], "info")


class ReadForm(forms.Form):
    id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    mine = notices_of(cast("User", request.user))
    if wants_part(request):
        rows = [NoticeRow(message) for message in mine[:IN_THE_MENU]]
        return render(request, "notifications/_menu.html", {"rows": rows})
    found, page = take_page(mine, number=page_number(request), size=PAGE_SIZE)
    context = {"rows": [NoticeRow(message) for message in found], "page": page}
    return render(request, "notifications/index.html", context)


@requires(Right.VIEW_ACCOUNTS, page="notifications")
def read(request: HttpRequest) -> HttpResponse:
    """One, when it is named, otherwise all; of somebody else's nothing changes."""
    user, form = cast("User", request.user), ReadForm(request.POST)
    if not form.is_valid():
        return redirect("notifications")
    chosen = form.cleaned_data["id"]
    mark_read(user, now=clock.now(), ids=None if chosen is None else [chosen])
    if wants_part(request):
        context = {"unread": unread_count(user), "oob": True}
        return render(request, "components/_unread.html", context)
    return redirect("notifications")
