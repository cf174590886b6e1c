"""The days that are kept whole, so that the executive page and its lists are read, not computed.

A copy as the months are. `FactChange` notes what was changed below a stored day: such a day is
computed from the facts again until the snapshots have taken the note.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet


class FactChange(models.Model):
    """Something below a stored day was changed after it may have been stored.

    Written by triggers on the facts, in the transaction of the change and never merged: a note
    that waited for another one could be lost with it. The snapshots take the notes and write the
    days again.
    """

    class Source(models.TextChoices):
        SCORES = "scores", _("Scores of a closed day")
        OVERRIDES = "overrides", _("Overridden bands")
        CONTRACTS = "contracts", _("Contracts")
        OPEN_ENDED = "open_ended", _("Contracts without an end")
        ANSWERS = "answers", _("Answers to surveys")

    source = models.CharField(max_length=10, choices=Source)
    day = models.DateField(
        help_text=_(
            "Of the scores; the first of an override or of a contract without an end; the "
            "first of each quarter a contract starts, runs short or ends in; when an answer was "
            "given."
        )
    )

    def __str__(self) -> str:
        return f"{self.source} {self.day}"


class ReportDay(models.Model):
    """The executive figures that belong to one day, and from which facts they were computed."""

    day = models.DateField(unique=True)
    currency = models.CharField(max_length=3)
    rates = models.JSONField(help_text=_("Rate by currency, as text."))
    chances = models.JSONField(help_text=_("Probability by lower bound, as text."))
    ledger_through = models.BigIntegerField(help_text=_("The newest movement that was seen."))
    figures = models.JSONField(help_text=_("Totals only; what they add up is in the rows by day."))

    def __str__(self) -> str:
        return f"{self.day}"


class AccountDay(models.Model):
    """Where an account stood at the end of a stored day. Written by COPY, as AccountMonth is."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField()
    band = models.CharField(max_length=20)
    at_risk = models.BooleanField()
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    arr_minor = models.BigIntegerField(help_text=_("In the reporting currency of that day."))
    without_rate = models.TextField(
        blank=True,
        help_text=_("Currencies of amounts that the ARR is without, for want of a rate."),
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("day", "account", name="account_day_once")]
        indexes = [
            # The lists behind health, the largest first: all, one band, those at risk.
            models.Index("day", F("arr_minor").desc(), "account", name="account_day_largest"),
            models.Index("day", "band", F("arr_minor").desc(), "account", name="account_day_band"),
            models.Index(
                "day",
                F("arr_minor").desc(),
                "account",
                name="account_day_at_risk",
                condition=Q(at_risk=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class ContractDay(models.Model):
    """A renewal of the quarter of a stored day, or what an account pays month to month or without
    an end, as things stood then."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField()
    contract = models.CharField(max_length=64, help_text=_("External id of its first contract."))
    line = models.CharField(max_length=80, blank=True, help_text=_("Subscription, else product."))
    ends_on = models.DateField(null=True)
    decides_on = models.DateField(
        null=True, help_text=_("The last day to give notice, or the end.")
    )
    decided_on = models.DateField(null=True)
    state = models.CharField(max_length=18)
    band = models.CharField(max_length=20)
    at_risk = models.BooleanField()
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    chance = models.DecimalField(max_digits=5, decimal_places=4)
    arr_minor = models.BigIntegerField(help_text=_("In the reporting currency of that day."))
    expected_minor = models.BigIntegerField(help_text=_("ARR × chance."))
    without_rate = models.TextField(
        blank=True, help_text=_("The contract’s currency, where no rate converts its ARR.")
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        # Two sources may number contracts alike, also of one account.
        constraints = [
            models.UniqueConstraint(
                "day",
                "account",
                "contract",
                "line",
                "ends_on",
                "state",
                name="contract_day_once_an_account",
            )
        ]
        indexes = [
            # The renewals of the quarter, the earliest end first: all, one state.
            models.Index("day", "ends_on", F("arr_minor").desc(), "contract", name="contract_day"),
            models.Index(
                "day",
                "state",
                "ends_on",
                F("arr_minor").desc(),
                "contract",
                name="contract_day_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.day}"
