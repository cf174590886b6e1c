"""The revenue page says where the money comes from; CS ops change it there, with a reason."""

import re

import pytest
from django.urls import reverse

from accounts.models import Account, HeldMovement, Installation, RevenueMovement
from tests.accounts.loading import contract, load_raw, movement
from tests.page_house import open_tab, sign_in


@pytest.fixture
def held(account):
    Installation.objects.get_or_create(pk=1)
    account_id = account.external_id
    load_raw("contracts", contract("c1", "2025-01-01", None, "336000.00", account=account_id))
    load_raw("movements", movement("m1", "2025-02-01", "new", "100.00", account=account_id))
    return HeldMovement.objects.get()


def decide(client, account, **said):
    address = reverse("account_revenue_source", args=[account.external_id])
    return client.post(address, said, follow=True)


def test_ops_see_what_a_change_would_do_and_make_it_with_a_reason(client, house, account, held):
    sign_in(client, house.people["ops"])
    html = open_tab(client, "account_revenue", account).content.decode()
    assert "1 movement would replace 1 derived ones: $336,000.00 → $100.00" in html
    assert "Post m1 as an adjustment" in html
    refused = decide(client, account, to="movements", reason="").content.decode()
    assert "Say why the revenue of this account comes from elsewhere." in refused
    decide(client, account, to="movements", reason="Billed by usage")
    account.refresh_from_db()
    assert (account.arr_minor, account.revenue_source) == (100_00, "movements")
    html = open_tab(client, "account_revenue", account).content.decode()
    assert "An exception of this account: Billed by usage" in html
    assert "1 derived movement would replace 1 given ones: $100.00 → $336,000.00" in html


def test_ops_post_a_held_movement_as_an_adjustment(client, house, account, held):
    sign_in(client, house.people["ops"])
    answer = decide(client, account, held=held.pk)
    assert "The adjustment is posted." in answer.content.decode()
    assert RevenueMovement.objects.get(external_id="m1").is_adjustment
    assert Account.objects.get(pk=account.pk).arr_minor == 336_100_00
    answer = decide(client, account, held=held.pk)
    assert answer.status_code == 200
    assert RevenueMovement.objects.count() == 2


def test_others_see_the_source_and_change_nothing(client, csm, account, held):
    html = open_tab(client, "account_revenue", account).content.decode()
    assert "Contracts: movements are derived from them." in html
    assert "Change the source" not in html
    assert decide(client, account, to="movements", reason="x").status_code == 403


def test_rows_of_a_deal_say_when_their_price_changes(client, house, account):
    one = {"account": account.external_id, "deal": "D-7"}
    load_raw(
        "contracts",
        contract("r1", "2024-06-01", "2025-01-01", "12000.00", **one),
        contract("r2", "2025-01-01", "2026-06-01", "18000.00", **one),
    )
    sign_in(client, house.people["ops"])
    html = open_tab(client, "account_revenue", account).content.decode()
    assert "New price from 1 Jan 2025" in html
    assert html.count("Part of deal D-7") == 2
    assert re.search(r'Expansion\s*<span class="sub">\s*Price', html)
