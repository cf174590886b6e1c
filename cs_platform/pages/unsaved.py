"""Forms that were not saved because their session had run out: to save now, or to throw away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_http_methods

from accounts.access import Right, requires
from accounts.models import Account, Installation, User
from accounts.pages.sign_in.unsaved import FIELD, Unsaved, drop, forms_of
from accounts.ui import formats
from playbooks.pages.tasks.queries import visible_tasks


@dataclass(frozen=True, slots=True)
class UnsavedRow:
    form: Unsaved
    about: str
    """What the form belongs to, if this person may see it."""
    sent: str
    carries_next: bool


@requires(Right.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def unsaved(request: HttpRequest) -> HttpResponse:
    """Posted to, it throws one away."""
    user = cast("User", request.user)
    if request.method == "POST":
        gone = drop(request, request.POST.get(FIELD, ""))
        return redirect(gone.back if gone else "home")
    rows = [_unsaved_row(form, user) for form in forms_of(request, user)]
    return render(request, "unsaved.html", {"rows": rows, "field": FIELD})


def _unsaved_row(form: Unsaved, user: User) -> UnsavedRow:
    return UnsavedRow(
        form=form,
        about=_what_it_is_about(form.action, user),
        sent=formats.moment(datetime.fromtimestamp(form.at, Installation.current().zone)),
        carries_next=any(name == "next" for name, _value in form.fields),
    )


def _what_it_is_about(action: str, user: User) -> str:
    try:
        named = resolve(unquote(action.partition("?")[0])).kwargs
    except Resolver404:  # the platform was upgraded meanwhile
        return ""
    if "task_id" in named:
        found = visible_tasks(user).filter(pk=named["task_id"]).select_related("account").first()
        return f"{found.title}, {found.account.name}" if found else ""
    account = Account.objects.for_user(user).filter(external_id=named.get("external_id", ""))
    return account.values_list("name", flat=True).first() or ""
