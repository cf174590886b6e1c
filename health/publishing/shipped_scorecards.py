"""What the product ships comes into force where nothing of its kind has."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from health import models
from health.publishing.actions import publish
from health.publishing.rules import install_rules
from health.publishing.yaml_import import import_draft, library_rules, library_scorecards

_SHIPPED = "shipped with the product"


@transaction.atomic
def install_library(*, now: datetime) -> list[models.Scorecard]:
    """Publishes the shipped scorecards where a key has no version yet, and rules where there are
    none; repeatable."""
    installed = install_scorecards(now=now)
    install_rules(library_rules(), reason=_SHIPPED, now=now)
    return installed


def install_scorecards(*, now: datetime) -> list[models.Scorecard]:
    installed = []
    for key, text in library_scorecards():
        if not models.Scorecard.objects.filter(key=key).exists():
            draft = import_draft(text, now=now)
            publish(scorecard=draft, user=None, reason=_SHIPPED, now=now)
            installed.append(draft)
    return installed
