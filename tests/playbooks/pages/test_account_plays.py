"""The plays of an account: step by step, and started by hand."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import OutboxMessage
from playbooks.models import Play
from tests.cards import install_playbooks
from tests.page_house import NOW, add_task, open_play, open_tab


def test_tasks_tab_shows_a_play_step_by_step(client, csm, account):
    open_play(account, csm)
    response = open_tab(client, "account_tasks", account)
    play = response.context["plays"][0]
    assert [step.state for step in play.steps][:2] == ["open", "ahead"]
    assert (play.finished, play.is_open) == (0, True)
    first = response.context["rows"][0]
    assert f"{reverse('task', args=[first.pk])}#complete" in response.content.decode()


def test_tasks_tab_of_a_colleagues_account_is_for_reading(client, csm, house):
    theirs = house.accounts["team"]
    task = add_task(theirs, theirs.owner, title="Theirs")
    html = open_tab(client, "account_tasks", theirs).content.decode()
    assert "Theirs" in html
    assert f"{reverse('task', args=[task.pk])}#complete" not in html


def start_play(client, account, **form):
    return client.post(reverse("account_play_start", args=[account.external_id]), form, follow=True)


def test_a_play_is_started_by_hand(client, csm, account):
    install_playbooks(now=NOW - timedelta(days=30))
    html = open_tab(client, "account_tasks", account).content.decode()
    assert 'value="watch_to_intervene"' in html
    answer = start_play(client, account, playbook="watch_to_intervene").content.decode()
    assert "Its first tasks are below" in answer
    play = Play.objects.get(account=account)
    assert (play.playbook_key, play.state) == ("watch_to_intervene", "open")
    assert csm.name in play.why
    assert not OutboxMessage.objects.filter(user=csm, channel="in_app").exists()  # their own act
    assert 'value="watch_to_intervene"' not in answer  # it runs: not offered twice
    assert (
        "is running on"
        in start_play(client, account, playbook="watch_to_intervene").content.decode()
    )
    assert Play.objects.count() == 1


@pytest.mark.parametrize("playbook", ["nothing_like_it", "", "<b>"])
def test_a_play_that_there_is_not_is_not_started(client, csm, account, playbook):
    answer = start_play(client, account, playbook=playbook)
    assert answer.status_code == 200
    assert "toast-error" in answer.content.decode()
    assert not Play.objects.exists()


def test_who_only_reads_an_account_starts_no_play_on_it(client, csm, house):
    install_playbooks(now=NOW - timedelta(days=30))
    theirs = house.accounts["team"]
    assert "Start a play" not in open_tab(client, "account_tasks", theirs).content.decode()
    assert start_play(client, theirs, playbook="at_risk").status_code == 403
