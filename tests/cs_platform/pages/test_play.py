"""The page of a play: where it stands, why it began, what changed since, what would end it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import BusinessEvent, BusinessEventKind, Interaction, OutboxMessage
from playbooks.engine import advance_plays
from playbooks.models import Play, Task
from tests.page_house import (
    DAY,
    GOOD,
    NOW,
    POOR,
    judge,
    open_play,
    show_present,
    sign_in,
)

SAW = {
    "kind": "health.crossed",
    "subject": "score",
    "line": None,
    "from": "healthy",
    "to": "watch",
    "day": "2025-03-04",
    "previous_score": "76.00",
    "score": "61.00",
}


@pytest.fixture
def play(account, csm):
    """Running for ten days."""
    found = open_play(account, csm)
    Play.objects.filter(pk=found.pk).update(
        opened_at=NOW - timedelta(days=10),
        opened_day=DAY - timedelta(days=10),
        csm=csm,
        saw=SAW,
        recovers_bands=["healthy"],
        recovers_score=Decimal(75),
    )
    found.refresh_from_db()
    return found


def page(client, play):
    return client.get(reverse("play", args=[play.pk]))


def test_a_play_says_why_it_started_what_would_end_it_and_where_it_stands(client, play):
    response = page(client, play)
    html = response.content.decode()
    assert "Health went from healthy to watch on 4 Mar 2025: score 76.0 → 61.0." in html
    assert "Closes itself when the band is healthy again or the score is 75.00 or more." in html
    progress = response.context["play"].progress
    assert (progress.done, progress.open) == (0, 1)
    first = Task.objects.get(play=play)
    assert f'href="{reverse("task", args=[first.pk])}">{first.title}</a>' in html


def test_a_play_says_what_moved_the_score_since_it_began(client, play, account, card):
    judge(account, card, raw=GOOD, day=DAY - timedelta(days=10))
    show_present(judge(account, card, raw=POOR))
    moved = page(client, play).context["moved_since"]
    assert moved.change == moved.after - moved.before < 0
    points = [abs(row.points) for row in moved.rows]
    assert len(points) == 5
    assert points == sorted(points, reverse=True)


def test_a_play_lists_what_was_recorded_while_it_ran_and_nothing_older(client, play, account):
    kind = BusinessEventKind.objects.order_by("pk")[0]
    for days, note in ((3, "Their budget was cut."), (11, "Before the play.")):
        BusinessEvent.objects.create(
            account=account,
            external_id=note,
            kind=kind,
            note=note,
            occurred_on=DAY - timedelta(days=days),
            learned_at=NOW,
        )
    html = page(client, play).content.decode()
    assert "Their budget was cut." in html
    assert "Before the play." not in html


def test_a_play_past_its_sla_says_so(client, play):
    """30 days from the start, by its playbook."""
    assert play.playbook.sla_days is not None
    late = DAY - timedelta(days=play.playbook.sla_days + 1)
    Play.objects.update(opened_day=late, opened_at=NOW - timedelta(days=play.playbook.sla_days + 1))
    assert "Past its SLA" in page(client, play).content.decode()
    Play.objects.update(opened_day=late + timedelta(days=1))
    assert "Past its SLA" not in page(client, play).content.decode()


def test_a_play_that_ended_says_how(client, play):
    Play.objects.update(
        state="closed", outcome="cancelled", reason="Stopped by A: They left.", closed_at=NOW
    )
    html = page(client, play).content.decode()
    assert "How it ended" in html
    assert "Stopped by A: They left." in html
    assert "What would end it" not in html
    assert "Stop this play" not in html
    assert "Not reached" in html
    assert " ahead" not in html


def test_lists_lead_to_the_play(client, play, account):
    address = f'href="{reverse("play", args=[play.pk])}"'
    for listed in (reverse("tasks"), reverse("account_tasks", args=[account.external_id])):
        assert address in client.get(listed).content.decode()


def test_a_play_is_stopped_on_its_page(client, play, account):
    address = reverse("play", args=[play.pk])
    stop = reverse("account_play_stop", args=[account.external_id, play.pk])
    response = client.post(stop, {"reason": "They were bought.", "next": address}, follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert "They were bought." in response.content.decode()


def test_a_play_handed_over_takes_its_open_tasks_and_its_next_steps_along(client, play, csm, house):
    colleague = house.people["manager"]
    client.post(reverse("play_reassign", args=[play.pk]), {"owner": colleague.pk})
    first = Task.objects.get(play=play)
    assert first.owner == colleague
    notice = OutboxMessage.objects.get(user=colleague, channel="in_app")
    assert notice.link == reverse("play", args=[play.pk])

    Task.objects.filter(pk=first.pk).update(state="done", outcome="reached", closed_at=NOW)
    Play.objects.update(next_position=2, next_step_at=NOW)
    advance_plays(limit=10, now=NOW + timedelta(days=30))
    given = Task.objects.filter(play=play, owner_role="csm").exclude(pk=first.pk)
    assert {task.owner for task in given} == {colleague}
    assert colleague.name in page(client, play).content.decode()


def test_a_task_of_another_role_stays_where_it_is(client, play, csm, house):
    Task.objects.filter(play=play).update(owner_role="manager", owner=csm)
    client.post(reverse("play_reassign", args=[play.pk]), {"owner": house.people["manager"].pk})
    assert Task.objects.get(play=play).owner == csm


@pytest.mark.parametrize("owner", ["", "0", "999999", "executive"])
def test_a_play_is_handed_to_nobody_who_may_not_work_there(client, play, house, owner):
    chosen = house.people["executive"].pk if owner == "executive" else owner
    html = client.post(
        reverse("play_reassign", args=[play.pk]), {"owner": chosen}, follow=True
    ).content.decode()
    assert "toast-error" in html
    assert Play.objects.get().lead is None


@pytest.mark.parametrize(
    ("actor", "seen", "changed"),
    [("csm", 200, 302), ("manager", 200, 302), ("executive", 200, 403), ("ops", 200, 302)],
)  # fmt: skip
def test_who_sees_a_play_and_who_hands_it_over(client, play, house, actor, seen, changed):
    sign_in(client, house.people[actor])
    response = page(client, play)
    assert response.status_code == seen
    assert ("Hand it over to" in response.content.decode()) == (changed == 302)
    handed = client.post(reverse("play_reassign", args=[play.pk]), {"owner": 0})
    assert handed.status_code == changed


@pytest.mark.parametrize("rows", [1, 3])
def test_a_play_asks_a_fixed_number_of_questions(
    client, play, account, rows, card, django_assert_num_queries
):
    judge(account, card, raw=GOOD, day=DAY - timedelta(days=10))
    show_present(judge(account, card, raw=POOR))
    kind = Interaction._meta.get_field("kind").related_model.objects.order_by("pk")[0]
    for number in range(rows):
        Interaction.objects.create(
            account=account, external_id=str(number), kind=kind, occurred_at=NOW, learned_at=NOW
        )
        Task.objects.create(
            account=account, play=play, title="Drawn in", escalation=f"e{number}",
            opened_at=NOW, due_at=NOW,
        )  # fmt: skip
    page(client, play)
    with django_assert_num_queries(31):
        page(client, play)
