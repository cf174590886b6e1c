"""Playbooks take audiences: they start for who enters, hold for who is in, end for who leaves."""

from datetime import UTC, timedelta

import pytest

from accounts.models import AudienceMember, SavedView, Signal
from health.recompute.audiences import close_audience, refresh_audience
from playbooks import facts
from playbooks.engine import advance_plays, emit_moments
from playbooks.library.definition_columns import as_columns
from playbooks.library.definition_reader import PlaybookError, read_definition
from playbooks.models import Play, Playbook, Task
from playbooks.preview.current_matches import would_start_now
from playbooks.preview.occasions import occasions_of
from playbooks.publishing import import_playbook, unknown_words
from playbooks.triggers.reasons import reason_in_words
from tests.playbooks.conftest import NOW, fire
from tests.playbooks.test_moment_signals import CLOSED, DAY, TEXT, rung, waits_for
from tests.pure.test_playbooks_library import SMALLEST

ENTERED = "[{key: came, kind: audience_entered, audience: large%s}]"
LEFT = "[{key: went, kind: audience_left, audience: large}]"
ENDS = ", recovered_when: {left_audience: true}"


@pytest.fixture
def large(house):
    """Enterprise accounts; it began thirty days ago, with nobody in it."""
    return SavedView.objects.create(
        name="Large ones",
        key="large",
        filters={"segment": "enterprise"},
        owner=house.people["otto"],
        created_at=NOW,
        shared_on=DAY - timedelta(days=30),
    )


def look(audience, day=DAY):
    moves = refresh_audience(audience=audience, day=day, now=NOW)
    return moves.entered, moves.left


def members():
    rows = AudienceMember.objects.order_by("since", "pk")
    return [(m.account.external_id, m.since, m.left_on) for m in rows]


def becomes(account, segment):
    type(account).objects.filter(pk=account.pk).update(segment=segment)


def test_members_are_dated_and_looking_again_changes_nothing(house, large):
    acme = house.account("acme", segment="enterprise")
    house.account("bolt", segment="smb")
    house.account("gone", segment="enterprise", status="churned")
    house.account("twin", segment="enterprise", merged_into=acme)
    assert look(large, CLOSED) == (1, 0)
    assert look(large, CLOSED) == (0, 0)
    becomes(acme, "smb")
    assert look(large) == (0, 1)
    becomes(acme, "enterprise")
    later = DAY + timedelta(days=1)
    assert look(large, later) == (1, 0)
    assert members() == [("acme", CLOSED, DAY), ("acme", later, None)]


def test_a_night_that_comes_after_somebody_looked_by_hand_does_not_turn_days_back(house, large):
    acme = house.account("acme", segment="enterprise")
    look(large, DAY)
    becomes(acme, "smb")
    look(large, CLOSED)
    assert members() == [("acme", DAY, DAY)]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["acme", "bolt"]),
        ({"q": "ACM"}, ["acme"]),
        ({"band": "watch"}, ["bolt"]),
        ({"band": "unscored"}, ["acme"]),
        ({"risk": "1"}, []),
        ({"renewal": "30"}, ["acme"]),
        ({"renewal": "overdue"}, []),
    ],
)
def test_an_audience_holds_what_the_portfolio_would_list(house, large, filters, found):
    SavedView.objects.update(filters=filters)
    house.account("acme", renews_on=DAY + timedelta(days=30))
    house.stands(house.account("bolt", renews_on=DAY + timedelta(days=31)), "60.00", "watch")
    look(large)
    assert sorted(name for name, _, _ in members()) == found


def test_who_enters_starts_a_play_and_who_leaves_ends_it(house, large):
    waits_for(ENTERED % ENDS, house=house)
    acme = house.account("acme", segment="enterprise")
    house.stands(acme, "50.00", "watch")
    look(large)
    assert (emit_moments(closed=CLOSED, day=DAY), emit_moments(closed=CLOSED, day=DAY)) == (1, 0)
    assert rung() == [("acme", ["entered:large"])]
    fire()
    assert Task.objects.get().title == "Look at it"
    assert "enters the audience Large ones: " in Task.objects.get().why
    assert reason_in_words(Play.objects.get().saw).startswith(
        "It entered the audience Large ones on "
    )
    assert Play.objects.get().saw == {
        "kind": "audience.entered",
        "occurred_at": f"{DAY}T00:00:00+00:00",
        "audience": "large",
        "name": "Large ones",
        "on": str(DAY),
    }
    becomes(acme, "smb")
    look(large, DAY + timedelta(days=1))
    advance_plays(limit=10, now=NOW + timedelta(days=1, minutes=1))
    play = Play.objects.get()
    assert (play.outcome, play.reason) == (
        "recovered",
        "It is not in the audience Large ones any more.",
    )


def test_who_was_in_it_when_it_began_starts_nothing(house, large):
    waits_for(ENTERED % "", house=house)
    house.account("acme", segment="enterprise")
    SavedView.objects.update(shared_on=DAY)
    look(large)
    assert emit_moments(closed=CLOSED, day=DAY) == 0


def test_who_came_before_the_playbook_starts_nothing(house, large):
    waits_for(ENTERED % "", house=house, since=0)
    house.account("acme", segment="enterprise")
    look(large, CLOSED)
    assert emit_moments(closed=CLOSED, day=DAY) == 0


def test_who_came_by_hand_on_the_closed_day_starts_once(house, large):
    waits_for(ENTERED % "", house=house)
    house.account("acme", segment="enterprise")
    look(large, CLOSED)
    assert emit_moments(closed=CLOSED, day=DAY) == 1
    following = DAY + timedelta(days=1)
    assert emit_moments(closed=DAY, day=following) == 0


def test_who_leaves_pulls_a_trigger_and_a_retired_audience_pulls_none(house, large):
    waits_for(LEFT, house=house)
    acme = house.account("acme", segment="enterprise")
    house.account("bolt", segment="enterprise")
    look(large, CLOSED - timedelta(days=3))
    becomes(acme, "smb")
    look(large)
    assert emit_moments(closed=CLOSED, day=DAY) == 1
    close_audience(audience=large, day=DAY, now=NOW)
    assert emit_moments(closed=CLOSED, day=DAY) == 0
    assert Signal.objects.filter(kind="audience.left").count() == 1
    assert not AudienceMember.objects.filter(left_on__isnull=True).exists()


def test_a_condition_asks_for_members(house, large):
    text = TEXT.replace("{triggers}", "[]").replace("{due}", "{calendar_days: 2}")
    text += "conditions: {audiences: [large]}\n"
    draft = import_playbook(text=text, now=NOW)
    acme, bolt = house.account("acme", segment="enterprise"), house.account("bolt")
    look(large)
    account_states = facts.account_states(account_ids=[acme.pk, bolt.pk], csms={}, day=DAY)
    assert [account_states[each.pk].audiences for each in (acme, bolt)] == [{"large"}, set()]
    assert draft.definition().conditions.audiences == {"large"}


def test_dry_run_and_start_in_bulk_read_the_dated_members(house, large):
    rule = waits_for(ENTERED % "", house=house).rule()
    acme = house.account("acme", segment="enterprise")
    bolt = house.account("bolt", segment="enterprise")
    look(large, DAY - timedelta(days=10))
    becomes(acme, "smb")
    look(large, DAY - timedelta(days=4))
    found = occasions_of(rule, since=DAY - timedelta(days=20), until=DAY, zone=UTC)
    assert sorted(each.account_id for each in found) == sorted([acme.pk, bolt.pk])
    assert not occasions_of(rule, since=DAY - timedelta(days=5), until=DAY, zone=UTC)
    would = would_start_now(rule, day=DAY, now=NOW)
    assert [each.wanted.account_id for each in would] == [bolt.pk]


def test_an_unknown_audience_is_refused_wherever_it_stands(house, large):
    said = SMALLEST | {
        "triggers": [{"key": "came", "kind": "audience_entered", "audience": "large"}],
        "conditions": {"audiences": ["nowhere"]},
    }
    definition = read_definition(said)
    assert unknown_words(definition) == [
        "audience: “nowhere” is no audience; correct it, or add it first"
    ]
    assert (
        read_definition(
            Playbook(**as_columns(definition)).as_mapping() | {"steps": SMALLEST["steps"]}
        ).triggers
        == definition.triggers
    )


def test_only_who_entered_an_audience_leaves_it():
    wrong = {"key": "slow", "kind": "inactive", "days": 3}
    with pytest.raises(PlaybookError, match="is for audience_entered"):
        read_definition(
            SMALLEST | {"triggers": [wrong | {"recovered_when": {"left_audience": True}}]}
        )
