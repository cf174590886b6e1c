"""From a weekly look to a play: who becomes ready is proposed an expansion, once."""

from datetime import timedelta

import pytest

from playbooks.engine import fire_signals
from playbooks.library.catalogue import BY_KEY
from playbooks.models import Play, Playbook, PlayStart, Task
from playbooks.preview.current_matches import accounts_where_true
from playbooks.publishing import install
from tests.health.test_readiness import LOOK, WEEK, deliver, look, make_ready, night_after
from tests.playbooks.conftest import NOW

MONDAY = night_after(LOOK)


def settle(house, account):
    house.stands(account, "88.00", "healthy")
    for back in (1, 0, 0):
        look(LOOK - back * WEEK)
        fire_signals(limit=500, now=night_after(LOOK - back * WEEK))


def test_who_becomes_ready_starts_the_playbook_that_proposes_more(house):
    deliver()
    account = make_ready(owner=house.people["alice"])
    settle(house, account)

    play = Play.objects.get(account=account)
    assert (play.playbook_key, play.opened_at) == ("expansion", MONDAY)
    first = Task.objects.filter(play=play).earliest("due_at")
    assert (first.title, first.owner) == ("Write the story of their use", house.people["alice"])
    (start,) = PlayStart.objects.filter(account=account)
    assert start.saw["detail"].startswith("use +26.8% on the twelve weeks before")


def test_who_is_ready_at_the_first_look_is_listed_to_be_started_by_a_person(house):
    deliver()
    ready, other = make_ready(), make_ready(talks=1)
    look()
    rule = Playbook.objects.get(key="expansion", state="published").rule()

    for later, found in ((1, [ready.pk]), (13, [ready.pk]), (14, [])):
        assert sorted(accounts_where_true(rule, day=LOOK + timedelta(days=later))) == found
    assert other.pk not in accounts_where_true(rule, day=LOOK)


@pytest.mark.parametrize(
    ("missing", "key", "title"),
    [
        ({"talks": 1}, "re_engagement", "Find a reason to talk that is theirs"),
        ({"people": 3}, "stakeholder_broadening", "Map who matters there"),
    ],
)
def test_what_is_missing_is_seen_to_first_and_gone_once_they_are_ready(house, missing, key, title):
    install(entry=BY_KEY[key], by=None, now=NOW - timedelta(days=200))
    deliver()
    account = make_ready(owner=house.people["alice"], touch_tier="high", **missing)
    settle(house, account)

    play = Play.objects.get(account=account)
    assert (play.playbook_key, Task.objects.filter(play=play).earliest("due_at").title) == (
        key,
        title,
    )

    house.rings(account, "account.expansion_ready", at=MONDAY + WEEK)
    fire_signals(limit=500, now=MONDAY + WEEK)
    play.refresh_from_db()
    assert (play.state, play.outcome) == ("closed", "recovered")
    assert Play.objects.filter(account=account, playbook_key="expansion").count() == 1
