"""The levels of a renewal's risk: each from its day on and nearer, lower bounds inclusive."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.library.definition_columns import as_columns
from playbooks.library.definition_reader import PlaybookError, read_definition
from playbooks.triggers.conditions import fits
from playbooks.triggers.descriptions import is_for
from playbooks.triggers.renewal_risk import RenewalRisk, renewal_risk
from playbooks.triggers.rules import Conditions
from tests.pure.falls import STANDING
from tests.pure.test_playbooks_library import SMALLEST


@pytest.mark.parametrize(
    ("score", "days_left", "risk"),
    [
        ("60.00", 90, "none"),
        ("59.99", 90, "elevated"),
        ("40.00", 90, "elevated"),
        ("39.99", 90, "high"),
        ("39.99", 91, "none"),
        ("59.99", 91, "none"),
        ("39.99", 61, "high"),
        ("39.99", 60, "critical"),
        ("40.00", 60, "elevated"),
        ("0.00", 1, "critical"),
        ("50.00", 0, "elevated"),
        # The decision is past and nothing was decided.
        ("39.99", -5, "critical"),
        (None, 10, "none"),
        ("10.00", None, "none"),
    ],
)
def test_the_risk_of_a_renewal(score, days_left, risk):
    known = None if score is None else Decimal(score)
    found = renewal_risk(score=known, days_left=days_left, is_cancelling=False)
    assert found.value == risk
    cancelling = renewal_risk(score=known, days_left=days_left, is_cancelling=True)
    assert cancelling is RenewalRisk.EMERGENCY


@given(
    st.decimals(0, 100, places=2), st.integers(-30, 200), st.integers(0, 100), st.integers(0, 100)
)
def test_nearer_and_lower_are_never_less_of_a_risk(score, days_left, nearer, lower):
    levels = list(RenewalRisk)
    now = renewal_risk(score=score, days_left=days_left, is_cancelling=False)
    then = renewal_risk(score=score - lower, days_left=days_left - nearer, is_cancelling=False)
    assert levels.index(then) >= levels.index(now)


def test_a_condition_may_ask_for_it():
    said = {"renewal_risks": ["critical", "high"]}
    definition = read_definition(SMALLEST | {"conditions": said})
    assert as_columns(definition)["conditions"] == said
    assert is_for(definition.conditions) == "Accounts with renewal risk Critical or High."
    with pytest.raises(PlaybookError, match=r"conditions\.renewal_risks: “dire” is none of none"):
        read_definition(SMALLEST | {"conditions": {"renewal_risks": ["dire"]}})


@pytest.mark.parametrize(("risk", "fitting"), [("high", True), ("elevated", False)])
def test_the_account_has_it_or_not(risk, fitting):
    account_state = replace(STANDING, renewal_risk=RenewalRisk(risk))
    conditions = Conditions(renewal_risks=frozenset({"high"}))
    assert fits(conditions=conditions, account_state=account_state) is fitting
