"""How a CSM sees an account: their own reading, which no fact of the product replaces."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account, external_id_validator
from accounts.models.learned import Learned
from accounts.models.people import User
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.sourced import Sourced, once_a_source


class CsmSentiment(Sourced, Learned):
    """Said on a moment and never changed here: who sees it otherwise says it again. The latest of
    an account counts, whoever said it."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="csm_sentiments", db_index=False
    )
    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    said_at = models.DateTimeField()
    value = models.PositiveSmallIntegerField(help_text=_("1 at risk … 5 strong."))
    reason = models.CharField(max_length=300, blank=True)
    said_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="csm_sentiments"
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("CSM sentiment")
        verbose_name_plural = _("CSM sentiments")
        constraints = [
            once_a_source("csm_sentiment"),
            models.CheckConstraint(
                name="csm_sentiment_is_1_to_5", condition=Q(value__range=(1, 5))
            ),
        ]
        indexes = [models.Index("account", "said_at", name="csm_sentiment_account_at")]

    def __str__(self) -> str:
        return f"{self.value} {self.said_at:%Y-%m-%d}"
