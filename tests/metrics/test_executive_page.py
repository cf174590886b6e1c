"""The executive page, by role, as page and as part."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.urls import reverse

from health.models import ClosedDay
from metrics.definitions import RATES, Rate
from metrics.snapshots import take_snapshots
from tests.metrics.pages import ROUTES, TODAY, get, names_in, text_of
from tests.surveys.answers import answer


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("name", "status"), [("alice", 403), ("mona", 200), ("eva", 200), ("otto", 200)]
)
def test_who_opens_it(client, people, book, route, name, status):
    assert get(client, people[name], route, ROUTES[route]).status_code == status


@pytest.mark.parametrize("route", ROUTES)
def test_anonymous_people_sign_in_first(client, company, route):
    response = client.get(reverse(route) + ROUTES[route])
    assert response.status_code == 302
    assert response.url.startswith("/login/?next=/executive/")


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_is_changed_here(client, people, route):
    client.force_login(people["otto"])
    assert client.post(reverse(route)).status_code == 405


@pytest.mark.parametrize("route", ROUTES)
def test_htmx_gets_the_part_and_history_the_page(client, people, book, route):
    htmx = {"HX-Request": "true"}
    part = get(client, people["eva"], route, ROUTES[route], **htmx).content.decode()
    assert "<html" not in part
    assert part.lstrip().startswith('<div id="')
    restored = {**htmx, "HX-History-Restore-Request": "true"}
    page = get(client, people["eva"], route, ROUTES[route], **restored).content.decode()
    assert "<html" in page


def test_the_figures_of_a_book_done_by_hand(client, people, book):
    shown = text_of(get(client, people["eva"], "executive"))
    # Start 50,000 + 4,000 − 2,500 = 51,500: NRR 103.0 %; kept 47,500: GRR 95.0 %; 2 of 2 logos.
    assert (
        "As of 15 Jun 2025 · retention over the twelve months to 31 May 2025, by account · USD"
        in shown
    )
    assert "Net revenue retention 103.0% Good by benchmark 8.0 below target 111.0%" in shown
    assert "Gross revenue retention target 90.0% 95.0% Great" in shown
    assert "Logo retention target 90.0% 100.0% Great" in shown
    for step in ("Start $50,000.00", "Expansion $4,000.00", "Contraction −$2,500.00"):
        assert step in shown
    assert "End $51,500.00" in shown
    figures = re.sub(r" (accounts|ARR at start|NRR|GRR|logos kept) of Enterprise", "", shown)
    assert "Enterprise 1 $40k 110.0% below target 115–130% 100.0% 100.0%" in figures


def test_what_is_at_risk_is_not_known_while_no_account_has_a_score(client, people, book):
    """No zero that reads as good news."""
    shown = text_of(get(client, people["eva"], "executive", f"?as_of={TODAY}"))
    assert "ARR at risk – No account has a score Not known: no account has a score." in shown
    assert "0.0% of ARR" not in shown


def test_the_definition_stands_under_the_number_and_above_its_list(client, people, book):
    shown = text_of(get(client, people["eva"], "executive"))
    for rate in Rate:
        assert RATES[rate].meaning in shown
        opened = get(client, people["eva"], "executive_accounts", f"?figure={rate}")
        assert RATES[rate].meaning in text_of(opened)


def test_nps_of_the_day_stands_there_and_opens_its_survey(client, people, book):
    assert "NPS" not in text_of(get(client, people["eva"], "executive"))
    at = datetime(2025, 6, 10, tzinfo=UTC)
    for number, (value, standing) in enumerate([(10, 1)] * 8 + [(7, 0)] * 2 + [(3, -1)] * 2):
        person = book[number % 2].contacts.create(
            external_id=f"n-{number}", name="Mira Stone", met_on=TODAY
        )
        answer(person, value, standing=standing, answered_at=at, learned_at=at)
    page = get(client, people["eva"], "executive")
    # 8 of 12 are promoters, 2 detractors.
    assert re.search(r"NPS 50 [−0-9]+ to [0-9]+ \(95 %\), n 12, 90 days", text_of(page))
    assert reverse("survey_results", args=["nps"]) in page.content.decode()
    for earlier in ("as_of=2025-06-09", "known_on=2025-06-09"):
        assert "n 12" not in text_of(get(client, people["eva"], "executive", f"?{earlier}"))


def test_net_revenue_churn_is_shown_as_what_it_is(client, company, people, book):
    # Of 50,000 a year ago, 2,500 were lost and 4,000 won.
    assert "net revenue churn −3.0%" in text_of(get(client, people["eva"], "executive"))
    company.post(book[0], date(2025, 5, 1), "contraction", 3_000_00)
    assert "net revenue churn 3.0%" in text_of(get(client, people["eva"], "executive"))


def test_a_manager_sees_their_team_alone(client, people, book):
    shown = text_of(get(client, people["mona"], "executive"))
    assert "Start $40,000.00" in shown
    assert "End $44,000.00" in shown
    assert "SMB" not in shown.split("Target GRR")[-1]
    accounts = text_of(get(client, people["mona"], "executive_accounts", "?figure=end"))
    assert "Ada" in accounts
    assert "Bly" not in accounts


@pytest.mark.parametrize("name", ["eva", "mona"])
def test_stored_months_make_the_same_figures(client, people, book, name):
    figures = ("tiles", "steps", "bridge", "groups", "ratios")
    computed = get(client, people[name], "executive").context
    take_snapshots(day=TODAY)
    from_store = get(client, people[name], "executive").context
    assert from_store["report"].latest.is_stored
    assert not computed["report"].latest.is_stored
    assert [from_store[key] for key in figures] == [computed[key] for key in figures]


def test_change_on_the_quarter_and_the_year_before(client, company, people, book):
    company.post(book[0], date(2022, 1, 1), "new", 10_000_00)
    shown = text_of(get(client, people["eva"], "executive"))
    # Now (54,000 + 7,500) ÷ 60,000 = 102.5 %; to February 102.5 %; to May 2024: 60 ÷ 60 = 100 %.
    meaning = RATES[Rate.NRR].meaning
    assert (
        f"102.5% Good by benchmark 9.2 below target 111.7% {meaning}"
        " No change in a quarter Up 2.5 points in a year" in shown
    )


def test_the_day_is_in_the_address(client, people, book):
    shown = text_of(get(client, people["eva"], "executive", "?as_of=2024-09-10"))
    assert (
        "As of 10 Sep 2024 · retention over the twelve months to 31 Aug 2024, by account · USD"
        in shown
    )
    assert "Expansion $4,000.00" in shown
    assert "Contraction $0.00" in shown


def test_a_window_that_was_not_known_whole_says_so_and_leads_to_one_that_was(client, people, book):
    page = get(client, people["eva"], "executive", "?known_on=2025-03-10")
    assert "Of the days after 10 Mar 2025 up to 31 May 2025 nothing was known yet" in text_of(page)
    link = re.search(r'href="([^"]+)">\s*The window to 28 Feb 2025 fits', page.content.decode())
    opened = client.get(unescape(link.group(1)))
    assert "nothing was known yet" not in text_of(opened)
    assert "twelve months to 28 Feb 2025" in text_of(opened)
    assert "known on 10 Mar 2025" in text_of(opened)


def test_a_report_as_known_on_an_earlier_day(client, company, people, book):
    company.post(book[0], date(2025, 3, 1), "contraction", 9_000_00, learned_on=date(2025, 6, 3))
    assert "End $42,500.00" in text_of(get(client, people["eva"], "executive"))
    before = get(client, people["eva"], "executive", "?known_on=2025-06-02")
    assert "As of 15 Jun 2025, revenue as known on 2 Jun 2025 · retention" in text_of(before)
    assert "End $51,500.00" in text_of(before)
    assert "known_on=2025-06-02" in before.content.decode()
    opened = get(client, people["eva"], "executive_accounts", "?figure=end&known_on=2025-06-02")
    assert "All 2 $51,500.00" in text_of(opened)
    on_the_day = get(client, people["eva"], "executive", "?known_on=2025-06-03")
    assert "End $42,500.00" in text_of(on_the_day)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("?as_of=yesterday", "As of: “yesterday” is not a day. Write it as 2025-06-15."),
        ("?as_of=2025-02-30", "As of: “2025-02-30” is not a day. Write it as 2025-06-15."),
        ("?as_of=2099-01-01", "As of: 1 Jan 2099 has not come yet. Shown is today."),
        ("?known_on=soon", "Known on: “soon” is not a day. Write it as 2025-06-15."),
    ],
)
@pytest.mark.parametrize("route", ROUTES)
def test_a_day_that_cannot_be_shown_is_named(client, people, book, route, query, problem):
    if ROUTES[route]:
        query = ROUTES[route] + query.replace("?", "&")
    shown = text_of(get(client, people["eva"], route, query))
    assert problem in shown
    if route == "executive":
        assert "to 31 May 2025" in shown


def test_a_day_before_all_reports_is_named(client, people, book):
    shown = text_of(get(client, people["eva"], "executive", "?as_of=1999-12-31"))
    assert "As of: 31 Dec 1999 lies before what reports cover. Shown is 1 Jan 2000." in shown


def test_other_values_that_make_no_sense_are_left_out_and_named(client, people, book):
    response = get(client, people["eva"], "executive", "?by=mood&method=luck")
    assert "to 31 May 2025" in text_of(response)
    assert (response.context["by"], response.context["method"]) == ("segment", "accounts")
    assert len(response.context["problems"]) == 2


def test_an_unknown_figure_is_not_found(client, people, book):
    assert get(client, people["eva"], "executive_accounts", "?figure=luck").status_code == 404
    assert get(client, people["eva"], "executive_changes", "?change=luck").status_code == 404
    assert get(client, people["eva"], "executive_movements").context["figure"] == "nrr"


@pytest.mark.parametrize("by", ["tier", "csm", "plan", "industry", "region", "start_quarter"])
def test_every_cut_adds_up_to_the_bridge(client, people, book, by):
    response = get(client, people["eva"], "executive", f"?by={by}")
    rows = response.context["groups"]
    assert sum(row.retention.bridge.end for row in rows) == 51_500_00


def test_by_movements_shows_both_halves(client, company, people, book):
    company.post(book[0], date(2025, 2, 1), "contraction", 1_000_00)
    net = text_of(get(client, people["eva"], "executive"))
    assert "Expansion $3,000.00" in net
    both = text_of(get(client, people["eva"], "executive", "?method=movements"))
    assert "Expansion $4,000.00" in both
    assert "Contraction −$3,500.00" in both


def test_without_a_ledger_the_page_says_what_to_do(client, people):
    assert "No revenue by this day" in text_of(get(client, people["eva"], "executive"))


# Of a stored day: the latest closed one (to open with, and by which scores count), the day, what
# was changed since, which currencies there are; for the page also when the month-end before was
# scored, months and what was reported of them, retention and targets, and (two) why accounts have
# no score: its days are read together. Renewals are read with what is paid month to month, and once
# for the week. The NPS of the day is one.
QUERIES = {
    "executive": 25,
    "executive_accounts": 12,
    "executive_movements": 12,
    "executive_causes": 13,
    "executive_health": 10,
    "executive_renewals": 11,
    "executive_changes": 11,
}
QUERIES_STORED = {
    "executive": 20,
    "executive_accounts": 12,
    "executive_movements": 12,
    "executive_causes": 13,
    "executive_health": 12,
    "executive_renewals": 13,
    "executive_changes": 12,
}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("closed", "queries"), [(False, QUERIES), (True, QUERIES_STORED)])
def test_a_page_costs_the_same_queries_however_many_accounts(
    client, company, people, django_assert_num_queries, route, count, closed, queries
):
    for number in range(count):
        account = company.account(f"A{number}", segment=["smb", "enterprise", "mid_market"][number])
        company.post(account, date(2023, 1, 1), "new", 100_00)
    if closed:
        for day in (date(2025, 5, 31), date(2025, 6, 14)):
            ClosedDay.objects.create(day=day, closed_at=datetime(2025, 6, 15, tzinfo=UTC))
    take_snapshots(day=TODAY)
    client.force_login(people["eva"])
    with django_assert_num_queries(queries[route]):
        client.get(reverse(route) + ROUTES[route])


def test_a_sentence_says_why_nrr_moved_and_its_parts_open(client, company, people):
    """105 % of 200,000 on the quarter before; now 55 %: half of the start has left since, and the
    expansion of 5 % is in both windows."""
    ada, bly = company.account("Ada"), company.account("Bly")
    for account in (ada, bly):
        company.post(account, date(2023, 1, 1), "new", 100_000_00)
    company.post(ada, date(2024, 6, 15), "expansion", 10_000_00)
    company.post(bly, date(2025, 4, 1), "churn", 100_000_00)
    page = get(client, people["eva"], "executive")
    said = (
        "NRR fell 50.0 points on the quarter before Why ARR moved, by cause"
        " Churn 50.0% of the start, 0.0% before"
    )
    assert said in text_of(page)
    (link,) = re.findall(
        r'report-move.*<ul>.*?href="([^"]+)">\s*Churn', page.content.decode(), re.S
    )
    assert names_in(client.get(unescape(link))) == ["Bly"]


def test_without_a_report_to_compare_with_nothing_is_said_of_a_move(client, company, people):
    company.post(company.account("Ada"), date(2025, 3, 10), "new", 100_00)
    assert "report-move" not in get(client, people["eva"], "executive").content.decode()


def test_a_rate_nobody_reaches_is_doubted_and_not_praised(client, company, people):
    ada = company.account("Ada")
    company.post(ada, date(2023, 1, 1), "new", 100_00)
    company.post(ada, date(2025, 1, 1), "expansion", 150_00)
    page = text_of(get(client, people["eva"], "executive"))
    assert "250.0%" in page
    assert "Top decile" not in page
    assert "pay more than twice as much" in page
