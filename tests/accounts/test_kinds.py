"""Kinds of business events and interactions are rows: a word nobody described is kept."""

import pytest
from django.urls import reverse

from accounts.catalogue import StartingEvent, StartingInteraction
from accounts.models import (
    BusinessEvent,
    BusinessEventKind,
    Interaction,
    InteractionKind,
    Signal,
    User,
)
from accounts.models.vocabulary import MOST_KINDS
from tests.accounts.loading import account, load_raw, problems, statuses
from tests.fresh_sign_in import sign_in_freshly

PASSWORD = "a long enough passphrase"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())


def event(external_id="e1", kind="board_change", **fields):
    fact = {"external_id": external_id, "account": "acme", "occurred_on": "2025-03-10"}
    return fact | {"kind": kind} | fields


def talk(external_id="i1", kind="site_visit"):
    at = "2025-03-10T10:00:00Z"
    return {"external_id": external_id, "account": "acme", "occurred_at": at, "kind": kind}


def test_a_new_installation_knows_the_shipped_kinds():
    events = set(BusinessEventKind.objects.values_list("pk", "met_in_data"))
    assert events == {(kind.value, False) for kind in StartingEvent}
    interactions = dict(InteractionKind.objects.values_list("pk", "is_conversation"))
    assert set(interactions) == {kind.value for kind in StartingInteraction}
    together = {"support", "webinar", "office_hours"}
    assert {kind for kind, is_talk in interactions.items() if not is_talk} == together


def test_an_unknown_event_is_kept_said_once_and_rings():
    result = load_raw("events", event(), event("e2"), event("e3", "incident"))
    assert statuses(result) == ["created"] * 3
    assert problems(result) == {(0, "kind", "new_kind")}
    assert result.warnings == 1

    kind = BusinessEventKind.objects.get(pk="board_change")
    assert (kind.name, kind.met_in_data, kind.meaning) == ("Board change", True, "")
    assert BusinessEvent.objects.filter(kind=kind).count() == 2
    assert Signal.objects.filter(kind="event.board_change").count() == 2

    again = load_raw("events", event())
    assert (statuses(again), problems(again)) == (["unchanged"], set())


def test_an_unknown_interaction_is_kept_and_ends_no_silence_until_somebody_says_so():
    assert statuses(load_raw("interactions", talk())) == ["created"]
    kind = Interaction.objects.get().kind
    assert (kind.name, kind.met_in_data, kind.is_conversation) == ("Site visit", True, False)


def test_a_column_of_free_text_does_not_fill_the_kinds():
    InteractionKind.objects.bulk_create(
        InteractionKind(key=f"kind-{n}", name="Kind")
        for n in range(InteractionKind.objects.count(), MOST_KINDS - 1)
    )
    result = load_raw("interactions", talk(), talk("i2", "one_more"), talk("i3", "call"))
    assert statuses(result) == ["created", "rejected", "created"]
    assert (1, "kind", "too_many_kinds") in problems(result)


def test_who_describes_a_kind_takes_its_mark_away(client):
    ola = User.objects.create_user("ola@example.test", PASSWORD, name="Ola Ops", role="ops")
    sign_in_freshly(client, ola)
    load_raw("events", event())
    change = reverse("admin:accounts_businesseventkind_change", args=["board_change"])
    data = {"name": "Change of the board", "meaning": "", "tone": "bad"}
    assert client.post(change, data).status_code == 302

    kind = BusinessEventKind.objects.get(pk="board_change")
    assert (kind.name, kind.tone, kind.met_in_data) == ("Change of the board", "bad", False)
