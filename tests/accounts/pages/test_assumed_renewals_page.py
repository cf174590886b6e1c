"""The list of assumed renewals, and a person's word that one is true."""

import pytest
from django.urls import reverse

from accounts.models import Contract, Installation, RenewalConfirmation
from tests.accounts.loading import DAY, contract, load_raw
from tests.page_house import open_tab, sign_in

LIST = "/renewals/assumed/"


@pytest.fixture
def renewed(account):
    """60,000 to 2025-01-01, renewed by itself at 5 % more; DAY is 72 days later."""
    old = contract(
        "old", "2024-01-01", "2025-01-01", "60000.00", account=account.external_id,
        auto_renew=True, uplift_percent="5",
    )  # fmt: skip
    load_raw("contracts", old, day=DAY)
    return Contract.objects.get(external_id="old")


def confirm(client, account, assumed, **changes):
    said = {"contract": assumed.pk, "renewed_on": "2025-01-01", "back": "list"} | changes
    address = reverse("account_renewal_confirm", args=[account.external_id])
    return client.post(address, said, follow=True)


def text(response):
    return " ".join(response.content.decode().split())


def test_an_owner_confirms_from_the_list_and_the_row_says_who(client, csm, account, renewed):
    page = text(client.get(LIST))
    assert "1 renewal, " in page
    assert "$63,000.00" in page
    assert "72 days ago" in page
    answer = confirm(client, account, renewed)
    assert answer.redirect_chain[-1][0] == LIST
    assert "Kept: the renewal is confirmed." in text(answer)
    assert "No renewal is assumed" in text(answer)
    row = RenewalConfirmation.objects.get()
    assert (row.contract, str(row.renewed_on), row.arr_minor, row.confirmed_by) == (
        renewed, "2025-01-01", 63_000_00, csm,
    )  # fmt: skip


def test_it_stands_on_the_page_of_the_account(client, csm, account, renewed):
    page = text(open_tab(client, "account_revenue", account))
    assert "Assumed renewals" in page
    assert f'href="{LIST}"' in page
    answer = confirm(client, account, renewed, back="account")
    assert answer.redirect_chain[-1][0] == reverse("account_revenue", args=[account.external_id])
    assert "Assumed renewals" not in text(answer)


@pytest.mark.parametrize(
    "said", [{"renewed_on": "2026-01-01"}, {"contract": 0}, {"renewed_on": ""}]
)
def test_what_is_not_assumed_is_not_confirmed(client, csm, account, renewed, said):
    answer = confirm(client, account, renewed, **said)
    assert "This renewal is not assumed any more: nothing was kept." in text(answer)
    assert not RenewalConfirmation.objects.exists()


def test_who_sees_it_and_may_not_change_it_has_no_button(client, house, account, renewed):
    sign_in(client, house.people["executive"])
    page = text(client.get(LIST))
    assert "$63,000.00" in page
    assert "Confirm the renewal" not in page
    assert confirm(client, account, renewed).status_code == 403
    assert not RenewalConfirmation.objects.exists()


def test_the_list_has_pages(client, house, account, renewed, monkeypatch):
    monkeypatch.setattr("accounts.pages.assumed_renewals.PAGE_SIZE", 1)
    other = contract(
        "second", "2024-02-01", "2025-02-01", "1.00", account=account.external_id,
        auto_renew=True, product="Other",
    )  # fmt: skip
    load_raw("contracts", other, day=DAY)
    sign_in(client, house.people["ops"])
    page = text(client.get(LIST))
    assert "2 renewals" in page
    assert 'rel="next"' in page
    assert "Other" in text(client.get(LIST, {"page": "2"}))
    assert "This page is past the end" in text(client.get(LIST, {"page": "3"}))


def test_the_page_of_renewals_leads_to_it(client, house):
    sign_in(client, house.people["executive"])
    assert f'href="{LIST}"' in text(client.get(reverse("executive_renewals")))
    assert Installation.objects.exists()
