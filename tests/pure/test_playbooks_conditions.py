"""Which accounts a playbook is for: every field on both sides of its bound."""

from dataclasses import replace
from decimal import Decimal

import pytest

from playbooks.library.definition_columns import as_columns
from playbooks.library.definition_reader import PlaybookError, read_definition
from playbooks.triggers.conditions import fits
from playbooks.triggers.decisions import decide
from playbooks.triggers.descriptions import is_for
from playbooks.triggers.rules import Conditions, Rule, RunningContract, Trigger
from playbooks.triggers.signal_matches import TriggerInput
from playbooks.triggers.time_triggers import ContractDate, ContractMark
from playbooks.triggers.vocabulary import TriggerKind
from tests.pure.falls import NOW, STANDING
from tests.pure.test_playbooks_library import SMALLEST

ACCOUNT = replace(
    STANDING,
    tags=frozenset({"pilot"}),
    plan="team",
    band="watch",
    score=Decimal("40.00"),
    arr=Decimal(50_000),
    contracts=(
        RunningContract("C-1", 12, frozenset({"Analytics"})),
        RunningContract("C-2", 1, frozenset({"Support"})),
    ),
)


def one_of(*words):
    return frozenset(words)


@pytest.mark.parametrize(
    ("said", "fitting"),
    [
        ({}, True),
        ({"segments": one_of("mid_market")}, True),
        ({"segments": one_of("smb")}, False),
        ({"touch_tiers": one_of("high")}, False),
        ({"stages": one_of("onboarding")}, False),
        ({"tags": one_of("pilot", "beta")}, True),
        ({"tags": one_of("beta")}, False),
        ({"without_tags": one_of("pilot")}, False),
        ({"segments": one_of("mid_market"), "without_tags": one_of("beta")}, True),
        ({"plans": one_of("team", "free")}, True),
        ({"plans": one_of("free")}, False),
        ({"bands": one_of("watch")}, True),
        ({"bands": one_of("healthy")}, False),
        ({"score_at_least": Decimal(40)}, True),
        ({"score_at_least": Decimal("40.01")}, False),
        ({"score_below": Decimal(40)}, False),
        ({"score_below": Decimal("40.01")}, True),
        ({"arr_at_least": Decimal(50_000)}, True),
        ({"arr_at_least": Decimal(50_001)}, False),
        ({"arr_below": Decimal(50_000)}, False),
        ({"arr_below": Decimal(50_001)}, True),
        ({"term_at_least": 12}, True),
        ({"term_at_least": 13}, False),
        ({"term_below": 6}, True),
        ({"term_below": 1}, False),
        ({"lines": one_of("Analytics", "Desk")}, True),
        ({"lines": one_of("Desk")}, False),
        # The term and the line of one contract, not of two.
        ({"lines": one_of("Support"), "term_at_least": 12}, False),
    ],
)
def test_conditions_choose_the_accounts(said, fitting):
    assert fits(conditions=Conditions(**said), account_state=ACCOUNT) is fitting


@pytest.mark.parametrize("name", ["score_at_least", "score_below", "arr_at_least", "arr_below"])
def test_what_is_not_known_fits_no_bound(name):
    unknown = replace(ACCOUNT, score=None, arr=None)
    assert not fits(conditions=Conditions(**{name: Decimal(50)}), account_state=unknown)


def test_an_account_without_a_contract_fits_no_term():
    without = replace(ACCOUNT, contracts=())
    assert not fits(conditions=Conditions(term_at_least=1), account_state=without)


@pytest.mark.parametrize(("contract", "started"), [("C-1", 1), ("C-2", 0)])
def test_of_terms_the_contract_that_the_trigger_saw_counts(contract, started):
    mark = ContractMark(ContractDate.DECISION, -90)
    rule = Rule(
        1,
        "renewal",
        "Renewal",
        "renewal",
        0,
        (Trigger("t_90", TriggerKind.CONTRACT_DATE, moment=mark),),
        conditions=Conditions(term_at_least=12),
    )
    seen = TriggerInput(1, mark.signal, NOW, moments=(mark.name,), values={"contract": contract})
    assert len(decide(inputs=[seen], rules=[rule], account_state=ACCOUNT, now=NOW)) == started


SAID = {
    "segments": ["smb"],
    "plans": ["team"],
    "bands": ["watch"],
    "score_below": "40",
    "arr_at_least": "20000",
    "term_at_least": 12,
    "lines": ["Analytics"],
}


def test_conditions_read_back_as_they_were_written():
    definition = read_definition(SMALLEST | {"conditions": SAID})
    assert as_columns(definition)["conditions"] == SAID


def test_conditions_are_said_in_words():
    assert is_for(read_definition(SMALLEST | {"conditions": SAID}).conditions) == (
        "Accounts with segment SMB, band Watch, plan team, score below 40, ARR of at least 20,000,"
        " a contract for Analytics of at least 12 months."
    )


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"score_below": 101}, "conditions.score_below: a score from 0 to 100, not 101"),
        ({"arr_below": "much"}, "conditions.arr_below: a number with four decimals at most"),
        ({"term_at_least": 0}, "conditions.term_at_least: a whole number from 1 to 240, not 0"),
        (
            {"arr_at_least": 9, "arr_below": 9},
            "conditions.arr_below: nothing is at least 9 and below 9",
        ),
        ({"stages": ["moon"]}, "conditions.stages: “moon” is none of"),
    ],
)
def test_wrong_conditions_say_where_and_what(said, problem):
    with pytest.raises(PlaybookError) as raised:
        read_definition(SMALLEST | {"conditions": said})
    assert any(each.startswith(problem) for each in raised.value.problems)
