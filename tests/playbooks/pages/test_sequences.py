"""CS ops see how sequences go; every number opens what it counts."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import OutboxMessage
from accounts.work import outbox
from playbooks.actions import cancel_play
from playbooks.models import Play, Playbook
from tests.playbooks.conftest import NOW, fire, house  # noqa: F401 -- its fixture
from tests.playbooks.pages.builder.conftest import words
from tests.playbooks.test_mail_steps import person
from tests.playbooks.test_sequences import LATER, LETTER, TICKET
from tests.playbooks.test_step_kinds import MONDAY, published, tick

LAST = LETTER | {"key": "last", "title": "The last word"}


@pytest.fixture
def ops(house, client, time_machine):  # noqa: F811
    time_machine.move_to(MONDAY)
    client.force_login(house.people["otto"])
    return client


@pytest.fixture
def five(house):  # noqa: F811
    """One whose mail went out, one that is held back, one handed over, one stopped, one over."""
    published(LETTER, LATER, LAST, name="Small talk", escalations=[TICKET])
    for name in ("sent", "held", "handed", "stopped"):
        person(house.account(name), f"Bo-{name}")
        house.rings(house.accounts[name], "event.champion_left")
    fire()
    plays = {play.account.external_id: play for play in Play.objects.filter(playbook_key="small")}
    house.rings(house.accounts["handed"], "support.escalated")
    fire()
    cancel_play(play_id=plays["stopped"].pk, reason="Not now", by=house.people["otto"], now=NOW)
    full = "the touch budget has no room yet"
    held = OutboxMessage.objects.filter(account=house.accounts["held"], contact__isnull=False)
    held.update(reason=full, next_at=MONDAY + timedelta(days=1))
    outbox.send_due(now=MONDAY)
    return plays


def counts(ops):
    ((row, numbers),) = ops.get(reverse("sequences")).context["rows"]
    assert row.name == "Small talk"
    return {figure: number for figure, _word, number in numbers}, row.waits


def listed(ops, **query):
    small = Playbook.objects.get(key="small")
    response = ops.get(reverse("sequence", args=[small.pk]), query)
    return [(row.account_key, row.says) for row in response.context["rows"]]


def test_every_number_opens_as_many_as_it_counts(ops, five):
    numbers, waits = counts(ops)
    assert numbers == {
        "running": 2, "out": 1, "held": 1,
        "completed": 0, "recovered": 0, "handed": 1, "stopped": 1,
    }  # fmt: skip
    assert waits == [("The last word", 2)]
    for figure, number in numbers.items():
        assert len(listed(ops, figure=figure)) == number, figure
    assert listed(ops, figure="out") == [("sent", "For sent")]
    assert listed(ops, figure="held") == [("held", "For held")]
    assert listed(ops, figure="stopped") == [("stopped", "Stopped by otto: Not now")]
    ((who, why),) = listed(ops, figure="handed")
    assert (who, why) == ("handed", "Handed to a person. Drawn in by support escalated.")


def test_those_that_wait_for_a_step_are_listed_by_it(ops, five):
    assert len(listed(ops, step="The last word")) == 2
    assert listed(ops, step="Another") == []
    assert len(listed(ops, figure="nonsense")) == 2


def test_what_ended_long_ago_counts_no_more(ops, five):
    tick(MONDAY + timedelta(days=5))
    assert counts(ops)[0]["completed"] == 2
    Play.objects.filter(outcome="completed").update(closed_at=MONDAY - timedelta(days=30))
    assert counts(ops)[0]["completed"] == 0


def test_without_a_sequence_the_page_says_how_to_get_one(ops):
    assert "No sequence is in force" in words(ops.get(reverse("sequences")))
    assert ops.get(reverse("sequence", args=[0])).status_code == 404


def test_the_number_of_queries_does_not_grow(ops, five, house, django_assert_max_num_queries):  # noqa: F811
    with django_assert_max_num_queries(14) as few:
        ops.get(reverse("sequences"))
    published(LETTER, LATER, key="second")
    for number in range(20):
        house.rings(house.account(f"n{number}"), "event.champion_left")
    fire()
    with django_assert_max_num_queries(len(few)):
        ops.get(reverse("sequences"))


def test_nobodys_play_says_so(ops, five):
    assert "Nobody, it runs by itself" in words(ops.get(reverse("play", args=[five["sent"].pk])))
    assert "Runs by itself" in words(ops.get(reverse("play_starts"), {"view": "started"}))
