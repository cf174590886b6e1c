"""Scorecards and playbooks for tests that stand on some of them."""

from __future__ import annotations

from datetime import datetime

from health import publishing as scorecards
from health.models import AssignmentRule
from playbooks import publishing as playbooks
from tests.recalling import recalled


def install_cards(*, now: datetime) -> None:
    """The shipped scorecards, without the rules about touch tiers: accounts of tests, most of them
    small, are judged by Four inputs once they are onboarded."""
    recalled(_cards, now=now)


def install_playbooks(*, now: datetime) -> None:
    """The shipped playbooks that are installed at first."""
    recalled(playbooks.install_library, now=now)


def _cards(*, now: datetime) -> None:
    scorecards.install_library(now=now)
    AssignmentRule.objects.exclude(touch_tier="").delete()
