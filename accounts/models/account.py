"""Customer companies and the plans they are on."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import (
    AccountStatus,
    LifecycleStage,
    RevenueSource,
    Segment,
    TouchTier,
    choices,
)
from accounts.models.installation import validate_currency, validate_time_zone
from accounts.models.language import LanguageField, is_language_or_empty
from accounts.models.people import Pool, User
from accounts.models.scope import AccountQuerySet
from accounts.models.size import LONGEST_KEY

EXTERNAL_ID = r"[A-Za-z0-9._~-]{1,64}"
external_id_validator = RegexValidator(
    rf"^{EXTERNAL_ID}$", "Use 1 to 64 letters, digits, dots, hyphens, tildes or underscores."
)
percent = MaxValueValidator(100)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="PlanAudit",
    append_only=True,
)
class Plan(models.Model):
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    first_value_days = models.PositiveSmallIntegerField(
        default=30,
        help_text=_("Days from the contract's start to the first value moment: the target."),
    )

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="AccountAudit",
    # Derived columns move with every fact; their past is the ledger and AttributeHistory.
    exclude=[
        "arr_minor",
        "renews_on",
        "renews_arr_minor",
        "decides_on",
        "tier_pending",
        "tier_pending_since",
        "created_at",
    ],
    append_only=True,
)
class Account(models.Model):
    external_id = models.CharField(max_length=64, unique=True, validators=[external_id_validator])
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
        help_text=_("The account that goes on: this one is kept for what was said of it."),
    )
    industry = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    language = LanguageField(
        blank=True,
        default="",
        db_default="",
        help_text=_("Such as de or pt-BR: of its people whose own is not known."),
    )
    currency = models.CharField(max_length=3, default="USD", validators=[validate_currency])
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    seats = models.PositiveIntegerField(null=True, blank=True)
    usage_limit = models.PositiveBigIntegerField(null=True, blank=True)
    employees = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("How many people work at the company.")
    )
    customer_since = models.DateField(null=True, blank=True)
    status = models.CharField(
        max_length=7, choices=choices(AccountStatus), default=AccountStatus.ACTIVE
    )
    stage = models.CharField(
        max_length=10, choices=choices(LifecycleStage), default=LifecycleStage.HAND_OFF
    )
    owner = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="portfolio",
        db_index=False,
    )
    pool = models.ForeignKey(
        Pool, null=True, blank=True, on_delete=models.PROTECT, related_name="portfolio"
    )
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    complexity = models.PositiveSmallIntegerField(null=True, blank=True, validators=[percent])
    growth_potential = models.PositiveSmallIntegerField(null=True, blank=True, validators=[percent])
    strategic_fit = models.PositiveSmallIntegerField(null=True, blank=True, validators=[percent])
    is_strategic = models.BooleanField(
        default=False, help_text=_("Designated strategic: high touch at once, whatever the ARR.")
    )

    # Derived by accounts.loading in the transaction that changes what they come from.
    arr_minor = models.BigIntegerField(
        default=0, editable=False, help_text=_("ARR today, minor units of the account's currency.")
    )
    renews_on = models.DateField(
        null=True,
        editable=False,
        help_text=_("The next end of a term of six months or more that nothing renews yet."),
    )
    renews_arr_minor = models.BigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=_(
            "ARR of the terms that end then, at most what the account pays; minor units of"
            " its currency."
        ),
    )
    decides_on = models.DateField(
        null=True,
        editable=False,
        help_text=_(
            "The next day by which a renewal is decided, where notice makes it another day"
            " than that end."
        ),
    )
    segment = models.CharField(
        max_length=LONGEST_KEY, default=Segment.SELF_SERVE.value, editable=False
    )
    touch_tier = models.CharField(
        max_length=LONGEST_KEY, default=TouchTier.TECH.value, editable=False
    )
    segment_override = models.CharField(max_length=LONGEST_KEY, blank=True)
    touch_tier_override = models.CharField(max_length=LONGEST_KEY, blank=True)
    override_reason = models.CharField(max_length=300, blank=True)
    revenue_source = models.CharField(
        max_length=9,
        choices=choices(RevenueSource),
        blank=True,
        db_default="",
        help_text=_("An exception from where the installation's revenue comes from."),
    )
    revenue_source_reason = models.CharField(max_length=300, blank=True, db_default="")
    tier_pending = models.CharField(max_length=LONGEST_KEY, blank=True, editable=False)
    tier_pending_since = models.DateField(null=True, editable=False)

    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_external_id_is_safe_in_urls",
                condition=Q(external_id__regex=rf"^{EXTERNAL_ID}$"),
            ),
            is_language_or_empty("language", name="account_language_is_a_code"),
            models.CheckConstraint(
                name="account_is_not_merged_into_itself", condition=~Q(merged_into=F("pk"))
            ),
            models.CheckConstraint(
                name="account_override_has_a_reason",
                condition=Q(segment_override="", touch_tier_override="") | ~Q(override_reason=""),
            ),
            models.CheckConstraint(
                name="account_revenue_source_has_a_reason",
                condition=Q(revenue_source="") | ~Q(revenue_source_reason=""),
            ),
            models.CheckConstraint(
                name="account_has_an_owner_or_a_pool_not_both",
                condition=Q(owner__isnull=True) | Q(pool__isnull=True),
            ),
        ]
        indexes = [
            # Renewals due in a window, and the renewal column of the portfolio.
            models.Index(
                F("renews_on"),
                name="account_renews",
                condition=Q(status=AccountStatus.ACTIVE),
            ),
            # Renewals whose decision comes before their end, by mark.
            models.Index(
                F("decides_on"),
                name="account_decides",
                condition=Q(status=AccountStatus.ACTIVE, decides_on__isnull=False),
            ),
            # Plays of those who left end.
            models.Index(
                F("id"),
                name="account_churned",
                condition=Q(status=AccountStatus.CHURNED),
            ),
            # A portfolio by value.
            models.Index("owner", F("arr_minor").desc(), name="account_owner_arr"),
            # Search by any part of the name (trigrams; LIKE on upper-case, as icontains asks).
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="account_name_search"),
            # One or two letters are in no trigram: they are looked for at the beginning.
            models.Index(
                OpClass(Upper("name"), name="text_pattern_ops"), name="account_name_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name
