"""What is true already where a playbook came into force is listed, and started by a person only."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import yaml

from accounts.models import Contract, Installation
from health.models import HealthScore, WatchLine
from playbooks.models import Play, PlayStart, Task
from playbooks.preview.current_matches import would_start_now
from playbooks.publishing import import_playbook, publish
from tests.playbooks.conftest import NOW
from tests.playbooks.pages.builder.conftest import at, words
from tests.pure.test_playbooks_library import SMALLEST

BELOW = {
    "key": "low",
    "kind": "score_below",
    "score": 40,
    "recovered_when": {"score_at_least": 52},
}


@pytest.fixture(autouse=True)
def today(house):
    Installation.objects.update_or_create(pk=1, defaults={"as_of": NOW.date()})


@pytest.fixture
def accounts(house):
    """Three stand below 40, one of them too small to be meant."""
    for name, score, arr in (
        ("large", "30", 900_000_00),
        ("small", "39", 100_00),
        ("medium", "35", 200_000_00),
        ("fine", "70", 500_000_00),
    ):
        house.stands(house.account(name, arr_minor=arr), score, "intervene")
    return house.accounts


def look(ops, playbook):
    """The address of the list, once somebody has asked for it."""
    address = at("playbook_start", playbook.pk)
    assert ops.post(address, {"look": "1"}).status_code == 302
    return address


def in_force(**changes):
    whole = SMALLEST | {"triggers": [BELOW], "conditions": {"arr_at_least": 1_000}} | changes
    return publish(playbook=import_playbook(text=yaml.safe_dump(whole), now=NOW), by=None, now=NOW)


def test_it_is_listed_with_count_arr_and_hours_and_starts_nothing_by_itself(accounts, ops):
    playbook = in_force()
    assert "Nobody has looked yet" in words(ops.get(at("playbook_start", playbook.pk)))
    page = words(ops.get(look(ops, playbook)))
    assert "It would start on 2 accounts" in page
    assert "up to 2 tasks, about 1 h at half an hour a task" in page
    assert page.index("large") < page.index("medium")
    assert "fine" not in page
    assert not PlayStart.objects.exists()


def test_a_person_starts_what_is_ticked_and_it_ends_by_itself_later(accounts, ops):
    playbook = in_force()
    address = look(ops, playbook)
    ops.post(address, {"account": [accounts["large"].pk, accounts["fine"].pk]})

    play = Play.objects.get()
    assert (play.account.name, play.state) == ("large", "open")
    assert play.recovers_score == Decimal(52)
    assert PlayStart.objects.get().result == "started"
    assert Task.objects.get().account.name == "large"
    assert "It would start on 1 account" in words(ops.get(address))
    ops.post(address, {"all": "1"})
    ops.post(address, {"all": "1"})
    assert sorted(Play.objects.values_list("account__name", flat=True)) == ["large", "medium"]


def test_nothing_is_started_by_a_version_that_is_not_in_force(accounts, ops, draft):
    ops.post(at("playbook_start", draft.pk), {"all": "1"})
    assert not Play.objects.exists()


def names(house, playbook):
    found = would_start_now(playbook.rule(), day=NOW.date(), now=NOW)
    by_pk = {account.pk: name for name, account in house.accounts.items()}
    return sorted(by_pk[each.account_state.account_id] for each in found)


def trigger(**told):
    return in_force(triggers=[{"key": "it", **told}], conditions={})


def test_of_a_band_those_that_are_in_it(house):
    house.stands(house.account("in"), "60", "watch")
    house.stands(house.account("out"), "80", "healthy")
    assert names(house, trigger(kind="crossing", to=["watch"])) == ["in"]


def test_of_a_measure_those_beyond_a_line_that_is_watched(house):
    playbook = trigger(kind="value_passes", subject="measure:champions", value=2)
    line = WatchLine.objects.get(subject="measure:champions")
    for name, side in (("below", 1), ("above", 0), ("unknown", -1)):
        house.stands(house.account(name), "60", "watch")
        house.accounts[name].health.__class__.objects.filter(pk=house.accounts[name].pk).update(
            lines=[line.pk + 1, line.pk], line_sides=[1, side]
        )
    assert names(house, playbook) == ["below"]


def test_of_a_fall_those_that_stand_so_much_lower(house):
    for name, before in (("fell", 80), ("stayed", 62)):
        account = house.account(name)
        house.stands(account, "60", "watch")
        HealthScore.objects.create(
            account_id=account.pk, day=NOW.date() - timedelta(days=7), scorecard=house.scorecard,
            score=Decimal(before), band="watch", confidence=100, raw=[], readings=[], weights=[],
            components=[], computed_at=NOW,
        )  # fmt: skip
    assert names(house, trigger(kind="score_falls", points=15, within_days=7)) == ["fell"]


def test_of_a_date_those_between_the_mark_and_it(house):
    for name, ends in (("near", 60), ("far", 200), ("over", -1)):
        on = NOW.date() + timedelta(days=ends)
        Contract.objects.create(
            account=house.account(name),
            external_id=name,
            starts_on=date(2024, 1, 1),
            ends_on=on,
            term_months=12,
            arr_minor=1,
            currency="USD",
            learned_at=NOW,
        )
    playbook = trigger(kind="contract_date", date="end", days=-90)
    assert names(house, playbook) == ["near"]
    (found,) = would_start_now(playbook.rule(), day=NOW.date(), now=NOW)
    assert dict(found.wanted.saw)["contract"] == "near"


def test_events_and_cadences_are_no_states(house):
    house.rings(house.account(), "event.champion_left")
    assert names(house, trigger(kind="signal", signal="event.champion_left")) == []


def test_a_filtered_list_is_started_as_it_is_shown(accounts, ops, house):
    """By CSM, segment and name; what the filters leave out is not started, not even with “all”."""
    type(accounts["medium"]).objects.filter(name="medium").update(segment="enterprise")
    address = look(ops, in_force())
    page = words(ops.get(address, {"segment": "enterprise"}))
    assert "It would start on 1 account" in page
    assert "medium" in page
    assert words(ops.get(address, {"q": "LAR"})).count("It would start on 1 account") == 1
    nobody = words(ops.get(address, {"csm": "999999"}))
    assert "Take a filter away: it is true of others." in nobody

    ticked = [accounts["large"].pk, accounts["medium"].pk]
    ops.post(f"{address}?q=lar", {"account": ticked, "all": "1"})
    assert [play.account.name for play in Play.objects.all()] == ["large"]


def test_what_a_list_is_filtered_by_stays_chosen_where_nothing_of_it_is_left(accounts, ops):
    type(accounts["medium"]).objects.filter(name="medium").update(segment="enterprise")
    address = look(ops, in_force())
    left = ops.post(f"{address}?segment=enterprise", {"all": "1"}, follow=True)
    page = left.content.decode()
    assert '<option value="enterprise" selected>' in page
    assert "It is true of no account" in words(left)
    assert [play.account.name for play in Play.objects.all()] == ["medium"]


@pytest.mark.parametrize("query", ["csm=x&segment=-", "csm=-1", "q=" + "x" * 200, "csm=9" * 3])
def test_a_filter_that_cannot_be_read_filters_nothing(accounts, ops, query):
    response = ops.get(look(ops, in_force()) + "?" + query)
    assert response.status_code == 200


def test_a_list_may_begin_unticked(accounts, ops):
    address = look(ops, in_force())
    assert ops.get(address).content.decode().count(" checked>") == 2
    assert " checked>" not in ops.get(address, {"untick": "1"}).content.decode()
