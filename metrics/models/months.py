"""What the months looked like: per account, added up, and what they were computed from.

Month rows describe the twelve months that end on `month`, in minor units of the installation's
currency at the rates of that day. They are a copy for speed: `metrics.facts` can rebuild each of
them from the ledger, and `manage.py verify_invariants` compares.
"""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import MovementKind, choices
from accounts.models import Account, AccountScopedQuerySet
from metrics.definitions import Method, Rate

TOTAL = "all"


class SnapshotMonth(models.Model):
    """From which facts a month was computed; it is computed again when they differ."""

    month = models.DateField(unique=True)
    currency = models.CharField(max_length=3)
    rates = models.JSONField(help_text=_("Rate by currency, as text."))
    ledger_rows = models.BigIntegerField(help_text=_("Movements effective by the month's end."))
    ledger_through = models.BigIntegerField(help_text=_("The newest movement that was seen."))
    segments_digest = models.BigIntegerField(
        help_text=_("Of the segments known by the month's end.")
    )

    def __str__(self) -> str:
        return f"{self.month}"


class ReportedMonth(models.Model):
    """The rates of a month as the first night that stored them had them. Written once: what differs
    from it later was restated."""

    month = models.DateField(unique=True)
    reported_on = models.DateField(help_text=_("The day that this night closed."))
    currency = models.CharField(max_length=3)
    rates = models.JSONField(help_text=_("Rate by currency, as text."))
    ledger_through = models.BigIntegerField(help_text=_("The newest movement that was seen."))
    nrr = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    grr_by_account = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    grr_by_movements = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    logo = models.DecimalField(max_digits=7, decimal_places=6, null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="reported_month_is_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.month} as of {self.reported_on}"

    def rate(self, rate: Rate, method: Method) -> Decimal | None:
        """Six places; all but GRR are the same by each method."""
        by_rate = {
            Rate.NRR: self.nrr,
            Rate.GRR: self.grr_by_account if method is Method.BY_ACCOUNT else self.grr_by_movements,
            Rate.LOGO: self.logo,
        }
        return by_rate[rate]


class AccountMonth(models.Model):
    # Rewritten by COPY from the ledger, whose own key holds: checking every row again costs more
    # than writing it. The unique constraint is the index.
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    month = models.DateField()
    segment = models.CharField(max_length=10, blank=True, help_text=_("As it was at the start."))
    start_minor = models.BigIntegerField()
    end_minor = models.BigIntegerField()
    was_active = models.BooleanField()
    is_active = models.BooleanField()
    kind = models.CharField(
        max_length=12, choices=choices(MovementKind), blank=True, help_text=_("Of the net change.")
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("account", "month", name="account_month_once"),
            models.CheckConstraint(
                name="account_month_kind_fits_its_ends",
                condition=(Q(kind="churn") & Q(was_active=True, is_active=False))
                | (Q(kind__in=("new", "reactivation")) & Q(was_active=False, is_active=True))
                | (Q(kind="expansion") & Q(end_minor__gt=F("start_minor")))
                | (Q(kind="contraction") & Q(end_minor__lt=F("start_minor")))
                | (Q(kind="") & Q(end_minor=F("start_minor"))),
            ),
        ]
        indexes = [
            # A month of all accounts: rewriting it, and its largest expansions.
            models.Index("month", name="account_month_month")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.month}"


class RetentionMonth(models.Model):
    """A `metrics.definitions.Retention` by each method; `segment` is "all" for the total."""

    month = models.DateField()
    segment = models.CharField(max_length=10, blank=True)
    method = models.CharField(max_length=9, choices=choices(Method))

    bridge_start = models.BigIntegerField()
    bridge_new = models.BigIntegerField()
    bridge_reactivation = models.BigIntegerField()
    bridge_expansion = models.BigIntegerField()
    bridge_contraction = models.BigIntegerField()
    bridge_churn = models.BigIntegerField()

    cohort_start = models.BigIntegerField()
    cohort_reactivation = models.BigIntegerField()
    cohort_expansion = models.BigIntegerField()
    cohort_contraction = models.BigIntegerField()
    cohort_churn = models.BigIntegerField()

    logos_start = models.IntegerField()
    logos_kept = models.IntegerField()
    logos_end = models.IntegerField()
    logos_new = models.IntegerField()
    logos_reactivated = models.IntegerField()
    logos_expanded = models.IntegerField()
    logos_contracted = models.IntegerField()

    nrr = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    # By movements a loss may count more than once, so that it has no bound.
    grr = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    logo = models.DecimalField(max_digits=7, decimal_places=6, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("month", "segment", "method", name="retention_month_once"),
            models.CheckConstraint(
                name="retention_rates_need_a_cohort",
                condition=Q(cohort_start=0, nrr__isnull=True, grr__isnull=True)
                | Q(cohort_start__gt=0, nrr__isnull=False, grr__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.segment}"
