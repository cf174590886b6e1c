"""What pages read of the starts that opened no play: what waits, and what was suppressed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.models import Account
from accounts.models.scope import AnyOf
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


_SHOWN = (
    "account__external_id",
    "account__name",
    "account__arr_minor",
    "account__currency",
    "playbook__name",
    "csm__name",
)


def held_back(*, book: QuerySet[Account], since: datetime, limit: int = 50) -> list[HeldBack]:
    """Of a book: what waits in the queue, the largest first, then what was suppressed since
    then, the newest first."""
    waits = Case(When(result=StartResult.QUEUED, then=0), default=1, output_field=IntegerField())
    rank = Case(When(result=StartResult.QUEUED, then="rank"), default=Value(Decimal(0)))
    starts = PlayStart.objects.filter(AnyOf("account", book.values("pk")))
    queued = starts.filter(result=StartResult.QUEUED)
    suppressed = starts.filter(result=StartResult.SUPPRESSED, decided_at__gte=since).exclude(
        reason=Suppression.SEVERER_MATCH
    )
    rows = (
        (queued | suppressed)
        .select_related("account", "playbook", "csm")
        .only("reason", "why", "decided_at", *_SHOWN)
        .order_by(waits, "-is_urgent", rank.desc(), "-decided_at", "pk")
    )
    return [_held_back(start) for start in rows[:limit]]


def _held_back(start: PlayStart) -> HeldBack:
    return HeldBack(
        start_id=start.pk,
        account_key=start.account.external_id,
        account_name=start.account.name,
        arr_minor=start.account.arr_minor,
        currency=start.account.currency,
        playbook=start.playbook.name,
        csm_name=start.csm.name if start.csm else label(OwnerRole.CS_OPS),
        reason=label(start.reason) if start.reason else "",
        why=start.why,
        decided_at=start.decided_at,
    )
