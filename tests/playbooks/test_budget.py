"""The budget of a CSM and day: what it holds back waits in order, and starts the next day."""

from datetime import timedelta

import pytest

from accounts.models import Installation
from playbooks.engine import advance_plays, fire_signals
from playbooks.models import Play, Playbook, PlayStart
from tests.playbooks.conftest import NOW


@pytest.fixture
def budget(house):
    Installation.objects.update_or_create(pk=1, defaults={"plays_per_csm_day": 2})
    return 2


def plays():
    return sorted(Play.objects.values_list("account__name", "playbook_key"))


def waiting():
    queued = PlayStart.objects.filter(result="queued").order_by("-is_urgent", "-rank", "pk")
    return [start.account.name for start in queued]


def test_the_largest_open_the_rest_waits_in_order_and_opens_the_next_day(house, budget):
    for name, arr in (("small", 1), ("large", 3), ("middle", 2), ("tiny", 0)):
        house.falls(house.account(name, arr_minor=arr * 1_000_00), "watch")
    fire_signals(limit=100, now=NOW)
    assert [name for name, _ in plays()] == ["large", "middle"]
    assert waiting() == ["small", "tiny"]

    advance_plays(limit=100, now=NOW + timedelta(hours=2))
    assert len(plays()) == 2
    advance_plays(limit=100, now=NOW + timedelta(days=1))
    assert [name for name, _ in plays()] == ["large", "middle", "small", "tiny"]
    assert waiting() == []


def test_an_intervention_without_a_cap_opens_at_once_and_counts(house, budget):
    for name in ("a", "b", "c"):
        house.falls(house.account(name), "intervene")
    fire_signals(limit=100, now=NOW)
    house.falls(house.account("late"), "watch")
    fire_signals(limit=100, now=NOW)
    assert plays() == [(name, "watch_to_intervene") for name in ("a", "b", "c")]
    assert waiting() == ["late"]


def test_each_csm_has_a_budget(house, budget):
    for number in range(3):
        house.falls(house.account(f"a{number}"), "watch")
        house.falls(house.account(f"b{number}", owner=house.people["bob"]), "watch")
    fire_signals(limit=100, now=NOW)
    assert len(plays()) == 4
    assert len(waiting()) == 2


def test_what_waits_for_a_full_cap_keeps_nobody_else_waiting(house):
    """Of one playbook five open a day; the sixth waits, and leaves the budget to others."""
    Installation.objects.update_or_create(pk=1, defaults={"plays_per_csm_day": 6})
    for number in range(8):
        house.falls(house.account(f"a{number}", arr_minor=9_000_00), "watch")
    fire_signals(limit=100, now=NOW)
    assert len(plays()) == 5
    start = PlayStart.objects.filter(result="queued").first()
    other, uncapped = house.account("other", arr_minor=1), uncapped_playbook()
    PlayStart.objects.filter(pk=start.pk).update(
        account=other,
        playbook_key=uncapped.key,
        playbook=uncapped,
        trigger_key=uncapped.triggers[0]["key"],
    )
    house.stands(other, "80", "healthy")
    advance_plays(limit=100, now=NOW + timedelta(hours=1))
    assert ("other", uncapped.key) in plays()


def uncapped_playbook():
    published = Playbook.objects.filter(state="published", cap_per_csm_day=None)
    return published.exclude(category="intervention").exclude(triggers=[]).order_by("key")[0]
