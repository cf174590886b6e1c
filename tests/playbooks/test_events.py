"""What other systems are told of plays and tasks: as the catalogue says, once, where asked for."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.event_catalogue import ASKED_FOR, CATALOGUE, EventType
from accounts.models import Endpoint, OutboxMessage
from playbooks.actions import add_task, cancel_play, complete_task, skip_task
from playbooks.models import Play, Task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW, fire

_TYPES = {"string": str, "integer": int, "string or null": (str, type(None)),
          "integer or null": (int, type(None))}  # fmt: skip


def endpoint(key: str, *events: EventType, **values) -> Endpoint:
    made = Endpoint(
        **{"key": key, "name": key, "kind": "webhook", "events": events, "created_at": NOW} | values
    )
    made.take(url="https://crm.example/", secret="s")
    made.save()
    return made


def told(kind: EventType) -> list[dict]:
    rows = OutboxMessage.objects.filter(channel="webhook", subject=kind).order_by("pk")
    said = [json.loads(row.body) for row in rows]
    for each in said:
        schema = CATALOGUE[kind]
        assert (each["type"], each["version"]) == (kind, schema.version)
        assert set(each["data"]) == set(schema.fields)
        for name, (expected, _) in schema.fields.items():
            assert isinstance(each["data"][name], _TYPES[expected]), name
    return [each["data"] for each in said]


def test_a_play_is_told_from_the_fall_that_started_it_to_its_end(house):
    endpoint("crm", *ASKED_FOR)
    house.falls(house.account(), "watch")
    fire()
    fire()

    (crossing,) = told(EventType.HEALTH_CROSSED)
    assert (crossing["account"], crossing["before"], crossing["after"]) == (
        "acme", "healthy", "watch",
    )  # fmt: skip
    (began,) = told(EventType.PLAY_STARTED)
    assert began["playbook"] == "healthy_to_watch"
    task = Task.objects.get()
    (created,) = told(EventType.TASK_CREATED)
    assert (created["task"], created["owner"]) == (task.pk, "alice@demo.example")

    alice = house.people["alice"]
    complete_task(task_id=task.pk, outcome=TaskOutcome.REACHED, by=alice, now=NOW)
    (done,) = told(EventType.TASK_DONE)
    assert (done["state"], done["outcome"], done["done_by"]) == (
        "done", "reached", "alice@demo.example",
    )  # fmt: skip
    if Play.objects.get().state == "open":
        cancel_play(play_id=began["play"], reason="They merged", by=alice, now=NOW)
    (ended,) = told(EventType.PLAY_ENDED)
    assert ended["outcome"] == Play.objects.get().outcome


def test_tasks_that_close_with_their_play_and_own_ones_are_told_too(house):
    endpoint("crm", EventType.TASK_DONE, EventType.TASK_CREATED)
    account, alice = house.account(), house.people["alice"]
    house.falls(account, "watch")
    fire()
    cancel_play(play_id=Play.objects.get().pk, reason="They merged", by=alice, now=NOW)
    own = add_task(
        account=account, title="Call", owner=alice, due_at=NOW + timedelta(days=1), by=alice,
        now=NOW,
    )  # fmt: skip
    skip_task(task_id=own.pk, reason="Not needed", by=alice, now=NOW)

    assert [each["state"] for each in told(EventType.TASK_DONE)] == ["closed_by_itself", "skipped"]
    assert [each["play"] is None for each in told(EventType.TASK_CREATED)] == [False, True]


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"events": ["play.ended"]}, {"events": []}]
)
def test_an_endpoint_gets_only_what_it_asked_for(house, change):
    endpoint("crm", EventType.PLAY_STARTED, **change)
    wanting = endpoint("bi", EventType.PLAY_STARTED)
    house.falls(house.account(), "watch")
    fire()
    rows = OutboxMessage.objects.filter(channel="webhook")
    assert [row.endpoint for row in rows] == [wanting]


def test_what_was_undone_with_its_transaction_is_not_told(house):
    endpoint("crm", EventType.TASK_DONE)
    house.falls(house.account(), "watch")
    fire()
    with pytest.raises(ValueError, match="why"):
        skip_task(task_id=Task.objects.get().pk, reason=" ", by=None, now=NOW)
    assert told(EventType.TASK_DONE) == []


def test_the_documentation_lists_every_event_with_its_fields():
    page = (Path(__file__).parents[2] / "docs" / "channels.md").read_text()
    for kind, schema in CATALOGUE.items():
        row = f"| `{kind}` {schema.version} | {schema.tells} | {', '.join(schema.fields)} |"
        assert row in page, kind
