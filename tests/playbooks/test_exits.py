"""Plays end by what they are about, with the outcome and the reason; or ask what comes next."""

from datetime import timedelta

import pytest
import yaml

from accounts.models import Contract
from health.models import CurrentHealth
from playbooks.actions import cancel_play, complete_task
from playbooks.engine import advance_plays, emit_moments, start_play
from playbooks.library.definition_columns import as_columns
from playbooks.library.definition_reader import PlaybookError, read_definition
from playbooks.models import Play, Task
from playbooks.publishing import import_playbook, publish
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW, fire
from tests.playbooks.test_moment_signals import CLOSED, DAY, contract, used, waits_for
from tests.pure.test_playbooks_library import SMALLEST

LATER = NOW + timedelta(hours=3)


def rescored(account, *, at=LATER):
    CurrentHealth.objects.filter(account=account).update(computed_at=at)


def tick(now=LATER):
    advance_plays(limit=100, now=now + timedelta(minutes=1))


def ends():
    plays = Play.objects.filter(playbook_key__in=("small", "waiting"))
    return [(p.outcome, p.reason) for p in plays.order_by("pk")]


@pytest.mark.parametrize(
    ("columns", "outcome"),
    [
        ({"state": "renewed", "closed_on": DAY}, None),
        ({"renewal_on": DAY + timedelta(days=455)}, None),
        ({"state": "cancelled", "closed_on": DAY}, "churned"),
        ({"state": "expired", "closed_on": DAY}, "churned"),
    ],
)
def test_a_play_that_ends_with_a_loss_goes_on_after_a_renewal(house, columns, outcome):
    waits_for(
        "[{key: t90, kind: contract_date, days: -90, recovered_when: {contract_lost: true}}]",
        house=house,
    )
    account = house.account()
    house.stands(account, "50.00", "watch")
    contract(account, 90)
    emit_moments(closed=CLOSED, day=DAY)
    fire()
    Contract.objects.filter(external_id="c1").update(**columns)
    rescored(account)
    tick()
    play = Play.objects.get()
    assert play.outcome == outcome
    assert play.tasks.get().closes_when == "Closes itself when the contract is lost."


@pytest.fixture
def renewing(house):
    waits_for(
        "[{key: t90, kind: contract_date, days: -90, recovered_when: {contract_decided: true}}]",
        house=house,
    )
    account = house.account()
    house.stands(account, "50.00", "watch")
    contract(account, 90)
    contract(account, 300, number=2)
    emit_moments(closed=CLOSED, day=DAY)
    fire()
    assert Play.objects.get().state == "open"
    return account


@pytest.mark.parametrize(
    ("columns", "outcome", "reason"),
    [
        ({"state": "renewed", "closed_on": DAY}, "completed", "is renewed."),
        ({"state": "cancelled", "closed_on": DAY}, "churned", "is cancelled."),
        ({"state": "expired", "closed_on": DAY}, "churned", "is expired."),
        ({"renewal_on": DAY + timedelta(days=455)}, "completed", "renewed itself."),
        ({"auto_renew": True}, None, ""),
    ],
)
def test_the_play_of_a_contract_ends_when_that_is_decided(renewing, columns, outcome, reason):
    seen = Play.objects.get().saw["contract"]
    Contract.objects.filter(external_id=seen).update(**columns)
    tick()
    assert ends() == [(None, "")], "nothing is looked at before the account is rescored"
    rescored(renewing)
    tick()
    assert ends() == [(outcome, f"Contract {seen} {reason}" if reason else "")]


def test_what_becomes_of_another_contract_ends_nothing(renewing):
    seen = Play.objects.get().saw["contract"]
    others = Contract.objects.exclude(external_id=seen)
    assert others.update(state="cancelled", closed_on=DAY) == 1
    rescored(renewing)
    tick()
    assert ends() == [(None, "")]
    assert Play.objects.get().looked_at == LATER + timedelta(minutes=1)


def test_somebody_who_comes_back_ends_the_play_of_a_silence(house, feed):
    waits_for(
        "[{key: quiet, kind: inactive, days: 14, recovered_when: {used_again: true}}]", house=house
    )
    account = house.account()
    house.stands(account, "50.00", "watch")
    used(account, 14)
    emit_moments(closed=CLOSED, day=DAY)
    fire()
    assert Task.objects.get().closes_when == ("Closes itself when somebody uses the product again.")
    rescored(account)
    tick()
    assert ends() == [(None, "")]

    used(account, 0)
    rescored(account, at=LATER + timedelta(hours=1))
    tick(LATER + timedelta(hours=2))
    assert ends() == [("recovered", f"Somebody used the product on {CLOSED:%-d %b %Y}.")]
    assert Task.objects.get().state == "closed_by_itself"


def published(**said):
    text = yaml.safe_dump(SMALLEST | said)
    return publish(playbook=import_playbook(text=text, now=NOW), by=None, now=NOW)


def left(**recovered_when):
    return SMALLEST["triggers"][0] | {"recovered_when": recovered_when}


def test_a_signal_ends_the_play_that_it_answers(house):
    published(triggers=[left(signals=["event.upsell_declined"])])
    account, other = house.account(), house.account("other")
    for each in (account, other):
        house.rings(each, "event.champion_left")
    fire()
    house.rings(account, "event.upsell_declined", at=NOW - timedelta(hours=1))
    fire(NOW + timedelta(hours=1))
    assert ends() == [(None, ""), (None, "")], "what happened before it began ends nothing"

    house.rings(account, "event.upsell_declined", at=LATER)
    fire(LATER)
    assert ends() == [("recovered", "Upsell declined came in."), (None, "")]


def test_exits_read_back_as_they_were_written():
    said = {"signals": ["event.champion_left"], "used_again": True, "score_at_least": "52"}
    definition = read_definition(SMALLEST | {"triggers": [left(**said)]})
    (trigger,) = as_columns(definition)["triggers"]
    assert trigger["recovered_when"] == said


@pytest.mark.parametrize(
    "trigger",
    [
        {"kind": "signal", "signal": "event.champion_left"},
        {"kind": "contract_date", "date": "start", "days": 1},
    ],
)
def test_only_a_decision_ahead_can_be_decided(trigger):
    told = {"key": "when", "recovered_when": {"contract_decided": True}} | trigger
    with pytest.raises(PlaybookError, match=r"recovered_when.contract_decided: is for"):
        read_definition(SMALLEST | {"triggers": [told]})


@pytest.fixture
def troubled(house):
    published(category="intervention")
    account = house.account()
    house.stands(account, "35.00", "intervene")
    CurrentHealth.objects.update(at_risk=True)
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    return account


def finish():
    complete_task(task_id=Task.objects.get().pk, outcome=TaskOutcome.REACHED, by=None, now=NOW)


def asked():
    return Task.objects.filter(escalation="next_step")


def test_a_play_that_ends_at_risk_asks_the_owner_once_what_comes_next(house, troubled):
    finish()
    tick()
    tick(LATER + timedelta(hours=1))
    task = asked().get()
    assert (task.owner, task.state) == (house.people["alice"], "open")
    assert task.why == (
        "“Small” has ended as completed and the account is still at risk: score 35.00."
    )
    complete_task(task_id=task.pk, outcome=TaskOutcome.DECIDED, by=None, now=LATER)
    tick(LATER + timedelta(hours=2))
    assert asked().count() == 1


def test_a_stopped_play_asks_as_well(house, troubled):
    cancel_play(play_id=Play.objects.get().pk, reason="No use.", by=None, now=NOW)
    tick()
    assert asked().count() == 1


def test_nothing_is_asked_where_the_account_is_well_or_another_play_runs(house, troubled):
    finish()
    CurrentHealth.objects.update(at_risk=False)
    tick()
    assert not asked().exists()
    CurrentHealth.objects.update(at_risk=True)
    start_play(account=troubled, playbook_key="at_risk", by=house.people["alice"], now=NOW)
    tick()
    assert not asked().exists()


def test_nothing_is_asked_about_who_was_held_out(house):
    step = {"key": "share", "title": "Share", "kind": "hold_out", "percent": 50}
    published(category="intervention", steps=[step])
    for number in range(20):
        account = house.account(f"a{number}")
        house.stands(account, "35.00", "intervene")
        start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    CurrentHealth.objects.update(at_risk=True)
    tick()
    ended = Play.objects.exclude(results__ending="held_out")
    assert 0 < ended.count() < 20
    assert set(asked().values_list("play_id", flat=True)) == set(ended.values_list("pk", flat=True))
