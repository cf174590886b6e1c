"""Every figure of the executive page opens a list that adds up to it."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Account, Contract, Pool, RevenueMovement
from health.models import Band as ScorecardBand
from health.models import ClosedDay, CurrentHealth, HealthScore, Publication, Scorecard
from metrics.snapshots import take_snapshots
from tests.metrics.pages import TODAY, get, names_in, text_of

NOW = datetime(2025, 6, 15, 8, tzinfo=UTC)


@pytest.fixture
def scorecard(db):
    card = Scorecard.objects.create(key="four", version=1, name="Four", created_at=NOW)
    for key, lower, at_risk, order in (
        ("healthy", 75, False, 10),
        ("watch", 50, False, 20),
        ("intervene", 0, True, 30),
    ):
        ScorecardBand.objects.create(
            scorecard=card, key=key, name=key, lower=lower, at_risk=at_risk, tone=key, order=order
        )
    return card


def scored(account, card, score, band):
    CurrentHealth.objects.create(
        account=account,
        day=TODAY,
        scorecard=card,
        score=Decimal(score),
        band=band,
        effective_band=band,
        at_risk=band == "intervene",
        confidence=100,
        components=[],
        component_bands=[],
        spark=[],
        computed_at=NOW,
    )


def scored_on(account, card, day, score, band):
    HealthScore.objects.create(
        account=account,
        day=day,
        scorecard=card,
        score=Decimal(score),
        band=band,
        confidence=100,
        raw=[],
        readings=[],
        weights=[],
        components=[],
        computed_at=NOW,
    )


@pytest.mark.parametrize(
    ("figure", "accounts", "total"),
    [
        ("start", ["Ada", "Bly"], "$50,000.00"),
        ("expansion", ["Ada"], "$4,000.00"),
        ("contraction", ["Bly"], "−$2,500.00"),
        ("nrr", ["Ada", "Bly"], "$1,500.00"),
        ("grr", ["Bly"], "−$2,500.00"),
        ("end", ["Ada", "Bly"], "$51,500.00"),
    ],
)
def test_a_figure_opens_accounts_and_movements_with_its_sum(
    client, people, book, figure, accounts, total
):
    for route in ("executive_accounts", "executive_movements"):
        page = get(client, people["eva"], route, f"?figure={figure}")
        foot = re.search(r"<tfoot>(.*?)</tfoot>", page.content.decode(), re.S).group(1)
        assert total in foot
        assert set(names_in(page)) == set(accounts)


def test_the_arithmetic_stands_above_the_list(client, people, book):
    shown = text_of(get(client, people["eva"], "executive_accounts", "?figure=nrr"))
    assert "$50,000.00 + $1,500.00 = $51,500.00: 103.0%" in shown
    shown = text_of(get(client, people["eva"], "executive_accounts", "?figure=grr"))
    assert "$50,000.00 − $2,500.00 = $47,500.00: 95.0%" in shown
    shown = text_of(get(client, people["eva"], "executive_accounts", "?figure=logo"))
    assert "2 accounts at the start − 0 lost = 2 kept: 100.0%" in shown
    assert "No account is part of this figure" in shown


def test_a_group_opens_its_own_accounts(client, people, book):
    query = "?figure=end&by=segment&group=smb"
    page = get(client, people["eva"], "executive_accounts", query)
    assert "ARR at the end: SMB" in text_of(page)
    assert names_in(page) == ["Bly"]


def test_health_by_band_opens_its_accounts(client, people, book, scorecard):
    scored(book[0], scorecard, "81", "healthy")
    scored(book[1], scorecard, "31", "intervene")
    shown = text_of(get(client, people["eva"], "executive"))
    assert "ARR at risk 14.6% of ARR, 1 account $7.5k" in shown
    assert "without a score" not in shown
    assert "Healthy 1 · $44k" in shown
    page = get(client, people["eva"], "executive_health", "?at_risk=1")
    assert names_in(page) == ["Bly"]
    assert "All 1 $7,500.00" in text_of(page)
    page = get(client, people["eva"], "executive_health", "?band=healthy")
    assert "All 1 $44,000.00" in text_of(page)


def test_unscored_accounts_stand_apart(client, people, book, scorecard):
    scored(book[0], scorecard, "81", "healthy")
    shown = text_of(get(client, people["eva"], "executive"))
    assert "Unscored 1 · $7.5k" in shown
    assert "0.0% of ARR, 0 accounts $0" in shown


def test_at_risk_is_compared_with_the_last_month_end(client, people, book, scorecard):
    scored(book[0], scorecard, "40", "intervene")
    scored(book[1], scorecard, "31", "intervene")
    scored_on(book[0], scorecard, date(2025, 5, 31), "81", "healthy")
    scored_on(book[1], scorecard, date(2025, 5, 31), "31", "intervene")
    ClosedDay.objects.create(day=date(2025, 5, 31), closed_at=NOW)
    take_snapshots(day=TODAY)
    for user in (people["eva"], people["mona"]):
        shown = text_of(get(client, user, "executive"))
        assert "Up $44k since 31 May 2025 Up 1 account" in shown
    earlier = get(client, people["eva"], "executive", "?as_of=2025-06-01")
    assert earlier.context["health"].arr_at_risk == 7_500_00


def test_a_version_that_came_into_force_is_marked_on_the_line_of_risk(
    client, people, book, scorecard
):
    scored(book[1], scorecard, "31", "intervene")
    scored_on(book[1], scorecard, date(2025, 5, 31), "31", "intervene")
    ClosedDay.objects.create(day=date(2025, 5, 31), closed_at=NOW)
    for version, day, reason in ((1, 2, "First"), (2, 3, "Calmer"), (3, 3, "Not so calm")):
        card, _ = Scorecard.objects.get_or_create(
            key="four", version=version, defaults={"name": "Four", "created_at": NOW}
        )
        Publication.objects.create(
            scorecard=card, published_at=datetime(2025, 6, day, tzinfo=UTC), reason=reason
        )
    take_snapshots(day=TODAY)
    page = get(client, people["eva"], "executive")
    words = "Four v3 published: Not so calm"
    assert f"<title>3 Jun 2025: {words}</title>" in page.content.decode()
    assert page.context["risk_chart"].text.endswith(f"; 3 June 2025: {words}")
    assert "v2" not in page.context["risk_chart"].svg  # it was replaced on the same day
    earlier = get(client, people["eva"], "executive", "?as_of=2025-06-02").content.decode()
    assert words not in earlier


def test_a_failure_mode_is_named_with_the_share_of_the_largest(client, people, book, scorecard):
    scored(book[0], scorecard, "40", "intervene")
    scored(book[1], scorecard, "31", "intervene")
    computed = text_of(get(client, people["eva"], "executive"))
    assert (
        "Leaky under expansion NRR 103.0% hides GRR 95.0% (85% is the line); "
        "100% of scored accounts are below 60 (30% is the line)." in computed
    )
    assert "The five largest expansions make 100% of all expansion." in computed
    take_snapshots(day=TODAY)
    assert "make 100% of all expansion" in text_of(get(client, people["eva"], "executive"))


@pytest.fixture
def renewals(book):
    def contract(account, number, ends_on, arr, **changes):
        return Contract.objects.create(
            account=account,
            external_id=f"c{number}",
            starts_on=ends_on - timedelta(days=365),
            ends_on=ends_on,
            arr_minor=arr,
            currency="USD",
            learned_at=NOW,
            **changes,
        )

    old = contract(
        book[0], 1, date(2025, 4, 10), 40_000_00, state="renewed", closed_on=date(2025, 4, 1)
    )
    contract(book[0], 2, date(2026, 4, 10), 44_000_00, renews=old.external_id)
    contract(book[1], 3, date(2025, 6, 30), 5_000_00)
    contract(book[1], 4, date(2025, 6, 10), 2_500_00)
    contract(book[1], 5, date(2025, 7, 1), 99_00)


def test_renewals_of_the_quarter_and_what_became_of_them(client, people, book, scorecard, renewals):
    scored(book[1], scorecard, "31", "intervene")
    shown = text_of(get(client, people["eva"], "executive"))
    for line in (
        "Due 3 · $47.5k",
        # 40,000 renewed + (5,000 + 2,500) × 30 % = 42,250 of 47,500.
        "Forecast 88.9% · $42.3k",
        "Renewed 1 · $40k",
        "Open 1 · $5k",
        "Overdue 1 · $2.5k",
        "At risk 2 · $7.5k",
    ):
        assert line in shown
    assert "All 3 $47,500.00 $42,250.00" in text_of(
        get(client, people["eva"], "executive_renewals")
    )
    overdue = text_of(get(client, people["eva"], "executive_renewals", "?state=overdue"))
    assert "10 Jun 2025 carl c4 Overdue" in overdue
    assert "All 1 $2,500.00 $750.00" in overdue
    assert "All 2 $7,500.00 $2,250.00" in text_of(
        get(client, people["eva"], "executive_renewals", "?at_risk=1")
    )


def test_accounts_of_a_pool_stand_under_its_name(client, company, people, book):
    pool = Pool.objects.create(name="Scale pool")
    account = company.account("Shared")
    Account.objects.filter(pk=account.pk).update(pool=pool)
    company.post(account, date(2024, 1, 1), "new", 1_000_00)
    company.post(company.account("Nobody"), date(2024, 1, 1), "new", 2_000_00)
    page = get(client, people["eva"], "executive", "?by=csm")
    groups = {row.word: row.retention.bridge.start for row in page.context["groups"]}
    assert groups["Scale pool"] == 1_000_00
    assert groups["Not recorded"] >= 2_000_00
    opened = get(
        client, people["eva"], "executive_accounts", f"?by=csm&group=pool:{pool.pk}&figure=end"
    )
    assert names_in(opened) == ["Shared"]


def test_lists_carry_owner_and_subtype(client, company, people, book):
    RevenueMovement.objects.create(
        account=book[0],
        effective_on=date(2025, 5, 1),
        kind="expansion",
        subtype="seats",
        amount_minor=1_000_00,
        currency="USD",
        recorded_at=NOW,
        source_id="direct",
        external_id="s",
    )
    shown = text_of(get(client, people["eva"], "executive_movements", "?figure=expansion"))
    assert "Expansion Seats" in shown
    assert "alice" in shown.split("Expansion Seats")[1]
