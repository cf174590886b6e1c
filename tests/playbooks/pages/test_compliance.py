"""How well plays are worked, against numbers worked by hand."""

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.urls import reverse

from accounts.models import Interaction, Signal
from health.models import Scorecard, ThresholdCrossing
from playbooks.models import Play, Playbook, PlayStart, Task
from playbooks.publishing import install_library
from tests.html_faults import Page
from tests.page_house import DAY, NOW, sign_in

BEGAN = DAY - timedelta(days=20)


@pytest.fixture
def boss(client, house):
    install_library(now=NOW - timedelta(days=10))
    sign_in(client, house.people["manager"])
    return house.people["manager"]


def at(day, hour=12):
    return datetime.combine(day, datetime.min.time(), tzinfo=NOW.tzinfo) + timedelta(hours=hour)


def run(account, key="watch_to_intervene", *, day=BEGAN, ended=None, outcome=None, signal=None):
    """A play of 20 days ago, closed so many days after its start."""
    playbook = Playbook.objects.get(key=key, state="published")
    start = PlayStart.objects.create(
        account=account, playbook=playbook, playbook_key=key, result="started",
        decided_at=at(day), signal=signal,
    )  # fmt: skip
    closed = None if ended is None else at(day + timedelta(days=ended), 13)
    return Play.objects.create(
        account=account, playbook=playbook, playbook_key=key, family=str(start.pk), severity=1,
        start=start, csm=account.owner, why="-", opened_at=at(day), opened_day=day,
        state="closed" if closed else "open", outcome=outcome, closed_at=closed,
        reason="Stopped." if outcome == "cancelled" else "",
    )  # fmt: skip


def step(play, number, state, *, due, closed=None, by=None):
    """Due and closed so many days after the start of the play."""
    finished = {"done": {"outcome": "reached"}, "skipped": {"reason": "Not needed."}}
    begun = play.opened_day
    return Task.objects.create(
        account=play.account, play=play, step=play.playbook.steps.get(position=number),
        title=f"Step {number}", channel="call", state=state, opened_at=at(begun),
        due_at=at(begun + timedelta(days=due)), owner=play.account.owner,
        closed_at=None if closed is None else at(begun + timedelta(days=closed)),
        closed_by=play.account.owner if closed is not None else None,
        **finished.get(state, {}),
    )  # fmt: skip


@pytest.fixture
def worked(boss, house):
    """Twelve plays in two accounts of the team: the sums stand at the assertions.

    - ten ended on day 4: eight completed, two cancelled; their first step (due day 2) was done on
      day 1 in seven, on day 3 in two, skipped on day 2 in one
    - one has run for 40 days with its first step open and late
    - one began 100 days ago, and does not count in 90 days
    """
    own, team = house.accounts["own"], house.accounts["team"]
    for number in range(10):
        account = own if number < 5 else team
        outcome = "completed" if number < 8 else "cancelled"
        play = run(account, ended=4, outcome=outcome)
        if number < 7:
            step(play, 1, "done", due=2, closed=1)
        elif number < 9:
            step(play, 1, "done", due=2, closed=3)
        else:
            step(play, 1, "skipped", due=2, closed=2)
    step(run(team, day=DAY - timedelta(days=40)), 1, "open", due=2)
    run(own, day=DAY - timedelta(days=100), ended=1, outcome="completed")


def page(client, name="compliance", **query):
    return client.get(reverse(name), query)


def test_the_figures_are_those_worked_by_hand(client, worked):
    sla = Playbook.objects.get(key="watch_to_intervene", state="published").sla_days
    assert 4 <= sla < 40
    total = page(client).context["total"]
    assert (total.started, total.ended, total.completed) == (11, 10, 8)
    assert total.completed_share == Decimal("0.8")
    # Eight completed within the SLA, one runs past it.
    assert (total.promised, total.kept) == (9, 8)
    assert total.kept_share is None  # 9 are not enough to say
    assert (total.done, total.skipped) == (9, 1)
    assert total.skipped_share == Decimal("0.1")
    assert total.is_skipped_too_often  # the target is below 10 %
    # Nine done and one late and open; seven of them in time.
    assert (total.due, total.on_time) == (10, 7)
    assert total.on_time_share == Decimal("0.7")
    assert total.is_late_too_often
    assert total.days == Decimal("4.0")


@pytest.mark.parametrize(
    ("cut", "groups"),
    [
        ("playbook", {"Step in within 48 hours": 11}),
        ("version", {"Step in within 48 hours, version 1": 11}),
        ("csm", {"csm": 5, "team": 6}),
    ],
)
def test_they_are_told_apart(client, worked, house, cut, groups):
    rows = page(client, by=cut).context["rows"]
    if cut == "csm":
        people = (house.accounts["own"].owner.name, house.accounts["team"].owner.name)
        groups = dict(zip(people, (5, 6), strict=True))
    assert {name: row.started for row, name in rows} == groups


def test_a_play_handed_over_counts_for_who_leads_it(client, worked, house):
    Play.objects.update(lead=house.people["manager"])
    ((row, name),) = page(client, by="csm").context["rows"]
    assert (name, row.started) == (house.people["manager"].name, 11)


@pytest.mark.parametrize(
    ("figure", "count"),
    [("started", 11), ("ended", 10), ("completed", 8), ("kept", 8), ("past_sla", 1), ("done", 9),
     ("skipped", 1), ("on_time", 7), ("late", 3), ("acted", 0)],
)  # fmt: skip
def test_every_number_opens_as_many_lines(client, worked, figure, count):
    listed = page(client, "compliance_lines", figure=figure)
    assert len(listed.context["rows"]) == count
    group = page(client, "compliance_lines", figure=figure, group="watch_to_intervene")
    assert len(group.context["rows"]) == count
    assert not page(client, "compliance_lines", figure=figure, group="at_risk").context["rows"]


def test_renewal_and_onboarding_have_the_higher_target(client, boss, house):
    for number in range(20):
        play = run(house.accounts["own"], "renewal", ended=3, outcome="completed")
        step(play, 1, "done", due=2, closed=1 if number < 18 else 3)
    ((row, _),) = page(client).context["rows"]
    assert row.on_time_share == Decimal("0.9")  # not above 90 %
    assert row.is_late_too_often
    assert not page(client).context["total"].is_late_too_often


def test_the_first_action_counts_from_the_crossing(client, boss, house):
    account = house.accounts["own"]
    for hours in (4, 6, 50):
        signal = Signal.objects.create(
            account=account, kind="health.crossed", key=str(hours), occurred_at=at(BEGAN, 12),
            payload={},
        )  # fmt: skip
        play = run(account, ended=9, outcome="completed", signal=signal)
        task = step(play, 1, "done", due=2, closed=1)
        Task.objects.filter(pk=task.pk).update(closed_at=at(BEGAN, 12 + hours))
        step(play, 2, "done", due=2, closed=5)
    total = page(client).context["total"]
    assert (total.acted, total.action_hours) == (3, Decimal("6.0"))
    assert "Not enough data (3)" in page(client).content.decode()
    rows = page(client, "compliance_lines", figure="acted").context["rows"]
    assert [row.hours for row in rows] == [Decimal("50.0"), Decimal("6.0"), Decimal("4.0")]


def fell(account, day, *, seq=1):
    card = Scorecard.objects.first() or Scorecard.objects.create(
        key="test", version=1, name="Test", created_at=NOW
    )
    ThresholdCrossing.objects.create(
        account=account, day=day, subject="score", seq=seq, kind="band", cause="moved",
        direction="down", from_band="healthy", to_band="watch", score_before="76", score_after="60",
        scorecard=card, created_at=NOW,
    )  # fmt: skip


def test_a_fall_is_answered_by_a_finished_task_or_a_conversation_within_14_days(
    client, boss, house
):
    own, team = house.accounts["own"], house.accounts["team"]
    fell(own, DAY - timedelta(days=60))  # a call on the 14th day after it
    Interaction.objects.create(
        account=own, external_id="1", kind_id="call", occurred_at=at(DAY - timedelta(days=46))
    )
    fell(own, DAY - timedelta(days=40))  # nothing
    fell(own, DAY - timedelta(days=14))  # may still be answered
    fell(team, DAY - timedelta(days=30))  # a task, one day too late
    late = step(run(team, day=DAY - timedelta(days=30)), 1, "done", due=2, closed=15)
    context = page(client).context
    assert (context["falls"].total, context["falls"].unanswered) == (3, 2)
    listed = page(client, "compliance_falls").context["rows"]
    assert [row.day for row in listed] == [DAY - timedelta(days=days) for days in (30, 40)]
    Task.objects.filter(pk=late.pk).update(closed_at=at(DAY - timedelta(days=16)))
    assert page(client).context["falls"].unanswered == 1


def test_a_review_that_is_due_is_listed_and_goes_with_it(client, boss):
    assert page(client).context["reviews"] == []
    Playbook.objects.filter(key="at_risk").update(reviewed_on=DAY - timedelta(days=32))
    ((playbook, due),) = page(client).context["reviews"]
    assert (playbook.key, due) == ("at_risk", DAY - timedelta(days=1))


def test_a_manager_counts_their_teams_and_an_executive_all(client, boss, house):
    run(house.accounts["other"], ended=1, outcome="completed")
    assert page(client).context["total"].started == 0
    sign_in(client, house.people["executive"])
    assert page(client).context["total"].started == 1


def test_the_files_have_what_the_pages_have(client, worked):
    def lines(response):
        text = b"".join(response.streaming_content).decode().lstrip("\ufeff")
        return list(csv.reader(StringIO(text)))

    figures = lines(page(client, format="csv"))
    assert figures[1][:5] == ["all", "", "11", "10", "8"] or figures[1][2:5] == ["11", "10", "8"]
    assert len(lines(page(client, "compliance_lines", figure="late", format="csv"))) == 1 + 3
    assert len(lines(page(client, "compliance_falls", format="csv"))) == 1


def test_nothing_is_said_plainly(client, boss):
    html = page(client).content.decode()
    assert "No play began in this period" in html
    assert "Not enough data (0)" in html


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize(
    ("name", "queries"), [("compliance", 9), ("compliance_lines", 6), ("compliance_falls", 7)]
)
def test_they_ask_a_fixed_number_of_questions(
    client, boss, house, name, queries, count, django_assert_num_queries
):
    for number in range(count):
        step(run(house.accounts["own"], ended=number, outcome="completed"), 1, "open", due=2)
        fell(house.accounts["own"], DAY - timedelta(days=30), seq=number + 1)
    page(client, name)
    with django_assert_num_queries(queries):
        page(client, name)


def test_equal_numbers_of_two_groups_are_told_apart_by_name(client, boss, house):
    for place, key in (("own", "watch_to_intervene"), ("team", "renewal")):
        run(house.accounts[place], key)
    page = Page(client.get(reverse("compliance")).content.decode())
    assert page.repeated_names() == []


def test_plays_and_steps_of_two_accounts_are_told_apart_by_name(client, boss, house):
    for place in ("own", "team"):
        step(run(house.accounts[place]), 1, "skipped", due=2, closed=1)
    address = reverse("compliance_lines")
    for figure in ("started", "skipped"):
        page = Page(client.get(address, {"figure": figure}).content.decode())
        assert page.repeated_names() == [], figure
