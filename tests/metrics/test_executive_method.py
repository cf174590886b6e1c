"""By account or by movements: one choice for the whole report and all that it opens."""

from datetime import date
from html import unescape

import pytest

from metrics.definitions import RATES, Rate
from metrics.snapshots import take_snapshots
from tests.metrics.pages import TODAY, get, text_of
from tests.metrics.test_executive_csv import download
from tests.metrics.test_executive_reconciles import links_of


@pytest.fixture
def returned(company, book):
    """Ada's 44,000 left in December and came back in February."""
    company.post(book[0], date(2024, 12, 1), "churn", 44_000_00)
    company.post(book[0], date(2025, 2, 1), "reactivation", 44_000_00)


@pytest.fixture(params=[False, True], ids=["computed", "stored"])
def stored(request, returned):
    if request.param:
        take_snapshots(day=TODAY)


# Start 50,000: contraction 2,500 of Bly, and by movements the churn of Ada, 44,000.
# GRR 47,500 ÷ 50,000 = 95 %, by movements 3,500 ÷ 50,000 = 7 %; NRR 51,500 ÷ 50,000 either way.
GROSS = {"accounts": "95.0", "movements": "7.0"}


@pytest.mark.parametrize("method", GROSS)
def test_tile_line_list_and_file_say_the_same(client, people, stored, method):
    query = f"?method={method}"
    page = get(client, people["eva"], "executive", query)
    (tile,) = [tile for tile in page.context["tiles"] if tile.figure == "grr"]
    assert tile.shown == f"{GROSS[method]}%"
    assert "Net revenue retention 103.0%" in text_of(page)
    opened = get(client, people["eva"], "executive_accounts", f"{query}&figure=grr")
    assert f": {GROSS[method]}%" in text_of(opened)

    rows = download(client, people["eva"], "executive", query)
    found = {(row["Section"], row["Figure"], row["Part"]): row["Value"] for row in rows}
    gross = "Gross revenue retention"
    assert found["Retention", gross, "value"] == f"{GROSS[method]}000"
    assert found["Retention by month", gross, "2025-05-31"] == f"{GROSS[method]}000"


@pytest.mark.parametrize("method", GROSS)
def test_the_page_and_its_files_say_which(client, people, stored, method):
    word = {"accounts": "by account", "movements": "by movements"}[method]
    query = f"?method={method}"
    page = text_of(get(client, people["eva"], "executive", query))
    assert f"to 31 May 2025, {word} · USD" in page
    assert ("Gross revenue retention, by movements" in page) == (method == "movements")
    rows = download(client, people["eva"], "executive", query)
    assert {"Section": "Report", "Figure": "Method", "Part": "", "Value": word.capitalize(),
            "Unit": ""} in rows  # fmt: skip
    opened = get(client, people["eva"], "executive_accounts", f"{query}&figure=grr")
    assert f", {word}, in USD" in text_of(opened)
    file = get(client, people["eva"], "executive_accounts", f"{query}&figure=grr&format=csv")
    assert f"grr-accounts-{word.replace(' ', '-')}-" in file["Content-Disposition"]


def test_every_link_of_the_report_carries_it(client, people, returned):
    page = get(client, people["eva"], "executive", "?method=movements")
    figures = [address for address, _ in links_of(page) if "figure=" in address]
    assert len(figures) > 20
    assert [address for address in figures if "method=movements" not in unescape(address)] == []


@pytest.mark.parametrize("by", ["segment", "industry"])
def test_groups_follow_it(client, people, book, stored, by):
    book[0].industry = "Shipping"
    book[0].save(update_fields=["industry"])
    page = get(client, people["eva"], "executive", f"?method=movements&by={by}")
    gross = [row.grr for row in page.context["groups"]]
    # Ada (40,000 − 44,000) ÷ 40,000; Bly (10,000 − 2,500) ÷ 10,000.
    assert gross == ["−10.0%", "75.0%"]


def test_a_manager_gets_it_of_their_team(client, people, stored):
    page = get(client, people["mona"], "executive", "?method=movements")
    (tile,) = [tile for tile in page.context["tiles"] if tile.figure == "grr"]
    assert tile.shown == "−10.0%"
    assert tile.chart is not None


def test_a_share_below_zero_is_shown_and_named(client, people, stored):
    """Never clamped: 40,000 − 44,000 of 40,000."""
    words = "Below 0%: more was lost than the start, by accounts that left and came back"
    shown = text_of(get(client, people["mona"], "executive", "?method=movements"))
    assert "Gross revenue retention, by movements −10.0% Critical 100.0 below target 90.0%" in shown
    assert f"{RATES[Rate.GRR].meaning} {words}" in shown
    opened = get(client, people["mona"], "executive_accounts", "?method=movements&figure=grr")
    assert f"$40,000.00 − $44,000.00 = −$4,000.00: −10.0% . {words}." in text_of(opened)
    assert words not in text_of(get(client, people["mona"], "executive"))


def test_the_failure_mode_is_judged_by_it(client, people, stored):
    """NRR 103 %: GRR 95 % is not leaky, 7 % by movements is."""
    assert get(client, people["eva"], "executive").context["failure"] is None
    failure = get(client, people["eva"], "executive", "?method=movements").context["failure"]
    assert failure.name == "Leaky under expansion"
    assert "NRR 103.0% hides GRR 7.0%" in failure.evidence
    # Of all expansion, 4,000, all is Ada's.
    assert "The five largest expansions make 100% of all expansion." in failure.evidence


def test_rows_of_one_day_are_one_movement_in_figure_and_lists(client, company, people, book):
    """A term of 44,000 ended and one of 45,000 began: 1,000 of expansion, nothing lost."""
    company.post(book[0], date(2025, 3, 1), "churn", 44_000_00)
    company.post(book[0], date(2025, 3, 1), "new", 45_000_00)
    query = "?method=movements&figure="
    for figure, shown, rows in (
        ("expansion", "+$5,000.00", 3),
        ("contraction", "−$2,500.00", 1),
        ("grr", "−$2,500.00", 1),
    ):
        page = get(client, people["eva"], "executive_movements", f"{query}{figure}")
        assert page.context["found"].count == rows
        assert shown in text_of(page)
        assert len(page.context["rows"]) == rows
        assert len(download(client, people["eva"], "executive_movements", query + figure)) == rows
        assert "Rows of an account on one day count as one movement, by their net." in text_of(page)
    for figure in ("new", "churn"):
        page = get(client, people["eva"], "executive_movements", f"{query}{figure}")
        assert page.context["found"].count == len(page.context["rows"]) == 0
