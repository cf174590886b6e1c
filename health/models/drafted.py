"""What is edited as a draft, previewed, and published as a version that never changes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

DATED = Q(state="draft", published_at__isnull=True) | Q(
    state="published", published_at__isnull=False
)


class DraftedVersion(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    version = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reason = models.CharField(
        max_length=300, blank=True, help_text=_("Why it was published."), editable=False
    )
    revision = models.PositiveIntegerField(
        default=1,
        db_default=1,
        editable=False,
        help_text=_("Grows with every saved change of the draft."),
    )
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    content_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text=_("The earlier version that this one takes up again."),
    )

    class Meta:
        abstract = True

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    def keep_reason(self, reason: str) -> None:
        """Why it will be published, said before it is: offered again at that step."""
        drafts = type(self)._default_manager.filter(pk=self.pk, state=self.State.DRAFT)
        drafts.update(reason=reason)
