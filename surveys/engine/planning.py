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
from surveys.engine.governed import AskingFacts, AskingRules, read_known
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
RETURNING state
"""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One person and survey, planned, or held back with the reason."""

    candidate: SurveyCandidate
    contact_id: int | None
    key: str
    due_at: datetime
    reason: HeldBack | None

    def columns(self) -> dict[str, Any]:
        planned, held_back = Invitation.State.PLANNED, Invitation.State.HELD_BACK
        return {
            "survey_id": self.candidate.survey.pk,
            "account_id": self.candidate.fallen.account_id,
            "contact_id": self.contact_id,
            "key": self.key,
            "moment": self.candidate.moment,
            "occasion": self.candidate.fallen.occasion,
            "state": planned if self.reason is None else held_back,
            "reason": self.reason or "",
            "due_at": self.due_at.isoformat(),
            "asked_by": self.candidate.asked_by,
        }


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
    for account_ids in in_batches(sorted(grouped), BATCH):
        of_batch = [each for account_id in account_ids for each in grouped[account_id]]
        counted += _plan_batch(account_ids, of_batch, rules=rules, now=now)
    return counted


def in_batches(given: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
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
    people = AskedPeople(account_ids)
    rows = decide_batch(candidates, people=people, known=known, rules=rules, now=now)
    return insert_invitations(rows, now=now)


def decide_batch(
    candidates: Iterable[SurveyCandidate],
    *,
    people: AskedPeople,
    known: AskingFacts,
    rules: AskingRules,
    now: datetime,
) -> list[InvitationRow]:
    """What becomes of them, by what is known; nothing is written."""
    found, nobody = askings_of(candidates, audience=people, known=known, rules=rules, now=now)
    planned = plan(
        [asking for asking, _ in found.values()],
        asked=known.asked,
        touches=known.touches,
        policy=rules.asking,
        budget=rules.budget,
        day_of=rules.day_of,
    )
    rows = [_planned_row(each, found[id(each.asking)][1]) for each in planned]
    return [*rows, *map(_row_of_nobody, nobody)]


def lock_accounts(account_ids: Collection[int], *, skip_locked: bool = False) -> list[int]:
    """Until the transaction ends; waits for whoever holds one of them, or leaves that out."""
    held = Account.objects.filter(pk__in=account_ids).order_by("pk")
    locked = held.select_for_update(no_key=True, of=("self",), skip_locked=skip_locked)
    return list(locked.values_list("pk", flat=True))


def _planned_row(planned: Planned, candidate: SurveyCandidate) -> InvitationRow:
    contact = planned.asking.invitee.contact
    key = f"{candidate.survey.key}:{candidate.fallen.occasion}:{contact}"
    return InvitationRow(candidate, contact, key, planned.due_at, planned.reason)


def _row_of_nobody(unasked: NobodyToAsk) -> InvitationRow:
    candidate = unasked.candidate
    account = candidate.fallen.account_id
    key = f"{candidate.survey.key}:{candidate.fallen.occasion}:nobody:{account}"
    return InvitationRow(candidate, None, key, unasked.due_at, HeldBack.NOBODY)


def insert_invitations(rows: Sequence[InvitationRow], *, now: datetime) -> PlannedCount:
    counted = PlannedCount()
    for given in in_batches(rows, 5_000):
        for state in _insert_rows([row.columns() for row in given], now=now):
            counted.planned += state == Invitation.State.PLANNED
            counted.held_back += state == Invitation.State.HELD_BACK
    return counted


def _insert_rows(rows: Sequence[dict[str, Any]], *, now: datetime) -> list[str]:
    """States of those that are new."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"rows": json.dumps(rows), "now": now})
        return [state for (state,) in cursor.fetchall()]
