"""What people of an account did, asked by branches and waits: every field on both sides."""

import pytest

from playbooks.library.definition_columns import as_columns
from playbooks.library.definition_reader import PlaybookError, read_definition
from playbooks.library.steps import asked_conditions, written_action
from playbooks.triggers.behaviour import Behaviour
from playbooks.triggers.conditions import fits
from playbooks.triggers.descriptions import condition_labels
from playbooks.triggers.rules import Conditions
from tests.pure.falls import STANDING
from tests.pure.test_playbooks_library import SMALLEST

KNOWN = Behaviour(
    used_since_start=True,
    active_users=4,
    features=frozenset({"reports"}),
    events=frozenset({"first_value_moment"}),
    onboarding_done=False,
    began_with="event.card_expiring",
    contract_renewed=True,
)


def one_of(*words):
    return frozenset(words)


@pytest.mark.parametrize(
    ("said", "fitting", "when_unknown"),
    [
        ({"used_since_start": True}, True, False),
        ({"used_since_start": False}, False, False),
        ({"active_users_at_least": 4}, True, False),
        ({"active_users_at_least": 5}, False, False),
        ({"active_users_below": 4}, False, False),
        ({"active_users_below": 5}, True, False),
        ({"used_features": one_of("reports", "alerts")}, True, False),
        ({"used_features": one_of("alerts")}, False, False),
        ({"unused_features": one_of("reports")}, False, False),
        ({"unused_features": one_of("alerts")}, True, False),
        ({"onboarding_done": False}, True, False),
        ({"onboarding_done": True}, False, False),
        ({"began_with": one_of("event.card_expiring", "event.incident")}, True, False),
        ({"began_with": one_of("event.incident")}, False, False),
        ({"contract_renewed": True}, True, False),
        ({"contract_renewed": False}, False, False),
        ({"events": one_of("first_value_moment")}, True, False),
        ({"events": one_of("funding")}, False, False),
        # Events are always known: none has happened.
        ({"without_events": one_of("first_value_moment")}, False, True),
        ({"without_events": one_of("funding")}, True, True),
        # All that is said has to hold, of the account as well.
        ({"used_since_start": True, "active_users_at_least": 5}, False, False),
        ({"used_since_start": True, "segments": one_of("smb")}, False, False),
    ],
)
def test_what_its_people_did_is_asked_as_it_is_known(said, fitting, when_unknown):
    conditions = Conditions(**said)
    assert fits(conditions=conditions, account_state=STANDING, behaviour=KNOWN) is fitting
    assert (
        fits(conditions=conditions, account_state=STANDING, behaviour=Behaviour()) is when_unknown
    )


ASKED = {
    "used_since_start": False,
    "active_users_at_least": 2,
    "active_users_below": 9,
    "used_features": ["reports"],
    "unused_features": ["alerts"],
    "events": ["funding"],
    "without_events": ["first_value_moment"],
    "onboarding_done": False,
    "began_with": ["event.incident"],
    "contract_renewed": False,
}
BRANCH = {"key": "fork", "title": "Fork", "kind": "branch"}


def test_a_branch_and_a_wait_ask_and_are_written_as_they_were_read():
    wait = {"key": "pause", "title": "P", "kind": "wait", "lasts": {"hours": 24}, "until": ASKED}
    steps = [BRANCH | {"if": ASKED}, wait]
    definition = read_definition(SMALLEST | {"steps": steps})
    asked = asked_conditions(definition)
    assert len(asked) == 2
    assert asked[0] == asked[1]
    assert asked[0].is_about_doings
    assert not Conditions(stages=one_of("onboarding")).is_about_doings

    assert written_action(definition.steps[0].action) == {"if": ASKED}


def test_before_there_is_a_play_nobody_asks_what_happened_since():
    with pytest.raises(PlaybookError) as raised:
        read_definition(SMALLEST | {"conditions": {"used_since_start": True}})
    says = "conditions.used_since_start: is for a branch or a wait: it is asked while a play runs"
    assert raised.value.problems == (says,)


def test_bounds_that_nothing_fits_are_refused():
    asked = {"active_users_at_least": 5, "active_users_below": 5}
    with pytest.raises(PlaybookError, match="nothing is at least 5 and below 5"):
        read_definition(SMALLEST | {"steps": [BRANCH | {"if": asked}]})


def test_a_playbook_without_such_conditions_is_stored_as_before():
    assert as_columns(read_definition(SMALLEST))["conditions"] == {}


def test_they_read_as_parts_of_a_sentence():
    fork = read_definition(SMALLEST | {"steps": [BRANCH | {"if": ASKED}]}).steps[0]
    assert condition_labels(fork.action.condition) == [
        "nobody using the product since the play began",
        "at least 2 active users in 7 days",
        "fewer than 9 active users in 7 days",
        "use of reports in 30 days",
        "no use of alerts in 30 days",
        "funding behind it",
        "no first value moment yet",
        "some step of its onboarding plan left",
        "Incident at the beginning of the play",
        "its contract not renewed",
    ]
