"""Plays and tasks by the API: a key sees what its person sees, and does what they may, once."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Account
from playbooks.models import Play, Task
from tests.accounts.bulk import is_problem, make_key, post
from tests.playbooks.conftest import NOW, fire
from tests.playbooks.test_step_kinds import CALL, published

PLAYS, TASKS, START = (f"/api/v1/{path}/" for path in ("plays", "tasks", "plays/start"))


@pytest.fixture
def alices(house) -> str:
    return make_key("work:read", "work:write", owner=house.people["alice"])


@pytest.fixture
def task(house) -> Task:
    house.falls(house.account(), "watch")
    fire()
    return Task.objects.get()


def get(url: str, token: str):
    return Client().get(url, headers={"Authorization": f"Bearer {token}"})


def act(task: Task, action: str, said: dict, token: str, **headers):
    return post(f"{TASKS}{task.pk}/{action}/", said, token, **headers)


def test_plays_and_tasks_are_read_one_by_one_and_in_lists(task, alices):
    (play,) = get(PLAYS, alices).json()["plays"]
    assert (play["account"], play["playbook"], play["state"]) == (
        "acme",
        "healthy_to_watch",
        "open",
    )
    assert get(f"{PLAYS}{play['id']}/", alices).json() == play
    (shown,) = get(f"{TASKS}?account=acme&state=open", alices).json()["tasks"]
    assert (shown["id"], shown["play"], shown["owner"]) == (
        task.pk, play["id"], "alice@demo.example",
    )  # fmt: skip
    assert get(f"{TASKS}{task.pk}/", alices).json() == shown
    assert get(f"{TASKS}?state=done", alices).json() == {"tasks": [], "next": None}
    assert is_problem(get(f"{TASKS}?state=odd", alices), 400) == "unknown_state"
    assert is_problem(get(f"{TASKS}?after=x", alices), 400) == "cursor"


def test_a_long_list_comes_in_pages(house, alices, monkeypatch):
    monkeypatch.setattr("accounts.api.reads.PAGE_SIZE", 2)
    for number in range(5):
        house.falls(house.account(f"a{number}"), "watch")
    fire()
    seen, address = [], TASKS
    while address:
        page = get(address, alices).json()
        seen += [each["id"] for each in page["tasks"]]
        address = page["next"] and f"{TASKS}?after={page['next']}"
    assert seen == list(Task.objects.order_by("pk").values_list("pk", flat=True))
    assert len(seen) == 5


def test_a_persons_key_sees_and_does_what_they_may(house, task):
    stranger = make_key("work:read", "work:write", owner=house.people["eva"])
    Account.objects.update(owner=house.people["bob"])
    outsider = make_key("work:read", "work:write", owner=house.people["alice"].__class__.objects
                        .create_user("out@demo.example", name="out", role="csm"))  # fmt: skip
    assert get(TASKS, outsider).json()["tasks"] == []
    assert is_problem(get(f"{TASKS}{task.pk}/", outsider), 404) == "not_found"
    for token in (outsider, stranger):
        assert act(task, "complete", {"outcome": "reached"}, token).status_code == 404
        said = {"account": "acme", "playbook": "healthy_to_watch"}
        assert post(START, said, token).status_code == 404
    task.refresh_from_db()
    assert (task.state, Play.objects.count()) == ("open", 1)


@pytest.mark.parametrize("scopes", [["work:read"], ["ingest:*"], ["ingest:tickets"]])
def test_only_the_scope_lets_work_be_done(house, task, scopes):
    token = make_key(*scopes, owner=house.people["alice"])
    assert act(task, "complete", {"outcome": "reached"}, token).status_code == 403
    nobodys = make_key("work:write")
    assert act(task, "complete", {"outcome": "reached"}, nobodys).status_code == 403


def test_a_play_is_started_once_for_a_key(house, alices):
    published(CALL)
    house.account()
    said = {"account": "acme", "playbook": "small"}
    first = post(START, said, alices, Idempotency_Key="k1")
    again = post(START, said, alices, Idempotency_Key="k1")

    assert first.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    play = Play.objects.get()
    assert (first.json()["id"], play.why) == (play.pk, "“Small” was started by alice.")
    assert is_problem(post(START, said, alices, Idempotency_Key="k2"), 422) == "refused"
    other = said | {"account": "elsewhere"}
    assert is_problem(post(START, other, alices, Idempotency_Key="k1"), 422) == (
        "idempotency_key_reused"
    )
    assert post(START, said | {"playbook": "none"}, alices).status_code == 422


def test_a_task_is_snoozed_handed_over_and_done(house, task, alices):
    until = (NOW + timedelta(days=400 * 5)).isoformat()
    assert act(task, "snooze", {"until": until}, alices).json()["state"] == "snoozed"
    handed = act(task, "reassign", {"owner": "bob@demo.example"}, alices).json()
    assert handed["owner"] == "bob@demo.example"
    done = act(task, "complete", {"outcome": "reached", "note": "Fine"}, alices).json()
    assert (done["state"], done["outcome"], done["closed_by"]) == (
        "done", "reached", "alice@demo.example",
    )  # fmt: skip
    task.refresh_from_db()
    assert task.note == "Fine"
    again = act(task, "complete", {"outcome": "reached"}, alices)
    assert is_problem(again, 422) == "refused"
    assert "already" in again.json()["detail"]


@pytest.mark.parametrize(
    ("action", "said", "status"),
    [
        ("complete", {"outcome": "notified"}, 422), ("complete", {"outcome": "odd"}, 422),
        ("complete", {}, 400), ("complete", [], 400), ("skip", {"reason": " "}, 422),
        ("snooze", {"until": "tomorrow"}, 422), ("snooze", {"until": "2025-03-20T09:00:00"}, 422),
        ("snooze", {"until": "2020-01-01T00:00:00Z"}, 422), ("reassign", {"owner": "x@y.z"}, 422),
        ("reassign", {"owner": "eva@demo.example"}, 422), ("reassign", {"owner": 5}, 400),
        ("burn", {}, 404), ("skip", {"reason": "a\x00b"}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why_and_changes_nothing(task, alices, action, said, status):
    answer = act(task, action, said, alices)
    is_problem(answer, status)
    task.refresh_from_db()
    assert (task.state, task.owner.name) == ("open", "alice")


def test_the_description_names_every_address(alices):
    text = json.dumps(get("/api/v1/schema/?format=json", alices).json())
    for path in ("plays/", "plays/start/", "plays/{play_id}/", "tasks/{task_id}/{action}/"):
        assert f"/api/v1/{path}" in text
