"""Customer companies, the people who work there, and how both were in the past."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper

from accounts.catalogue import (
    AccountStatus,
    ContactLevel,
    HistoryAttribute,
    LifecycleStage,
    RevenueSource,
    Segment,
    StakeholderRole,
    TouchTier,
    choices,
)
from accounts.models.installation import validate_currency, validate_time_zone
from accounts.models.learned import Backfilled, Learned
from accounts.models.people import Pool, User
from accounts.models.scope import AccountQuerySet, AccountScopedQuerySet
from accounts.models.size import LONGEST_KEY
from accounts.models.sourced import Sourced, once_a_source

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
        help_text="Days from the contract's start to the first value moment: the target.",
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
        help_text="The account that goes on: this one is kept for what was said of it.",
    )
    industry = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    currency = models.CharField(max_length=3, default="USD", validators=[validate_currency])
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    seats = models.PositiveIntegerField(null=True, blank=True)
    usage_limit = models.PositiveBigIntegerField(null=True, blank=True)
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
        default=False, help_text="Designated strategic: high touch at once, whatever the ARR."
    )

    # Derived by accounts.loading in the transaction that changes what they come from.
    arr_minor = models.BigIntegerField(
        default=0, editable=False, help_text="ARR today, minor units of the account's currency."
    )
    renews_on = models.DateField(
        null=True,
        editable=False,
        help_text="The next end of a term of six months or more that nothing renews yet.",
    )
    decides_on = models.DateField(
        null=True,
        editable=False,
        help_text="The next day by which a renewal is decided, where notice makes it another day"
        " than that end.",
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
        help_text="An exception from where the installation's revenue comes from.",
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


@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="ContactAudit",
    # The trail outlives an erasure, so it keeps nothing that names the person.
    exclude=["name", "email", "title", "source", "joined_into", "learned_at", "backfilled_at"],
    append_only=True,
)
class Contact(Sourced, Learned):
    """A person at an account. Personal data: see accounts.personal_data."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts")
    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True)
    title = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=8, choices=choices(ContactLevel), default=ContactLevel.USER)
    job_function = models.CharField(max_length=80, blank=True)
    roles = ArrayField(
        models.CharField(max_length=17, choices=choices(StakeholderRole)), default=list, blank=True
    )
    strength = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1 negative or avoiding … 5 advocate."
    )
    is_active = models.BooleanField(default=True)
    left_on = models.DateField(null=True, blank=True)
    met_on = models.DateField(help_text="Known to us since.")
    consent_at = models.DateTimeField(null=True, blank=True)
    do_not_contact = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    joined_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="joined",
        help_text="The same person at the account that this one's was merged into.",
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            once_a_source("contact"),
            models.CheckConstraint(
                name="contact_left_is_dated",
                condition=Q(is_active=True, left_on__isnull=True)
                | Q(is_active=False, left_on__isnull=False),
            ),
            models.CheckConstraint(
                name="contact_strength_is_1_to_5",
                condition=Q(strength__isnull=True) | Q(strength__range=(1, 5)),
            ),
        ]
        indexes = [models.Index(Lower("email"), name="contact_email")]

    def __str__(self) -> str:
        return self.name


class AttributeHistory(Backfilled):
    """What an attribute was, from when to when (end exclusive), and when we learned it.

    Of an account, or of a contact when `contact` is set. A row that proves wrong is superseded by
    others and kept: what was known on a day are the rows learned by then and not superseded by
    then. Those never superseded are what is known now, and the open one of them is the present.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="history")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="history"
    )
    attribute = models.CharField(max_length=16, choices=choices(HistoryAttribute))
    value = models.CharField(
        max_length=200, help_text="Ids for owner and plan; comma list for roles."
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    learned_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="history_ends_after_it_starts",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            models.UniqueConstraint(
                "account",
                "contact",
                "attribute",
                name="history_one_present_value",
                condition=Q(valid_to__isnull=True, superseded_at__isnull=True),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # Cut a whole report by an attribute as it was on a day.
            models.Index("attribute", "account", "valid_from", name="history_cut"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.attribute} {self.value} from {self.valid_from}"
