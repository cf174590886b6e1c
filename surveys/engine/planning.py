"""Plans invitations: for each moment that fell, one row for each person, planned or held back.

In batches of accounts, each in a transaction that holds them: whoever plans beside it waits, and
then finds what was planned. The unique key makes each row once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import Account
from surveys.catalogue import Moment
from surveys.engine.askings import AskedPeople, NobodyToAsk, SurveyCandidate, askings_of, by_account
from surveys.engine.governed import AskingRules, read_known
from surveys.engine.moments import LEARNED_LATE, OF_SIGNALS, DaySpan, fallen_moments
from surveys.models import Invitation, Survey
from surveys.scoring.governance import HeldBack
from surveys.scoring.plans import Planned, plan

Item = TypeVar("Item")
BATCH = 2_000  # accounts

_INSERT = """
INSERT INTO surveys_invitation
    (survey_id, account_id, contact_id, key, moment, occasion, state, reason, due_at, planned_at,
     language, nonce, asked_by)
SELECT survey_id, account_id, contact_id, key, moment, occasion, state, reason, due_at, %(now)s,
    '', '', asked_by
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    survey_id bigint, account_id bigint, contact_id bigint, key text, moment text, occasion text,
    state text, reason text, due_at timestamptz, asked_by text)
ORDER BY key
ON CONFLICT (key) DO NOTHING
RETURNING id, state
"""


@dataclass(slots=True)
class PlannedCount:
    """Rows that are new."""

    planned: int = 0
    held_back: int = 0

    @property
    def total(self) -> int:
        return self.planned + self.held_back

    def __add__(self, other: PlannedCount) -> PlannedCount:
        return PlannedCount(self.planned + other.planned, self.held_back + other.held_back)


def plan_day(*, day: date, now: datetime) -> PlannedCount:
    """For the night that opens `day`: all that published surveys wait for. Repeated it plans
    nothing twice."""
    return plan_candidates(candidates_on(DaySpan(day - LEARNED_LATE, day)), now=now)


def plan_accounts(account_ids: Collection[int], *, day: date, now: datetime) -> PlannedCount:
    """Of these accounts, what signals tell of."""
    found = candidates_on(DaySpan(day - LEARNED_LATE, day, account_ids), moments=OF_SIGNALS)
    return plan_candidates(found, now=now)


def published_surveys() -> QuerySet[Survey]:
    return Survey.objects.filter(state=Survey.State.PUBLISHED).order_by("key")


def candidates_on(
    span: DaySpan, *, moments: Collection[Moment] = frozenset(Moment)
) -> list[SurveyCandidate]:
    return [
        SurveyCandidate(survey, fallen)
        for survey in published_surveys().filter(moment__in=moments)
        if survey.published_at is not None
        for fallen in fallen_moments(survey, span, published_at=survey.published_at)
    ]


def plan_candidates(candidates: Iterable[SurveyCandidate], *, now: datetime) -> PlannedCount:
    grouped = by_account(candidates)
    rules, counted = AskingRules.in_force(), PlannedCount()
    for account_ids in _in_batches(sorted(grouped), BATCH):
        of_batch = [each for account_id in account_ids for each in grouped[account_id]]
        counted += _plan_batch(account_ids, of_batch, rules=rules, now=now)
    return counted


def _in_batches(given: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(given), size):
        yield given[start : start + size]


@transaction.atomic
def _plan_batch(
    account_ids: Sequence[int],
    candidates: Sequence[SurveyCandidate],
    *,
    rules: AskingRules,
    now: datetime,
) -> PlannedCount:
    lock_accounts(account_ids)
    known = read_known(account_ids, now=now, rules=rules)
    found, nobody = askings_of(
        candidates, audience=AskedPeople(account_ids), known=known, rules=rules, now=now
    )
    planned = plan(
        [asking for asking, _ in found.values()],
        asked=known.asked,
        touches=known.touches,
        policy=rules.asking,
        budget=rules.budget,
    )
    rows = [_planned_row(each, found[id(each.asking)][1]) for each in planned]
    return insert_invitations([*rows, *map(_row_of_nobody, nobody)], now=now)


def lock_accounts(account_ids: Sequence[int]) -> None:
    """Until the transaction ends; waits for whoever holds one of them."""
    held = Account.objects.filter(pk__in=account_ids).order_by("pk")
    list(held.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))


def _planned_row(planned: Planned, candidate: SurveyCandidate) -> dict[str, Any]:
    contact = planned.asking.invitee.contact
    state = Invitation.State.PLANNED if planned.reason is None else Invitation.State.HELD_BACK
    return _row_of(candidate, planned.due_at) | {
        "contact_id": contact,
        "key": f"{candidate.survey.key}:{candidate.fallen.occasion}:{contact}",
        "state": state,
        "reason": planned.reason or "",
    }


def _row_of_nobody(unasked: NobodyToAsk) -> dict[str, Any]:
    fallen = unasked.candidate.fallen
    return _row_of(unasked.candidate, unasked.due_at) | {
        "contact_id": None,
        "key": f"{unasked.candidate.survey.key}:{fallen.occasion}:nobody:{fallen.account_id}",
        "state": Invitation.State.HELD_BACK,
        "reason": HeldBack.NOBODY,
    }


def _row_of(candidate: SurveyCandidate, due_at: datetime) -> dict[str, Any]:
    return {
        "survey_id": candidate.survey.pk,
        "account_id": candidate.fallen.account_id,
        "moment": candidate.survey.moment,
        "occasion": candidate.fallen.occasion,
        "due_at": due_at.isoformat(),
        "asked_by": candidate.asked_by,
    }


def insert_invitations(rows: Iterable[dict[str, Any]], *, now: datetime) -> PlannedCount:
    counted = PlannedCount()
    for given in _in_batches(list(rows), 5_000):
        for _pk, state in _insert_rows(given, now=now):
            counted.planned += state == Invitation.State.PLANNED
            counted.held_back += state == Invitation.State.HELD_BACK
    return counted


def _insert_rows(rows: Sequence[dict[str, Any]], *, now: datetime) -> Iterator[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"rows": json.dumps(rows), "now": now})
        yield from cursor.fetchall()
