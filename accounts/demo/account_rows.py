"""Rows of an account itself: who they are, their past attributes, the people we know there."""

from __future__ import annotations

from dataclasses import astuple

from accounts.catalogue import LEAST_RENEWAL_MONTHS, AccountStatus, ContractState, HistoryAttribute
from accounts.demo.block import Profile
from accounts.demo.names import company_name, domain, mailbox, person_name
from accounts.demo.offering import plan_named
from accounts.demo.relations import DemoPerson
from accounts.demo.tables import array_literal
from accounts.demo.writer import CURRENCY, Writer, account_key

POOL_ID = 1


def add_account(writer: Writer, *, profile: Profile, limit: int | None) -> None:
    account = profile.account
    name = company_name(account.id)
    writer.tables.accounts.add(
        account.id,
        account_key(account.id),
        name,
        domain(name),
        profile.industry,
        profile.region,
        profile.time_zone,
        profile.language,
        CURRENCY,
        plan_named(profile.value(HistoryAttribute.PLAN)).id,
        profile.value(HistoryAttribute.SEATS),
        limit,
        writer.day(account.since),
        profile.status.value,
        profile.value(HistoryAttribute.STAGE),
        *_served_by(writer, profile=profile),
        array_literal(_account_tags(profile)),
        *astuple(profile.known),
        False,
        *_derived_columns(writer, profile=profile),
        writer.learned(account.since),
    )


def _served_by(writer: Writer, *, profile: Profile) -> tuple[int | None, ...]:
    """Owner, pool."""
    return (profile.owner_on(writer.timeline.days), POOL_ID if profile.in_pool else None)


def _derived_columns(writer: Writer, *, profile: Profile) -> tuple[object, ...]:
    """From ARR to the pending tier: what loading would derive, and no override."""
    pending = profile.tiers.now
    return (
        sum(movement.amount_minor for movement in profile.account.story.movements),
        *_renewal_day(writer, profile=profile),
        profile.value(HistoryAttribute.SEGMENT),
        profile.value(HistoryAttribute.TOUCH_TIER),
        "",
        "",
        "",
        pending.pending or "",
        pending.pending_since,
    )


def _renewal_day(writer: Writer, *, profile: Profile) -> tuple[object, int]:
    """Day and ARR; what is paid month to month has none."""
    term = profile.account.story.terms[-1]
    has_one = term.state == ContractState.ACTIVE and term.months >= LEAST_RENEWAL_MONTHS
    return (writer.day(term.ends), term.arr_minor) if has_one else (writer.optional_day(None), 0)


def _account_tags(profile: Profile) -> list[str]:
    tags = []
    if any(term.months > 12 for term in profile.account.story.terms):
        tags.append("multi-year")
    if profile.status == AccountStatus.ACTIVE and profile.account.fit > 0.82:
        tags.append("reference")
    if profile.account.id % 17 == 0:
        tags.append("beta")
    return tags


def add_people(
    writer: Writer, *, profile: Profile, people: list[DemoPerson], languages: list[str]
) -> list[int]:
    """The ids given, in the order of `people`."""
    account = profile.account
    host = domain(company_name(account.id))
    ids = []
    for place, (person, language) in enumerate(zip(people, languages, strict=True)):
        id_ = writer.next_id(writer.tables.contacts)
        name = person_name(account.id * 31 + place * 1009)
        writer.tables.contacts.add(
            id_,
            account.id,
            f"{account_key(account.id)}-P{place + 1}",
            name,
            f"{mailbox(name)}@{host}",
            person.title,
            language,
            person.level.value,
            person.job_function,
            array_literal(role.value for role in person.roles),
            person.strength,
            person.left is None,
            writer.optional_day(person.left),
            writer.day(person.met),
            False,
        )
        ids.append(id_)
        _add_contact_history(writer, account_id=account.id, contact_id=id_, person=person)
    return ids


def _add_contact_history(
    writer: Writer, *, account_id: int, contact_id: int, person: DemoPerson
) -> None:
    left = person.left if person.left is not None and person.left > person.met else None
    spans = [
        (HistoryAttribute.ROLES, ",".join(person.roles), person.met, None),
        (HistoryAttribute.ACTIVE, "true", person.met, left),
    ]
    if left is not None:
        spans.append((HistoryAttribute.ACTIVE, "false", left, None))
    for attribute, value, begins, ends in spans:
        _add_span(writer, account_id, contact_id, attribute, value, begins, ends)


def add_history(writer: Writer, *, profile: Profile) -> None:
    for span in (*profile.spans, *profile.owners):
        value = span.value
        if span.attribute == HistoryAttribute.PLAN:
            value = str(plan_named(value).id)
        _add_span(writer, profile.account.id, None, span.attribute, value, span.begins, span.ends)


def _add_span(
    writer: Writer,
    account_id: int,
    contact_id: int | None,
    attribute: HistoryAttribute,
    value: str,
    begins: int,
    ends: int | None,
) -> None:
    writer.tables.history.add(
        writer.next_id(writer.tables.history),
        account_id,
        contact_id,
        attribute.value,
        value,
        writer.day(begins),
        writer.optional_day(ends),
        writer.learned(begins),
    )
