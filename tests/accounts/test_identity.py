"""An id counts within its source, for every kind that has ids; what came before the source was
declared is found again."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.intake.specs import SPECS, Kind
from accounts.loading.change_signals import emit_events
from accounts.loading.stored_kinds import stored_kinds
from accounts.models import (
    AccountId,
    Attendance,
    BusinessEvent,
    Contact,
    Contract,
    CsmSentiment,
    GroupSession,
    Interaction,
    Invoice,
    RevenueMovement,
    Signal,
    Source,
    Ticket,
)
from surveys.models import Response
from tests.accounts.loading import account, contract, load_raw, problems, statuses
from tests.accounts.uploads import checked, matched, uploaded

pytestmark = pytest.mark.django_db

MODELS = {
    Kind.CONTACTS: Contact,
    Kind.CONTRACTS: Contract,
    Kind.INVOICES: Invoice,
    Kind.TICKETS: Ticket,
    Kind.INTERACTIONS: Interaction,
    Kind.GROUP_SESSIONS: GroupSession,
    Kind.CSM_SENTIMENTS: CsmSentiment,
    Kind.EVENTS: BusinessEvent,
    Kind.SURVEY_ANSWERS: Response,
}
FIRST = {
    Kind.CONTACTS: {"name": "Ada Lovelace", "email": "ada@acme.example"},
    Kind.CONTRACTS: {
        "starts_on": "2025-01-01", "ends_on": "2026-01-01", "arr": "100.00", "currency": "USD",
    },
    Kind.INVOICES: {
        "issued_on": "2025-01-01", "due_on": "2025-02-01", "amount": "10.00", "currency": "USD",
        "state": "open",
    },
    Kind.TICKETS: {"opened_at": "2025-01-01T09:00:00+00:00", "category": "defect"},
    Kind.INTERACTIONS: {"occurred_at": "2025-01-01T09:00:00+00:00", "kind": "call"},
    Kind.GROUP_SESSIONS: {"starts_at": "2025-01-01T09:00:00+00:00", "kind": "webinar"},
    Kind.CSM_SENTIMENTS: {"said_at": "2025-01-01T09:00:00+00:00", "value": 4},
    Kind.EVENTS: {"occurred_on": "2025-01-01", "kind": "champion_left"},
    Kind.SURVEY_ANSWERS: {"kind": "nps", "value": 9, "answered_at": "2025-01-01T09:00:00+00:00"},
}  # fmt: skip
OTHER = {
    Kind.CONTACTS: {"name": "Max Other", "email": "max@acme.example"},
    Kind.CONTRACTS: FIRST[Kind.CONTRACTS] | {"starts_on": "2025-02-01"},
    Kind.INVOICES: FIRST[Kind.INVOICES] | {"issued_on": "2025-01-15"},
    Kind.TICKETS: FIRST[Kind.TICKETS] | {"opened_at": "2025-01-02T09:00:00+00:00"},
    Kind.INTERACTIONS: FIRST[Kind.INTERACTIONS] | {"occurred_at": "2025-01-02T09:00:00+00:00"},
    Kind.GROUP_SESSIONS: FIRST[Kind.GROUP_SESSIONS] | {"starts_at": "2025-01-02T09:00:00+00:00"},
    Kind.CSM_SENTIMENTS: FIRST[Kind.CSM_SENTIMENTS] | {"said_at": "2025-01-02T09:00:00+00:00"},
    Kind.EVENTS: FIRST[Kind.EVENTS] | {"occurred_on": "2025-01-02"},
    Kind.SURVEY_ANSWERS: FIRST[Kind.SURVEY_ANSWERS] | {"answered_at": "2025-01-02T09:00:00+00:00"},
}
CHANGED = {
    Kind.CONTACTS: {"title": "CTO"},
    Kind.CONTRACTS: {"arr": "200.00"},
    Kind.INVOICES: {"amount": "20.00"},
    Kind.TICKETS: {"severity": "high"},
    Kind.INTERACTIONS: {"subject": "Roadmap"},
    Kind.GROUP_SESSIONS: {"subject": "Roadmap"},
    Kind.CSM_SENTIMENTS: {"reason": "Moved on"},
    Kind.EVENTS: {"note": "Moved on"},
    Kind.SURVEY_ANSWERS: {"comment": "Moved on"},
}


@pytest.fixture(autouse=True)
def houses():
    Source.objects.create(key="eu", name="Desk, EU entity")
    Source.objects.create(key="us", name="Desk, US entity")
    load_raw("accounts", account("acme"), account("beta"))


def record(kind, fields, *, of="acme"):
    named = {"external_id": "17", **fields}
    return named if kind == Kind.GROUP_SESSIONS else {"account": of, **named}


def rows(kind):
    return set(MODELS[kind].objects.values_list("external_id", "source"))


def test_every_kind_with_an_id_is_asked_here():
    with_id = {k for k, spec in SPECS.items() if spec.key == ("external_id",)}
    assert with_id - {Kind.ACCOUNTS, Kind.MOVEMENTS} == set(MODELS)
    assert {k for k, kept in stored_kinds().items() if kept.table.is_sourced} == set(MODELS)


@pytest.mark.parametrize("kind", MODELS)
def test_two_sources_may_number_alike(kind):
    assert statuses(load_raw(kind, record(kind, FIRST[kind]), source="eu")) == ["created"]
    other = record(kind, OTHER[kind], of="beta")
    assert statuses(load_raw(kind, other, source="us")) == ["created"]
    again = load_raw(kind, record(kind, FIRST[kind]), source="eu")
    assert statuses(again) == ["unchanged"]
    assert rows(kind) == {("17", "eu"), ("17", "us")}
    changed = record(kind, OTHER[kind] | CHANGED[kind], of="beta")
    assert statuses(load_raw(kind, changed, source="us")) == ["updated"]
    assert statuses(load_raw(kind, record(kind, FIRST[kind]), source="eu")) == ["unchanged"]


@pytest.mark.parametrize("kind", MODELS)
def test_two_sources_that_say_the_same_of_one_account_are_two_records(kind):
    load_raw(kind, record(kind, FIRST[kind]), source="eu")
    assert statuses(load_raw(kind, record(kind, FIRST[kind]), source="us")) == ["created"]


@pytest.mark.parametrize("kind", MODELS)
def test_what_came_before_its_source_was_declared_is_taken_over(kind):
    load_raw(kind, record(kind, FIRST[kind]))
    before = MODELS[kind].objects.get().pk
    assert statuses(load_raw(kind, record(kind, FIRST[kind]), source="eu")) == ["unchanged"]
    changed = record(kind, FIRST[kind] | CHANGED[kind])
    assert statuses(load_raw(kind, changed, source="eu")) == ["updated"]
    assert MODELS[kind].objects.get().pk == before
    assert rows(kind) == {("17", "eu")}


@pytest.mark.parametrize("kind", MODELS)
def test_another_record_that_came_before_is_left_alone(kind):
    load_raw(kind, record(kind, FIRST[kind]))
    assert statuses(load_raw(kind, record(kind, OTHER[kind]), source="eu")) == ["created"]
    assert rows(kind) == {("17", "direct"), ("17", "eu")}


@pytest.mark.parametrize("kind", MODELS)
def test_nobody_said_the_source_of_a_record_that_one_source_has(kind):
    load_raw(kind, record(kind, FIRST[kind]), source="eu")
    changed = record(kind, FIRST[kind] | CHANGED[kind])
    assert statuses(load_raw(kind, changed)) == ["updated"]
    assert rows(kind) == {("17", "eu")}


@pytest.mark.parametrize("kind", MODELS)
def test_nobody_said_the_source_of_a_record_that_two_sources_have(kind):
    for source in ("eu", "us"):
        load_raw(kind, record(kind, FIRST[kind]), source=source)
    result = load_raw(kind, record(kind, FIRST[kind] | CHANGED[kind]))
    assert problems(result) == {(0, "external_id", "several_sources")}
    assert "send the record with the source that it belongs to" in result.problems[0].message
    # The advice, applied.
    changed = record(kind, FIRST[kind] | CHANGED[kind])
    assert statuses(load_raw(kind, changed, source="us")) == ["updated"]


def test_an_erased_person_is_not_brought_back_by_declaring_a_source():
    load_raw("contacts", record(Kind.CONTACTS, FIRST[Kind.CONTACTS]))
    call_command("erase_contact", "17", verbosity=0)
    back = load_raw("contacts", record(Kind.CONTACTS, FIRST[Kind.CONTACTS]), source="eu")
    assert problems(back) == {(0, "external_id", "erased")}
    assert Contact.objects.count() == 1


def test_one_of_two_people_of_that_id_is_erased_by_source():
    load_raw("contacts", record(Kind.CONTACTS, FIRST[Kind.CONTACTS]), source="eu")
    load_raw("contacts", record(Kind.CONTACTS, OTHER[Kind.CONTACTS], of="beta"), source="us")
    with pytest.raises(CommandError, match="--source: eu, us"):
        call_command("erase_contact", "17", verbosity=0)
    call_command("erase_contact", "17", source="us", verbosity=0)
    assert dict(Contact.objects.values_list("source", "name")) == {
        "eu": "Ada Lovelace",
        "us": "Erased person",
    }


def test_who_took_part_is_of_the_source_first():
    for source, name in (("eu", "Ada"), ("us", "Max")):
        load_raw("contacts", record(Kind.CONTACTS, {"name": name}), source=source)
    meeting = record(Kind.INTERACTIONS, FIRST[Kind.INTERACTIONS] | {"contacts": ["17"]})
    assert statuses(load_raw("interactions", meeting, source="us")) == ["created"]
    assert list(Interaction.objects.get().contacts.values_list("name", flat=True)) == ["Max"]
    assert statuses(load_raw("interactions", meeting, source="us")) == ["unchanged"]
    undecided = load_raw("interactions", meeting | {"external_id": "18"})
    assert "is a contact in several sources" in undecided.problems[0].message


def test_who_came_is_of_the_source_first():
    for source, name in (("eu", "Ada"), ("us", "Max")):
        load_raw("contacts", record(Kind.CONTACTS, {"name": name}), source=source)
    load_raw("group_sessions", record(Kind.GROUP_SESSIONS, FIRST[Kind.GROUP_SESSIONS]))
    came = {"session": "17", "contact": "17", "account": "acme"}
    assert problems(load_raw("attendances", came)) == {(0, "contact", "several_sources")}
    assert statuses(load_raw("attendances", came, source="us")) == ["created"]
    assert Attendance.objects.get().contact.name == "Max"


def test_a_contract_renews_one_of_its_own_source():
    old = contract("17", "2024-01-01", "2025-01-01", "100.00", product="Desk")
    load_raw("contracts", old, source="eu")
    load_raw("contracts", old | {"arr": "50.00", "product": "Chat"}, source="us")
    new = contract("18", "2024-07-01", "2025-07-01", "60.00", product="Talk", renews="17")
    load_raw("contracts", new, source="us")
    posted = RevenueMovement.objects.filter(effective_on__lte="2024-08-01")
    assert sum(posted.values_list("amount_minor", flat=True)) == 100_00 + 60_00


def test_an_event_that_two_sources_number_alike_rings_for_each():
    event = record(Kind.EVENTS, FIRST[Kind.EVENTS])
    for source in ("eu", "us"):
        load_raw("events", event, source=source)
    assert set(Signal.objects.values_list("key", flat=True)) == {"17", "us:17"}
    emit_events(list(BusinessEvent.objects.values_list("pk", flat=True)))
    assert Signal.objects.count() == 2


def test_what_a_source_calls_an_account_goes_before_the_ids_of_others():
    """Billing numbers its customers as the CRM does: 1001 of both are two customers."""
    load_raw("accounts", account("1001"), account("crm-7", further_ids=["1001"]), source="eu")
    ticket = record(Kind.TICKETS, FIRST[Kind.TICKETS], of="1001")
    load_raw("tickets", ticket, source="eu")
    load_raw("usage", {"account": "1001", "day": "2025-03-01", "feature": "f", "events": 3},
             source="eu")  # fmt: skip
    assert Ticket.objects.get().account.external_id == "crm-7"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.external_id FROM accounts_usageday u"
            " JOIN accounts_account a ON a.id = u.account_id"
        )
        assert cursor.fetchall() == [("crm-7",)]
    load_raw("tickets", ticket | {"external_id": "18"}, source="us")
    assert Ticket.objects.get(external_id="18").account.external_id == "1001"


def test_an_account_named_by_a_further_id_of_its_source_is_that_account():
    load_raw("accounts", account("acme", further_ids=["C-1"]), source="eu")
    again = load_raw("accounts", {"external_id": "C-1", "name": "Acme Corp"}, source="eu")
    assert statuses(again) == ["updated"]
    assert AccountId.objects.get().account.name == "Acme Corp"


def test_a_check_compares_with_the_record_of_the_source():
    load_raw("tickets", record(Kind.TICKETS, FIRST[Kind.TICKETS] | {"subject": "EU"}), source="eu")
    load_raw("tickets", record(Kind.TICKETS, OTHER[Kind.TICKETS] | {"subject": "US"}), source="us")
    content = (
        b"external_id,account,opened_at,category,subject\n17,acme,2025-01-02T09:00:00Z,defect,New"
    )
    file = matched(uploaded("t.csv", content), "tickets")
    file.mapping = {**file.mapping, "source": "us"}
    file.save()
    checked(file)
    planned = file.planned.get()
    assert (planned.status, planned.record["changes"]) == ("updated", [["subject", "US", "New"]])
