"""Playbooks as rows: a draft is edited, a published version never changes (triggers see to it)."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cached_property
from typing import Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Function, User
from playbooks.due_dates import Anchor, Unit
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.definition_reader import PlaybookError, read_definition, read_rule
from playbooks.library.steps import read_action
from playbooks.triggers.kinds import Action, StepKind
from playbooks.triggers.path import Edge, Node
from playbooks.triggers.rules import Rule
from playbooks.triggers.vocabulary import Category, Channel, OwnerRole, ReviewCadence, choices


def role_choices() -> list[tuple[str, str]]:
    """Who may own a step of a playbook: keys with their names."""
    functions = Function.objects.order_by("position", "key")
    return [*choices(OwnerRole), *functions.values_list("key", "name")]


def known_roles() -> list[str]:
    return [key for key, _ in role_choices()]


def _fill_emptied(row: models.Model, **empty: Any) -> None:
    """What was emptied in a form is None there, which no column of JSON holds."""
    for name, value in empty.items():
        if getattr(row, name) is None:
            setattr(row, name, value)


class Playbook(models.Model):
    """One version. `triggers`, `conditions` and `escalations` have the shape of the YAML."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT, editable=False)
    name = models.CharField(max_length=80)
    summary = models.CharField(max_length=500)
    purpose = models.CharField(
        max_length=300, blank=True, help_text=_("What is different once a play has ended well.")
    )
    sla_days = models.PositiveSmallIntegerField(
        "SLA in days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Calendar days from the start within which a play is complete. Empty: none."),
    )
    category = models.CharField(max_length=12, choices=choices(Category))
    family = models.CharField(
        max_length=40,
        help_text=_("Plays of one family answer the same trouble: one is open at a time."),
    )
    severity = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("Within its family the higher one wins and supersedes the lower."),
    )
    owner_role = models.CharField(max_length=40, help_text=_("Who keeps this playbook in shape."))
    review_cadence = models.CharField(max_length=9, choices=choices(ReviewCadence))
    reviewed_on = models.DateField(null=True, blank=True)
    triggers = models.JSONField(
        default=list, blank=True, help_text=_("Empty: only people start it.")
    )
    conditions = models.JSONField(default=dict, blank=True)
    escalations = models.JSONField(default=list, blank=True)
    success = models.JSONField(default=list, blank=True)
    cooldown_days = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(730)],
        help_text=_("Days after a play ended in which the account starts no new one."),
    )
    cap_per_csm_day = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Plays opened for one CSM on one day; the rest wait. Empty: no cap."),
    )
    is_sequence = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_(
            "Runs by itself: it writes to customers and asks nobody for anything, unless it"
            " hands over. Derived from its steps when it is published."
        ),
    )
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(
        default=1, db_default=1, editable=False, help_text=_("Of a draft: one more with each save.")
    )
    edited_at = models.DateTimeField(null=True, editable=False)
    edited_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reason = models.CharField(
        max_length=250,
        blank=True,
        db_default="",
        editable=False,
        help_text=_("Why this version came into force."),
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="playbook_version_once"),
            models.UniqueConstraint(
                fields=["key"], name="playbook_one_published", condition=Q(state="published")
            ),
            models.CheckConstraint(
                name="playbook_published_is_dated",
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state__in=("published", "retired"), published_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_playbook_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=("published", "retired")),
                # A version may be retired, published again and reviewed; nothing else.
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.state IN ('published', 'retired')
                       AND to_jsonb(NEW) - 'state' - 'reviewed_on'
                         = to_jsonb(OLD) - 'state' - 'reviewed_on' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a published playbook never changes: copy it to a draft';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def clean(self) -> None:
        """Steps are edited beside it, so what is wrong with them is said when it is published."""
        super().clean()
        _fill_emptied(self, triggers=[], conditions={}, escalations=[], success=[])
        try:
            read_definition(self.as_mapping() | {"steps": []}, roles=known_roles())
        except PlaybookError as error:
            problems = [text for text in error.problems if not text.startswith("steps")]
            if problems:
                raise ValidationError(problems) from error

    def as_mapping(self) -> dict[str, Any]:
        """In the shape of the YAML, steps included."""
        known = self.steps.all() if self.pk else ()
        steps = [step.as_mapping() for step in sorted(known, key=lambda step: step.position)]
        return {
            "key": self.key,
            "name": self.name,
            "summary": self.summary,
            "purpose": self.purpose,
            "sla_days": self.sla_days,
            "category": self.category,
            "family": self.family,
            "severity": self.severity,
            "owner_role": self.owner_role,
            "review": self.review_cadence,
            "cooldown_days": self.cooldown_days,
            "cap_per_csm_day": self.cap_per_csm_day,
            "triggers": self.triggers,
            "conditions": self.conditions,
            "escalations": self.escalations,
            "success": self.success,
            "steps": steps,
        }

    def definition(self, *, roles: Collection[str] | None = None) -> PlaybookDefinition:
        """`roles` are those that may own a step; None allows any. Raises PlaybookError where a
        draft is not complete."""
        return read_definition(self.as_mapping(), roles=roles)

    def rule(self, *, is_sequence: bool | None = None) -> Rule:
        """`is_sequence`: of a draft, whose steps say so; a published version knows."""
        is_sequence = self.is_sequence if is_sequence is None else is_sequence
        said = {name: getattr(self, name) for name in ("triggers", "conditions", "escalations")}
        return Rule(
            playbook_id=self.pk,
            key=self.key,
            name=self.name,
            family=self.family,
            severity=self.severity,
            cooldown_days=self.cooldown_days,
            cap_per_csm_day=None if is_sequence else self.cap_per_csm_day,
            is_intervention=self.category == Category.INTERVENTION,
            is_sequence=is_sequence,
            **read_rule(json.dumps(said)),
        )


class PlaybookStep(models.Model):
    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(help_text=_("1 is the first."))
    key = models.SlugField(max_length=40)
    kind = models.CharField(max_length=12, choices=choices(StepKind), default=StepKind.TASK)
    title = models.CharField(max_length=160)
    purpose = models.CharField(max_length=300, blank=True)
    guidance = models.TextField(max_length=2000, blank=True)
    owner_role = models.CharField(
        max_length=40,
        help_text=_("CSM, manager, CS ops, system, or a function of the account's team."),
    )
    channel = models.CharField(max_length=8, choices=choices(Channel))
    due_amount = models.SmallIntegerField()
    due_unit = models.CharField(max_length=13, choices=choices(Unit))
    due_from = models.CharField(max_length=13, choices=choices(Anchor), default=Anchor.START)
    notice_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Working days before it is due on which the task shows up. Empty: at once."),
    )
    edges = models.JSONField(
        default=list,
        blank=True,
        help_text=_(
            "Where the play goes on: a list of {to: key of a later step or end, when:"
            " [outcomes of this one]}. Empty: the next in order."
        ),
    )
    prepare = models.JSONField(
        default=list, blank=True, help_text=_("What to have at hand: a list of texts.")
    )
    ask = models.JSONField(
        default=list, blank=True, help_text=_("Questions for the customer: a list of texts.")
    )
    success = models.CharField(
        max_length=300, blank=True, help_text=_("What is true once it went well.")
    )
    mail_subject = models.CharField(max_length=160, blank=True)
    mail_body = models.TextField(
        max_length=4000,
        blank=True,
        help_text=_("A draft to send by hand; {{ account }} and other merge fields are filled."),
    )
    action = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("What a step does that is no task: the fields that its kind adds, as in YAML."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["playbook", "position"],
                name="playbook_step_in_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["playbook", "key"], name="playbook_step_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_playbook_step_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("book", "bigint")],
                func="""
                    book := CASE WHEN TG_OP = 'INSERT' THEN NEW.playbook_id
                                 ELSE OLD.playbook_id END;
                    IF EXISTS (SELECT 1 FROM playbooks_playbook
                               WHERE id = book AND state <> 'draft') THEN
                        RAISE EXCEPTION 'a published playbook never changes: copy it to a draft';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        _fill_emptied(self, edges=[], prepare=[], ask=[], action={})

    def as_mapping(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "purpose": self.purpose,
            "guidance": self.guidance,
            "owner": self.owner_role,
            "channel": self.channel,
            "due": {self.due_unit: self.due_amount, "from": self.due_from},
            "notice_days": self.notice_days,
            "kind": self.kind,
            "next": self.edges,
            "prepare": self.prepare,
            "ask": self.ask,
            "success": self.success,
            "mail": self._mail_mapping(),
            **self.action,
        }

    def _mail_mapping(self) -> dict[str, str] | None:
        if not self.mail_subject and not self.mail_body:
            return None
        return {"subject": self.mail_subject, "body": self.mail_body}

    def node(self) -> Node:
        """Of a step that was checked, as all of a published version are."""
        edges = (Edge(edge["to"], tuple(edge.get("when", ()))) for edge in self.edges)
        return Node(self.key, tuple(edges), StepKind(self.kind))

    @cached_property
    def does(self) -> Action | None:
        """Of a step that was checked, likewise."""
        return read_action(kind=StepKind(self.kind), data=self.action)
