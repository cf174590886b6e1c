"""What customers do that a sequence hands over on: an urgent ticket, and mail that they wrote."""

import pytest

from accounts.models import Signal
from tests.accounts.loading import account, load_raw
from tests.accounts.test_loading_records import ticket

pytestmark = pytest.mark.django_db


def rung(kind):
    return list(Signal.objects.filter(kind=kind).values_list("key", "payload"))


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ({"severity": "urgent"}, True),
        ({"severity": "high"}, False),
        ({"severity": "urgent", "solved_at": "2025-03-02T08:00:00Z"}, False),
    ],
)
def test_an_urgent_ticket_that_is_open_rings(said, is_told):
    load_raw("accounts", account())
    load_raw("tickets", ticket(subject="All is down", **said))
    told = [("direct:t1", {"note": "All is down"})] if is_told else []
    assert rung("support.escalated") == told


def test_a_ticket_that_becomes_urgent_rings_once():
    load_raw("accounts", account())
    for severity in ("normal", "urgent", "high", "urgent"):
        load_raw("tickets", ticket(severity=severity))
    assert len(rung("support.escalated")) == 1


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ({}, True),
        ({"kind": "call"}, False),
        ({"host": "ada@demo.example"}, False),  # one of us wrote
        ({"contacts": []}, False),  # nobody knows who
        ({"occurred_at": "2025-02-01T08:00:00Z"}, False),  # history
    ],
)
def test_mail_that_a_customer_wrote_rings(said, is_told, django_user_model):
    django_user_model.objects.create_user("ada@demo.example", name="Ada", role="csm")
    load_raw("accounts", account())
    person = {"external_id": "k1", "account": "acme", "name": "Kim", "email": "kim@acme.example"}
    load_raw("contacts", person)
    wrote = {
        "external_id": "i1",
        "account": "acme",
        "kind": "email",
        "occurred_at": "2025-03-10T08:00:00Z",
        "subject": "Can somebody call?",
        "contacts": ["k1"],
    }
    load_raw("interactions", wrote | said)
    load_raw("interactions", wrote | said | {"subject": "Can somebody call us?"})
    told = [("direct:i1", {"note": "Can somebody call?"})] if is_told else []
    assert rung("customer.wrote") == told
