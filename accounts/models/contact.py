"""The people who work at customer companies, and how they and their company were in the past."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import (
    ContactLevel,
    HistoryAttribute,
    StakeholderRole,
    choices,
)
from accounts.models.account import Account, external_id_validator
from accounts.models.language import LanguageField, is_language_or_empty
from accounts.models.learned import Backfilled, Learned
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.sourced import Sourced, once_a_source


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
    language = LanguageField(
        blank=True,
        default="",
        db_default="",
        help_text=_("Such as de or pt-BR. Empty: that of the account."),
    )
    level = models.CharField(max_length=8, choices=choices(ContactLevel), default=ContactLevel.USER)
    job_function = models.CharField(max_length=80, blank=True)
    roles = ArrayField(
        models.CharField(max_length=17, choices=choices(StakeholderRole)), default=list, blank=True
    )
    strength = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("1 negative or avoiding … 5 advocate.")
    )
    is_active = models.BooleanField(default=True)
    left_on = models.DateField(null=True, blank=True)
    met_on = models.DateField(help_text=_("Known to us since."))
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
        help_text=_("The same person at the account that this one's was merged into."),
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            once_a_source("contact"),
            is_language_or_empty("language", name="contact_language_is_a_code"),
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
        max_length=200, help_text=_("Ids for owner and plan; comma list for roles.")
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
