"""The list of starts: what waits in its order, what was suppressed and why."""

import pytest
from django.urls import reverse

from playbooks.models import Playbook, PlayStart
from playbooks.publishing import install_library
from tests.page_house import NOW, sign_in


@pytest.fixture
def playbook(db):
    install_library(now=NOW)
    return Playbook.objects.get(key="at_risk", state="published")


def start(account, playbook, result="queued", **columns):
    return PlayStart.objects.create(
        account=account, playbook=playbook, playbook_key=playbook.key, result=result,
        csm=account.owner, decided_at=NOW, **columns,
    )  # fmt: skip


def listed(client, **query):
    return client.get(reverse("play_starts"), query)


def names(response):
    return [row.account_name for row in response.context["rows"]]


def test_what_waits_stands_in_the_order_it_starts_in(client, csm, account, house, playbook):
    other = house.accounts["team"]
    first = start(account, playbook, rank=10)
    second = start(other, playbook, rank=30)
    response = listed(client, whose="all")
    assert names(response) == [other.name, account.name]
    PlayStart.objects.filter(pk=first.pk).update(is_urgent=True)
    assert names(listed(client, whose="all")) == [account.name, other.name]
    assert names(listed(client)) == [account.name]  # of a CSM: their own
    assert second.csm != csm


def test_what_was_suppressed_says_why_in_words(client, csm, account, playbook):
    saw = {"kind": "usage.silent", "last_used": "2025-03-01"}
    start(account, playbook, "suppressed", reason="cooldown", saw=saw)
    start(account, playbook, "suppressed", reason="churned", why="As written.")
    html = listed(client, view="suppressed").content.decode()
    assert "Within the cooldown" in html
    assert "Nobody has used the product since 1 Mar 2025." in html
    assert "As written." in html
    assert len(listed(client, view="suppressed", reason="churned").context["rows"]) == 1


def test_it_is_filtered_by_playbook_and_account(client, csm, account, playbook):
    start(account, playbook)
    assert names(listed(client, playbook="at_risk", q=account.name[:5])) == [account.name]
    assert names(listed(client, playbook="renewal")) == []
    assert names(listed(client, q="nobody is called that")) == []


def test_other_teams_are_out_of_sight(client, house, playbook):
    start(house.accounts["other"], playbook)
    sign_in(client, house.people["manager"])
    assert names(listed(client)) == []
    sign_in(client, house.people["executive"])
    assert len(names(listed(client))) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_a_fixed_number_of_questions(
    client, csm, account, playbook, count, django_assert_num_queries
):
    for _ in range(count):
        start(account, playbook)
    listed(client)
    with django_assert_num_queries(9):
        listed(client)
