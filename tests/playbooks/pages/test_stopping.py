"""A running play is stopped with a reason, and a task given to somebody else."""

import pytest
from django.urls import reverse

from accounts.models import Installation, OutboxMessage, User
from playbooks.models import Play, Task, TaskAudit
from tests.page_house import add_task, open_play, sign_in


@pytest.fixture
def play(house, csm):
    return open_play(house.accounts["own"], csm)


@pytest.fixture
def task(house, csm):
    return add_task(house.accounts["own"], csm, title="Call the buyer")


def address(play):
    return reverse("account_play_stop", args=[play.account.external_id, play.pk])


def stop(client, play, **data):
    return client.post(address(play), data, follow=True)


def hand(client, task, **data):
    return client.post(reverse("task_reassign", args=[task.pk]), data, follow=True)


def messages(response):
    return [str(message) for message in response.context["messages"]]


def test_a_play_is_stopped_where_it_runs_and_says_by_whom_and_why(client, csm, play):
    before = client.get(reverse("account_tasks", args=["acc-own"])).content.decode()
    assert f'action="{address(play)}"' in before

    response = stop(client, play, reason="They merged <i>teams</i>.")

    page = response.content.decode()
    assert messages(response) == [
        "Stopped: Step in within 48 hours. Its open tasks closed with it."
    ]
    assert f"Stopped by {csm.name}: They merged &lt;i&gt;teams&lt;/i&gt;." in page
    assert "Cancelled" in page
    assert address(play) not in page
    task = Task.objects.get(play=play)
    assert (task.state, task.closed_by) == ("closed_by_itself", csm)
    assert TaskAudit.objects.latest("pgh_id").closed_by == csm


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "Say why the play is stopped: others read it later."),
        ("   ", "Say why the play is stopped: others read it later."),
        ("x" * 401, "Say it in 400 characters."),
    ],
)
def test_without_a_reason_it_goes_on(client, play, reason, words):
    assert messages(stop(client, play, reason=reason)) == [words]
    play.refresh_from_db()
    assert play.state == "open"


def test_stopping_twice_says_that_it_has_ended(client, play):
    stop(client, play, reason="Enough")

    assert messages(stop(client, play, reason="Again")) == ["The play has ended: Cancelled."]
    assert Play.objects.get().reason.endswith(": Enough")


def test_who_may_only_read_the_account_is_not_offered_it(client, house, play):
    sign_in(client, house.people["executive"])
    page = client.get(reverse("account_tasks", args=["acc-own"])).content.decode()

    assert "Stop this play" not in page


def test_a_task_is_handed_to_somebody_who_may_see_its_account(client, house, csm, task):
    page = client.get(reverse("task", args=[task.pk])).content.decode()
    offered = {
        person.name for person in User.objects.all() if f'<option value="{person.pk}">' in page
    }
    # The stranger reads it as a team mate of somebody on the team of the account.
    assert offered == {"mate", "manager", "ops", "on_the_team", "stranger"}
    mate = User.objects.get(name="mate")

    response = hand(client, task, owner=mate.pk)

    assert messages(response) == ["Handed to mate: Call the buyer"]
    task.refresh_from_db()
    assert task.owner == mate
    (told,) = OutboxMessage.objects.filter(channel="in_app")
    assert (told.user, told.body) == (mate, f"{csm.name} gave you this task.")
    assert TaskAudit.objects.latest("pgh_id").owner == mate


def test_a_task_goes_back_to_the_queue_of_cs_ops(client, task):
    assert messages(hand(client, task, owner=0)) == [
        "Handed to the queue of CS ops: Call the buyer"
    ]
    task.refresh_from_db()
    assert task.owner is None


@pytest.mark.parametrize("owner", ["", "x", "-1", "9" * 30, "1e3"])
def test_what_is_no_person_is_refused(client, csm, task, owner):
    assert messages(hand(client, task, owner=owner)) == ["Choose who does it from here."]
    task.refresh_from_db()
    assert task.owner == csm


def test_a_task_is_handed_to_nobody_who_may_not_see_the_account(client, house, csm, task):
    Installation.objects.update(visibility="own")
    for person, words in (
        (
            User.objects.get(name="mate").pk,
            "mate may not work on secret-own: choose somebody else.",
        ),
        (
            house.people["executive"].pk,
            "executive may not work on secret-own: choose somebody else.",
        ),
        (2**62, "That person is not here any more: choose somebody else."),
    ):
        assert messages(hand(client, task, owner=person)) == [words]
    task.refresh_from_db()
    assert task.owner == csm


def test_a_finished_task_stays_with_whoever_finished_it(client, csm, task):
    Task.objects.update(state="skipped", reason="Gone", closed_at=task.due_at)

    assert messages(hand(client, task, owner=0)) == [
        "The platform skipped “Call the buyer” on 14 Mar 2025, 23:59."
        " What you entered is not saved."
    ]
    assert "Hand over" not in client.get(reverse("task", args=[task.pk])).content.decode()
