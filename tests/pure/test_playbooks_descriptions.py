"""Triggers, accounts and escalations read as sentences."""

from decimal import Decimal

import pytest

from health.signals import Direction
from playbooks.library.definition_reader import read_yaml, shipped_texts
from playbooks.triggers.descriptions import escalation_label, is_for, starts_when
from playbooks.triggers.names import RowNames
from playbooks.triggers.rules import Conditions, Escalation, Recovery, Trigger
from playbooks.triggers.time_triggers import AudienceEntry, Untouched
from playbooks.triggers.vocabulary import EscalationKind, OwnerRole, TriggerKind

SHIPPED = {playbook.key: playbook for playbook in map(read_yaml, shipped_texts())}


@pytest.mark.parametrize(
    ("trigger", "says"),
    [
        (
            SHIPPED["watch_to_intervene"].triggers[0],
            "The score falls from healthy or watch to intervene."
            " Closes itself when the band is healthy or watch again.",
        ),
        (
            SHIPPED["at_risk"].triggers[0],
            "The score falls below 40. Closes itself when the score is 52 or more.",
        ),
        (
            SHIPPED["at_risk"].triggers[1],
            "Cancellation notice comes in. Only people end the play.",
        ),
        (
            Trigger(
                key="up",
                kind=TriggerKind.CROSSING,
                subject="component:support",
                direction=Direction.UP,
                targets=("healthy",),
                recovery=Recovery(("watch",), Decimal(60)),
            ),
            "Component support rises to healthy."
            " Closes itself when the band is watch again or the score is 60 or more.",
        ),
    ],
)
def test_what_starts_a_playbook(trigger, says):
    assert starts_when(trigger) == says


def test_which_accounts_it_is_for():
    assert is_for(Conditions()) == "All accounts."
    chosen = Conditions(
        segments=frozenset({"smb", "mid_market"}), without_tags=frozenset({"partner"})
    )
    assert is_for(chosen) == "Accounts with segment Mid-market or SMB, no tag partner."


def test_who_is_drawn_in():
    silence, below, notice = SHIPPED["watch_to_intervene"].escalations

    assert escalation_label(silence).startswith(
        "No response within 3 business days: Manager gets “Take over the contact”."
    )
    assert escalation_label(below).startswith("The score falls below 20: Executive sponsor gets")
    assert escalation_label(notice).endswith("From then on only people end the play.")
    twice = Escalation(
        key="gone",
        kind=EscalationKind.SIGNALS,
        escalate_to=OwnerRole.MANAGER,
        title="Go there",
        guidance="Now.",
        signals=("event.champion_left", "event.executive_sponsor_lost"),
        count=2,
    )
    assert escalation_label(twice) == (
        "Champion left or Executive sponsor lost, 2 times within 30 days:"
        " Manager gets “Go there”. Now."
    )


NAMES = RowNames(
    audiences={"renewing_soon": "Renewing this quarter"},
    features={"export_api": "Export"},
    plans={"pro": "Professional"},
)


def test_rows_of_the_installation_are_called_by_their_names():
    entered = Trigger(
        key="in", kind=TriggerKind.AUDIENCE_ENTERED, moment=AudienceEntry("renewing_soon")
    )
    untouched = Trigger(
        key="un", kind=TriggerKind.UNTOUCHED, moment=Untouched(days=30, feature="export_api")
    )
    asked = Conditions(
        audiences=frozenset({"renewing_soon"}),
        plans=frozenset({"pro"}),
        used_features=frozenset({"export_api"}),
    )
    assert starts_when(entered, NAMES).startswith(
        "When an account enters the audience Renewing this quarter."
    )
    assert "anybody using the feature Export." in starts_when(untouched, NAMES)
    assert is_for(asked, NAMES) == (
        "Accounts with plan Professional, membership of the audience Renewing this quarter,"
        " use of Export in 30 days."
    )


def test_what_has_no_name_is_called_by_its_key_in_words():
    asked = Conditions(audiences=frozenset({"renewing_soon"}), plans=frozenset({"pro_plus"}))
    assert is_for(asked) == (
        "Accounts with plan pro plus, membership of the audience renewing soon."
    )
