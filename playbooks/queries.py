"""What pages read of the starts that opened no play: what waits, and what was suppressed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from accounts.models.scope import AnyOf, Keys
from playbooks.models import PlayStart
from playbooks.triggers.vocabulary import (
    OwnerRole,
    StartResult,
    Suppression,
    TaskOutcome,
    label,
)

# What a person may say about a task; the platform says the rest.
HUMAN_OUTCOMES = tuple(outcome for outcome in TaskOutcome if outcome != TaskOutcome.NOTIFIED)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A start that waits in the queue (`reason` empty) or was suppressed."""

    start_id: int
    account_key: str
    account_name: str
    arr_minor: int
    currency: str
    playbook: str
    csm_name: str
    reason: str
    why: str
    decided_at: datetime


# In the order of HeldBack.
_SHOWN = (
    "pk",
    "account__external_id",
    "account__name",
    "account__arr_minor",
    "account__currency",
    "playbook__name",
    "csm__name",
    "reason",
    "why",
    "decided_at",
)


def held_back(*, accounts: Keys, since: datetime, limit: int = 50) -> list[HeldBack]:
    """Of these accounts: what waits in the queue, the largest first, then what was suppressed
    since then, the newest first."""
    waits = Case(When(result=StartResult.QUEUED, then=0), default=1, output_field=IntegerField())
    rank = Case(When(result=StartResult.QUEUED, then="rank"), default=Value(Decimal(0)))
    queued = Q(result=StartResult.QUEUED)
    suppressed = Q(result=StartResult.SUPPRESSED, decided_at__gte=since)
    suppressed &= ~Q(reason=Suppression.SEVERER_MATCH)
    rows = (
        PlayStart.objects.filter(AnyOf("account", accounts), queued | suppressed)
        .order_by(waits, "-is_urgent", rank.desc(), "-decided_at", "pk")
        .values_list(*_SHOWN)
    )
    return [_held_back(*values) for values in rows[:limit]]


def _held_back(*values: Any) -> HeldBack:
    found = HeldBack(*values)
    return replace(
        found,
        csm_name=found.csm_name or label(OwnerRole.CS_OPS),
        reason=label(found.reason) if found.reason else "",
    )
