"""Kinds of facts as rows: an admin describes them, and a new word from a source becomes one.

Code never compares their keys: what a kind means to it is a column of the row.
"""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import EventMeaning, EventTone, choices

LONGEST_KIND = 40
MOST_KINDS = 300


class KindRow(models.Model):
    """A kind that rows of facts refer to by its key, which never changes. The name may."""

    key = models.SlugField(
        max_length=LONGEST_KIND,
        primary_key=True,
        help_text=_("As sources write it, such as site_visit. It is never changed."),
    )
    name = models.CharField(max_length=80)
    met_in_data = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Came with a record and was not described by anybody yet."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="BusinessEventKindAudit",
    append_only=True,
)
class BusinessEventKind(KindRow):
    meaning = models.CharField(
        max_length=22,
        choices=choices(EventMeaning),
        blank=True,
        help_text=_("What measures count it as. Empty: it is shown, and counts in none."),
    )
    tone = models.CharField(
        max_length=4,
        choices=choices(EventTone),
        blank=True,
        help_text=_("Good news, bad news or neither."),
    )
    is_on_chart = models.BooleanField(
        "on the chart", default=False, help_text=_("Marked on the chart of an account's health.")
    )

    class Meta(KindRow.Meta):
        verbose_name = _("kind of business event")
        verbose_name_plural = _("kinds of business events")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="InteractionKindAudit",
    append_only=True,
)
class InteractionKind(KindRow):
    class Icon(models.TextChoices):
        PHONE = "phone", _("Telephone")
        MAIL = "mail", _("Envelope")
        USERS = "users", _("People")
        CALENDAR = "calendar-check", _("Calendar")
        MESSAGE = "message-square", _("Speech bubble")

    is_conversation = models.BooleanField(
        "a conversation",
        default=False,
        help_text=_(
            "Somebody of ours spoke with the customer: it ends a silence, and measures of the"
            " relationship count it. Support does not."
        ),
    )
    icon = models.CharField(max_length=14, choices=Icon, default=Icon.MESSAGE)

    class Meta(KindRow.Meta):
        verbose_name = _("kind of interaction")
        verbose_name_plural = _("kinds of interactions")
