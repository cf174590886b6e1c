"""What Today leads to beside tasks: near renewals, what was agreed, what came up meanwhile."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Account, Interaction
from playbooks.actions import complete_task
from playbooks.models import Play, PlayStart, Task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.page_house import (
    DAY,
    NOW,
    POOR,
    add_task,
    judge,
    open_play,
    show_present,
)


@pytest.fixture
def renewing(house):
    """The CSM's account, whose contract ends in four days."""
    account = house.accounts["own"]
    account.renews_on = DAY + timedelta(days=4)
    account.save()
    return account


def queue(client):
    return client.get(reverse("today")).context["items"]


def told(client):
    return [(item.word, item.title, item.why) for item in queue(client)]


def test_a_renewal_with_nothing_open_is_to_be_planned(client, csm, renewing):
    assert told(client) == [
        ("Renewal", "Plan the renewal", "The contract ends in 4 days and no task is open.")
    ]


def test_a_renewal_stands_there_also_when_its_task_is_for_later(client, csm, renewing):
    add_task(renewing, csm, title="Hold the talk", due=NOW + timedelta(days=3))

    assert told(client) == [
        (
            "Renewal",
            "Check the renewal",
            "The contract ends in 4 days. Next: “Hold the talk”, due 17 Mar 2025.",
        )
    ]


@pytest.mark.parametrize(("days", "word"), [(-2, "Overdue"), (0, "Due today"), (1, "Renewal")])
def test_a_task_that_is_due_stands_for_the_renewal_and_says_when_it_is(
    client, csm, renewing, days, word
):
    add_task(renewing, csm, title="Hold the talk", due=NOW + timedelta(days=days))

    assert [(item.word, item.title) for item in queue(client)] == [(word, "Hold the talk")]
    html = client.get(reverse("today")).content.decode()
    assert "<span>Renews " in html
    assert "in 4 days" in html


def test_a_task_of_somebody_else_does_not_hide_the_renewal(client, csm, house, renewing):
    add_task(renewing, house.people["manager"], title="Approve the discount")

    assert [item.title for item in queue(client)] == ["Check the renewal"]


def test_no_answer_to_the_renewal_talk_does_not_end_the_renewal(client, csm, renewing):
    task = add_task(renewing, csm, title="Prepare the renewal talk")
    complete_task(task_id=task.pk, outcome=TaskOutcome.NO_RESPONSE, by=csm, now=NOW)

    assert [item.title for item in queue(client)] == ["Plan the renewal"]


def test_an_account_at_risk_says_that_it_renews_as_well(client, csm, card, renewing):
    show_present(judge(renewing, card, raw=POOR))
    assert [(item.title, item.renews_on) for item in queue(client)] == [
        ("Plan the next step", renewing.renews_on)
    ]
    add_task(renewing, csm, title="Later", due=NOW + timedelta(days=9))
    assert [item.title for item in queue(client)] == ["Check the renewal"]


@pytest.mark.parametrize("days", [-1, 31])
def test_a_renewal_that_is_over_or_far_is_not_for_today(client, csm, renewing, days):
    renewing.renews_on = DAY + timedelta(days=days)
    renewing.save()
    add_task(renewing, csm, title="Call")

    (item,) = queue(client)
    assert (item.title, item.renews_on) == ("Call", None)


def test_today_forgets_a_promise_once_somebody_has_spoken_again(client, csm, house):
    account = house.accounts["own"]
    for number, (days, step) in enumerate(((12, "Send the plan"), (2, ""))):
        Interaction.objects.create(
            account=account,
            external_id=f"i-{number}",
            kind_id="call",
            occurred_at=NOW - timedelta(days=days),
            next_step=step,
        )
    assert queue(client) == []


@pytest.mark.parametrize(
    ("outcome", "is_kept"),
    [
        (TaskOutcome.REACHED, False),
        (TaskOutcome.MEETING_BOOKED, False),
        (TaskOutcome.DECLINED, False),
        (TaskOutcome.NO_RESPONSE, True),
        (TaskOutcome.DONE, True),
    ],
)
def test_a_task_in_which_the_customer_answered_counts_as_having_spoken(
    client, csm, house, outcome, is_kept
):
    account = house.accounts["own"]
    Interaction.objects.create(
        account=account,
        external_id="i-1",
        kind_id="call",
        occurred_at=NOW - timedelta(days=10),
        next_step="Send the plan",
    )
    task = add_task(account, csm, title="Call")
    if outcome == TaskOutcome.DONE:
        Task.objects.filter(pk=task.pk).update(channel="internal")
    complete_task(task_id=task.pk, outcome=outcome, by=csm, now=NOW)

    assert [item.title for item in queue(client)] == ["Send the plan"] * is_kept


def test_the_name_of_a_play_is_never_taken_for_a_move(client, csm, house):
    play = open_play(house.accounts["own"], csm)
    html = client.get(reverse("today")).content.decode()
    assert f'href="{reverse("play", args=[play.pk])}"' in html
    PlayStart.objects.update(result="suppressed", reason="cooldown")
    Play.objects.filter(pk=play.pk).update(state="closed", outcome="completed", closed_at=NOW)

    response = client.get(reverse("today"))
    assert "Play: Step in within 48 hours" in response.content.decode()  # held back
    assert [move.words for move in response.context["moves"]] == [
        "Play completed: Step in within 48 hours"
    ]


def test_the_count_is_of_the_rows_one_sees_and_of_what_came_up(client, csm, renewing):
    """The finished row stays where it is; what its end brings up is not drawn into the list."""
    task = add_task(renewing, csm, title="Hold the talk")
    add_task(renewing, csm, title="Write")
    first = client.get(reverse("today"))
    assert "2 things to do" in first.content.decode()
    assert 'id="today-fresh" role="status" hidden' in first.content.decode()
    complete_task(task_id=task.pk, outcome=TaskOutcome.REACHED, by=csm, now=NOW)
    again = client.get(first.context["follow"]).content.decode()
    assert "1 thing to do" in again
    assert "came up while you worked" not in again

    complete_task(
        task_id=renewing.tasks.get(title="Write").pk, outcome=TaskOutcome.REACHED, by=csm, now=NOW
    )
    again = client.get(first.context["follow"]).content.decode()
    assert "1 thing to do" in again
    assert "1 more thing came up while you worked." in again


def test_a_renewal_is_worth_what_ends_and_not_all_that_the_account_pays(client, csm, renewing):
    """9,000 of 100,000 renew in four days, the other account's 10,000 in five."""
    Account.objects.filter(pk=renewing.pk).update(arr_minor=100_000_00, renews_arr_minor=9_000_00)
    Account.objects.create(
        external_id="whole",
        name="Whole",
        owner=csm,
        arr_minor=10_000_00,
        renews_arr_minor=10_000_00,
        renews_on=DAY + timedelta(days=5),
    )
    assert [item.account for item in queue(client)] == ["Whole", renewing.name]
    html = client.get(reverse("today")).content.decode()
    assert '<span title="$9,000.00">$9k</span>' in html
    assert client.get(reverse("today")).context["summary"].renewals_arr_minor == 19_000_00


def test_a_task_near_a_renewal_says_what_renews(client, csm, renewing):
    Account.objects.filter(pk=renewing.pk).update(arr_minor=100_000_00, renews_arr_minor=9_000_00)
    add_task(renewing, csm, title="Hold the talk", due=NOW + timedelta(days=1))
    assert '<span title="$9,000.00">$9k</span>' in client.get(reverse("today")).content.decode()
