"""Whom a play draws in: the save team, the sponsor, an executive."""

from datetime import UTC, timedelta

import pytest

from accounts.models import Account, Function, Installation, OutboxMessage, Pool, User
from playbooks.actions import reassign_task
from playbooks.models import Play, Playbook, PlaybookStep, Task
from playbooks.pages.tasks.queries import task_columns, task_rows
from playbooks.publishing import PlaybookError, copy_to_draft, publish
from tests.playbooks.conftest import NOW, fire, starts


def test_a_cancellation_notice_starts_at_risk_and_calls_the_save_team(house, save_team):
    account = house.account()
    house.stands(account, "80.00", "healthy")
    house.rings(account, "event.cancellation_notice", note="budget cut")

    fire()

    assert starts() == [("at_risk", "started", "")]
    save = Task.objects.get(escalation="cancellation")
    assert (save.owner.name, save.why) == ("bob", "Drawn in by cancellation notice.")
    play = Play.objects.get()
    assert (play.recovers_bands, play.recovers_score) == ([], None)


def test_a_notice_during_an_open_play_calls_the_save_team_and_keeps_it_open(house, save_team):
    account = house.account()
    house.falls(account, "line:40")
    fire()
    house.rings(account, "event.cancellation_notice")

    fire(now=NOW + timedelta(hours=1))

    assert starts() == [("at_risk", "started", ""), ("at_risk", "suppressed", "open_play")]
    assert Task.objects.get(escalation="cancellation").owner.name == "bob"
    assert Play.objects.get().recovers_score is None
    assert set(Task.objects.filter(state="open").values_list("closes_when", flat=True)) == {""}


def below_20(house, account):
    """The task it makes, and who is told of it."""
    house.falls(account, "line:40")
    fire()
    house.falls(account, "line:20")

    fire(now=NOW + timedelta(hours=1))

    told = OutboxMessage.objects.filter(key__contains=":escalation:below_20:", channel="in_app")
    names = told.order_by("user__name").values_list("user__name", flat=True)
    return Task.objects.get(escalation="below_20"), list(names)


def shown(task):
    """What the task says on a page about whom the team lacks."""
    (row,) = task_rows(task_columns(Task.objects.filter(pk=task.pk)), now=NOW, zone=UTC)
    return row.fell_because


def test_below_20_goes_to_the_sponsor_of_the_team_an_executive_who_finishes_it(house):
    account = house.account()
    house.joins(account, "eva", "executive_sponsor")

    drawn, told = below_20(house, account)

    assert (drawn.owner.name, told, shown(drawn)) == ("eva", ["eva"], "")
    assert drawn.why == "The score fell below 20: it is 15.00."
    assert Task.objects.workable_by(house.people["eva"]).get() == drawn


def test_without_a_sponsor_it_lies_in_the_queue_of_cs_ops_and_says_so(house):
    drawn, told = below_20(house, house.account())

    assert (drawn.owner, told) == (None, [])
    assert shown(drawn) == "No executive sponsor on the team: queue of CS ops."
    assert drawn in Task.objects.of_person(house.people["otto"], day=NOW.date())


def test_the_account_s_own_pool_takes_what_the_team_lacks(house, save_team):
    account = house.account(owner=None, pool=save_team)

    drawn, told = below_20(house, account)

    assert (drawn.owner.name, told) == ("bob", ["bob"])
    assert shown(drawn) == "No executive sponsor on the team: fell to the pool."


def test_a_pool_of_the_function_comes_before_the_account_s(house, save_team):
    other = Pool.objects.create(name="Scale pool")
    other.members.add(house.people["alice"])
    account = house.account(owner=None, pool=other)
    house.stands(account, "80.00", "healthy")
    house.rings(account, "event.cancellation_notice")

    fire()

    save = Task.objects.get(escalation="cancellation")
    assert (save.owner.name, shown(save)) == (
        "bob",
        "No save specialist on the team: fell to the pool.",
    )


@pytest.mark.parametrize(
    ("cover", "owner", "said"),
    [
        ("mona", "mona", ""),
        (None, None, "The executive sponsor is away without a cover: queue of CS ops."),
    ],
)
def test_a_sponsor_who_is_away_is_covered_or_missed(house, cover, owner, said):
    account = house.account()
    house.joins(account, "eva", "executive_sponsor")
    eva = house.people["eva"]
    eva.absent_from = eva.absent_until = NOW.date()
    eva.cover = house.people[cover] if cover else None
    eva.save()

    drawn, _ = below_20(house, account)

    assert (drawn.owner and drawn.owner.name, shown(drawn)) == (owner, said)


def test_who_left_the_team_yesterday_gets_nothing_today(house):
    account = house.account()
    yesterday = NOW.date() - timedelta(days=1)
    house.joins(account, "eva", "executive_sponsor", until=yesterday)
    house.joins(account, "mona", "executive_sponsor", since=NOW.date())

    drawn, _ = below_20(house, account)

    assert drawn.owner.name == "mona"


def test_a_step_goes_to_a_member_of_another_team_who_sees_only_this_account(house):
    Installation.objects.update(visibility="own")
    cecil = User.objects.create_user("cecil@demo.example", name="cecil", role="csm")
    house.people["cecil"] = cecil
    account = house.account()
    house.joins(account, "cecil", "account_executive")
    owned_by_step_1("account_executive")
    house.falls(account, "line:40")

    fire()

    first = Task.objects.get(step__position=1)
    assert (first.owner.name, first.owner_role, first.fallback) == (
        "cecil",
        "account_executive",
        "",
    )
    assert list(Account.objects.for_user(cecil)) == [account]
    told = OutboxMessage.objects.filter(key__contains=":task:", user=cecil)
    assert [message.subject for message in told] == [f"{first.title}: acme"]


def test_a_function_that_an_admin_adds_owns_steps_and_is_named_as_they_called_it(house):
    Function.objects.create(key="qa_lead", name="QA lead")
    owned_by_step_1("qa_lead")
    house.falls(house.account(), "line:40")

    fire()

    first = Task.objects.get(step__position=1)
    assert (first.owner, shown(first)) == (None, "No QA lead on the team: queue of CS ops.")


def test_a_role_that_is_no_function_is_refused_with_its_place(house):
    with pytest.raises(PlaybookError, match=r"steps\[1\].owner: “barista” is none of csm, manager"):
        owned_by_step_1("barista")


@pytest.mark.parametrize(
    ("role", "settings", "owner", "settled", "fallback"),
    [
        ("renewal_lead", {}, "alice", "csm", ""),
        ("renewal_lead", {"renewal_lead": "manager"}, "mona", "manager", ""),
        ("renewal_lead", {"renewal_lead": "account_executive"}, "sam", "account_executive", ""),
        ("renewal_lead", {"renewal_lead": "renewals_manager"}, None, "renewals_manager", "empty"),
        ("expansion_lead", {}, "sam", "account_executive", ""),
        ("expansion_lead", {"expansion_lead": "csm"}, "alice", "csm", ""),
    ],
)
def test_who_leads_renewals_and_expansions_is_a_setting(
    house, role, settings, owner, settled, fallback
):
    Installation.objects.update(**settings)
    house.people["sam"] = User.objects.create_user("sam@demo.example", name="sam", role="csm")
    account = house.account()
    house.joins(account, "sam", "account_executive")
    owned_by_step_1(role)
    house.falls(account, "line:40")

    fire()

    first = Task.objects.get(step__position=1)
    assert (first.owner and first.owner.name, first.owner_role) == (owner, settled)
    assert first.fallback == (f"{fallback}_queue" if fallback else "")


def test_who_is_handed_a_fallen_task_settles_it(house):
    drawn, _ = below_20(house, house.account())

    reassign_task(task_id=drawn.pk, owner=house.people["mona"], now=NOW)

    assert shown(drawn) == ""


def owned_by_step_1(role):
    """At risk, with its first step owned by that role, in force."""
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    assert PlaybookStep.objects.filter(playbook=draft, position=1).update(owner_role=role) == 1
    publish(playbook=draft, by=None, now=NOW)
