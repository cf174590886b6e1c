"""A person starts a play: owners, due dates and steps as ever, whatever caps and cooldowns say."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Account, User
from playbooks import facts
from playbooks.engine.new_plays import Start, open_plays, read_batch
from playbooks.engine.unique_inserts import StartRow, insert_starts
from playbooks.models import Play, Playbook
from playbooks.triggers.decisions import attention_rank
from playbooks.triggers.rules import AccountState, Recovery, Rule
from playbooks.triggers.vocabulary import PlayState, StartResult


class PlayRunningError(ValueError):
    """The account has an open play of this playbook."""


class NotPublishedError(ValueError):
    """No version of this playbook is in force."""


@transaction.atomic
def start_play(*, account: Account, playbook_key: str, by: User, now: datetime) -> Play:
    """Raises NotPublishedError, PlayRunningError. It ends by people, never as recovered."""
    playbook = Playbook.objects.filter(key=playbook_key, state=Playbook.State.PUBLISHED).first()
    if playbook is None:
        raise NotPublishedError(f"There is no published playbook “{playbook_key}”.")
    Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
    if Play.objects.filter(
        account=account, playbook_key=playbook_key, state=PlayState.OPEN
    ).exists():
        raise PlayRunningError(f"“{playbook.name}” is running on {account.name} already.")
    batch = read_batch(account_ids=[account.pk], now=now)
    rule = facts.rules_of([playbook.pk])[playbook.pk]
    row = _manual_start_row(rule, batch.account_states[account.pk], account_id=account.pk, by=by)
    (start_id,) = insert_starts([row], now=now).values()
    start = Start(start_id, account.pk, row.csm_id, rule, Recovery(), row.why, row.saw)
    (play,) = open_plays(starts=[start], batch=batch, by=by.pk)
    return play


def _manual_start_row(
    rule: Rule, account_state: AccountState, *, account_id: int, by: User
) -> StartRow:
    return StartRow(
        account_id=account_id,
        playbook_id=rule.playbook_id,
        playbook_key=rule.key,
        signal_id=None,
        trigger_key="",
        csm_id=rule.counts_for(account_state.csm_id),
        result=StartResult.STARTED,
        reason="",
        why=f"“{rule.name}” was started by {by.name}.",
        is_urgent=False,
        rank=attention_rank(arr_minor=account_state.arr_minor, score=account_state.score),
        saw={
            "kind": "by_hand",
            "band": account_state.band,
            "score": str(account_state.score or ""),
        },
    )
