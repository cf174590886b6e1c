"""Addresses outside that the platform posts to: webhooks, and channels of a chat."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.sealed_secrets import seal, unseal


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="EndpointAudit",
    append_only=True,
    fields=["key", "name", "kind", "host", "events", "is_active"],
)
class Endpoint(models.Model):
    """Address and secret are sealed and shown to nobody again: a chat's address is one, too."""

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook")
        SLACK = "slack", _("Slack")
        TEAMS = "teams", _("Microsoft Teams")

    key = models.SlugField(max_length=40, unique=True, help_text=_("Steps of playbooks name it."))
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    host = models.CharField(max_length=253, help_text=_("Of the address; the rest is not shown."))
    sealed_url = models.TextField()
    sealed_secret = models.TextField(
        help_text=_("Signs what goes to a webhook; proves what comes from a chat.")
    )
    events = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text=_("Posted there as they happen. A step of a playbook needs none."),
    )
    is_active = models.BooleanField(
        default=True, help_text=_("Switched off, it gets nothing; what waits for it is suppressed.")
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """Raises SealBrokenError, as `secret` does."""
        return unseal(self.sealed_url)

    @property
    def secret(self) -> str:
        return unseal(self.sealed_secret)

    def take(self, *, url: str = "", secret: str = "", host: str = "") -> None:
        """Seals what is given; the rest stays."""
        if url:
            self.sealed_url, self.host = seal(url), host
        if secret:
            self.sealed_secret = seal(secret)


class ChatIdentity(models.Model):
    """Who of ours somebody in a chat is: what they press there is done with their rights."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="people")
    chat_id = models.CharField(max_length=100, help_text=_("Their id there, such as U024BE7LH."))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = _("chat identities")
        constraints = [
            models.UniqueConstraint("endpoint", "chat_id", name="chat_identity_is_one_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.endpoint}"
