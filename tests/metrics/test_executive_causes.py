"""Why ARR moved, on the executive page: by cause, and every cause opens what it is made of."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.catalogue import RevenueSource
from accounts.loading.source_changes import change_source
from accounts.models import Account
from metrics.snapshots import take_snapshots
from tests.accounts.loading import NOW, account, contract, load_raw
from tests.metrics.pages import TODAY, get, names_in, text_of
from tests.metrics.test_executive_csv import download

# The window is June 2024 to May 2025. A year of each, renewed on 1 December 2024.
OLD, NEW = ("2023-12-01", "2024-12-01"), ("2024-12-01", "2025-12-01")


def sold(customer, number, span, arr, **more):
    return contract(f"{customer}{number}", *span, arr, account=customer, **more)


TERMS = [
    # 60 seats at 1,000; 80 at 900: 20,000 for seats, 8,000 less for the price.
    sold("acme", 1, OLD, "60000.00", product="Core", quantity=60),
    sold("acme", 2, NEW, "72000.00", product="Core", quantity=80),
    # A product more, from March on.
    sold("bolt", 1, OLD, "30000.00", product="Core"),
    sold("bolt", 2, NEW, "30000.00", product="Core"),
    sold("bolt", 3, ("2025-03-01", "2025-12-01"), "9000.00", product="Vault"),
    # Nobody says why.
    sold("cork", 1, OLD, "10000.00"),
    sold("cork", 2, NEW, "10500.00"),
    # Gone.
    sold("dune", 1, OLD, "5000.00", product="Core"),
    # In euros at 1.105, by halves of a cent: 0.03 is 0.03315, 0.05 is 0.05525.
    sold("east", 1, OLD, "0.30", currency="EUR", product="Core", quantity=30),
    sold("east", 2, NEW, "0.38", currency="EUR", product="Core", quantity=33),
    # A smaller product.
    sold("gust", 1, OLD, "50000.00", product="Suite"),
    sold("gust", 2, NEW, "40000.00", product="Core"),
    # New in the window: no part of the cohort.
    sold("fern", 1, NEW, "4000.00", product="Core"),
]
WHY = {  # in dollars
    "Seats": Decimal("20000.03"),
    "Price": Decimal("-7999.94"),
    "Cross sell": Decimal("9000.00"),
    "Not told": Decimal("500.00"),
    "Downgrade": Decimal("-10000.00"),
    "Not renewed": Decimal("-5000.00"),
}
NRR = "?figure=nrr"


@pytest.fixture(params=[False, True], ids=["computed", "stored"])
def book_of_contracts(request, company):
    company.rate("EUR", "1.105")
    customers = dict.fromkeys(term["account"] for term in TERMS)
    load_raw("accounts", *map(account, customers))
    load_raw("contracts", *TERMS, day=TODAY)
    if request.param:
        take_snapshots(day=TODAY)


def shown_sums(page):
    """By cause, as the table above says."""
    table = page.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    found = {}
    for row in rows:
        words = re.sub(r"<[^>]+>", "\n", row).split("\n")
        words = [word.strip() for word in words if word.strip()]
        found[words[0]] = Decimal(re.sub(r"[$,+]", "", words[-1]).replace("−", "-"))
    return found


def test_causes_of_the_cohort_add_up_to_what_its_list_says(client, people, book_of_contracts):
    page = get(client, people["eva"], "executive_causes", NRR)
    # 0.08 euros are 9 cents as one movement, and as parts 3 cents and 6.
    assert shown_sums(page) == WHY
    total = sum(WHY.values())
    assert f"{total:,.2f}" in text_of(page)
    assert f"{total:,.2f}" in text_of(get(client, people["eva"], "executive_movements", NRR))


def test_a_cause_opens_what_it_is_made_of(client, people, book_of_contracts):
    page = get(client, people["eva"], "executive_causes", f"{NRR}&cause=price")
    assert names_in(page) == ["Acme", "East"]
    assert "All 2 −$7,999.94" in text_of(page)
    page = get(client, people["eva"], "executive_causes", f"{NRR}&cause=contract_lapsed")
    assert names_in(page) == ["Dune"]
    assert get(client, people["eva"], "executive_causes", f"{NRR}&cause=luck").status_code == 404


def test_all_causes_of_a_figure_are_one_file(client, people, book_of_contracts):
    found = Counter()
    for row in download(client, people["eva"], "executive_causes", NRR):
        found[row["Cause"]] += Decimal(row["Amount"])
    assert dict(found) == WHY
    rows = download(client, people["eva"], "executive_causes", f"{NRR}&cause=cross_sell")
    assert [(row["Account"], row["Effective"]) for row in rows] == [("Bolt", "2025-03-01")]


@pytest.mark.parametrize("method", ["accounts", "movements"])
@pytest.mark.parametrize("figure", ["start", "end", "new", "expansion", "contraction", "churn"])
def test_every_figure_is_the_sum_of_its_causes(client, people, book_of_contracts, figure, method):
    query = f"?figure={figure}&method={method}"
    context = get(client, people["eva"], "executive_causes", query).context
    assert sum(each.net for each in context["sums"]) + context["rounding"] == context["found"].total
    assert context["found"].total != 0


def test_causes_stand_beside_movements(client, people, book_of_contracts):
    shown = text_of(get(client, people["eva"], "executive_movements", NRR))
    assert "Expansion Seats +$20,000.00 Price −$8,000.00" in shown
    client.force_login(people["otto"])
    shown = text_of(client.get(reverse("account_revenue", args=["bolt"])))
    assert "Expansion Cross sell" in shown


def test_rounding_of_parts_is_a_line_of_its_own(client, company, people):
    """0.01 and 0.02 euros at 1.5 are 0.02 (halves to the even one) and 0.03; 0.03 are 0.04."""
    company.rate("EUR", "1.5")
    load_raw("accounts", account())
    load_raw(
        "contracts",
        sold("acme", 1, OLD, "0.10", currency="EUR", product="Core", quantity=10),
        sold("acme", 2, NEW, "0.13", currency="EUR", product="Core", quantity=11),
        day=TODAY,
    )
    page = get(client, people["eva"], "executive_causes", NRR)
    assert shown_sums(page) == {
        "Seats": Decimal("0.02"),
        "Price": Decimal("0.03"),
        "Rounding of converted parts": Decimal("-0.01"),
    }


def test_given_movements_are_told_by_their_subtype(client, company, people):
    ada = company.account("Ada")
    company.post(ada, date(2024, 1, 1), "new", 100_00)
    seats = company.movement(ada, date(2024, 9, 1), "expansion", 30_00)
    seats.subtype = "seats"
    seats.save(force_insert=True)
    company.post(ada, date(2025, 1, 1), "contraction", 10_00)
    page = get(client, people["eva"], "executive_causes", NRR)
    assert shown_sums(page) == {"Seats": Decimal(30), "Not told": Decimal(-10)}


def test_causes_go_with_the_ledger_they_are_of(client, people, book_of_contracts):
    """By movements from now on: what had been derived is taken back, and its causes with it."""
    change_source(
        Account.objects.get(external_id="acme"),
        to=RevenueSource.MOVEMENTS,
        reason="Billing says",
        day=TODAY,
        now=NOW,
    )
    found = shown_sums(get(client, people["eva"], "executive_causes", NRR))
    assert found["Price"] == Decimal("0.06")


def test_as_known_before_it_was_told(client, people, book_of_contracts):
    page = get(client, people["eva"], "executive_causes", f"{NRR}&known_on=2025-05-31")
    assert "No movement is part of this figure" in text_of(page)
