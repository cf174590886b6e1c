"""The list of tasks, and finishing one where it is listed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Installation
from playbooks.models import Task
from tests.html_faults import Page
from tests.page_house import NOW, add_task, open_play, sign_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def task(house):
    return add_task(house.accounts["own"], house.people["csm"], title="Call the buyer")


def test_tasks_lists_mine_and_not_those_of_others(client, house, task):
    other = house.accounts["team"]
    add_task(other, other.owner, title="Not for the CSM")
    sign_in(client, house.people["csm"])
    html = client.get(reverse("tasks")).content.decode()
    assert "Call the buyer" in html
    assert "Not for the CSM" not in html


def test_tasks_of_the_team_are_shown_when_asked_for_and_cannot_be_finished(client, house, task):
    other = house.accounts["team"]
    theirs = add_task(other, other.owner, title="For a team mate")
    sign_in(client, house.people["csm"])
    html = client.get(reverse("tasks"), {"whose": "all"}).content.decode()
    assert "For a team mate" in html
    assert f"{reverse('task', args=[task.pk])}#complete" in html
    assert f"{reverse('task', args=[theirs.pk])}#complete" not in html


@pytest.mark.parametrize("name", ["tasks", "today"])
def test_the_same_step_of_two_accounts_is_told_apart_by_name(client, house, name):
    """As a list of links is read out, and as voice control is told."""
    for place in ("own", "team"):
        open_play(house.accounts[place], house.people["csm"])
    Task.objects.update(title="First checkpoint")
    sign_in(client, house.people["csm"])
    page = Page(client.get(reverse(name)).content.decode())
    assert page.repeated_names() == []


def test_tasks_of_other_teams_are_never_shown(client, house):
    other = house.accounts["other"]
    add_task(other, other.owner, title="Another team")
    sign_in(client, house.people["csm"])
    assert "Another team" not in client.get(reverse("tasks"), {"whose": "all"}).content.decode()
    sign_in(client, house.people["executive"])
    assert "Another team" in client.get(reverse("tasks")).content.decode()


def test_a_member_of_another_team_is_handed_a_task_finds_it_on_today_and_finishes_it(
    client, house, csm, task
):
    Installation.objects.update(visibility="own")
    seller = house.people["on_the_team"]
    page = client.get(reverse("task", args=[task.pk])).content.decode()
    assert f'value="{seller.pk}"' in page
    client.post(reverse("task_reassign", args=[task.pk]), {"owner": seller.pk})

    sign_in(client, seller)
    assert "Call the buyer" in client.get(reverse("today")).content.decode()
    assert client.get(reverse("account", args=["acc-own"])).status_code == 200
    assert client.get(reverse("account", args=["acc-team"])).status_code == 404
    client.post(reverse("task_complete", args=[task.pk]), {"outcome": "reached"})

    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("done", seller)


def test_an_executive_finishes_the_task_handed_to_them_and_no_other(client, house, task):
    executive, account = house.people["executive"], house.accounts["own"]
    theirs = add_task(account, executive, title="Call their chief executive")
    sign_in(client, executive)

    done = client.post(reverse("task_complete", args=[theirs.pk]), {"outcome": "reached"})
    refused = client.post(reverse("task_complete", args=[task.pk]), {"outcome": "reached"})

    assert (done.status_code, refused.status_code) == (302, 403)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.closed_by) == ("done", executive)


def test_a_task_that_fell_says_whom_the_team_lacks(client, house):
    task = add_task(house.accounts["own"], None, title="Walk through the set-up")
    Task.objects.filter(pk=task.pk).update(
        owner_role="onboarding_specialist", fallback="empty_queue"
    )
    sign_in(client, house.people["ops"])

    html = client.get(reverse("tasks")).content.decode()

    assert "No onboarding specialist on the team: queue of CS ops." in html


def test_executive_reads_tasks_and_finishes_none(client, house, task):
    sign_in(client, house.people["executive"])
    html = client.get(reverse("tasks")).content.decode()
    assert "Call the buyer" in html
    assert "#complete" not in html


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("open", {"late", "soon", "far"}),
        ("overdue", {"late"}),
        ("week", {"late", "soon"}),
        ("snoozed", {"asleep"}),
        ("done", {"finished"}),
    ],
)
def test_tasks_views_divide_the_list(client, house, view, shown):
    account, owner = house.accounts["own"], house.people["csm"]
    add_task(account, owner, title="late", due=NOW - timedelta(days=1))
    add_task(account, owner, title="soon", due=NOW + timedelta(days=3))
    add_task(account, owner, title="far", due=NOW + timedelta(days=30))
    asleep = add_task(account, owner, title="asleep")
    Task.objects.filter(pk=asleep.pk).update(state="snoozed", snoozed_until=NOW + timedelta(days=2))
    finished = add_task(account, owner, title="finished")
    Task.objects.filter(pk=finished.pk).update(state="done", outcome="reached", closed_at=NOW)
    sign_in(client, owner)
    rows = client.get(reverse("tasks"), {"view": view}).context["rows"]
    assert {row.title for row in rows} == shown


def test_tasks_answer_htmx_with_the_part_and_a_history_restore_with_the_page(client, house, task):
    sign_in(client, house.people["csm"])
    part = client.get(reverse("tasks"), headers=HTMX)
    restored = client.get(reverse("tasks"), headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert part.content.strip().startswith(b'<div id="tasks">')
    assert restored.content.strip().startswith(b"<!doctype html>")
    assert "HX-Request" in part.headers["Vary"]


def test_tasks_without_any_say_when_some_will_appear(client, house):
    sign_in(client, house.people["csm"])
    assert "No open tasks" in client.get(reverse("tasks")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_tasks_ask_a_fixed_number_of_questions(client, house, rows, django_assert_num_queries):
    for number in range(rows):
        add_task(house.accounts["own"], house.people["csm"], title=f"Task {number}")
    sign_in(client, house.people["csm"])
    with django_assert_num_queries(9):
        client.get(reverse("tasks"))


def test_completing_a_task_without_javascript_leads_back_to_the_list(client, house, task):
    sign_in(client, house.people["csm"])
    response = client.post(
        reverse("task_complete", args=[task.pk]),
        {"outcome": "reached", "note": "They sign on Monday.", "next": "/today/"},
    )
    task.refresh_from_db()
    assert (response.status_code, response.headers["Location"]) == (302, "/today/")
    assert (task.state, task.outcome, task.note) == ("done", "reached", "They sign on Monday.")
    assert task.closed_by == house.people["csm"]


def test_completing_a_task_in_place_answers_with_its_row_and_a_toast(client, house, task):
    sign_in(client, house.people["csm"])
    response = client.post(
        reverse("task_complete", args=[task.pk]), {"outcome": "no_response"}, headers=HTMX
    )
    html = response.content.decode()
    assert response.status_code == 200
    assert f'id="task-{task.pk}"' in html
    assert "No response" in html
    assert 'hx-swap-oob="innerHTML:#toasts"' in html
    assert "Done: Call the buyer" in html
    assert "<!doctype" not in html


def test_skipping_needs_a_reason_and_shows_the_form_again_without_one(client, house, task):
    sign_in(client, house.people["csm"])
    response = client.post(reverse("task_skip", args=[task.pk]), {"reason": " "}, headers=HTMX)
    task.refresh_from_db()
    assert response.status_code == 200
    assert "Say why it is not needed" in response.content.decode()
    assert task.state == "open"
    client.post(reverse("task_skip", args=[task.pk]), {"reason": "They called us."})
    task.refresh_from_db()
    assert (task.state, task.reason) == ("skipped", "They called us.")


def test_snoozing_on_friday_until_tomorrow_is_monday(client, house, task):
    sign_in(client, house.people["csm"])
    client.post(reverse("task_snooze", args=[task.pk]), {"days": "1"})
    task.refresh_from_db()
    assert task.state == "snoozed"
    assert task.snoozed_until.isoformat() == "2025-03-17T00:00:00+00:00"


@pytest.mark.parametrize("name", ["task_complete", "task_skip", "task_snooze"])
def test_task_actions_are_posted_to_only(client, house, task, name):
    sign_in(client, house.people["csm"])
    led = client.get(reverse(name, args=[task.pk]))
    assert (led.status_code, led.headers["Location"]) == (302, reverse("task", args=[task.pk]))
    task.refresh_from_db()
    assert task.state == "open"


@pytest.mark.parametrize(
    ("place", "actor", "status"),
    [
        ("own", "csm", 302),
        ("team", "csm", 403),
        ("other", "csm", 404),
        ("team", "manager", 302),
        ("other", "manager", 404),
        ("own", "executive", 403),
        ("other", "ops", 302),
    ],
)
def test_who_may_complete_whose_task(client, house, place, actor, status):
    account = house.accounts[place]
    theirs = add_task(account, account.owner, title="Call")
    sign_in(client, house.people[actor])
    response = client.post(reverse("task_complete", args=[theirs.pk]), {"outcome": "reached"})
    theirs.refresh_from_db()
    assert response.status_code == status
    assert (theirs.state == "done") == (status == 302)


def test_a_task_has_a_page_with_its_forms_for_those_who_may_finish_it(client, house, task):
    address = reverse("task", args=[task.pk])
    sign_in(client, house.people["csm"])
    html = client.get(address, headers={"Referer": "http://testserver/today/"}).content.decode()
    assert f'action="{address}complete/"' in html
    assert '<input type="hidden" name="next" value="/today/">' in html
    sign_in(client, house.people["executive"])
    html = client.get(address).content.decode()
    assert "finish this task" in html
    assert '<form class="task-panel' not in html


def test_a_snoozed_task_rests_and_a_finished_one_says_why(client, house, task):
    sign_in(client, house.people["csm"])
    Task.objects.update(due_at=NOW - timedelta(days=1))
    html = client.post(
        reverse("task_snooze", args=[task.pk]), {"days": "1"}, headers=HTMX
    ).content.decode()
    assert "is-snoozed" in html
    assert "Snoozed, back" in html
    assert "Overdue" not in html
    html = client.post(
        reverse("task_skip", args=[task.pk]), {"reason": "They called us."}, headers=HTMX
    ).content.decode()
    assert "Skipped: They called us." in html


def test_a_task_page_never_sends_back_to_another_site(client, house, task):
    sign_in(client, house.people["csm"])
    address = reverse("task", args=[task.pk])
    html = client.get(address, headers={"Referer": "https://evil.example/x"}).content.decode()
    assert 'name="next"' not in html


def test_the_page_is_told_of_a_change_and_not_of_a_refusal(client, house, task):
    sign_in(client, house.people["csm"])
    address = reverse("task_complete", args=[task.pk])
    refused = client.post(address, {}, headers=HTMX)
    done = client.post(address, {"outcome": "reached"}, headers=HTMX)
    assert "HX-Trigger-After-Settle" not in refused.headers
    assert "taskChanged" in done.headers["HX-Trigger-After-Settle"]


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "word", "today"])
def test_a_task_never_leads_to_another_site(client, house, task, address):
    sign_in(client, house.people["csm"])
    response = client.post(
        reverse("task_complete", args=[task.pk]), {"outcome": "reached", "next": address}
    )
    assert response.headers["Location"] == "/tasks/"
