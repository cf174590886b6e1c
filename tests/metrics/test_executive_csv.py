"""The report and each of its lists as a file: the same rows, safe to open in a spreadsheet."""

import csv
import io
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest

from metrics.snapshots import take_snapshots
from tests.metrics.pages import ROUTES, TODAY, get, text_of
from tests.metrics.world import CLOSED


def rows_of(response):
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def download(client, user, route, query=""):
    separator = "&" if query else "?"
    return rows_of(get(client, user, route, f"{query}{separator}format=csv"))


@pytest.mark.parametrize("route", ROUTES)
def test_a_file_says_what_it_is_and_of_which_day(client, people, world, route):
    answer = get(client, people["eva"], route, f"?as_of={CLOSED}&format=csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="executive-')
    assert answer["Content-Disposition"].endswith(f'{CLOSED}.csv"')
    assert rows_of(answer)


def test_the_report_says_what_the_page_says(client, people, world):
    query = f"?as_of={CLOSED}"
    context = get(client, people["eva"], "executive", query).context
    rows = download(client, people["eva"], "executive", query)
    found = {(row["Section"], row["Figure"], row["Part"]): row["Value"] for row in rows}
    health = context["health"]

    assert found["ARR at risk", "Now", "ARR"] == f"{Decimal(health.arr_at_risk) / 100:.2f}"
    assert found["ARR at risk", "Now", "accounts"] == str(health.accounts_at_risk)
    assert found["ARR at risk", "Now", "share of ARR"] == str(context["risk_share"])
    assert found["ARR at risk", "Not known", "accounts"] == "1"
    assert "1 without a score" in text_of(get(client, people["eva"], "executive", query))
    for tile in context["tiles"]:
        assert found["Retention", tile.label, "change on the quarter"] == str(tile.on_quarter)
        assert found["Retention", tile.label, "change on the year"] == str(tile.on_year)
    assert found["By Segment", "Enterprise", "New"] == "0.00"
    assert found["By Segment", "Enterprise", "NRR target from"] == "115.0000"
    assert found["By Segment", "Enterprise", "NRR target to"] == "130.0000"
    bands = [row["Figure"] for row in rows if row["Section"] == "Health"]
    assert list(dict.fromkeys(bands)) == ["Healthy", "Intervene", "Unscored"]
    week = {row["Figure"] for row in rows if row["Section"] == "Week"}
    assert week == {"Movements up", "Movements down", "Fell a band", "Renewals lost"}


@pytest.mark.parametrize("stored", [False, True])
def test_the_report_as_numbers(client, people, world, stored):
    if stored:
        take_snapshots(day=CLOSED)
    rows = download(client, people["eva"], "executive", f"?as_of={CLOSED}&known_on=2025-06-15")
    found = {(row["Section"], row["Figure"], row["Part"]): row["Value"] for row in rows}
    assert found["Report", "As of", ""] == "2025-06-14"
    assert found["Report", "Known on", ""] == "2025-06-15"
    assert found["Report", "Window to", ""] == "2025-05-31"
    # Ada 40,000, Bly 10,000, Cyd 368.33 (333.33 EUR at 1.105) at the start.
    assert found["ARR bridge", "Start", "By account"] == "50368.33"
    assert found["ARR bridge", "Contraction", "By account"] == "-2500.00"
    assert found["By Segment", "Enterprise", "NRR"] == "110.0000"
    assert found["Health", "Healthy", "ARR"] == "44000.00"
    assert found["Renewals of the quarter", "Due", "renewals"] == "5"
    assert found["Renewals of the quarter", "Lost", "forecast"] == "0.00"
    assert found["Week", "Fell a band", "count"] == "1"
    months = [key for key in found if key[0] == "Retention by month" and key[1].startswith("Net")]
    assert len(months) == 24


def test_files_hold_all_rows_not_a_page(client, company, people):
    for number in range(120):
        account = company.account(f"A{number:03}")
        company.post(account, date(2023, 1, 1), "new", 100_00 + number)
    take_snapshots(day=TODAY)
    for route in ("executive_accounts", "executive_movements"):
        rows = download(client, people["eva"], route, "?figure=end")
        assert len(rows) == 120
        amounts = [Decimal(row.get("ARR") or row["Amount"]) for row in rows]
        assert sum(amounts) == Decimal("12071.40")
        assert len(text_of(get(client, people["eva"], route, "?figure=end"))) > 0


@pytest.mark.parametrize("name", ['=cmd|" /C calc"!A0', "+1", "-1", "@sum(A1)", "\tx", "\rx"])
def test_what_would_be_a_formula_is_text(client, company, people, name):
    account = company.account("plain")
    account.name = name
    account.save(update_fields=["name"])
    company.post(account, date(2023, 1, 1), "new", 100_00)
    for route in ("executive_accounts", "executive_movements"):
        (row,) = download(client, people["eva"], route, "?figure=end")
        assert row["Account"] == f"'{name}"


def test_numbers_below_zero_stay_numbers(client, people, book):
    (row,) = download(client, people["eva"], "executive_accounts", "?figure=contraction")
    assert row["Change"] == "-2500.00"


def test_a_manager_gets_their_team_alone(client, people, world):
    for route in ("executive_accounts", "executive_movements"):
        rows = download(client, people["mona"], route, "?figure=end")
        assert {row["Account"] for row in rows} == {"Ada"}
    rows = download(client, people["mona"], "executive_health", f"?as_of={CLOSED}")
    assert {row["Account"] for row in rows} == {"Ada"}
    rows = download(client, people["mona"], "executive_renewals", f"?as_of={CLOSED}")
    assert {row["Account"] for row in rows} == {"Ada"}


def test_the_filter_of_a_list_is_that_of_its_file(client, people, world):
    rows = download(client, people["eva"], "executive_health", f"?as_of={CLOSED}&at_risk=1")
    assert [row["Account"] for row in rows] == ["Bly"]
    rows = download(client, people["eva"], "executive_renewals", f"?as_of={CLOSED}&state=lost")
    assert [(row["Contract"], row["Expected"]) for row in rows] == [("c5", "0.00")]
    (row,) = download(client, people["eva"], "executive_changes", f"?as_of={CLOSED}&change=fell")
    assert (row["Account"], row["What"], row["Detail"]) == ("Bly", "Watch", "Intervene")


def test_a_file_of_the_week_has_the_words_of_the_page(client, people, world):
    def said(change):
        query = f"?as_of={CLOSED}&change={change}"
        (row,) = download(client, people["eva"], "executive_changes", query)
        return row["What"], row["Detail"]

    assert said("not_renewed") == ("Contract c5", "Lost")
    assert said("gained")[0] == "Expansion"


@pytest.mark.parametrize("figure", ["nrr", "grr", "logo", "new", "churn", "start", "end"])
def test_the_amount_of_a_row_is_called_as_on_the_page(client, people, world, figure):
    query = f"?as_of={CLOSED}&figure={figure}"
    lines = get(client, people["eva"], "executive_accounts", f"{query}&format=csv")
    head = b"".join(lines.streaming_content).decode("utf-8-sig").splitlines()[0].split(",")
    assert head[-2] == ("ARR" if figure in ("start", "end") else "Change")


def test_a_long_file_needs_no_more_memory(client, company, people):
    """Rows of a movement list come a chunk at a time from the server's own cursor."""
    account = company.account("Busy")
    company.post(account, date(2023, 1, 1), "new", 1_000_00)
    for number in range(6_000):
        company.post(account, date(2025, 1, 1), "expansion", 1 + number)
    take_snapshots(day=TODAY)
    answer = get(client, people["eva"], "executive_movements", "?figure=expansion&format=csv")
    lines = iter(answer.streaming_content)
    next(lines), next(lines)
    tracemalloc.start()
    count = sum(1 for _ in lines)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 6_000
    assert peak < 4_000_000
