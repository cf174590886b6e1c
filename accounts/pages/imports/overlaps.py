"""The question about contracts that overlap, answered on the page of the check."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext

from accounts import clock
from accounts.access import Right, requires
from accounts.models import ImportFile, User
from accounts.uploads import FileMovedOn
from accounts.uploads import jobs as uploads
from accounts.uploads.answers import answer_overlaps


class OverlapForm(forms.Form):
    replaces = forms.ChoiceField(choices=[("true", "true"), ("false", "false")])


@requires(Right.ADMINISTER, page="imports_check")
def answer(request: HttpRequest, file_id: int) -> HttpResponse:
    """Keeps it with the mapping, and checks the file again."""
    found = get_object_or_404(ImportFile, pk=file_id)
    form = OverlapForm(request.POST)
    if not form.is_valid() or not found.outcome.get("overlap"):
        return redirect("imports_check", found.pk)
    user, replaces = cast("User", request.user), form.cleaned_data["replaces"] == "true"
    try:
        with transaction.atomic():
            answer_overlaps(found, replaces=replaces, user=user, now=clock.now())
            uploads.check_soon(found)
    except FileMovedOn:
        messages.error(request, gettext("This file has moved on: load its page again."))
    return redirect("imports_check", found.pk)
