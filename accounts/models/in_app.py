"""Products of ours in which messages are shown, and what proves who looks there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.models.source import Source
from accounts.sealed_secrets import seal, unseal
from accounts.visitor_tokens import new_secret

# How long the earlier secret proves beside its successor.
OVERLAP = timedelta(days=7)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="InAppSiteAudit",
    append_only=True,
    fields=["source", "origins", "is_active", "rolled_at"],
)
class InAppSite(models.Model):
    """The product whose ids the source gives. Its secrets are sealed; each is shown once."""

    source = models.OneToOneField(
        Source,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Tokens name accounts and users by the ids that this source gives them."),
    )
    origins = ArrayField(
        models.CharField(max_length=200),
        default=list,
        help_text=_("Pages of these origins may ask, such as https://app.example.com."),
    )
    sealed_secret = models.TextField()
    sealed_earlier = models.TextField(blank=True)
    rolled_at = models.DateTimeField(help_text=_("Since when the secret is this one."))
    is_active = models.BooleanField(
        default=True, help_text=_("Switched off, it shows nothing to anybody.")
    )
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("product for in-app messages")
        verbose_name_plural = _("products for in-app messages")
        constraints = [
            models.CheckConstraint(name="in_app_site_has_a_secret", condition=~Q(sealed_secret=""))
        ]

    def __str__(self) -> str:
        return str(self.source)

    @property
    def earlier_until(self) -> datetime | None:
        return self.rolled_at + OVERLAP if self.sealed_earlier else None

    def secrets(self, *, now: datetime) -> list[str]:
        """Those that prove at `now`, the newest first. Raises SealBrokenError."""
        ends = self.earlier_until
        has_earlier = ends is not None and now < ends
        return [unseal(self.sealed_secret)] + ([unseal(self.sealed_earlier)] if has_earlier else [])

    def take_new_secret(self, *, now: datetime) -> str:
        """The secret, to be shown once; the one before it proves on for `OVERLAP`."""
        secret = new_secret()
        self.sealed_earlier, self.sealed_secret = self.sealed_secret, seal(secret)
        self.rolled_at = now
        return secret
