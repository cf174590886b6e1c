"""Answers and invitations of a block as rows of the tables of surveys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from accounts.catalogue import SURVEYS_SOURCE, Severity, StakeholderRole
from accounts.demo.block import Profile
from accounts.demo.customers import timeline_of
from accounts.demo.schema import BlockTables
from accounts.demo.shape import IDS_PER_BLOCK, Shape
from accounts.demo.tables import TextTable
from accounts.demo.timeline import Timeline
from accounts.demo.writer import account_key
from cs_platform.demo.answers.drawn import DrawnAnswer, DrawnQuestion, draw_answers
from cs_platform.demo.answers.occasions import TRAINING, AskedPerson, TicketRated, ToldAccount
from surveys.library.shipped import shipped_survey
from surveys.models import Invitation
from surveys.models.policy import SurveyPolicy
from surveys.scoring.scores import SCALES
from surveys.scoring.sentiment import sentiment

INVITED_DAYS = 180
"""So far back the invitations are kept beside the answers: response rates are of this time."""
TOPIC = 10
_RESPONSE = (
    "id account_id contact_id source_id external_id invitation_id survey_id survey_key kind moment"
    " lowest highest is_reversed value standing comment sentiment further may_call language"
    " answered_at completed_at learned_at"
)
_INVITATION = (
    "id survey_id account_id contact_id key moment occasion state reason due_at planned_at"
    " language nonce sent_at expires_at asked_by"
)
_DECIDERS = (StakeholderRole.ECONOMIC_BUYER.value, StakeholderRole.EXECUTIVE_SPONSOR.value)
_weighed = cache(sentiment)


@dataclass(slots=True)
class AnswerTables:
    """In loading order: an answer refers to its invitation."""

    invitations: TextTable = field(
        default_factory=lambda: TextTable("surveys_invitation", tuple(_INVITATION.split()))
    )
    responses: TextTable = field(
        default_factory=lambda: TextTable("surveys_response", tuple(_RESPONSE.split()))
    )

    def in_order(self) -> tuple[TextTable, ...]:
        return (self.invitations, self.responses)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWriter:
    """`surveys` are the published ones: id by key. Where a survey is none of them, there is no
    invitation, and its answers know it by name only."""

    shape: Shape
    block: int
    surveys: Mapping[str, int]
    timeline: Timeline
    tables: AnswerTables

    @property
    def end(self) -> datetime:
        return self.timeline.moment(self.shape.days, minute=0)

    def next_id(self, table: TextTable) -> int:
        return self.block * IDS_PER_BLOCK + len(table.rows) + 1

    def add(self, asked: DrawnQuestion, *, account_id: int) -> None:
        occasion = asked.occasion
        sent_at = self.timeline.moment(self.timeline.worked(occasion.day), minute=asked.minute)
        if sent_at >= self.end:
            return
        answer = asked.answer
        answered_at = sent_at + timedelta(minutes=answer.minutes) if answer else self.end
        if answered_at >= self.end:
            answer = None
        invitation = None
        is_kept = occasion.day >= self.shape.days - INVITED_DAYS
        if is_kept and occasion.survey in self.surveys:
            invitation = self._add_invitation(
                asked, sent_at, account_id=account_id, is_answered=answer is not None
            )
        if answer is not None:
            self._add_response(
                asked, answer, answered_at, account_id=account_id, invitation=invitation
            )

    def _add_invitation(
        self, asked: DrawnQuestion, sent_at: datetime, *, account_id: int, is_answered: bool
    ) -> int:
        occasion, table, state = asked.occasion, self.tables.invitations, Invitation.State
        id_ = self.next_id(table)
        expires_at = sent_at + timedelta(days=shipped_survey(occasion.survey).expires_days)
        is_sent = asked.held_back is None
        if not is_sent:
            came_to = state.HELD_BACK
        elif is_answered:
            came_to = state.ANSWERED
        else:
            came_to = state.EXPIRED if expires_at <= self.end else state.SENT
        table.add(
            id_, self.surveys[occasion.survey], account_id, occasion.person.id,
            f"{occasion.survey}:{occasion.occasion}:{occasion.person.id}",
            occasion.moment.value, occasion.occasion, came_to.value,
            asked.held_back.value if asked.held_back else "",
            sent_at, self.timeline.moment(occasion.day, minute=15),
            asked.language if is_sent else "", asked.nonce if is_sent else "",
            sent_at if is_sent else None, expires_at if is_sent else None, "",
        )  # fmt: skip
        return id_

    def _add_response(
        self,
        asked: DrawnQuestion,
        answer: DrawnAnswer,
        answered_at: datetime,
        *,
        account_id: int,
        invitation: int | None,
    ) -> None:
        occasion, table, scale = asked.occasion, self.tables.responses, SCALES[asked.kind]
        id_ = self.next_id(table)
        name = str(invitation) if invitation else f"{account_key(account_id)}-A{id_}"
        weight = _weighed(answer.words, language=asked.language) if answer.words else None
        table.add(
            id_, account_id, occasion.person.id, SURVEYS_SOURCE, name, invitation,
            self.surveys.get(occasion.survey), occasion.survey, asked.kind.value,
            occasion.moment.value, scale.lowest, scale.highest, False, answer.value,
            answer.standing, answer.words, weight, "{}", answer.may_call, asked.language,
            answered_at, answered_at, answered_at,
        )  # fmt: skip


def answer_tables(
    shape: Shape,
    *,
    block: int,
    facts: BlockTables,
    profiles: list[Profile],
    surveys: Mapping[str, int],
) -> AnswerTables:
    """Of a block, whose `facts` are given. Draws from streams of its own: no fact moves."""
    timeline, policy = timeline_of(shape), SurveyPolicy()
    writer = AnswerWriter(
        shape=shape, block=block, surveys=surveys, timeline=timeline, tables=AnswerTables()
    )
    for told in _told_accounts(facts, profiles=profiles, timeline=timeline):
        account = told.profile.account
        random = shape.random(block=block, topic=TOPIC, place=account.place + 1)
        for asked in draw_answers(random, told=told, timeline=timeline, policy=policy):
            writer.add(asked, account_id=account.id)
    return writer.tables


def _told_accounts(
    facts: BlockTables, *, profiles: list[Profile], timeline: Timeline
) -> Iterator[ToldAccount]:
    people = _rows_by_account(facts.contacts)
    tickets, events = _rows_by_account(facts.tickets), _rows_by_account(facts.events)
    talks, steps = _rows_by_account(facts.interactions), _rows_by_account(facts.onboarding)
    for profile in profiles:
        id_ = profile.account.id
        done = [row["done_on"] for row in steps[id_]]
        finished = [day for day in done if isinstance(day, date)]
        yield ToldAccount(
            profile=profile,
            people=[_asked_person(row, timeline) for row in people[id_]],
            tickets=[_rated_ticket(row, timeline) for row in tickets[id_] if row["solved_at"]],
            onboarded=timeline.number(max(finished))
            if finished and len(finished) == len(done)
            else None,
            events=[
                (timeline.number(row["occurred_on"]), row["id"], row["kind"]) for row in events[id_]
            ],
            trainings=[
                (timeline.number(row["occurred_at"].date()), row["id"])
                for row in talks[id_]
                if row["kind"] == TRAINING
            ],
        )


def _rows_by_account(table: TextTable) -> dict[int, list[dict[str, Any]]]:
    """Rows by account."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for values in table.rows:
        row: dict[str, Any] = dict(zip(table.columns, values, strict=True))
        found[row["account_id"]].append(row)
    return found


def _asked_person(row: Mapping[str, Any], timeline: Timeline) -> AskedPerson:
    roles = row["roles"].strip("{}").split(",")
    return AskedPerson(
        id=row["id"],
        language=row["language"],
        is_champion=StakeholderRole.CHAMPION.value in roles,
        is_decider=any(role in roles for role in _DECIDERS),
        strength=row["strength"],
        met=timeline.number(row["met_on"]),
        left=None if row["left_on"] is None else timeline.number(row["left_on"]),
    )


def _rated_ticket(row: Mapping[str, Any], timeline: Timeline) -> TicketRated:
    return TicketRated(
        id=row["id"],
        opened=timeline.number(row["opened_at"].date()),
        solved=timeline.number(row["solved_at"].date()),
        is_urgent=row["severity"] == Severity.URGENT.value,
        satisfaction=row["satisfaction"],
    )
