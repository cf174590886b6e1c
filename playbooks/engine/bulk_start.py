"""A person starts a playbook where its reason was true before it was published: whatever the cap
says, and ending by itself as a play that a signal started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from playbooks import facts
from playbooks.engine.new_plays import Start, open_plays, read_batch
from playbooks.engine.unique_inserts import StartRow, insert_starts
from playbooks.models import Play, Playbook
from playbooks.triggers.decisions import attention_rank, suppression_for
from playbooks.triggers.rules import AccountState, Rule, Trigger
from playbooks.triggers.vocabulary import StartResult


@dataclass(frozen=True, slots=True)
class Wanted:
    """`saw`: what is true there, as the start of a play keeps it."""

    account_id: int
    trigger: Trigger
    saw: Mapping[str, Any]


@transaction.atomic
def start_in_bulk(
    *, playbook: Playbook, wanted: Sequence[Wanted], by: User, now: datetime
) -> set[int]:
    """The accounts on which it was started. Those on which something holds it back meanwhile, or
    that another worker holds, are left as they are."""
    locked = facts.lock_accounts(each.account_id for each in wanted)
    batch = read_batch(account_ids=locked, now=now)
    rule = facts.rules_of([playbook.pk])[playbook.pk]
    chosen = {
        each.account_id: each
        for each in wanted
        if each.account_id in batch.account_states
        and not suppression_for(
            rule=rule,
            trigger=each.trigger,
            account_state=batch.account_states[each.account_id],
            now=now,
        )
    }
    rows = [
        _bulk_start_row(each, rule, batch.account_states[pk], by=by) for pk, each in chosen.items()
    ]
    written = insert_starts(rows, now=now)
    starts = [
        Start(
            written[row.account_id, row.playbook_key, None],
            row.account_id,
            row.csm_id,
            rule,
            chosen[row.account_id].trigger.recovery,
            row.why,
            row.saw,
        )
        for row in rows
    ]
    open_plays(starts=starts, batch=batch, by=by.pk)
    # Also what ended at once: who is held out at random.
    begun = Play.objects.filter(start__in=[start.start_id for start in starts])
    return set(begun.values_list("account_id", flat=True))


def _bulk_start_row(
    wanted: Wanted, rule: Rule, account_state: AccountState, *, by: User
) -> StartRow:
    score = "" if account_state.score is None else str(account_state.score)
    return StartRow(
        account_id=wanted.account_id,
        playbook_id=rule.playbook_id,
        playbook_key=rule.key,
        signal_id=None,
        trigger_key=wanted.trigger.key,
        csm_id=rule.counts_for(account_state.csm_id),
        result=StartResult.STARTED,
        reason="",
        why=f"“{rule.name}” was started by {by.name}: its reason was true before it was published.",
        is_urgent=False,
        rank=attention_rank(arr_minor=account_state.arr_minor, score=account_state.score),
        saw={"band": account_state.band, "score": score, **wanted.saw},
    )
