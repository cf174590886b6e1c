"""Bands that a company named itself look as their columns say, on every page."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Account, User
from accounts.ui.bands import band_look, bands_shown
from health.models import CurrentHealth, HealthScore, Scorecard
from health.publishing import copy_to_draft, install_library, publish
from health.queries.publications import forget_latest
from health.queries.rules import RuleContent
from health.queries.scorecards import in_force, published_card
from tests.cards import put_rules_in_force
from tests.times import now, today

pytestmark = pytest.mark.django_db
# key, name, lower bound, at risk, tone, order
TRAFFIC_LIGHTS = (
    ("green", "Grün", 80, False, "healthy", 5),
    ("yellow", "Gelb", 40, False, "watch", 22),
    ("red", "Rot", 0, True, "intervene", 44),
)


def repaint(*bands):
    """Publishes every scorecard in force with these bands."""
    for card in in_force().values():
        draft = copy_to_draft(scorecard=Scorecard.objects.get(pk=card.id), now=now())
        draft.bands.all().delete()
        for key, name, lower, at_risk, tone, order in bands:
            draft.bands.create(
                key=key, name=name, lower=lower, at_risk=at_risk, tone=tone, order=order
            )
        publish(scorecard=draft, user=None, reason="Traffic lights", now=now())


@pytest.fixture
def boss(client):
    user = User.objects.create_user("boss@demo.example", name="Boss", role="manager")
    user.is_superuser = True
    user.save()
    client.force_login(user)
    return user


@pytest.fixture
def accounts(boss):
    install_library(now=now())
    repaint(*TRAFFIC_LIGHTS)
    card = in_force()["four_inputs"].id
    for number, (key, name, lower, at_risk, _, _) in enumerate(TRAFFIC_LIGHTS):
        account = Account.objects.create(
            external_id=key, name=f"Account {name}", owner=boss, arr_minor=(number + 1) * 1_000_00
        )
        CurrentHealth.objects.create(
            account=account, day=today(), scorecard_id=card, score=Decimal(lower + 1), band=key,
            effective_band=key, at_risk=at_risk, confidence=100, components=[],
            component_bands=[], spark=[], computed_at=now(),
        )  # fmt: skip
    return card


def page(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_an_own_band_looks_as_its_columns_say(accounts):
    looks = [(look.tone, look.icon, look.word) for look in map(band_look, ("green", "red"))]

    assert looks == [("healthy", "circle-check", "Grün"), ("intervene", "octagon-alert", "Rot")]
    assert bands_shown(["red", None, "old"]) == ["green", "yellow", "red", "old", "unscored"]
    assert band_look("old").tone == "unscored"
    # Bands of the versions before keep their look, for the past.
    assert band_look("intervene").tone == "intervene"


def test_a_scorecard_that_nobody_gets_adds_no_band_before_a_rule_gives_it(boss):
    install_library(now=now())
    three = ["healthy", "watch", "intervene", "unscored"]
    forget_latest()
    assert bands_shown([]) == three
    assert bands_shown(["critical"]) == [*three[:3], "critical", "unscored"]

    put_rules_in_force([RuleContent("five_components")], now=now())
    forget_latest()
    five = ["healthy", "stable", "at_risk", "critical", "emergency", "unscored"]
    assert bands_shown([]) == five
    tones = [band_look(band).tone for band in five]
    assert tones == ["healthy", "healthy", "watch", "intervene", "intervene", "unscored"]


def test_the_portfolio_offers_and_colours_own_bands_the_worst_first(client, accounts):
    html = page(client, reverse("portfolio"), scope="all")

    tabs = [html.index(f'id="band-{band}"') for band in ("red", "yellow", "green", "unscored")]
    assert tabs == sorted(tabs)
    assert 'id="band-intervene"' not in html
    assert '<span class="chip is-intervene">' in html
    assert "Rot </span>" in html
    reds = page(client, reverse("portfolio"), scope="all", band="red")
    assert ("Account Rot" in reds, "Account Gelb" in reds) == (True, False)


def test_at_risk_on_today_leads_to_those_accounts(client, accounts):
    html = page(client, reverse("today"))

    assert "risk=1" in html
    risky = page(client, reverse("portfolio"), scope="all", risk=1)
    assert ("Account Rot" in risky, "Account Gelb" in risky) == (True, False)
    assert 'id="band-at-risk"' in risky


def test_today_lists_own_bands_in_their_order_and_colours(client, accounts):
    html = page(client, reverse("today"))

    section = html[html.index('id="bands-title"') :]
    order = [section.index(f"&amp;band={band}") for band in ("green", "yellow", "red")]
    assert order == sorted(order)
    assert "is-unscored" not in section[: section.index("</section>")].replace("chart", "")


def test_executive_figures_show_own_bands_in_their_order(client, accounts):
    html = page(client, reverse("executive_health"))

    order = [html.index(f"band={band}") for band in ("green", "yellow", "red")]
    assert order == sorted(order)
    assert "chip is-intervene" in html


def test_a_publication_changes_the_look_for_the_next_request(client, accounts):
    """As another process does it: this one has remembered the look before."""
    page(client, reverse("portfolio"), scope="all")
    calm = [(*band[:4], "watch", band[5]) if band[0] == "red" else band for band in TRAFFIC_LIGHTS]
    repaint(*calm)
    assert band_look("red").tone == "intervene"

    html = page(client, reverse("portfolio"), scope="all", band="red")

    assert '<span class="chip is-watch">' in html
    assert "chip is-intervene" not in html


def test_looks_are_asked_for_once_a_request(
    client, accounts, boss, django_assert_num_queries, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(200) as asked:
            page(client, reverse("portfolio"), scope="all")
        return len(asked.captured_queries)

    queries()
    few = queries()
    for number in range(10):
        account = Account.objects.create(external_id=f"more-{number}", name="More", owner=boss)
        CurrentHealth.objects.create(
            account=account, day=today(), scorecard_id=accounts, score=20, band="red",
            effective_band="red", at_risk=True, confidence=100, components=[],
            component_bands=[], spark=[], computed_at=now(),
        )  # fmt: skip
    assert queries() == few
    forget_latest()
    with django_assert_num_queries(1):
        assert [band_look(key).tone for key in ("red", "green")] == ["intervene", "healthy"]


def test_the_health_page_draws_own_bands_in_their_tone(client, accounts):
    account = Account.objects.get(external_id="red")
    parts = len(published_card(accounts).spec.component_keys)
    CurrentHealth.objects.filter(account=account).update(components=[2_000] * parts)
    for back in range(3):
        HealthScore.objects.create(
            account=account, day=today() - timedelta(days=back), scorecard_id=accounts, score=20,
            band="red", confidence=100, raw=[], readings=[], weights=[], components=[],
            computed_at=now(),
        )  # fmt: skip

    html = page(client, reverse("account", args=["red"]))

    assert "chip is-intervene" in html
    assert "Rot" in html
