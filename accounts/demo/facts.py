"""From the story of each account to rows of the fact tables."""

from __future__ import annotations

import numpy as np

from accounts.demo.account_rows import add_account, add_history, add_people
from accounts.demo.block import Profile, profiles
from accounts.demo.contact_rows import (
    add_conversations,
    add_events,
    add_onboarding,
    add_tickets,
)
from accounts.demo.csm_readings import add_csm_readings
from accounts.demo.customers import timeline_of
from accounts.demo.happenings import happenings
from accounts.demo.languages import languages_of_people
from accounts.demo.money_rows import add_contracts, add_invoices, add_movements
from accounts.demo.relations import DemoPerson, conversations, departures, people_of
from accounts.demo.schema import BlockTables
from accounts.demo.shape import IDS_PER_BLOCK, Shape
from accounts.demo.staff import Staff
from accounts.demo.usage import AccountUsage, Season, account_usage
from accounts.demo.usage_rows import add_usage, limit_days, usage_limit
from accounts.demo.writer import Writer

# Its own stream of chance: all other facts stay as they are.
CSM_TOPIC = 31


def block_tables(
    shape: Shape,
    *,
    block: int,
    staff: Staff,
    usage_days: int | None = None,
    told: list[Profile] | None = None,
) -> BlockTables:
    """Every row of a block. `usage_days` keeps usage of only that many last days; `told` takes the
    profiles that the rows tell of."""
    timeline = timeline_of(shape)
    writer = Writer(
        shape=shape,
        staff=staff,
        timeline=timeline,
        season=Season.of(timeline),
        tables=BlockTables.empty(),
        base=block * IDS_PER_BLOCK,
        usage_from=0 if usage_days is None else max(0, shape.days - usage_days),
    )
    for profile in profiles(shape, block=block, staff=staff):
        random = shape.random(block=block, topic=4, place=profile.account.place + 1)
        tongues = shape.random(block=block, topic=9, place=profile.account.place + 1)
        _add_account_facts(random, tongues=tongues, writer=writer, profile=profile)
        said = shape.random(block=block, topic=CSM_TOPIC, place=profile.account.place + 1)
        add_csm_readings(said, writer=writer, profile=profile)
        if told is not None:
            told.append(profile)
    return writer.tables


def _add_account_facts(
    random: np.random.Generator, *, tongues: np.random.Generator, writer: Writer, profile: Profile
) -> None:
    account, timeline, season = profile.account, writer.timeline, writer.season
    usage = None
    if profile.access is not None:
        usage = account_usage(random, account=account, access=profile.access, season=season)
        add_usage(writer, account_id=account.id, usage=usage)
    limit = usage_limit(random, usage=usage, season=season)
    people = people_of(random, account=account, timeline=timeline)
    add_account(writer, profile=profile, limit=limit)
    languages = languages_of_people(tongues, account=profile.language, people=len(people))
    contact_ids = add_people(writer, profile=profile, people=people, languages=languages)
    add_history(writer, profile=profile)
    add_contracts(writer, profile=profile)
    add_movements(random, writer=writer, profile=profile)
    add_invoices(random, writer=writer, profile=profile)
    if profile.access is not None:
        talks = conversations(random, account=account, people=people, timeline=timeline)
        add_conversations(writer, profile=profile, talks=talks, contact_ids=contact_ids)
    add_tickets(random, writer=writer, profile=profile)
    _add_noted(random, writer=writer, profile=profile, people=people, usage=usage, limit=limit)
    add_onboarding(random, writer=writer, profile=profile)


def _add_noted(
    random: np.random.Generator,
    *,
    writer: Writer,
    profile: Profile,
    people: list[DemoPerson],
    usage: AccountUsage | None,
    limit: int | None,
) -> None:
    found = happenings(
        random,
        account=profile.account,
        champion_losses=departures(people),
        first_value=profile.first_value,
        limit_reached=limit_days(
            usage, limit=limit, season=writer.season, timeline=writer.timeline
        ),
        timeline=writer.timeline,
    )
    add_events(writer, profile=profile, found=found)
