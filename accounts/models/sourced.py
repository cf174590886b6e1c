"""Whose id a record carries."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import DIRECT_SOURCE
from accounts.models.source import Source


class Sourced(models.Model):
    """A record with an `external_id` of its source: unique by both."""

    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        default=DIRECT_SOURCE,
        db_default=DIRECT_SOURCE,
        help_text=_("The system whose id the record carries."),
    )

    class Meta:
        abstract = True


def once_a_source(name: str) -> models.UniqueConstraint:
    """By id first: a reference asks for an id in all sources at once."""
    return models.UniqueConstraint("external_id", "source", name=f"{name}_once_a_source")
