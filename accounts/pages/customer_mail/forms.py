"""The forms of mail to customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, OutboxMessage, User
from accounts.work import customer_mail
from accounts.work.notices import post
from accounts.work.outreach import customer_hours

LONGEST_BODY = 20_000


class MailForm(forms.Form):
    subject = forms.CharField(max_length=200, label=_("Subject"))
    body = forms.CharField(max_length=LONGEST_BODY, label=_("Text"), widget=forms.Textarea)


class DiscardForm(forms.Form):
    reason = forms.CharField(max_length=300)


class ComposeForm(MailForm):
    """`key` makes a form that is sent twice one mail."""

    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("To"), empty_label=_("Choose a person")
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ("contact", "subject", "body")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reachable = account.contacts.filter(is_active=True, do_not_contact=False, erased_at=None)
        people = self.fields["contact"]
        people.queryset = reachable.exclude(email="").order_by("name")  # type: ignore[attr-defined]

    def write(self, *, account: Account, sender: User, now: datetime) -> OutboxMessage:
        said = self.cleaned_data
        key = f"by hand:{sender.pk}:{said['key']}"
        message = customer_mail.write(
            key=key,
            account=account,
            contact=said["contact"],
            sender=sender,
            subject=said["subject"],
            body=said["body"],
            now=now,
            hours=customer_hours(),
        )
        post([message])
        return OutboxMessage.objects.get(key=key)
