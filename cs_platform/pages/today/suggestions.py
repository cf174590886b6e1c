"""What leads to an account without being a task: nothing is open, it renews, a step was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext

from accounts.models.scope import AnyOf, Keys, any_of_sql
from accounts.ui import formats
from accounts.ui.bands import band_look
from cs_platform.pages.today.items import (
    READ_AT_MOST,
    SHOWN,
    SHOWN_OF,
    AccountShown,
    QueueItem,
    Stakes,
    Urgency,
    make_item,
)
from cs_platform.pages.today.portfolio import Portfolio
from playbooks.models import UNFINISHED, Task
from playbooks.triggers.vocabulary import ANSWERS

PROMISE_DAYS = 7
PROMISE_MEMORY_DAYS = 60


def uncovered_accounts(
    at_risk: Sequence[AccountShown], *, today: date, stakes: Stakes
) -> list[QueueItem]:
    """At risk, and no task is open there."""
    return [
        make_item(
            account,
            Urgency.AT_RISK_NO_TASK,
            title=gettext("Plan the next step"),
            why=gettext("%(band)s at %(score)s, and no task is open.")
            % {"band": band_look(account.band).word, "score": formats.score(account.score)},
            stakes=stakes,
            today=today,
        )
        for account in at_risk
    ]


def renewal_items(
    renewing: Sequence[AccountShown], *, today: date, zone: ZoneInfo, stakes: Stakes
) -> list[QueueItem]:
    """Every renewal that is decided within 30 days, until it is: a task for later is named."""
    following = next_tasks([account.id for account in renewing])
    return [
        make_item(
            account,
            Urgency.RENEWAL,
            title=gettext("Check the renewal")
            if account.id in following
            else gettext("Plan the renewal"),
            why=_renewal_words(account, today=today)
            + _next_task_phrase(following.get(account.id), zone=zone),
            stakes=stakes,
            today=today,
        )
        for account in renewing
    ]


def _renewal_words(account: AccountShown, *, today: date) -> str:
    ends = formats.relative_day(account.renews_on or today, today=today)
    if account.decides_on is None:
        return gettext("The contract ends %(day)s") % {"day": ends}
    notice = formats.relative_day(account.decides_on, today=today)
    words = gettext("The last day to give notice is %(notice)s, the contract ends %(day)s")
    return words % {"notice": notice, "day": ends}


def next_tasks(account_ids: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    """Title and due time of the unfinished task of each account that is due first."""
    found = (
        Task.objects.filter(AnyOf("account", account_ids), state__in=UNFINISHED)
        .order_by("account_id", "due_at", "pk")
        .distinct("account_id")
        .values_list("account_id", "title", "due_at")
    )
    return {account: (title, due_at) for account, title, due_at in found}


def _next_task_phrase(task: tuple[str, datetime] | None, *, zone: ZoneInfo) -> str:
    if task is None:
        return gettext(" and no task is open.")
    title, due_at = task
    return gettext(". Next: “%(title)s”, due %(day)s.") % {
        "title": title,
        "day": formats.day(due_at.astimezone(zone).date()),
    }


def follow_up_items(
    book: Portfolio, *, now: datetime, zone: ZoneInfo, stakes: Stakes
) -> list[QueueItem]:
    """A next step was agreed a week ago or longer, and nobody has spoken since."""
    return [
        make_item(
            account,
            Urgency.FOLLOW_UP,
            title=next_step,
            why=gettext("Agreed on %(day)s; nobody has spoken since.")
            % {"day": formats.day(agreed_at.astimezone(zone).date())},
            stakes=stakes,
            today=now.astimezone(zone).date(),
        )
        for account, next_step, agreed_at in _silent_since(book.keys, now=now)
    ]


# Agreed steps after which no person and no answer is on record, the latest first; before each what
# is shown of its account.
# Uses index: interaction_promise, interaction_account_at
_SILENT = f"""
    SELECT {SHOWN}, silent.next_step, silent.occurred_at
    FROM (
        SELECT i.id, i.account_id, i.next_step, i.occurred_at
        FROM accounts_interaction i
        WHERE i.account_id = {{book}} AND i.next_step <> '' AND i.occurred_at BETWEEN %s AND %s
            AND NOT EXISTS (SELECT FROM accounts_interaction s
                WHERE s.account_id = i.account_id AND s.occurred_at > i.occurred_at
                    AND s.kind <> ALL (ARRAY(
                        SELECT key FROM accounts_interactionkind WHERE NOT is_conversation)))
            AND NOT EXISTS (SELECT FROM playbooks_task t
                WHERE t.account_id = i.account_id AND t.closed_at > i.occurred_at
                    AND t.state = 'done' AND t.outcome = ANY (%s))
        ORDER BY i.occurred_at DESC, i.id LIMIT %s) silent
        JOIN ({SHOWN_OF}) ON a.id = silent.account_id
    ORDER BY silent.occurred_at DESC, silent.id
"""  # noqa: S608 -- parts of statements, no values


def _silent_since(accounts: Keys, *, now: datetime) -> list[tuple[AccountShown, str, datetime]]:
    """Account, step and when it was agreed, of READ_AT_MOST."""
    window = (now - timedelta(days=PROMISE_MEMORY_DAYS), now - timedelta(days=PROMISE_DAYS))
    book, values = any_of_sql(accounts)
    with connection.cursor() as cursor:
        cursor.execute(_SILENT.format(book=book), [*values, *window, sorted(ANSWERS), READ_AT_MOST])
        return [(AccountShown._make(row[:-2]), *row[-2:]) for row in cursor.fetchall()]
