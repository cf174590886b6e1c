"""Every number on the page is, to the cent, the sum of the list it opens."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from metrics.snapshots import take_snapshots
from tests.metrics.pages import get, text_of
from tests.metrics.test_executive_csv import download
from tests.metrics.world import CLOSED, MONTH_END, judge

AMOUNT = r"[+−]?\$[\d,]+\.\d\d"


def foot(response):
    return re.search(r"<tfoot>(.*?)</tfoot>", response.content.decode(), re.S).group(1)


def links_of(response):
    """Address and exact amount (from the title) of each figure that opens a list."""
    html = response.content.decode()
    found = re.findall(r'<a[^>]*href="(/executive/[a-z]+/\?[^"]*)"[^>]*>(.*?)</a>', html, re.S)
    return [(unescape(address), inner) for address, inner in found]


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("name", ["eva", "mona"])
@pytest.mark.parametrize(
    "query",
    [
        f"?as_of={CLOSED}",
        f"?as_of={MONTH_END}",
        "?as_of=2025-06-15",
        f"?as_of={CLOSED}&method=movements",
        f"?as_of={CLOSED}&by=csm",
        f"?as_of={CLOSED}&known_on=2025-01-15",
        "?as_of=2024-09-30",
    ],
)
def test_every_link_of_the_report_opens_something_that_adds_up(
    client, people, world, name, query, stored
):
    if stored:
        take_snapshots(day=CLOSED)
    page = get(client, people[name], "executive", query)
    links = links_of(page)
    assert len(links) > 20
    for address, _ in links:
        opened = client.get(address)
        assert opened.status_code == 200, address
        if "<tfoot>" not in opened.content.decode():
            continue
        listed = client.get(f"{address}&format=csv")
        check_sum(opened, listed, address)


def check_sum(opened, listed, address):
    """The foot of a list is the sum of its file."""
    lines = b"".join(listed.streaming_content).decode("utf-8-sig").splitlines()
    head = lines[0].split(",")
    column = max(index for index, name in enumerate(head) if name == "Currency") - 1
    total = sum(round(float(line.rsplit(",", len(head) - column)[1]) * 100) for line in lines[1:])
    shown = re.findall(AMOUNT, text_of_part(foot(opened)))[-1]
    assert cents(shown) == total, address


def cents(shown):
    sign = -1 if shown.startswith("−") else 1
    return sign * round(float(re.sub(r"[^\d.]", "", shown)) * 100)


def text_of_part(html):
    return unescape(re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("stored", [False, True])
def test_health_renewals_and_news_are_their_lists(client, people, world, stored):
    if stored:
        take_snapshots(day=CLOSED)
    page = get(client, people["eva"], "executive", f"?as_of={CLOSED}")
    report = page.context["report"]
    assert report.snapshot.moment.is_stored == stored
    eva = people["eva"]

    def total(route, query, column):
        rows = download(client, eva, route, f"?as_of={CLOSED}{query}")
        return len(rows), sum(round(float(row[column]) * 100) for row in rows)

    for band in page.context["bands"]:
        found = total("executive_health", f"&band={band.band}", "ARR")
        assert found == (band.accounts, band.arr)
    found = total("executive_health", "&at_risk=1", "ARR")
    assert found == (report.health.accounts_at_risk, report.health.arr_at_risk)
    quarter = report.renewals
    assert total("executive_renewals", "", "ARR") == (quarter.due.renewals, quarter.due.arr)
    assert total("executive_renewals", "", "Expected")[1] == quarter.due.expected
    for state, kept in quarter.by_state:
        found = total("executive_renewals", f"&state={state}", "ARR")
        assert found == (kept.renewals, kept.arr)
    found = total("executive_renewals", "&at_risk=1", "Expected")
    assert found == (quarter.at_risk.renewals, quarter.at_risk.expected)
    for line in report.week:
        found = total("executive_changes", f"&change={line.change}", "Amount")
        assert found == (line.count, line.amount)
    assert {line.change for line in report.week} == {"gained", "lost", "fell", "not_renewed"}


def test_the_forecast_of_a_quarter_worked_by_hand(client, people, world):
    quarter = get(client, people["eva"], "executive", f"?as_of={CLOSED}").context["renewals"]
    # Renewed 40,000 whole, lost 700 not at all; Ada 4,000 × 95 % at 85; Bly 5,000.01 × 30 % at 25
    # = 1,500.00 (1,500.003); Cyd 454.27 (411.10 EUR × 1.105 = 454.2655) × 75 % unscored = 340.70.
    assert quarter.due.arr == 40_000_00 + 700_00 + 4_000_00 + 5_000_01 + 454_27
    assert quarter.due.expected == 40_000_00 + 3_800_00 + 1_500_00 + 340_70
    assert quarter.undecided.renewals == 3
    assert quarter.at_risk.arr == 5_000_01


def test_a_past_day_is_told_with_its_own_scores(client, company, people, world, card):
    """In May Bly was unwell; in June it recovered: the month-end still says so."""
    judge(world[1], card, date(2025, 6, 15), "90", "healthy")
    take_snapshots(day=CLOSED)
    for day in (MONTH_END, CLOSED):
        shown = text_of(get(client, people["eva"], "executive_health", f"?as_of={day}&at_risk=1"))
        assert f"Where accounts stood on {day.day} {day:%b %Y}" in shown
        assert "Bly" in shown


def test_a_week_without_news_says_so(client, people, book):
    shown = text_of(get(client, people["eva"], "executive", "?as_of=2025-03-15"))
    assert "Nothing moved in these seven days." in shown
    opened = client.get(reverse("executive_changes") + "?change=fell&as_of=2025-03-15")
    assert "Nothing of this kind happened in these seven days." in text_of(opened)
