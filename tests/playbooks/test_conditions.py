"""Firing asks the conditions of an account's plan, ARR, health and contracts as they are."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import yaml

from accounts.models import Contract, ContractLine, Plan
from playbooks import facts
from playbooks.library.definition_reader import PlaybookError
from playbooks.publishing import import_playbook, publish
from playbooks.triggers.rules import RunningContract
from tests.playbooks.conftest import NOW, fire, starts
from tests.pure.test_playbooks_library import SMALLEST


def a_contract(account, **columns):
    told = {
        "external_id": "C-1",
        "starts_on": date(2025, 1, 1),
        "ends_on": date(2026, 1, 1),
        "arr_minor": 100_000_00,
        "currency": "USD",
        "learned_at": NOW,
    }
    return Contract.objects.create(account=account, **told | columns)


def published(**conditions):
    text = yaml.safe_dump(SMALLEST | {"conditions": conditions})
    return publish(playbook=import_playbook(text=text, now=NOW), by=None, now=NOW)


def test_the_standing_of_an_account_holds_its_plan_worth_and_contracts(house):
    account = house.account(plan=Plan.objects.create(key="team", name="Team"))
    contract = a_contract(account, subscription="S-1")
    ContractLine.objects.create(contract=contract, product="Analytics", arr_minor=1)
    a_contract(account, external_id="C-0", state="renewed", closed_on=date(2025, 1, 1))

    (account_state,) = facts.account_states(
        account_ids=[account.pk], csms={}, day=NOW.date()
    ).values()

    assert (account_state.plan, account_state.arr) == ("team", Decimal(100_000))
    assert account_state.contracts == (RunningContract("C-1", 12, frozenset({"S-1", "Analytics"})),)


def test_a_worth_that_no_rate_brings_here_is_not_known(house):
    account = house.account(currency="CHF")
    (account_state,) = facts.account_states(
        account_ids=[account.pk], csms={}, day=NOW.date()
    ).values()
    assert (account_state.arr, account_state.arr_minor) == (None, 0)


@pytest.mark.parametrize(("least", "started"), [(100_000, 1), (100_001, 0)])
def test_only_accounts_that_fit_start(house, least, started):
    published(arr_at_least=least, bands=["watch"])
    account = house.account()
    house.stands(account, "71.40", "watch")
    house.rings(account, "event.champion_left")
    fire()
    assert [each for each in starts() if each[0] == "small"] == [("small", "started", "")] * started


def test_a_plan_that_is_not_there_is_refused_when_it_is_published(house):
    with pytest.raises(PlaybookError, match="“team” is no plan"):
        published(plans=["team"])


def risk_of(account):
    (account_state,) = facts.account_states(
        account_ids=[account.pk], csms={}, day=NOW.date()
    ).values()
    return account_state.renewal_risk.value


@pytest.mark.parametrize(
    ("dates", "risk"),
    [
        # The 12th of June is 90 days on, the 13th 91; the decision counts before the end.
        ({"renews_on": date(2025, 6, 12)}, "high"),
        ({"renews_on": date(2025, 6, 13)}, "none"),
        ({"renews_on": date(2025, 8, 11), "decides_on": date(2025, 5, 13)}, "critical"),
        ({}, "none"),
    ],
)
def test_the_risk_of_a_renewal_counts_to_the_decision(house, dates, risk):
    account = house.account(**dates)
    house.stands(account, "39.99", "intervene")
    assert risk_of(account) == risk


def test_notice_given_or_said_lately_is_an_emergency(house):
    gave, said, long_ago = (house.account(name) for name in ("gave", "said", "long-ago"))
    a_contract(gave, notice_given_on=NOW.date())
    house.rings(said, "event.cancellation_notice", at=NOW - timedelta(days=89))
    house.rings(long_ago, "event.cancellation_notice", at=NOW - timedelta(days=91))
    assert [risk_of(each) for each in (gave, said, long_ago)] == ["emergency", "emergency", "none"]
