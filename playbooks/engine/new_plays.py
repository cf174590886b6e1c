"""Opens plays for starts: the lesser ones of the family give way, the first steps show up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.calendar import BusinessCalendar
from accounts.work.notices import post
from playbooks import facts
from playbooks.announcements import announce_begun
from playbooks.engine.closures import close_plays
from playbooks.engine.due_steps import opening
from playbooks.engine.notices import notice
from playbooks.engine.owners import Owners
from playbooks.engine.steps import open_due_steps
from playbooks.engine.unique_inserts import NewPlay, insert_plays
from playbooks.models import Play, PlayStart
from playbooks.triggers.rules import AccountState, Recovery, Rule
from playbooks.triggers.vocabulary import PlayOutcome, PlayState, StartResult, Suppression


@dataclass(frozen=True, slots=True)
class PlayBatch:
    """What every decision of one transaction shares."""

    now: datetime
    day: date
    calendar: BusinessCalendar
    directory: Owners
    account_states: dict[int, AccountState]


@dataclass(frozen=True, slots=True)
class Start:
    """A start record that became, or becomes now, a play."""

    start_id: int
    account_id: int
    csm_id: int | None
    rule: Rule
    recovery: Recovery
    why: str
    saw: dict[str, Any]


def read_batch(*, account_ids: Sequence[int], now: datetime) -> PlayBatch:
    """The accounts must be locked."""
    calendar = facts.business_calendar()
    day = calendar.local_day(now)
    directory = Owners(accounts=facts.account_rows(account_ids).values(), day=day)
    csms = {account_id: directory.csm_of(account_id) for account_id in account_ids}
    account_states = facts.account_states(account_ids=account_ids, csms=csms, day=day)
    return PlayBatch(now, day, calendar, directory, account_states)


def open_plays(*, starts: Sequence[Start], batch: PlayBatch, by: int | None = None) -> list[Play]:
    """The new plays with their first tasks. A start whose playbook runs already is suppressed.

    `by`: the person who started them, who needs no telling.
    """
    opened = insert_plays([_new_play_row(start) for start in starts], now=batch.now, day=batch.day)
    late = [start.start_id for start in starts if start.start_id not in opened]
    PlayStart.objects.filter(pk__in=late).update(
        result=StartResult.SUPPRESSED, reason=Suppression.OPEN_PLAY
    )
    fresh = [start for start in starts if start.start_id in opened]
    _supersede_lesser_plays(fresh, batch.now)
    announce_begun(Play.objects.filter(pk__in=opened.values()))
    plays = list(Play.objects.filter(pk__in=opened.values(), state=PlayState.OPEN).order_by("pk"))
    context = opening(
        plays=plays, now=batch.now, calendar=batch.calendar, directory=batch.directory
    )
    open_due_steps(plays=plays, context=context)
    told = [play for play in plays if play.csm_id != by and play.state == PlayState.OPEN]
    _notify_csms(told, batch, context.rules)
    return plays


def _new_play_row(start: Start) -> NewPlay:
    score = start.recovery.score_at_least
    return NewPlay(
        account_id=start.account_id,
        playbook_id=start.rule.playbook_id,
        playbook_key=start.rule.key,
        family=start.rule.family,
        severity=start.rule.severity,
        start_id=start.start_id,
        csm_id=start.csm_id,
        why=start.why,
        saw=start.saw,
        recovers_bands=start.recovery.bands,
        recovers_score=None if score is None else str(score),
        ends_on=start.recovery.beside_health,
    )


def _supersede_lesser_plays(starts: Sequence[Start], now: datetime) -> None:
    """Of a family one play is open: lesser ones end, lesser ones in the queue never start."""
    severest: dict[tuple[int, str], Rule] = {}
    for start in starts:
        key = (start.account_id, start.rule.family)
        if key not in severest or start.rule.severity > severest[key].severity:
            severest[key] = start.rule
    accounts = {account_id for account_id, _ in severest}
    reasons = {}
    running = Play.objects.filter(account_id__in=accounts, state=PlayState.OPEN)
    for pk, account_id, family, severity in running.values_list(
        "pk", "account_id", "family", "severity"
    ):
        rule = severest.get((account_id, family))
        if rule is not None and severity < rule.severity:
            reasons[pk] = f"Superseded by “{rule.name}”."
    close_plays(reasons=reasons, outcome=PlayOutcome.SUPERSEDED, now=now)
    _suppress_lesser_starts(accounts, severest)


def _suppress_lesser_starts(accounts: set[int], severest: dict[tuple[int, str], Rule]) -> None:
    waiting = PlayStart.objects.filter(account_id__in=accounts, result=StartResult.QUEUED)
    lesser = [
        start.pk
        for start in waiting.select_related("playbook")
        if (rule := severest.get((start.account_id, start.playbook.family))) is not None
        and start.playbook.severity < rule.severity
    ]
    PlayStart.objects.filter(pk__in=lesser).update(
        result=StartResult.SUPPRESSED, reason=Suppression.SEVERER_PLAY
    )


def _notify_csms(plays: Sequence[Play], batch: PlayBatch, rules: Mapping[int, Rule]) -> None:
    """The CSM sees at once that a play has begun."""
    post(
        [
            message
            for play in plays
            if play.csm_id is not None
            for message in notice(
                key=f"play:{play.pk}:started",
                user_id=play.csm_id,
                account=batch.directory.accounts[play.account_id],
                subject=f"Play “{rules[play.playbook_id].name}” has begun",
                body=play.why,
                now=batch.now,
            )
        ]
    )
