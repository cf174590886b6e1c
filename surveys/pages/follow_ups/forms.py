"""The forms of each step of the loop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access import people_for
from accounts.catalogue import choices
from accounts.models import Account, User
from surveys.catalogue import TriageCriterion


class FollowUpStepForm(forms.Form):
    """Its fields look like those of every page, and say where they are wrong to a screen reader."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class TriageForm(FollowUpStepForm):
    criterion = forms.ChoiceField(label=_("What is it about?"), choices=choices(TriageCriterion))
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who answers for it?"), empty_label=_("Choose a person")
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = self.fields["owner"]
        owners.queryset = people_for(account).order_by("name")  # type: ignore[attr-defined]


class ActForm(FollowUpStepForm):
    what_changed = forms.CharField(
        max_length=1000,
        label=_("What was changed, or why it cannot be?"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TellForm(FollowUpStepForm):
    """Without a mail they were told in another way."""

    subject = forms.CharField(max_length=200, label=_("Subject"), required=False)
    body = forms.CharField(
        max_length=20_000,
        label=_("Text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "It goes out as mail in your name. If you told them in another way, leave both empty."
        ),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if bool(said.get("subject")) != bool(said.get("body")):
            missing = "body" if said.get("subject") else "subject"
            self.add_error(
                missing, _("A mail has a subject and a text; without both, none is sent.")
            )
        return said


class DropForm(FollowUpStepForm):
    reason = forms.CharField(max_length=300, label=_("Why does nothing come of it?"))
