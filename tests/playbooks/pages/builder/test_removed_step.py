"""A removed step comes back where it was, whatever was done to the draft meanwhile."""

import pytest

from accounts.models import User
from playbooks.library.step_edits import remove_step, return_step
from playbooks.models import Playbook
from playbooks.publishing import begin_draft, save_draft
from tests.playbooks.conftest import NOW
from tests.playbooks.pages.builder.conftest import at


@pytest.fixture
def draft(house):
    version = Playbook.objects.get(key="watch_to_intervene")
    return begin_draft(version=version, now=NOW)[0]


def keys(draft):
    return [step["key"] for step in Playbook.objects.get(pk=draft.pk).as_mapping()["steps"]]


def remove(client, draft, key):
    draft.refresh_from_db()
    form = {"part": "step", "key": key, "revision": draft.revision}
    return client.post(at("playbook_remove", draft.pk), form, follow=True)


def take_back(client, draft):
    draft.refresh_from_db()
    form = {"revision": draft.revision}
    return client.post(at("playbook_take_back", draft.pk), form, follow=True)


@pytest.mark.parametrize("place", [0, 1, -1])
def test_each_step_comes_back_with_what_led_to_it(ops, draft, place):
    before = Playbook.objects.get(pk=draft.pk).as_mapping()
    key = before["steps"][place]["key"]
    assert "You removed the step" in remove(ops, draft, key).text
    assert key not in keys(draft)
    page = take_back(ops, draft)
    assert Playbook.objects.get(pk=draft.pk).as_mapping() == before
    assert "You removed the step" not in page.text
    assert "There is nothing to take back." in take_back(ops, draft).text


def test_it_comes_back_behind_what_stood_before_it_once_the_draft_moved_on(ops, house, draft):
    first, second, third, *_ = keys(draft)
    remove(ops, draft, second)
    draft.refresh_from_db()
    content = draft.as_mapping()
    content["steps"] = content["steps"][::-1]
    save_draft(
        draft=draft, revision=draft.revision, content=content, by=house.people["otto"], now=NOW
    )
    take_back(ops, draft)
    assert keys(draft)[-2:] == [first, second]
    assert sorted(keys(draft)) == sorted([first, second, third, *keys(draft)[:-3]])


def test_it_is_offered_to_who_removed_it_alone(ops, house, draft, client):
    remove(ops, draft, keys(draft)[0])
    other = User.objects.create_user("ops2@demo.example", name="Other", role="ops")
    client.logout()
    client.force_login(other)
    assert "You removed the step" not in client.get(at("playbook", draft.pk)).text


def test_edges_to_what_is_gone_or_above_do_not_come_back():
    steps = [
        {"key": "a", "kind": "task", "next": []},
        {"key": "b", "kind": "task", "next": [{"to": "c"}, {"to": "end"}]},
        {"key": "c", "kind": "task", "next": []},
    ]
    left = [step for step in remove_step(steps, "b") if step["key"] != "c"]
    back = return_step(left, steps, key="b")
    assert [(step["key"], step["next"]) for step in back] == [("a", []), ("b", [{"to": "end"}])]


@pytest.mark.parametrize(
    ("owner", "channel", "offered"),
    [
        ("csm", "call", ["reached", "meeting_booked", "no_response", "declined", "skipped"]),
        ("csm", "internal", ["documented", "decided", "nothing_to_do", "skipped"]),
        ("system", "internal", ["notified"]),
    ],
)
def test_where_a_task_goes_on_is_asked_for_the_outcomes_of_its_channel(
    ops, house, draft, owner, channel, offered
):
    content = draft.as_mapping()
    content["steps"][0] |= {"owner": owner, "channel": channel, "next": []}
    save_draft(
        draft=draft, revision=draft.revision, content=content, by=house.people["otto"], now=NOW
    )
    page = ops.get(at("playbook_item", draft.pk, "step", content["steps"][0]["key"]))
    assert list(page.context["form"].goes) == offered
    assert [f for f in page.context["form"].fields if f.startswith("goes_")] == [
        f"goes_{each}" for each in offered
    ]
