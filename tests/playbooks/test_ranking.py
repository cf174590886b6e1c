"""Who is served first when a cap is reached: ARR × risk across currencies."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import CurrencyRate
from playbooks.engine import fire_signals
from playbooks.engine.manual_start import start_play
from playbooks.models import PlayStart
from tests.playbooks.conftest import NOW


@pytest.fixture
def rates(db):
    for currency, base, rate in (
        ("JPY", "USD", "0.0065"),
        ("KWD", "USD", "3.25"),
        ("CHF", "EUR", "1.05"),
    ):
        CurrencyRate.objects.create(
            currency=currency, base=base, valid_from=NOW.date(), rate=Decimal(rate)
        )


def queued(house, worths):
    for name, (arr, currency) in worths.items():
        house.falls(house.account(name, arr_minor=arr, currency=currency), "watch")
    fire_signals(limit=100, now=NOW)
    waiting = PlayStart.objects.filter(result="queued").order_by("-rank", "pk")
    return [start.account.name for start in waiting]


def dollars(*amounts):
    return {f"{amount}": (amount * 100, "USD") for amount in amounts}


def test_accounts_are_ranked_by_what_they_are_worth(house, rates):
    accounts = {
        "yen": (1_000_000, "JPY"),  # $6,500
        "dinar": (1_000_000, "KWD"),  # KWD 1,000.000 is $3,250
        "many-yen": (9_000_000, "JPY"),  # $58,500
    }
    assert queued(house, accounts | dollars(4_000, 5_000, 6_000, 7_000)) == ["4000", "dinar"]


def test_whom_nothing_converts_is_served_after_all_whose_arr_is_known(house, rates):
    accounts = {"franc": (9_000_000_00, "CHF")}
    assert queued(house, accounts | dollars(1, 2, 3, 4, 5, 6)) == ["1", "franc"]
    assert PlayStart.objects.get(account__name="franc").rank == 0


def test_before_its_first_rate_a_currency_ranks_at_that_one(house, rates):
    tomorrow = NOW.date() + timedelta(days=1)
    CurrencyRate.objects.create(currency="CHF", base="USD", valid_from=tomorrow, rate=Decimal(2))
    accounts = {"franc": (3_50, "CHF")}  # $7, as much as nobody else
    assert queued(house, accounts | dollars(1, 2, 3, 4, 5, 6)) == ["2", "1"]


def test_a_play_that_a_person_starts_carries_the_same_rank(house, rates):
    account = house.account(arr_minor=1_000_000, currency="JPY")
    start_play(account=account, playbook_key="at_risk", by=house.people["mona"], now=NOW)
    assert PlayStart.objects.get().rank == 6_500_00 * 50
