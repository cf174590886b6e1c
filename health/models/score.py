"""What scoring leaves behind: a row per account and day, the present state, and crossings."""

from __future__ import annotations

from datetime import timedelta

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet, User
from health.models.scorecard import Scorecard
from health.scoring import Cause


class ClosedDay(models.Model):
    """Scores of this day are final; computing it again makes revisions."""

    day = models.DateField(primary_key=True)
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.day.isoformat()


class HealthScore(models.Model):
    """A score as it was judged, partitioned by month of `day`.

    Arrays follow the scorecard (docs/health.md): raw values (NaN: missing), readings and
    component scores in hundredths of a point (-1: missing), effective weights in hundredths
    of a per cent; `gate_hits` has bit i set when gate i held. No foreign key points here.
    """

    pk = models.CompositePrimaryKey("account_id", "day", "revision")
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    day = models.DateField()
    revision = models.PositiveSmallIntegerField(default=0)
    scorecard = models.ForeignKey(
        Scorecard, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    band = models.CharField(max_length=20)
    confidence = models.DecimalField(max_digits=5, decimal_places=2)
    raw = ArrayField(models.FloatField())
    readings = ArrayField(models.SmallIntegerField())
    weights = ArrayField(models.SmallIntegerField())
    components = ArrayField(models.SmallIntegerField())
    gate_hits = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="closed_day_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM health_closedday WHERE day = OLD.day) THEN
                        RAISE EXCEPTION 'scores of % are closed: write a revision', OLD.day;
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.score}"


class CurrentHealth(models.Model):
    """The present state of an account: what pages read and what crossings are compared with.

    `components` and `spark` (90 days, the last is `day`) are hundredths, -1 where missing;
    `component_bands` are positions from the best band. `lines` are the ids of the watch lines
    that were judged, `line_sides` where the account stood by each: 0 above, 1 below, -1 without a
    value. `crossing_seq` numbers crossings within `crossing_day`.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="health"
    )
    day = models.DateField()
    scorecard = models.ForeignKey(
        Scorecard, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    band = models.CharField(max_length=20)
    last_band = models.CharField(
        max_length=20,
        default="",
        db_default="",
        blank=True,
        help_text=_(
            "What it is, or was before there was no score; empty where there never was one."
        ),
    )
    effective_band = models.CharField(
        max_length=20, help_text=_("The overriding band while there is one.")
    )
    at_risk = models.BooleanField(default=False)
    lacks_rule = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("No assignment rule gives it a scorecard: that is why it has no score."),
    )
    confidence = models.DecimalField(max_digits=5, decimal_places=2)
    week_change = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    components = ArrayField(models.SmallIntegerField())
    component_bands = ArrayField(models.SmallIntegerField())
    lines = ArrayField(models.IntegerField(), default=list)
    line_sides = ArrayField(models.SmallIntegerField(), default=list)
    spark = ArrayField(models.SmallIntegerField())
    crossing_day = models.DateField(null=True)
    crossing_seq = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        indexes = [
            # Distribution, at-risk ARR and the filters of the portfolio.
            models.Index("effective_band", "account", name="current_health_band"),
            models.Index("account", name="current_health_at_risk", condition=Q(at_risk=True)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.score} {self.effective_band}"


class ThresholdCrossing(models.Model):
    """The score (or a component) entered another band, or one of them, or a measure, passed a
    watch line. Written once."""

    class Kind(models.TextChoices):
        BAND = "band", _("Band")
        LINE = "line", _("Watch line")

    class Direction(models.TextChoices):
        DOWN = "down", _("Down")
        UP = "up", _("Up")
        NONE = "none", _("Neither")

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="crossings", db_index=False
    )
    day = models.DateField()
    subject = models.CharField(
        max_length=190,
        help_text=_(
            "“score” or “component:<key>”; for a line “line:<value>” of the score, "
            "“line:component:<key>:<value>” or “line:measure:<key>:<value>”."
        ),
    )
    seq = models.PositiveIntegerField(help_text=_("Numbers the account's crossings of the day."))
    kind = models.CharField(max_length=4, choices=Kind)
    cause = models.CharField(max_length=13, choices=[(c.value, c.value) for c in Cause])
    direction = models.CharField(max_length=4, choices=Direction)
    from_band = models.CharField(max_length=20, help_text=_("“above” or “below” for a line."))
    to_band = models.CharField(max_length=20)
    score_before = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    score_after = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    is_overridden = models.BooleanField(
        default=False, help_text=_("The band was overridden, so plays are suppressed.")
    )
    created_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", "day", "subject", "seq", name="crossing_written_once"
            )
        ]
        indexes = [models.Index("day", "account", name="crossing_day")]
        triggers = [
            pgtrigger.Protect(
                name="crossings_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.subject}: {self.from_band} → {self.to_band}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="BandOverrideAudit",
    exclude=["reason"],
    append_only=True,
)
class BandOverride(models.Model):
    """A person says the band is another one, why, and until when; the score keeps running."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="band_overrides")
    band = models.CharField(max_length=20)
    reason = models.CharField(max_length=300)
    starts_on = models.DateField()
    expires_on = models.DateField(help_text=_("The last day it counts, 30 days on at most."))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="override_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="override_lasts_30_days_at_most",
                condition=Q(expires_on__gte=F("starts_on"))
                & Q(expires_on__lte=F("starts_on") + timedelta(days=30)),
            ),
            models.UniqueConstraint(
                "account", name="override_one_at_a_time", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.band} until {self.expires_on}"


class SourceFeed(models.Model):
    """Since when a source delivers to this installation; without a row it is not connected."""

    source = models.CharField(max_length=20, primary_key=True)
    first_day = models.DateField()
    latest_day = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.source} since {self.first_day}"
