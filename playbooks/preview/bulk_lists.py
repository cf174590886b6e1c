"""The list for a start in bulk: where a version in force is true already, kept as rows, so that its
pages, its figures and what is started from it are of one moment."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts import clock
from accounts.models import Account, User
from accounts.work import jobs
from playbooks.models import BulkStartAccount, BulkStartList, Playbook
from playbooks.preview import asked_rows
from playbooks.preview.account_slices import states_in_slices
from playbooks.preview.asked_rows import (
    AT_ONCE,
    ask,
    awaited,
    enqueue_turn,
    store_finding,
    store_progress,
)
from playbooks.preview.current_matches import (
    WouldStart,
    accounts_where_true,
    what_nothing_holds_back,
)

JOB_KIND = "playbook.bulk_list"
_ROWS = """
    INSERT INTO playbooks_bulkstartaccount
        (bulk_start_list_id, account_id, csm_id, segment, arr_minor, state)
    SELECT %(listed)s, f.account_id, f.csm_id, f.segment, f.arr_minor, 'listed'
    FROM unnest(%(accounts)s::bigint[], %(csms)s::bigint[], %(segments)s::text[],
        %(arr)s::bigint[]) AS f (account_id, csm_id, segment, arr_minor)
    ORDER BY f.arr_minor DESC, f.account_id
"""


class StartsRunningError(RuntimeError):
    """What was wanted of the list before is being started still."""


@transaction.atomic
def request_list(*, playbook: Playbook, by: User, now: datetime) -> BulkStartList:
    """In place of an earlier one. Raises StartsRunningError."""
    earlier = BulkStartList.objects.select_for_update().filter(playbook=playbook).first()
    if earlier is not None and wanted_of(earlier).exists() and not earlier.start_failure:
        raise StartsRunningError
    asked, is_new = ask(BulkStartList, playbook=playbook, by=by, now=now, day=clock.today())
    if is_new and Account.objects.count() <= AT_ONCE:
        fill_list(asked, now=now)
    elif is_new:
        enqueue_turn(asked, kind=JOB_KIND)
    return asked


def wanted_of(listed: BulkStartList) -> QuerySet[BulkStartAccount]:
    """Those that a person wants it started on, and that nobody has dealt with yet."""
    return listed.accounts.filter(state=BulkStartAccount.State.WANTED)


def work_list(claim: jobs.Claim) -> None:
    """The handler. Begun again after a worker died, it begins at the start."""
    asked = awaited(BulkStartList, claim)
    if asked is not None:
        fill_list(asked, now=clock.now(), claim=claim)


give_up = partial(asked_rows.give_up, BulkStartList)
revive = partial(asked_rows.revive, BulkStartList)


def fill_list(asked: BulkStartList, *, now: datetime, claim: jobs.Claim | None = None) -> None:
    rule = asked.playbook.rule()
    true = accounts_where_true(rule, day=asked.day)
    found: list[WouldStart] = []
    done = 0
    for account_states in states_in_slices(sorted(true), rule=rule, day=asked.day):
        found += what_nothing_holds_back(account_states, rule=rule, true=true, now=now)
        done += len(account_states)
        store_progress(asked, claim, done=done, total=len(true))
    with transaction.atomic():
        told = {"total": len(true), "done": len(true), "finished_at": now, "start_failure": ""}
        if store_finding(asked, claim, **told):
            asked.accounts.all().delete()
            _insert_accounts(asked, found)


def _insert_accounts(asked: BulkStartList, found: list[WouldStart]) -> None:
    states = [each.account_state for each in found]
    columns: dict[str, Any] = {
        "listed": asked.pk,
        "accounts": [each.account_id for each in states],
        "csms": [each.csm_id for each in states],
        "segments": [each.segment for each in states],
        "arr": [each.arr_minor for each in states],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, columns)
