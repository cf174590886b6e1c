"""What one does with tasks beside finishing one: undo, several at once, a date, a new one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import OutboxMessage
from playbooks.models import Task
from tests.page_house import DAY, NOW, add_task, sign_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def task(account, csm):
    return add_task(account, csm, title="Call the buyer")


def state(task):
    task.refresh_from_db()
    return task.state


def test_what_was_done_offers_to_take_it_back(client, task):
    html = client.post(
        reverse("task_complete", args=[task.pk]), {"outcome": "reached"}, headers=HTMX
    ).content.decode()
    address = reverse("task_undo", args=[task.pk])
    assert f'action="{address}"' in html
    response = client.post(address, follow=True)
    assert "Taken back: Call the buyer" in response.content.decode()
    assert state(task) == "open"


def test_what_cannot_be_taken_back_says_why(client, task):
    Task.objects.update(
        state="done", outcome="reached", closed_at=NOW - timedelta(minutes=5), closed_by=task.owner
    )
    html = client.post(reverse("task_undo", args=[task.pk]), follow=True).content.decode()
    assert "More than a minute has passed" in html
    assert state(task) == "done"


def test_a_task_is_snoozed_until_a_date_of_choice(client, task):
    client.post(reverse("task_snooze", args=[task.pk]), {"on": "2025-04-08"})
    assert state(task) == "snoozed"
    assert task.snoozed_until.isoformat() == "2025-04-08T00:00:00+00:00"


@pytest.mark.parametrize(
    ("form", "words"),
    [({"on": "2025-03-14"}, "still to come"), ({"on": "soon"}, "year, month and day"),
     ({}, "Choose when it comes back")],
)  # fmt: skip
def test_a_date_that_does_not_fit_is_refused(client, task, form, words):
    html = client.post(reverse("task_snooze", args=[task.pk]), form, headers=HTMX).content.decode()
    assert words in html
    assert state(task) == "open"


def bulk(client, *tasks, **form):
    chosen = [task.pk for task in tasks]
    return client.post(reverse("task_bulk"), {"task": chosen, **form}, follow=True)


def test_several_are_done_snoozed_and_handed_over(client, account, csm, house):
    first, second = (add_task(account, csm, title=name) for name in ("Call", "Write"))
    bulk(client, first, second, act="snooze", on=f"{DAY + timedelta(days=9)}")
    assert (state(first), state(second)) == ("snoozed", "snoozed")
    manager = house.people["manager"]
    bulk(client, first, second, act="reassign", owner=manager.pk)
    assert {task.owner for task in Task.objects.all()} == {manager}
    html = bulk(client, first, second, act="done", outcome="no_response").content.decode()
    assert (state(first), state(second)) == ("done", "done")
    assert "2 tasks changed." in html


def test_where_one_of_several_refuses_it_is_named_and_none_is_changed(client, account, csm):
    call, own = (add_task(account, csm, title=name) for name in ("Call", "Tidy up"))
    Task.objects.filter(pk=own.pk).update(channel="internal")
    html = bulk(client, call, own, act="done", outcome="reached").content.decode()
    assert "Nothing was changed" in html
    assert f"{account.name}, “Tidy up”: What comes of this task is one of: done." in html
    assert (state(call), state(own)) == ("open", "open")


@pytest.mark.parametrize(
    ("form", "words"),
    [({"act": "done"}, "Say what came of them."), ({"act": "reassign"}, "Choose who does it"),
     ({"act": "snooze"}, "Choose when it comes back"), ({}, "Choose what to do")],
)  # fmt: skip
def test_what_is_missing_for_several_is_said(client, task, form, words):
    assert words in bulk(client, task, **form).content.decode()
    assert state(task) == "open"


def test_nobody_works_on_several_of_which_one_is_not_theirs(client, task, house):
    theirs = add_task(house.accounts["team"], house.accounts["team"].owner, title="Theirs")
    response = bulk(client, task, theirs, act="done", outcome="reached")
    assert response.status_code == 403
    assert state(task) == "open"


def test_the_list_offers_boxes_for_tasks_one_may_finish(client, task, house):
    box = f'name="task" value="{task.pk}"'
    assert box in client.get(reverse("tasks")).content.decode()
    sign_in(client, house.people["executive"])
    assert box not in client.get(reverse("tasks")).content.decode()


NEW = {"title": "Send the plan", "account": "acc-own", "due_on": "2025-03-20", "channel": "email"}


def test_a_task_of_ones_own_is_written_down(client, csm, account):
    response = client.post(reverse("task_new"), NEW | {"due_time": "11:30", "next": "/today/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/today/")
    task = Task.objects.get()
    assert (task.title, task.owner, task.account, task.play) == (
        "Send the plan",
        csm,
        account,
        None,
    )
    assert task.due_at.isoformat() == "2025-03-20T11:30:00+00:00"
    assert task.channel == "email"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "Say what is to be done."),
        ({"account": "acc-team"}, "You work on no account of that name or id."),
        ({"account": "acc-other"}, "You work on no account of that name or id."),
        ({"due_on": ""}, "Say by which day."),
        ({"due_on": "2025-03-13"}, "still to come"),
    ],
)
def test_a_task_that_lacks_something_is_not_written_and_keeps_what_was_typed(
    client, csm, change, words
):
    html = client.post(reverse("task_new"), NEW | change).content.decode()
    assert words in html
    assert not Task.objects.exists()
    assert 'value="2025-03-20"' in html or "due_on" in change


@pytest.mark.parametrize("named", ["manager@demo.example", "MANAGER"])
def test_a_task_for_another_is_theirs_and_they_are_told(client, house, csm, named):
    client.post(reverse("task_new"), NEW | {"owner": named})
    task = Task.objects.get()
    assert (task.owner, task.created_by) == (house.people["manager"], csm)
    told = OutboxMessage.objects.filter(user=house.people["manager"], channel="in_app")
    assert [message.account for message in told] == [task.account]
    assert not OutboxMessage.objects.filter(user=csm).exists()


@pytest.mark.parametrize(
    ("named", "words"),
    [("nobody", "Nobody here is called that."), ("executive", "choose somebody else")],
)
def test_a_task_is_written_for_nobody_who_may_not_work_on_the_account(client, csm, named, words):
    html = client.post(reverse("task_new"), NEW | {"owner": named}).content.decode()
    assert words in html
    assert f'value="{named}"' in html
    assert not Task.objects.exists()


def test_the_form_knows_the_account_it_was_opened_for(client, csm, account):
    html = client.get(
        reverse("task_new"), {"account": "acc-own", "title": "Renew"}
    ).content.decode()
    assert 'value="acc-own"' in html
    assert 'value="Renew"' in html
    assert f'<option value="acc-own">{account.name}</option>' in html
