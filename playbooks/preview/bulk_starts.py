"""A person starts a playbook on accounts of its list: each once, in slices that are settled in the
transaction that starts them, so that who takes over from a killed worker goes on behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from accounts import clock
from accounts.models import Account, User
from accounts.work import jobs
from playbooks import facts
from playbooks.engine.bulk_start import Wanted, start_in_bulk
from playbooks.models import BulkStartAccount, BulkStartList, Playbook
from playbooks.preview.account_slices import states_in_slices
from playbooks.preview.asked_rows import AT_ONCE, real_now
from playbooks.preview.bulk_lists import wanted_of
from playbooks.preview.current_matches import accounts_where_true, what_nothing_holds_back
from playbooks.triggers.rules import Rule

JOB_KIND = "playbook.bulk_start"
_SLICE = 500
State = BulkStartAccount.State


@transaction.atomic
def request_start(
    *, listed: BulkStartList, chosen: QuerySet[BulkStartAccount], by: User, now: datetime
) -> int:
    """On how many of the chosen it is to be started: none that somebody has asked for before."""
    listed = BulkStartList.objects.select_for_update().get(pk=listed.pk)
    if listed.finished_at is None:
        return 0
    count = chosen.filter(bulk_start_list=listed, state=State.LISTED).update(state=State.WANTED)
    if count:
        listed.started_by, listed.start_turn = by, listed.start_turn + 1
        listed.start_failure = ""
        listed.save(update_fields=["started_by", "start_turn", "start_failure"])
        if count <= _SLICE and Account.objects.count() <= AT_ONCE:
            start_wanted(listed, now=now)
        else:
            _enqueue_start(listed)
    return count


def _enqueue_start(listed: BulkStartList) -> None:
    key, told = f"{listed.pk}:{listed.start_turn}", {"row": listed.pk}
    jobs.enqueue(kind=JOB_KIND, key=key, payload=told, next_at=real_now())


def work_start(claim: jobs.Claim) -> None:
    """The handler. Begun again after a worker died, it goes on with what is not settled."""
    listed = BulkStartList.objects.filter(pk=claim.payload["row"]).first()
    if listed is not None:
        start_wanted(listed, now=clock.now(), claim=claim)


def give_up(claim: jobs.Claim, *, reason: str) -> None:
    BulkStartList.objects.filter(pk=claim.payload["row"]).update(start_failure=reason[:300])


def revive(claim: jobs.Claim) -> None:
    rows = BulkStartList.objects.filter(pk=claim.payload["row"])
    waiting = rows.filter(accounts__state=State.WANTED)
    if not rows.filter(pk__in=waiting.values("pk")).update(start_failure=""):
        raise jobs.SettledError("Nothing of that list waits to be started.")


def start_wanted(listed: BulkStartList, *, now: datetime, claim: jobs.Claim | None = None) -> None:
    """Where it is true still; where it is not, or the version is out of force, nothing starts."""
    playbook = Playbook.objects.get(pk=listed.playbook_id)
    rule, day = playbook.rule(), clock.today()
    is_in_force = playbook.state == Playbook.State.PUBLISHED
    true = accounts_where_true(rule, day=day) if is_in_force else {}
    settled = 0
    while True:
        with transaction.atomic():
            rows = list(
                wanted_of(listed)
                .order_by(F("arr_minor").desc(), "pk")
                .select_for_update(skip_locked=True)
                .values_list("account_id", flat=True)[:_SLICE]
            )
            if not rows:
                return
            _start_slice(listed, rows, rule=rule, true=true, now=now)
            settled += len(rows)
            if claim is not None:
                jobs.progress(claim, cursor=settled, now=real_now())


def _start_slice(
    listed: BulkStartList, rows: list[int], *, rule: Rule, true: dict[int, Wanted], now: datetime
) -> None:
    locked = facts.lock_accounts(account_id for account_id in rows if account_id in true)
    wanted = [
        each.wanted
        for account_states in states_in_slices(locked, rule=rule, day=clock.today())
        for each in what_nothing_holds_back(account_states, rule=rule, true=true, now=now)
    ]
    by: Any = listed.started_by
    started = start_in_bulk(playbook=listed.playbook, wanted=wanted, by=by, now=now)
    of_slice = listed.accounts.filter(account__in=rows)
    of_slice.filter(account__in=started).update(state=State.STARTED)
    # Those that another worker works on this moment are asked for again by hand.
    held_elsewhere = (true.keys() & set(rows)) - set(locked)
    of_slice.filter(account__in=held_elsewhere).update(state=State.LISTED)
    of_slice.filter(state=State.WANTED).update(state=State.LEFT)
