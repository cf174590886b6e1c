"""What the demo company works by, scorecards, playbooks and surveys, as if from the first day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import pgtrigger

from health import publishing as scorecards
from playbooks import publishing as playbooks
from playbooks.library.catalogue import BY_KEY
from playbooks.models import InstalledEntry, Playbook
from surveys import publishing as surveys
from surveys.library.shipped import KEYS
from surveys.models import Survey

SEQUENCES: Final = ("onboarding_tech_touch", "renewal_tech_touch", "inactive_14_days")
"""What writes to the many accounts of tech touch; a new installation installs it when it wants."""

KEPT_AS_DRAFTS: Final = ("ticket_csat", "effort_ces")
"""Surveys that others asked for us: their answers came in, nobody is asked from here."""

_FROZEN_SURVEY = "surveys.Survey:published_survey_never_changes"
_FROZEN = "playbooks.Playbook:published_playbook_never_changes"


def install_libraries(*, day: date) -> None:
    """What ships and the sequences, in force since before the first score. As the owner."""
    begun = datetime.combine(day, time(), tzinfo=UTC)
    scorecards.install_library(now=begun)
    playbooks.install_library(now=begun)
    present = set(Playbook.objects.values_list("key", flat=True))
    for key in SEQUENCES:
        if key not in present:
            playbooks.install(entry=BY_KEY[key], by=None, now=begun)
    _date_back(begun)


def publish_surveys(*, day: date) -> None:
    """The shipped ones that nobody edited, in force since then. As the owner, before the answers
    come in: invitations name their survey."""
    begun = datetime.combine(day, time(), tzinfo=UTC)
    surveys.install_surveys(now=begun)
    shipped = Survey.objects.filter(
        key__in=set(KEYS).difference(KEPT_AS_DRAFTS), version=1, published_by=None, edited_by=None
    )
    for draft in shipped.filter(state=Survey.State.DRAFT):
        surveys.publish(survey=draft, by=None, now=begun)
    with pgtrigger.ignore(_FROZEN_SURVEY):
        shipped.filter(state=Survey.State.PUBLISHED, published_at__gte=begun).update(
            created_at=begun, published_at=begun
        )


def _date_back(begun: datetime) -> None:
    """What preparing the database installed today, and nobody changed, was there in the past: no
    play began by a version that came later."""
    shipped = Playbook.objects.filter(published_by=None, version=1, published_at__gt=begun)
    keys = list(shipped.values_list("key", flat=True))
    InstalledEntry.objects.filter(key__in=keys, taken_at__gt=begun).update(taken_at=begun)
    with pgtrigger.ignore(_FROZEN):
        shipped.update(created_at=begun, published_at=begun)
