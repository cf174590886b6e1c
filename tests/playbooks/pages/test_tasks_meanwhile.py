"""A task that somebody else was quicker with: the page says who and when, and nothing is lost."""

import pytest
from django.urls import reverse

from accounts.models import Installation
from playbooks.models import Task
from tests.page_house import NOW, add_task

HTMX = {"HX-Request": "true"}
FORMS = {
    "complete": {"outcome": "reached", "note": "They sign."},
    "skip": {"reason": "Not needed."},
    "snooze": {"days": "1"},
    "reassign": {"owner": "0"},
}


@pytest.fixture
def task(account, csm):
    return add_task(account, csm, title="Call the buyer")


@pytest.fixture
def manager(house):
    return house.people["manager"]


def finish(task, **columns):
    done = {"state": "done", "outcome": "reached", "closed_at": NOW, "note": "All well."} | columns
    Task.objects.filter(pk=task.pk).update(**done)


def send(client, task, action, *, headers=None, **changes):
    address = reverse(f"task_{action}", args=[task.pk])
    form = FORMS[action] | changes
    return client.post(address, form, headers=headers, follow=True).content.decode()


@pytest.mark.parametrize("headers", [None, HTMX], ids=["page", "part"])
@pytest.mark.parametrize("action", FORMS)
def test_whoever_is_too_late_reads_who_was_quicker_and_when(client, task, manager, action, headers):
    finish(task, closed_by=manager)
    html = send(client, task, action, headers=headers)
    said = f"{manager} finished “Call the buyer” on 14 Mar 2025, 23:59."
    assert f"<span>{said} What you entered is not saved.</span>" in html
    task.refresh_from_db()
    assert (task.state, task.outcome, task.note) == ("done", "reached", "All well.")
    assert (task.closed_by, task.reason, task.snoozed_until) == (manager, "", None)


def test_the_part_shows_the_row_as_it_is_and_the_page_is_told(client, task, manager):
    finish(task, closed_by=manager)
    address = reverse("task_complete", args=[task.pk])
    response = client.post(address, FORMS["complete"], headers=HTMX)
    html = response.content.decode()
    assert "All well." in html
    assert "data-float" not in html
    assert "taskChanged" in response.headers["HX-Trigger-After-Settle"]


def test_a_form_that_lacks_something_is_too_late_all_the_same(client, task, manager):
    finish(task, closed_by=manager)
    html = send(client, task, "skip", headers=HTMX, reason="")
    assert f"{manager} finished" in html
    assert "Say why it is not needed" not in html


@pytest.mark.parametrize(
    ("state", "reason", "verb"),
    [("skipped", "They called us.", "skipped"), ("closed_by_itself", "Play stopped.", "closed")],
)
def test_it_says_what_was_done_with_it(client, task, manager, state, reason, verb):
    finish(task, state=state, outcome=None, reason=reason, closed_by=manager)
    assert f"{manager} {verb} “Call the buyer” on" in send(client, task, "complete")


def test_what_the_platform_closed_is_the_platforms(client, task):
    finish(task, state="closed_by_itself", outcome=None, reason="The account recovered.")
    assert "The platform closed “Call the buyer” on" in send(client, task, "complete")


def test_a_form_sent_twice_is_no_loss(client, task, csm):
    assert "Done: Call the buyer" in send(client, task, "complete")
    again = send(client, task, "complete")
    assert "You finished “Call the buyer” on 14 Mar 2025, 23:59.</span>" in again
    assert "toast-error" not in again
    task.refresh_from_db()
    assert task.note == "They sign."


def test_when_it_was_finished_is_told_in_the_zone_of_the_installation(client, task, manager):
    Installation.objects.update(time_zone="Asia/Tokyo")
    finish(task, closed_by=manager)
    assert "on 15 Mar 2025, 08:59." in send(client, task, "complete")
