"""Whom to ask, which survey, and why a link counts no more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from surveys.catalogue import REVOKED_WORDS, RevokedBecause

ASK, LINK = "ask", "link"


class AskForm(forms.Form):
    """`survey`: its key; which surveys there are the engine says. `do`: by mail, or a link."""

    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("Person"), empty_label=_("Choose a person")
    )
    survey = forms.SlugField(max_length=40)
    do = forms.ChoiceField(choices=[(ASK, ASK), (LINK, LINK)])

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = account.contacts.filter(is_active=True, erased_at=None).order_by("name", "pk")
        self.fields["contact"].queryset = people  # type: ignore[attr-defined]


class RevokeForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why does it count no more?"),
        choices=REVOKED_WORDS.choices(RevokedBecause),
        widget=forms.Select({"class": "input"}),
    )
