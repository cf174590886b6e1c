"""When a fact became known here, and when it was recorded where that came later."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Backfilled(models.Model):
    """What was known of a closed period goes by the later of the two."""

    backfilled_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When a history was recorded that says when each fact was learned."),
    )

    class Meta:
        abstract = True


class Learned(Backfilled):
    learned_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Empty: from before this was kept.")
    )

    class Meta:
        abstract = True
