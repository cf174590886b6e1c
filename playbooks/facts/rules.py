"""What playbooks say, as rows of versions tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.calendar import BusinessCalendar
from playbooks.due_dates import Offset, Unit, due_at
from playbooks.models import Playbook, PlaybookStep
from playbooks.triggers.rules import Rule
from playbooks.triggers.vocabulary import EscalationKind


def published_rules() -> list[Rule]:
    published = Playbook.objects.filter(state=Playbook.State.PUBLISHED)
    return [playbook.rule() for playbook in published.order_by("key")]


def rules_of(playbook_ids: Iterable[int]) -> dict[int, Rule]:
    """By playbook, whatever its state: a running play keeps the version it started with."""
    playbooks = Playbook.objects.filter(pk__in=set(playbook_ids))
    return {playbook.pk: playbook.rule() for playbook in playbooks}


def steps_of(playbook_ids: Iterable[int]) -> dict[int, list[PlaybookStep]]:
    """In order of position, by playbook."""
    found: dict[int, list[PlaybookStep]] = defaultdict(list)
    steps = PlaybookStep.objects.filter(playbook_id__in=set(playbook_ids))
    for step in steps.order_by("playbook_id", "position"):
        found[step.playbook_id].append(step)
    return found


def longest_window(rules: Iterable[Rule]) -> timedelta:
    """How far back the escalations of these playbooks look for signals."""
    days = [escalation.within_days for rule in rules for escalation in rule.escalations]
    return timedelta(days=max(days, default=0))


def silence_ends(*, rule: Rule, since: datetime, calendar: BusinessCalendar) -> datetime | None:
    """When nobody having answered draws a person in; None where the playbook has no such rule."""
    waits = [e.business_days for e in rule.escalations if e.kind is EscalationKind.NO_RESPONSE]
    if not waits:
        return None
    offset = Offset(24 * min(waits), Unit.HOURS)
    return due_at(anchor=since, offset=offset, calendar=calendar)
