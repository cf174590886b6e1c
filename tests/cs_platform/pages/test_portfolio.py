"""The portfolio: whose accounts, filters, sort, pages, parts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Account, CurrencyRate
from cs_platform.pages.portfolio import queries
from cs_platform.pages.portfolio import views as page
from health.models import CurrentHealth, Publication, Scorecard
from health.queries.band_looks import band_looks
from metrics.models import RenewalChance
from tests.page_house import (
    DAY,
    GOOD,
    NOW,
    POOR,
    add_task,
    judge,
    remove_accounts,
    show_present,
    sign_in,
)

HTMX = {"HX-Request": "true"}


def make_account(owner, name, **fields):
    return Account.objects.create(
        external_id=f"x-{name.replace(' ', '-')}",
        name=name,
        owner=owner,
        **{"arr_minor": 1_000_00, **fields},
    )


def names(client, **query):
    return [row.name for row in client.get(reverse("portfolio"), query).context["rows"]]


def test_portfolio_starts_with_my_own_accounts(client, csm):
    assert names(client) == ["secret-own"]


def test_portfolio_shows_the_team_when_asked_and_never_another_team(client, csm):
    assert set(names(client, scope="all")) == {"secret-own", "secret-team"}


@pytest.mark.parametrize(
    ("actor", "shown"),
    [
        ("manager", {"secret-own", "secret-team"}),
        ("executive", {"secret-own", "secret-team", "secret-other"}),
        ("ops", {"secret-own", "secret-team", "secret-other"}),
    ],
)
def test_portfolio_of_each_role(client, house, actor, shown):
    sign_in(client, house.people[actor])
    assert set(names(client)) == shown


def test_portfolio_leaves_churned_accounts_out(client, csm):
    make_account(csm, "Gone", status="churned")
    assert "Gone" not in names(client)


def test_portfolio_by_risk_weighs_value(client, csm, card):
    small = make_account(csm, "Small and poor", arr_minor=10_000_00)
    large = make_account(csm, "Large and poor", arr_minor=90_000_00)
    fine = make_account(csm, "Modest and fine", arr_minor=20_000_00)
    for account, raw in ((small, POOR), (large, POOR), (fine, GOOD)):
        show_present(judge(account, card, raw=raw))
    assert names(client)[:3] == ["Large and poor", "Small and poor", "Modest and fine"]

    # The same probabilities as in the forecast, as CS ops edited them.
    RenewalChance.objects.filter(lower__gte=60).update(chance=Decimal("0.10"))
    assert names(client)[:3] == ["Large and poor", "Modest and fine", "Small and poor"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("name", "Alpha"), ("-name", "secret-own"), ("-arr", "Zulu"), ("renewal", "Alpha")],
)
def test_portfolio_sorts_by_the_address(client, csm, sort, first):
    make_account(csm, "Alpha", arr_minor=5_00, renews_on=DAY)
    make_account(csm, "Zulu", arr_minor=9_000_000_00, renews_on=DAY + timedelta(days=9))
    assert names(client, sort=sort)[0] == first


def test_portfolio_puts_what_is_unknown_last_in_both_directions(client, csm, card):
    show_present(judge(make_account(csm, "Scored"), card, raw=GOOD))
    assert names(client, sort="score")[-1] == "secret-own"
    assert names(client, sort="-score")[-1] == "secret-own"


def test_portfolio_filters_by_name_segment_renewal_and_band(client, csm, card):
    poor = make_account(csm, "Poor", renews_on=DAY + timedelta(days=20), segment="enterprise")
    fine = make_account(csm, "Fine", renews_on=DAY - timedelta(days=1))
    show_present(judge(poor, card, raw=POOR))
    show_present(judge(fine, card, raw=GOOD))
    assert names(client, q="oo") == ["Poor"]
    assert names(client, segment="enterprise") == ["Poor"]
    assert names(client, renewal="30") == ["Poor"]
    assert names(client, renewal="overdue") == ["Fine"]
    assert names(client, band="intervene") == ["Poor"]
    assert names(client, band="healthy") == ["Fine"]
    assert names(client, band="unscored") == ["secret-own"]


def test_portfolio_filters_by_owner_for_a_manager(client, house):
    sign_in(client, house.people["manager"])
    mate = house.accounts["team"].owner
    assert names(client, owner=mate.pk) == ["secret-team"]


def test_portfolio_counts_each_band_whatever_band_is_chosen(client, csm, card):
    show_present(judge(make_account(csm, "Poor"), card, raw=POOR))
    counts = dict(client.get(reverse("portfolio"), {"band": "intervene"}).context["bands"])
    assert counts == {"intervene": 1, "watch": 0, "healthy": 0, "unscored": 1}


def test_portfolio_ignores_what_makes_no_sense(client, csm):
    query = {"sort": "drop table", "owner": "x", "renewal": "-5", "page": "0x1", "segment": "?"}
    assert names(client, **query) == ["secret-own"]


def test_portfolio_row_shows_score_change_arr_renewal_and_open_tasks(client, csm, card, house):
    account = make_account(csm, "Shown", arr_minor=123_400_00, renews_on=DAY + timedelta(days=12))
    stored = judge(account, card, raw=GOOD)
    show_present(stored, week_change=Decimal("-3.25"))
    add_task(account, csm, title="One")
    add_task(account, csm, title="Two")
    response = client.get(reverse("portfolio"), {"q": "Shown"})
    row, html = response.context["rows"][0], response.content.decode()
    assert (row.score, row.change, row.open_tasks) == (stored.score, Decimal("-3.25"), 2)
    assert '<span title="$123,400.00">$123k</span>' in html
    assert "in 12 days" in html
    assert "Down 3.3 points in 7 days" in html


def test_portfolio_sums_what_renews_of_those_that_renew_soon(client, csm):
    soon = {"renews_on": DAY + timedelta(days=20), "arr_minor": 100_000_00}
    make_account(csm, "Soon", **soon, renews_arr_minor=9_000_00)
    make_account(csm, "Later", renews_on=DAY + timedelta(days=40), renews_arr_minor=5_000_00)
    context = client.get(reverse("portfolio"), {"renewal": "30"}).context
    assert (context["arr_minor"], context["renewing_minor"]) == (100_000_00, 9_000_00)
    assert client.get(reverse("portfolio")).context["renewing_minor"] is None


def test_portfolio_has_pages(client, csm, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 2)
    for letter in "ABC":
        make_account(csm, letter)
    assert names(client, sort="name") == ["A", "B"]
    assert names(client, sort="name", page=2) == ["C", "secret-own"]
    first = client.get(reverse("portfolio"), {"sort": "name"}).content.decode()
    assert 'rel="next" href="?sort=name&amp;page=2"' in first
    assert "1–2 of 4 accounts" in first


def test_portfolio_answers_htmx_with_the_part_and_a_history_restore_with_the_page(client, csm):
    part = client.get(reverse("portfolio"), headers=HTMX)
    restored = client.get(
        reverse("portfolio"), headers={**HTMX, "HX-History-Restore-Request": "true"}
    )
    assert part.content.strip().startswith(b'<div id="portfolio">')
    assert restored.content.strip().startswith(b"<!doctype html>")
    assert part.context["rows"] == restored.context["rows"]
    assert "HX-Request" in part.headers["Vary"]


def test_portfolio_without_accounts_says_where_they_come_from(client, house):
    remove_accounts()
    sign_in(client, house.people["csm"])
    assert "No accounts yet" in client.get(reverse("portfolio")).content.decode()


def test_portfolio_where_nothing_fits_offers_the_way_back(client, csm):
    assert "Clear the filters" in client.get(reverse("portfolio"), {"q": "zzz"}).content.decode()


def test_portfolio_is_read_only(client, csm):
    assert client.post(reverse("portfolio")).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_portfolio_asks_a_fixed_number_of_questions(
    client, csm, card, rows, django_assert_num_queries
):
    for number in range(rows):
        account = make_account(csm, f"Account {number}")
        show_present(judge(account, card, raw=GOOD))
        add_task(account, csm, title="Call")
    band_looks()  # read once a publication: by whichever request comes first
    with django_assert_num_queries(11):
        client.get(reverse("portfolio"))


def test_portfolio_adds_up_the_arr_of_what_is_listed(client, csm, card):
    CurrencyRate.objects.create(base="USD", currency="EUR", rate=Decimal("1.5"), valid_from=DAY)
    show_present(judge(make_account(csm, "Poor", arr_minor=2_000_00), card, raw=POOR))
    show_present(
        judge(make_account(csm, "Euro", arr_minor=4_000_00, currency="EUR"), card, raw=GOOD)
    )
    asked = {"": (3, 8_000_00), "intervene": (1, 2_000_00), "healthy": (1, 6_000_00)}
    for band, (count, arr) in asked.items():
        context = client.get(reverse("portfolio"), {"band": band}).context
        assert (context["total"], context["arr_minor"]) == (count, arr)
    assert "<strong>" in client.get(reverse("portfolio"), {"q": "Eur"}).content.decode()
    assert client.get(reverse("portfolio"), {"q": "Eur"}).context["arr_minor"] == 6_000_00


def test_portfolio_says_no_total_that_it_does_not_know(client, csm, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_CAP", 1)
    make_account(csm, "Second")
    context = client.get(reverse("portfolio")).context
    assert (context["is_capped"], context["arr_minor"]) == (True, None)


def test_portfolio_marks_a_new_version_on_the_course_of_its_accounts(client, csm, card):
    show_present(judge(make_account(csm, "Own card"), card, raw=GOOD))
    assert [row.versions for row in client.get(reverse("portfolio")).context["rows"]] == [(), ()]
    row = Scorecard.objects.get(pk=card.id)
    for days_ago in (29, 91):
        Publication.objects.create(
            scorecard=row, published_at=NOW - timedelta(days=days_ago), reason="Calmer"
        )
    page = client.get(reverse("portfolio"))
    # Thirty points, three days apart, the last is today: 29 days ago lies before the tenth last.
    assert page.context["rows"][0].versions == (29 - 29 / 3,)
    assert "a new version of the scorecard is marked" in page.content.decode()


def test_the_list_of_the_unscored_says_who_has_no_rule(client, csm, card):
    lost = make_account(csm, "Lost")
    show_present(judge(lost, card, raw=GOOD))
    CurrentHealth.objects.filter(pk=lost.pk).update(
        score=None, band="unscored", effective_band="unscored", lacks_rule=True
    )
    page = client.get(reverse("portfolio"), {"band": "unscored"}).content.decode()

    assert ">No rule</span>" in page
