"""Where facts come from: the identity of a record is its id within its source."""

from __future__ import annotations

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="SourceAudit",
    append_only=True,
)
class Source(models.Model):
    """An upstream system that numbers its own records, such as "Stripe, EU entity".

    `key` never changes: facts, API keys and imports refer to it. The name may.
    """

    class Kind(models.TextChoices):
        DIRECT = "direct", _("Not declared")
        INTERNAL = "internal", _("Kept by the platform")
        SYSTEM = "system", _("Upstream system")

    key = models.SlugField(
        max_length=40,
        primary_key=True,
        help_text=_("Short and lower case, such as stripe-eu. It is never changed."),
    )
    name = models.CharField(
        max_length=80, help_text=_("The system and its part: Stripe, EU entity.")
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SYSTEM)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="source_name_once_in_any_case"),
            models.CheckConstraint(
                name="source_key_is_lower_case", condition=models.Q(key=Lower("key"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.key = self.key.lower()
        if not self.name.strip():
            raise ValidationError({"name": "Name the system the records come from."})


class UnknownSourceError(LookupError):
    """No source that takes imports has this key or name."""


def source_named(text: str) -> Source:
    """The declared source with this key or name, in any case.

    Raises:
        UnknownSourceError: none has; its message says what to do.
    """
    found = (
        Source.objects.exclude(kind=Source.Kind.INTERNAL)
        .filter(models.Q(key__iexact=text) | models.Q(name__iexact=text))
        .first()
    )
    if found is None:
        raise UnknownSourceError(
            f"“{text}” is not a source; add it in Admin, Sources, or leave the source out"
        )
    return found
