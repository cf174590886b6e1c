"""A CSM says how they see an account: a grade, and why if they like."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext

from accounts import clock
from accounts.access import Right, may, requires
from accounts.models import Account, CsmSentiment, DirtyAccount, User
from accounts.queries.csm_sentiments import GRADES, grade_word, latest_sentiment


class SentimentForm(forms.Form):
    value = forms.TypedChoiceField(coerce=int, choices=list(GRADES.items()))
    reason = forms.CharField(max_length=300, required=False)


def sentiment_context(account: Account) -> dict[str, object]:
    """What was said last, and the grades to choose from."""
    said = latest_sentiment(account)
    return {
        "said": said,
        "said_word": grade_word(said.value) if said else "",
        "grades": [(value, grade_word(value)) for value in GRADES],
    }


@requires(Right.WORK_ACCOUNTS, page="account")
def say(request: HttpRequest, external_id: str) -> HttpResponse:
    """404 for an account out of sight, 403 for one that is somebody else's to change."""
    user, form = cast("User", request.user), SentimentForm(request.POST)
    account = get_object_or_404(Account.objects.for_user(user), external_id=external_id)
    if not may(user, Right.WORK_ACCOUNTS, account=account):
        raise PermissionDenied
    if form.is_valid():
        said = _keep_sentiment(account, user=user, **form.cleaned_data)
        messages.success(
            request,
            gettext("Kept: you see %(account)s as %(grade)s.")
            % {"account": account.name, "grade": grade_word(said.value).lower()},
        )
    else:
        messages.error(
            request,
            gettext(
                "Nothing was kept: choose a grade from 1 to 5; a reason has up to 300 letters."
            ),
        )
    return redirect("account", external_id)


@transaction.atomic
def _keep_sentiment(account: Account, *, value: int, reason: str, user: User) -> CsmSentiment:
    """The account is judged again within seconds."""
    now = clock.now()
    DirtyAccount.objects.create(account=account)
    return CsmSentiment.objects.create(
        account=account,
        external_id=uuid4().hex,
        said_at=now,
        learned_at=now,
        value=value,
        reason=reason.strip(),
        said_by=user,
    )
