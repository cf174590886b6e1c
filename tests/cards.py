"""Scorecards, who gets them, and playbooks, for tests that stand on some of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pgtrigger

from health.models import AssignmentRule, RuleSet
from health.publishing import begin_rules, publish_rules
from health.publishing.rules import install_rules
from health.publishing.shipped_scorecards import install_scorecards
from health.publishing.yaml_import import library_rules
from health.queries.rules import RuleContent
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
    install_scorecards(now=now)
    rules = [rule for rule in library_rules() if not rule.touch_tier]
    install_rules(rules, reason="for tests", now=now)


def draft_rules(rules: Sequence[RuleContent], *, now: datetime) -> RuleSet:
    """The draft, which says these."""
    draft, _ = begin_rules(now=now)
    draft.rules.all().delete()
    AssignmentRule.objects.bulk_create(
        AssignmentRule(rule_set=draft, position=place, **rule.columns)
        for place, rule in enumerate(rules, start=1)
    )
    return draft


def put_rules_in_force(rules: Sequence[RuleContent], *, now: datetime) -> RuleSet:
    draft = draft_rules(rules, now=now)
    return publish_rules(draft=draft, user=None, reason="for tests", now=now)


def rules_from_before(rules: Sequence[RuleContent], *, now: datetime) -> RuleSet:
    """In force unchecked, as an installation may have them from before rules had versions."""
    newest = RuleSet.objects.order_by("-version").first()
    version = RuleSet.objects.create(
        version=newest.version + 1 if newest else 1,
        state=RuleSet.State.PUBLISHED,
        created_at=now,
        published_at=now,
    )
    with pgtrigger.ignore("health.AssignmentRule:rule_of_published_never_changes"):
        AssignmentRule.objects.bulk_create(
            AssignmentRule(rule_set=version, position=place, **rule.columns)
            for place, rule in enumerate(rules, start=1)
        )
    return version
