"""Sums over several currencies: what a unit is worth, and what is left out where none knows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Account, CurrencyRate, RevenueMovement
from accounts.ui import formats
from cs_platform.pages.portfolio import queries as portfolio_queries
from cs_platform.pages.today import portfolio as own_portfolio
from tests.page_house import DAY, GOOD, NOW, POOR, judge, show_present

NO_RATE = "No rate brings CHF, SEK into USD."
LEFT_OUT = f"Not in these sums: CHF 9,000,000.00 of 1 account, SEK 5.00 of 1 account. {NO_RATE}"
TOMORROW = DAY + timedelta(days=1)


def make_account(owner, name, **fields):
    return Account.objects.create(external_id=f"x-{name}", name=name, owner=owner, **fields)


def rate(currency, value, *, base="USD"):
    CurrencyRate.objects.create(currency=currency, base=base, valid_from=DAY, rate=Decimal(value))


@pytest.fixture
def book(csm, house, card):
    """$1,000, ¥10,000,000 at 0.0065, KWD 100.000 at 3.25; francs and crowns nobody can convert."""
    rate("JPY", "0.0065")
    rate("KWD", "3.25")
    house.accounts["own"].delete()
    for name, currency, arr in (
        ("Dollar", "USD", 1_000_00),
        ("Yen", "JPY", 10_000_000),
        ("Dinar", "KWD", 100_000),
        ("Franc", "CHF", 9_000_000_00),
    ):
        account = make_account(csm, name, currency=currency, arr_minor=arr)
        show_present(judge(account, card, raw=GOOD))
    crown = make_account(csm, "Crown", currency="SEK", arr_minor=5_00)
    show_present(judge(crown, card, raw=POOR))
    make_account(csm, "Nothing", currency="NOK", arr_minor=0)
    return 1_000_00 + 65_000_00 + 325_00


def test_the_portfolio_leaves_out_what_it_cannot_convert_and_says_so(client, book):
    answer = client.get(reverse("portfolio"))
    assert answer.context["arr_minor"] == book
    assert LEFT_OUT in answer.content.decode()
    answer = client.get(reverse("portfolio"), {"band": "intervene"})
    assert answer.context["arr_minor"] == 0
    assert "Not in these sums: SEK 5.00 of 1 account." in answer.content.decode()
    answer = client.get(reverse("portfolio"), {"q": "Dollar"})
    assert "Not in these sums" not in answer.content.decode()


def test_the_portfolio_says_nothing_of_sums_it_does_not_show(client, book, monkeypatch):
    monkeypatch.setattr(portfolio_queries, "COUNT_CAP", 5)
    assert "Not in these sums" not in client.get(reverse("portfolio")).content.decode()


def test_the_portfolio_sorts_what_it_cannot_convert_last(client, book):
    for sort, names in (
        ("-arr", ["Yen", "Dollar", "Dinar"]),
        ("arr", ["Dinar", "Dollar", "Yen"]),
    ):
        rows = client.get(reverse("portfolio"), {"sort": sort}).context["rows"]
        assert [row.name for row in rows][:3] == names


def test_today_leaves_out_what_it_cannot_convert_and_says_so(client, book):
    answer = client.get(reverse("today"))
    summary = answer.context["summary"]
    assert (summary.accounts, summary.arr_minor, summary.at_risk_arr_minor) == (6, book, 0)
    assert LEFT_OUT in answer.content.decode()
    CurrencyRate.objects.create(currency="CHF", base="USD", valid_from=DAY, rate=Decimal(1))
    rate("SEK", "0.1")
    answer = client.get(reverse("today"))
    assert answer.context["summary"].arr_minor == book + 9_000_000_00 + 50
    assert "Not in these sums" not in answer.content.decode()


@pytest.mark.parametrize("page", ["portfolio", "today"])
def test_before_its_first_rate_a_currency_counts_at_that_one_and_is_marked(client, book, page):
    CurrencyRate.objects.create(currency="CHF", base="USD", valid_from=TOMORROW, rate=Decimal(1))
    CurrencyRate.objects.create(currency="NOK", base="USD", valid_from=TOMORROW, rate=Decimal(1))
    answer = client.get(reverse(page))
    found = answer.context["arr_minor"] if page == "portfolio" else answer.context["summary"]
    assert (found if page == "portfolio" else found.arr_minor) == book + 9_000_000_00
    shown = answer.content.decode()
    assert f"CHF converted at the first known rate, of {formats.day(TOMORROW)}." in shown
    assert "Not in these sums: SEK 5.00 of 1 account. No rate brings SEK into USD." in shown


@pytest.mark.parametrize(("good", "poor"), [(1_000_00, -600_00), (-600_00, 1_000_00)])
def test_a_band_below_zero_counts_on_today_as_in_the_portfolio(
    client, csm, house, card, good, poor
):
    house.accounts["own"].delete()
    for name, arr, raw in (("Good", good, GOOD), ("Poor", poor, POOR)):
        account = make_account(csm, name, currency="USD", arr_minor=arr)
        show_present(judge(account, card, raw=raw))
    portfolio = client.get(reverse("portfolio")).context["arr_minor"]
    assert portfolio == 400_00
    assert client.get(reverse("today")).context["summary"].arr_minor == portfolio


def test_today_reads_the_largest_accounts_at_risk_whatever_their_currency(
    client, csm, card, monkeypatch
):
    rate("JPY", "0.0065")
    monkeypatch.setattr(own_portfolio, "READ_AT_MOST", 1)
    for name, currency, arr in (
        ("Franc", "CHF", 9_000_000_00),
        ("Yen", "JPY", 10_000_000),
        ("Dollar", "USD", 70_000_00),
    ):
        account = make_account(csm, name, currency=currency, arr_minor=arr)
        show_present(judge(account, card, raw=POOR))
    (item,) = client.get(reverse("today")).context["items"]
    assert item.account == "Dollar"


def post(account, day, amount, currency, *, kind="new"):
    RevenueMovement.objects.create(
        account=account,
        effective_on=day,
        kind=kind,
        amount_minor=amount,
        currency=currency,
        recorded_at=NOW,
        source_id="direct",
        external_id=f"{currency}-{day}",
    )


def test_the_revenue_of_an_account_is_added_up_in_its_currency(client, csm, house):
    rate("JPY", "0.0065")
    account = house.accounts["own"]
    post(account, DAY - timedelta(days=900), 1_000_00, "USD")
    post(account, DAY - timedelta(days=400), 1_000_000, "JPY", kind="expansion")
    post(account, DAY - timedelta(days=10), -400_000, "JPY", kind="contraction")
    post(account, DAY - timedelta(days=5), 7_00, "CHF", kind="expansion")
    answer = client.get(reverse("account_revenue", args=[account.external_id]))
    rows = [(row.currency, row.balance_minor) for row in answer.context["movements"]]
    assert rows == [("CHF", 7_00), ("JPY", 600_000), ("JPY", 1_000_000), ("USD", 1_000_00)]
    course = answer.context["course"].chart.rows
    assert (course[-1][1], course[1][1], course[0][1]) == ("$1k", "$7.5k", "$4.9k")
    assert "Not in these sums: CHF 7.00. No rate brings CHF into USD." in answer.content.decode()


@pytest.mark.parametrize("tab", ["account", "account_revenue"])
def test_an_account_says_what_its_arr_leaves_out(client, csm, house, tab):
    account = house.accounts["own"]
    for currency in ("CHF", "SEK"):
        post(account, DAY - timedelta(days=5), 9_000_00, currency)
    page = reverse(tab, args=[account.external_id])
    shown = client.get(page).content.decode()
    assert shown.count(f"Not in these sums: CHF 9,000.00, SEK 9,000.00. {NO_RATE}") == 1
    assert '<span class="faint">without CHF, SEK</span>' in shown
    rate("CHF", "1.1")
    post(account, DAY - timedelta(days=4), -9_000_00, "SEK", kind="contraction")
    shown = client.get(page).content.decode()
    assert "without" not in shown.split('id="account-head"')[1].split("</dl>")[0]


def test_an_amount_that_takes_effect_later_is_not_left_out_yet(client, csm, house):
    account = house.accounts["own"]
    post(account, DAY + timedelta(days=1), 9_000_00, "CHF")
    shown = client.get(reverse("account", args=[account.external_id])).content.decode()
    assert "Not in these sums" not in shown


@pytest.mark.parametrize("tab", ["account", "account_revenue"])
def test_an_account_says_what_is_counted_at_an_early_rate(client, csm, house, tab):
    account = house.accounts["own"]
    post(account, DAY - timedelta(days=5), 9_000_00, "CHF")
    CurrencyRate.objects.create(currency="CHF", base="USD", valid_from=TOMORROW, rate=Decimal(1))
    shown = client.get(reverse(tab, args=[account.external_id])).content.decode()
    assert f"CHF converted at the first known rate, of {formats.day(TOMORROW)}." in shown
    assert "Not in these sums" not in shown


@pytest.mark.parametrize("tab", ["account_health", "account_timeline", "account_people"])
def test_every_tab_says_that_the_arr_on_top_is_without_a_currency(client, csm, house, tab):
    account = house.accounts["own"]
    post(account, DAY - timedelta(days=5), 9_000_00, "CHF")
    shown = client.get(reverse(tab, args=[account.external_id])).content.decode()
    assert "without CHF" in shown
