"""What was answered, here or in another tool before."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet, Contact
from accounts.models.learned import Backfilled
from accounts.models.sourced import Sourced, once_a_source
from surveys.catalogue import KIND_WORDS, MOMENT_WORDS, Moment, SurveyType
from surveys.models.invitation import Invitation
from surveys.models.survey import Survey


@pghistory.track(
    # As it was before: the answer itself has what it is now.
    pghistory.UpdateEvent(row=pghistory.Old),
    model_name="ResponseAudit",
    # Words that people wrote are not kept twice: an erasure must reach them.
    fields=["value", "standing", "may_call", "language", "answered_at", "changed_at"],
    append_only=True,
)
class Response(Sourced, Backfilled):
    """One answer of one person. An imported one has no invitation, and a survey only by name.

    `value` is stored as it was given; `standing` is what it means on its scale: 1 favourable
    (promoter, satisfied, easy), 0 neutral (passive), -1 unfavourable (detractor). A free survey has
    neither. Answers given here have a source of their own (`SURVEYS_SOURCE`) and are called by the
    id of their invitation.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=64)
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="response"
    )
    survey = models.ForeignKey(
        Survey, null=True, blank=True, on_delete=models.PROTECT, related_name="responses",
        db_index=False,
    )  # fmt: skip
    survey_key = models.CharField(max_length=40)
    kind = models.CharField(max_length=4, choices=KIND_WORDS.choices(SurveyType))
    moment = models.CharField(
        max_length=17, choices=MOMENT_WORDS.choices(Moment), default=Moment.ON_REQUEST
    )
    lowest = models.PositiveSmallIntegerField(default=0)
    highest = models.PositiveSmallIntegerField(default=0)
    is_reversed = models.BooleanField(default=False)
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    standing = models.SmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True, help_text=_("In the person's own words."))
    sentiment = models.FloatField(
        null=True, blank=True, help_text=_("Of the words, -1 to 1. Empty: cannot be told.")
    )
    further = models.JSONField(
        default=dict, blank=True, help_text=_("Answers to further questions, by their key.")
    )
    may_call = models.BooleanField(
        default=False, help_text=_("They said that we may call them about it.")
    )
    language = models.CharField(max_length=12, blank=True)
    answered_at = models.DateTimeField(help_text=_("When it was first answered."))
    changed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Empty: the score was given, the rest not yet.")
    )
    learned_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            once_a_source("response"),
            models.CheckConstraint(
                name="response_is_on_its_scale",
                condition=Q(value__isnull=True)
                | Q(value__gte=F("lowest"), value__lte=F("highest")),
            ),
            models.CheckConstraint(
                name="response_standing_goes_with_value",
                condition=Q(kind="free", value__isnull=True, standing__isnull=True)
                | Q(value__isnull=False, standing__in=(-1, 0, 1)),
            ),
        ]
        indexes = [
            models.Index("account", F("answered_at").desc(), name="response_of_account"),
            models.Index("contact", F("answered_at").desc(), name="response_of_contact"),
            models.Index("survey_key", "answered_at", name="response_of_survey"),
            models.Index("kind", "answered_at", name="response_of_kind"),
            models.Index("answered_at", "id", name="response_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_key} {self.value}"

    def in_words(self) -> str:
        """“NPS 3 of 10”; of a free survey that it was answered."""
        if self.value is None:
            return gettext("a survey")
        words = {"kind": self.get_kind_display(), "value": self.value, "highest": self.highest}
        return gettext("%(kind)s %(value)s of %(highest)s") % words
