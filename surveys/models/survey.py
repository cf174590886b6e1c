"""Surveys as rows: a draft is edited, a published version never changes (a trigger sees to it)."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from surveys.catalogue import (
    DELIVERY_WORDS,
    KIND_WORDS,
    MOMENT_WORDS,
    RECIPIENT_WORDS,
    Delivery,
    Moment,
    Recipients,
    SurveyType,
)
from surveys.library.definition import SurveyDefinition
from surveys.library.definition_reader import read_survey


class Survey(models.Model):
    """One version. `further` and `texts` have the shape of the YAML (surveys.library)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT, editable=False)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=KIND_WORDS.choices(SurveyType))
    lowest = models.PositiveSmallIntegerField(default=0)
    highest = models.PositiveSmallIntegerField(
        default=10, validators=[MaxValueValidator(10)], help_text=_("Of the scored question.")
    )
    is_reversed = models.BooleanField(
        default=False, help_text=_("1 is very easy. Answers are stored as they are given.")
    )
    moment = models.CharField(max_length=17, choices=MOMENT_WORDS.choices(Moment))
    event_kind = models.CharField(
        max_length=40, blank=True, help_text=_("Kind of business event that it is asked after.")
    )
    delay_hours = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(720)],
        help_text=_("From the moment until it is sent."),
    )
    recipients = models.CharField(
        max_length=9,
        choices=RECIPIENT_WORDS.choices(Recipients),
        default=Recipients.CLOSEST,
    )
    delivery = models.CharField(
        max_length=6,
        choices=DELIVERY_WORDS.choices(Delivery),
        default=Delivery.MAIL,
    )
    needs_consent = models.BooleanField(
        default=False, help_text=_("Ask nobody who has not agreed to be written to.")
    )
    audience = models.SlugField(
        max_length=40, blank=True, help_text=_("Key of the audience that is asked. Empty: all.")
    )
    expires_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("How long it can be answered, and the answer changed."),
    )
    further = models.JSONField(
        default=list, blank=True, help_text=_("Questions beside the scored one and the words.")
    )
    texts = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("By language."),
    )
    first_language = models.CharField(
        max_length=12,
        blank=True,
        default="",
        help_text=_("Of the texts, for whoever speaks none of them; JSON keeps no order."),
    )
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(
        default=1, editable=False, help_text=_("Of a draft: one more with each save.")
    )
    edited_at = models.DateTimeField(null=True, editable=False)
    edited_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reason = models.CharField(
        max_length=250,
        blank=True,
        editable=False,
        help_text=_("Why this version came into force."),
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("key", "version", name="survey_version_once"),
            models.UniqueConstraint(
                fields=["key"], name="survey_one_published", condition=Q(state="published")
            ),
            models.UniqueConstraint(
                fields=["key"], name="survey_one_draft", condition=Q(state="draft")
            ),
            models.CheckConstraint(
                name="survey_published_is_dated",
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state__in=("published", "retired"), published_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_survey_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=("published", "retired")),
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.state IN ('published', 'retired')
                       AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a published survey never changes: copy it to a draft';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def as_mapping(self) -> dict[str, Any]:
        """In the shape of the YAML."""
        return {
            "key": self.key,
            "name": self.name,
            "kind": self.kind,
            "scale": f"{self.lowest}-{self.highest}" if self.kind != SurveyType.FREE else "",
            "is_reversed": self.is_reversed,
            "moment": self.moment,
            "event_kind": self.event_kind,
            "delay_hours": self.delay_hours,
            "recipients": self.recipients,
            "delivery": self.delivery,
            "needs_consent": self.needs_consent,
            "audience": self.audience,
            "expires_days": self.expires_days,
            "further": self.further,
            "texts": self._ordered_texts(),
        }

    def _ordered_texts(self) -> dict[str, Any]:
        """The first language first."""
        first = {code: text for code, text in self.texts.items() if code == self.first_language}
        ordered: dict[str, Any] = first | self.texts
        return ordered

    def definition(self) -> SurveyDefinition:
        """Raises SurveyError where a draft is not complete."""
        return read_survey(self.as_mapping())
