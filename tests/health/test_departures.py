"""People gone, agents stay: of whom it is true, rung once, and said on the account's page."""

import pytest
from django.urls import reverse

from accounts.catalogue import ActorClass
from accounts.models import Installation, Signal, User
from health.facts.departures import Departure, departures
from health.recompute import recompute
from health.recompute.departures import emit_departures
from playbooks.library.signals import SIGNALS
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.django_db


def left(*, people_days_ago, agent_days_ago, **values):
    account = make.make_account(**values)
    for number, days in enumerate(people_days_ago):
        make.be_active(account, f"person-{number}", days_ago=days)
    make.be_active(account, "bot", days_ago=agent_days_ago, actor=ActorClass.AGENT)
    return account


def test_it_is_true_four_weeks_after_the_last_person_while_an_agent_is_at_work():
    account = left(people_days_ago=[[28, 60], [40], [90]], agent_days_ago=[0, 27, 50])

    # The third person was there before the eight weeks.
    assert departures(end=DAY) == [Departure(account.pk, ago(28), people=2, agents=1)]
    assert departures(end=DAY, account_ids=[account.pk]) == departures(end=DAY)
    assert departures(end=DAY, account_ids=[account.pk + 1]) == []
    assert departures(end=ago(1)) == []  # not four weeks yet


@pytest.mark.parametrize(
    ("people_days_ago", "agent_days_ago"),
    [
        ([[27, 40]], [1]),  # a person within four weeks
        ([[40]], [28]),  # no agent within four weeks
        ([[84]], [1]),  # the people left long before
        ([], [1]),  # there never were any
    ],
)
def test_it_is_not_true_of_others(people_days_ago, agent_days_ago):
    left(people_days_ago=people_days_ago, agent_days_ago=agent_days_ago)

    assert departures(end=DAY) == []


def test_services_and_former_customers_are_left_out():
    account = make.make_account()
    make.be_active(account, "ada", days_ago=[40])
    make.be_active(account, "cron", days_ago=[1], actor=ActorClass.SERVICE)
    left(people_days_ago=[[40]], agent_days_ago=[1], status="churned")

    assert departures(end=DAY) == []


def test_what_comes_after_the_day_is_not_seen():
    account = left(people_days_ago=[[45]], agent_days_ago=[12])
    make.be_active(account, "ada", days_ago=[3])
    make.be_active(account, "bot", days_ago=[3], actor=ActorClass.AGENT)

    assert departures(end=ago(10)) == [Departure(account.pk, ago(45), people=1, agents=1)]
    assert departures(end=DAY) == []


def test_it_is_rung_once_for_each_time_they_leave():
    account = left(people_days_ago=[[120], [40]], agent_days_ago=range(130))
    for back in (3, 2, 2, 1):
        emit_departures(day=ago(back))
    emit_departures(day=ago(90))  # 30 days after the first of them

    rung = Signal.objects.filter(account=account, kind="health.people_gone").order_by("pk")
    assert [signal.key for signal in rung] == [f"{ago(40)}", f"{ago(120)}"]
    assert rung[0].payload == {
        "note": f"no person since {ago(40):%-d %b %Y}, agents still at work: 1",
        "last_day": f"{ago(40)}",
        "people": 1,
        "agents": 1,
    }
    assert "health.people_gone" in SIGNALS  # what a playbook may start on


@pytest.mark.usefixtures("library")
def test_the_page_of_the_account_says_it_as_long_as_it_is_true(client):
    Installation.objects.update_or_create(pk=1, defaults={"name": "Acme", "as_of": DAY})
    alice = User.objects.create_user("alice@example.test", "x", name="Alice", role="csm")
    account = left(people_days_ago=[[40]], agent_days_ago=[5], owner=alice)
    recompute(day=DAY, now=NOW)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("account_health", args=[account.external_id])

    said = client.get(page).content.decode()
    assert "People gone, agents stay:" in said
    assert "21 May 2025" in said
    make.be_active(account, "ada", days_ago=[1])
    assert "People gone" not in client.get(page).content.decode()
