"""Whom a play draws in: the save team, the sponsor, an executive."""

from datetime import timedelta

from accounts.models import OutboxMessage
from playbooks.models import Play, Playbook, PlaybookStep, Task
from playbooks.publishing import copy_to_draft, publish
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


def below_20(house, **columns):
    """The task it makes, and who is told of it."""
    account = house.account(**columns)
    house.falls(account, "line:40")
    fire()
    house.falls(account, "line:20")

    fire(now=NOW + timedelta(hours=1))

    told = OutboxMessage.objects.filter(key__contains=":escalation:below_20:", channel="in_app")
    names = told.order_by("user__name").values_list("user__name", flat=True)
    return Task.objects.get(escalation="below_20"), list(names)


def test_below_20_tells_an_executive_and_gives_the_task_to_who_can_finish_it(house):
    drawn, told = below_20(house)

    assert told == ["alice", "eva"]
    assert drawn.owner.name == "alice"
    assert drawn.why == "The score fell below 20: it is 15.00. eva has been told."
    assert Task.objects.workable_by(drawn.owner).filter(pk=drawn.pk).exists()


def test_a_sponsor_who_may_change_accounts_gets_the_task_of_the_sponsor(house):
    drawn, told = below_20(house, executive_sponsor=house.people["mona"])

    assert (drawn.owner.name, told) == ("mona", ["mona"])
    assert drawn.why == "The score fell below 20: it is 15.00."


def test_a_step_of_the_sponsor_is_told_to_the_executive_and_done_by_the_csm(house):
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    steps = PlaybookStep.objects.filter(playbook=draft, position=1)
    assert steps.update(owner_role="executive_sponsor") == 1
    publish(playbook=draft, by=None, now=NOW)
    house.falls(house.account(), "line:40")

    fire()

    first = Task.objects.get(step__position=1)
    assert (first.owner.name, first.owner_role) == ("alice", "executive_sponsor")
    told = OutboxMessage.objects.filter(key__contains=":step:", channel="in_app")
    assert {message.user.name for message in told.filter(subject__startswith=first.title)} == {
        "eva"
    }
