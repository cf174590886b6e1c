"""Records with an identity: created, updated, unchanged or refused; history, marks, signals."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import (
    Account,
    AttributeHistory,
    BusinessEvent,
    Contact,
    DirtyAccount,
    Interaction,
    Plan,
    Pool,
    Signal,
    Ticket,
    User,
)
from tests.accounts.loading import DAY, account, load_raw, problems, statuses

pytestmark = pytest.mark.django_db


def ticket(external_id: str = "t1", **fields):
    return {
        "external_id": external_id,
        "account": "acme",
        "opened_at": "2025-03-01T08:00:00Z",
        "category": "defect",
        **fields,
    }


def test_the_same_records_again_change_nothing():
    raw = account(plan="pro", tags=["x"], seats=5, customer_since="2024-01-01")
    assert statuses(load_raw("accounts", raw)) == ["created"]
    history = list(AttributeHistory.objects.values())
    DirtyAccount.objects.all().delete()
    assert statuses(load_raw("accounts", raw)) == ["unchanged"]
    assert list(AttributeHistory.objects.values()) == history
    assert not DirtyAccount.objects.exists()


def test_a_field_left_out_keeps_its_value_and_null_clears_it():
    load_raw("accounts", account(industry="Shipping", seats=5))
    assert statuses(load_raw("accounts", account(seats=None))) == ["updated"]
    stored = Account.objects.get()
    assert (stored.industry, stored.seats) == ("Shipping", None)


def test_good_rows_stay_beside_bad_ones():
    load_raw("accounts", account())
    result = load_raw("tickets", ticket("t1"), ticket("t2", account="nobody"), ticket("t3"))
    assert statuses(result) == ["created", "rejected", "created"]
    assert problems(result) == {(1, "account", "unknown")}
    assert set(Ticket.objects.values_list("external_id", flat=True)) == {"t1", "t3"}


def test_a_repeated_key_with_other_values_is_refused_and_the_first_stays():
    result = load_raw("accounts", account(seats=1), account(seats=2), account(seats=1))
    assert statuses(result) == ["created", "rejected", "unchanged"]
    assert problems(result) == {(1, "external_id", "duplicate")}
    assert Account.objects.get().seats == 1


def test_a_record_does_not_move_to_another_account():
    load_raw("accounts", account(), account("other"))
    load_raw("tickets", ticket())
    result = load_raw("tickets", ticket(account="other"))
    assert problems(result) == {(0, "external_id", "other_account")}
    assert Ticket.objects.get().account.external_id == "acme"


def test_owners_pools_and_plans_are_resolved():
    ada = User.objects.create_user("Ada@demo.example", name="Ada", role="csm")
    Pool.objects.create(name="North")
    load_raw("accounts", account(owner="ada@demo.example", plan="gold"))
    stored = Account.objects.get()
    assert (stored.owner, stored.plan) == (ada, Plan.objects.get(key="gold"))
    load_raw("accounts", account(pool="North"))
    stored.refresh_from_db()
    assert (stored.owner, stored.pool.name) == (None, "North")
    result = load_raw("accounts", account(owner="ghost@demo.example"))
    assert problems(result) == {(0, "owner", "unknown")}


def test_a_parent_may_stand_on_a_later_line():
    result = load_raw("accounts", account("child", parent="root"), account("root"))
    assert statuses(result) == ["created", "created"]
    assert Account.objects.get(external_id="child").parent.external_id == "root"


def test_history_keeps_what_was_and_when_it_was_learned():
    load_raw("accounts", account(seats=5, customer_since="2024-01-01"), day=date(2025, 1, 10))
    load_raw("accounts", account(seats=8), day=date(2025, 2, 1))
    load_raw("accounts", account(seats=9), day=date(2025, 2, 1))
    rows = AttributeHistory.objects.filter(attribute="seats").order_by("valid_from")
    assert list(rows.values_list("value", "valid_from", "valid_to", "learned_at")) == [
        ("5", date(2025, 1, 10), date(2025, 2, 1), datetime(2025, 1, 10, 12, tzinfo=UTC)),
        ("9", date(2025, 2, 1), None, datetime(2025, 2, 1, 12, tzinfo=UTC)),
    ]


def test_a_change_of_stage_rings_once():
    load_raw("accounts", account(stage="onboarding"))
    assert not Signal.objects.exists()
    load_raw("accounts", account(stage="adoption"))
    load_raw("accounts", account(stage="adoption"))
    signal = Signal.objects.get()
    assert signal.kind == "account.stage_changed"
    assert signal.payload == {"from": "onboarding", "to": "adoption"}


def test_a_business_event_just_learned_rings_when_it_happened():
    load_raw("accounts", account())
    event = {
        "external_id": "e1",
        "account": "acme",
        "kind": "champion_left",
        "occurred_on": "2025-03-01",
    }
    assert statuses(load_raw("events", event)) == ["created"]
    assert statuses(load_raw("events", event)) == ["unchanged"]
    signal = Signal.objects.get()
    assert (signal.kind, signal.key) == ("event.champion_left", "e1")
    assert signal.occurred_at == datetime(2025, 3, 1, tzinfo=UTC)
    assert BusinessEvent.objects.count() == 1


def test_changed_facts_mark_their_account():
    load_raw("accounts", account(), account("other"))
    DirtyAccount.objects.all().delete()
    load_raw("tickets", ticket())
    marked = set(DirtyAccount.objects.values_list("account__external_id", flat=True))
    assert marked == {"acme"}


def test_a_contact_who_left_is_inactive_from_that_day():
    load_raw("accounts", account())
    contact = {"external_id": "k1", "account": "acme", "name": "Kim", "met_on": "2024-01-01"}
    load_raw("contacts", contact | {"roles": ["champion", "economic_buyer"]})
    assert statuses(load_raw("contacts", contact | {"left_on": "2025-02-01"})) == ["updated"]
    stored = Contact.objects.get()
    assert (stored.is_active, stored.left_on) == (False, date(2025, 2, 1))
    rows = AttributeHistory.objects.filter(contact=stored, attribute="active").order_by("pk")
    assert list(rows.values_list("value", "valid_from", "valid_to")) == [
        ("true", date(2024, 1, 1), date(2025, 2, 1)),
        ("false", date(2025, 2, 1), None),
    ]


def test_an_erased_person_is_not_taken_back():
    load_raw("accounts", account())
    contact = {"external_id": "k1", "account": "acme", "name": "Kim"}
    load_raw("contacts", contact)
    Contact.objects.update(erased_at=datetime(2025, 3, 1, tzinfo=UTC), name="erased")
    assert problems(load_raw("contacts", contact)) == {(0, "external_id", "erased")}
    assert Contact.objects.get().name == "erased"


def test_a_merge_that_would_not_make_sense_is_refused():
    load_raw("accounts", account())
    load_raw("tickets", ticket(solved_at="2025-03-02T08:00:00Z"))
    result = load_raw("tickets", ticket(opened_at="2025-03-03T08:00:00Z"))
    assert problems(result) == {(0, "solved_at", "order")}
    assert statuses(result) == ["rejected"]


def test_an_interaction_knows_who_took_part():
    load_raw("accounts", account(), account("other"))
    people = [
        {"external_id": "k1", "account": "acme", "name": "Kim"},
        {"external_id": "k2", "account": "other", "name": "Lee"},
    ]
    load_raw("contacts", *people)
    call = {
        "external_id": "i1",
        "account": "acme",
        "occurred_at": "2025-03-01T08:00:00Z",
        "kind": "call",
    }
    assert statuses(load_raw("interactions", call | {"contacts": ["k1"]})) == ["created"]
    assert [c.external_id for c in Interaction.objects.get().contacts.all()] == ["k1"]
    assert statuses(load_raw("interactions", call)) == ["unchanged"]
    assert Interaction.objects.get().contacts.count() == 1
    assert statuses(load_raw("interactions", call | {"contacts": []})) == ["updated"]
    assert not Interaction.objects.get().contacts.exists()
    result = load_raw("interactions", call | {"external_id": "i2", "contacts": ["k2"]})
    assert problems(result) == {(0, "contacts", "unknown")}
    call |= {"external_id": "i3", "account": "nobody", "contacts": ["k1"]}
    assert problems(load_raw("interactions", call)) == {(0, "account", "unknown")}


def test_onboarding_steps_are_once_an_account():
    load_raw("accounts", account())
    step = {"account": "acme", "key": "first_login", "name": "First log-in", "due_on": "2025-03-20"}
    assert statuses(load_raw("onboarding", step)) == ["created"]
    assert statuses(load_raw("onboarding", step | {"done_on": str(DAY)})) == ["updated"]
    assert statuses(load_raw("onboarding", step)) == ["unchanged"]


def test_an_invoice_follows_its_state():
    load_raw("accounts", account())
    invoice = {
        "external_id": "v1",
        "account": "acme",
        "issued_on": "2025-01-01",
        "due_on": "2025-01-31",
        "amount": "100.00",
        "currency": "USD",
    }
    paid = invoice | {"state": "paid", "paid_on": "2025-01-20"}
    assert statuses(load_raw("invoices", paid)) == ["created"]
    assert statuses(load_raw("invoices", invoice | {"state": "failed"})) == ["updated"]
