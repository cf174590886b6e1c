"""Plays and starts of accounts, and how many of them a day has room for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Max

from accounts.models import Installation
from accounts.models.scope import AnyOf
from playbooks.models import Play, PlayStart
from playbooks.triggers.rules import OpenPlay
from playbooks.triggers.vocabulary import PlayOutcome, PlayState, StartResult


def lock_caps() -> None:
    """One transaction at a time counts today's plays and opens more within a cap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('playbooks caps'))")


def daily_budget() -> int | None:
    """How many plays may open for one CSM on one day, over all playbooks; None: any number."""
    return Installation.current().plays_per_csm_day


def opened_on(day: date) -> dict[tuple[int | None, str], int]:
    """Plays opened on that day by CSM and playbook, as the cap counts them."""
    # Uses index: play_cap
    rows = (
        Play.objects.filter(opened_day=day)
        .values_list("csm_id", "playbook_key")
        .annotate(plays=Count("pk"))
    )
    return {(csm_id, key): plays for csm_id, key, plays in rows}


class RunningPlay(NamedTuple):
    account_id: int
    playbook_id: int
    looked_at: datetime | None
    ends_on: dict[str, Any]


def running_plays(account_ids: Sequence[int]) -> list[RunningPlay]:
    """The open plays of these accounts, as far as firing asks before it reads more."""
    # Uses index: play_open
    plays = Play.objects.filter(AnyOf("account", account_ids), state=PlayState.OPEN)
    return [RunningPlay(*row) for row in plays.values_list(*RunningPlay._fields)]


def open_plays(account_ids: Sequence[int]) -> dict[int, list[OpenPlay]]:
    # Uses index: play_open
    found: dict[int, list[OpenPlay]] = defaultdict(list)
    plays = Play.objects.filter(AnyOf("account", account_ids), state=PlayState.OPEN)
    for account_id, key, family, severity in plays.values_list(
        "account_id", "playbook_key", "family", "severity"
    ):
        found[account_id].append(OpenPlay(key, family, severity))
    return found


def latest_play_ends(account_ids: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
    """A superseded play was cut short by a severer one: it begins no cooldown."""
    # Uses index: play_latest_end or play_of_account
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows: Any = (
        Play.objects.filter(AnyOf("account", account_ids), state=PlayState.CLOSED)
        .exclude(outcome=PlayOutcome.SUPERSEDED)
        .values_list("account_id", "playbook_key")
        .annotate(latest=Max("closed_at"))
    )
    for account_id, key, latest in rows:
        found[account_id].append((key, latest))
    return found


def queued_playbook_keys(account_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    starts = PlayStart.objects.filter(AnyOf("account", account_ids), result=StartResult.QUEUED)
    for account_id, key in starts.values_list("account_id", "playbook_key"):
        found[account_id].append(key)
    return found
