"""Rows of what was said, asked, noted and done: interactions, tickets, events, onboarding."""

from __future__ import annotations

import numpy as np

from accounts.catalogue import Sentiment, StartingInteraction
from accounts.demo.block import Profile
from accounts.demo.happenings import Happening, onboarding_steps
from accounts.demo.relations import Conversation
from accounts.demo.support import tickets
from accounts.demo.writer import Writer, account_key

_SUBJECTS = {
    StartingInteraction.CALL: "Check-in call",
    StartingInteraction.EMAIL: "Follow-up by e-mail",
    StartingInteraction.MEETING: "Working session",
    StartingInteraction.QBR: "Quarterly business review",
    StartingInteraction.EBR: "Executive business review",
    StartingInteraction.TRAINING: "Training for new users",
    StartingInteraction.ONBOARDING: "Onboarding session",
}
_NOTES = {
    (True, Sentiment.POSITIVE): "Went through results; they want to plan the next step with us.",
    (True, Sentiment.NEUTRAL): "Talked about results and where the value should come from.",
    (True, Sentiment.NEGATIVE): "They doubt that the results are worth the price.",
    (False, Sentiment.POSITIVE): "All well; a few questions answered.",
    (False, Sentiment.NEUTRAL): "Open questions collected.",
    (False, Sentiment.NEGATIVE): "Frustrated about open problems; expects an answer this week.",
}
_NEXT_STEPS = {
    Sentiment.POSITIVE: "",
    Sentiment.NEUTRAL: "Send a summary",
    Sentiment.NEGATIVE: "Come back with a plan",
}


def add_conversations(
    writer: Writer, *, profile: Profile, talks: list[Conversation], contact_ids: list[int]
) -> None:
    table, participations = writer.tables.interactions, writer.tables.participations
    pool = writer.staff.pool_members
    for place, talk in enumerate(talks):
        id_ = writer.next_id(table)
        host = profile.owner_on(talk.day) or pool[profile.account.id % len(pool)]
        table.add(
            id_,
            profile.account.id,
            f"{account_key(profile.account.id)}-T{place + 1}",
            writer.timeline.moment(talk.day, minute=talk.minute),
            talk.kind.value,
            talk.is_commercial,
            host,
            talk.sentiment.value,
            _SUBJECTS[talk.kind],
            _NOTES[talk.is_commercial, talk.sentiment],
            _NEXT_STEPS[talk.sentiment],
        )
        for person in talk.people:
            participations.add(writer.next_id(participations), id_, contact_ids[person])


def add_tickets(random: np.random.Generator, *, writer: Writer, profile: Profile) -> None:
    if profile.access is None:
        return
    table = writer.tables.tickets
    rows = tickets(
        random,
        account=profile.account,
        access=profile.access,
        timeline=writer.timeline,
        activity=writer.season.activity,
    )
    for place, row in enumerate(rows):
        solved = row.solved
        table.add(
            writer.next_id(table),
            profile.account.id,
            f"{account_key(profile.account.id)}-S{place + 1}",
            row.subject,
            writer.timeline.moment(row.opened, minute=row.minute),
            None if solved is None else writer.timeline.moment(solved, minute=row.solved_minute),
            row.category.value,
            row.severity.value,
            row.topic,
            row.satisfaction,
            row.sentiment.value,
        )


def add_events(writer: Writer, *, profile: Profile, found: list[Happening]) -> None:
    table = writer.tables.events
    for place, event in enumerate(found):
        table.add(
            writer.next_id(table),
            profile.account.id,
            f"{account_key(profile.account.id)}-E{place + 1}",
            event.kind.value,
            writer.day(event.day),
            event.note,
            writer.learned(event.learned),
        )


def add_onboarding(random: np.random.Generator, *, writer: Writer, profile: Profile) -> None:
    table = writer.tables.onboarding
    for step in onboarding_steps(random, account=profile.account, timeline=writer.timeline):
        table.add(
            writer.next_id(table),
            profile.account.id,
            step.key,
            step.name,
            writer.day(step.due),
            writer.optional_day(step.done),
        )
