"""Getting started: what is connected, what each source brings, why nothing has a score yet."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.catalogue import Role
from accounts.models import Account, Installation, User
from health.models import CurrentHealth, Scorecard
from health.queries.rules import RuleContent
from health.queries.unscored import why_unscored
from health.recompute import recompute
from tests.accounts.loading import account, contract, load_raw
from tests.cards import install_cards, put_rules_in_force
from tests.health import builders as make
from tests.page_house import DAY, NOW, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client) -> User:
    Installation.objects.update_or_create(pk=1, defaults={"name": "Acme", "as_of": DAY})
    install_cards(now=NOW)
    person = User.objects.create_user("ops@acme.example", password="x", role=Role.OPS)
    sign_in(client, person)
    return person


def _list(client):
    answer = client.get(reverse("setup"))
    assert answer.status_code == 200
    return answer.context["list"]


def _fours(found):
    return next(card for card in found.cards if card.name == "Four inputs")


def test_an_empty_installation_begins_with_accounts(client, ops):
    assert client.get("/")["Location"] == reverse("setup")
    found = _list(client)
    assert (found.next.key, [s.is_done for s in found.steps]) == ("accounts", [False] * 6)
    # Everything waits: 35 + 25 + 25 + 15.
    card = _fours(found)
    assert (card.coverage.judged, card.coverage.is_enough) == (0, False)
    # Trend 40 % and depth 25 % of 35 points; tickets are all of 25; active days and users 35 %.
    worth = {word: float(points) for word, points in card.lacking}
    assert (worth["usage by feature"], worth["active users"]) == (22.75, 12.25)
    assert worth["support tickets"] == 25
    assert (found.active, found.scored) == (0, 0)


def test_a_company_whose_money_is_in_another_currency_is_told_first(client, ops):
    load_raw("accounts", account())
    page = client.get(reverse("setup")).content.decode()
    assert "reports in USD" in " ".join(page.split())
    assert "All revenue so far" not in page
    euros = contract("a", "2024-06-01", "2025-06-01", "60.00", currency="EUR")
    load_raw("contracts", euros)
    page = " ".join(client.get(reverse("setup")).content.decode().split())
    assert "All revenue so far is in EUR, and none of it in USD" in page
    assert reverse("admin:accounts_installation_change", args=[1]) in page
    load_raw("contracts", contract("b", "2024-06-01", "2025-06-01", "60.00"))
    assert "All revenue so far" not in client.get(reverse("setup")).content.decode()


def test_each_source_that_delivers_brings_its_points(client, ops):
    load_raw("accounts", account())
    assert client.get("/")["Location"] == reverse("portfolio")
    assert _list(client).next.key == "revenue"
    load_raw(
        "contracts",
        {
            "external_id": "c1",
            "account": "acme",
            "starts_on": "2025-01-01",
            "ends_on": "2026-01-01",
            "arr": "1200",
            "currency": "USD",
        },
    )
    assert _list(client).next.key == "usage"
    load_raw("usage", {"account": "acme", "day": "2025-03-10", "feature": "search", "events": 5})
    found = _list(client)
    assert found.next.key == "people"
    assert float(_fours(found).coverage.judged) == 12.5 + 22.75  # revenue is half of 25
    usage = next(state for state in found.steps if state.step.key == "usage")
    assert [(way.kind, way.is_connected) for way in usage.ways] == [
        ("usage", True),
        ("user_days", False),
        ("sessions", False),
    ]
    assert (found.active, found.scored) == (1, 0)


def test_every_page_says_the_same_of_what_can_be_judged(client, ops):
    """Usage comes in, but no feature of it is core: depth and trend say nothing of anybody."""
    Installation.objects.update(as_of=make.DAY)
    buyer = make.make_account()
    make.move_arr(buyer, 1_000, days_ago=500)
    make.open_ticket(buyer, days_ago=60, solved_days_ago=59)
    make.use(buyer, make.make_feature(is_core=False), days_ago=10)
    make.be_active(buyer, "ada", days_ago=range(1, 20))
    recompute(day=make.DAY, now=make.NOW)

    card = _fours(_list(client))
    # Support 25, ARR movement 12.5, log-in frequency and users active 35 % of 35.
    assert (float(card.coverage.judged), card.coverage.is_enough) == (49.75, False)
    assert [(word, float(points)) for word, points in card.empty] == [
        ("Trend of core-feature use", 14),
        ("Core-feature depth", 8.75),
    ]
    overview = client.get(reverse("admin:health_scorecard_changelist"))
    share = next(row.share for row in overview.context["keys"] if row.key == "four_inputs")
    gap = why_unscored(Account.objects.all()).cards[0]
    assert share.points == gap.points == card.coverage.judged
    said = "Delivered, but no account has a value: Trend of core-feature use 14, Core-feature depth"
    for page in (overview, client.get(reverse("today"))):
        assert said in " ".join(page.content.decode().split())
    client.post(reverse("admin:health_scorecard_fit", args=[card.id]))
    fitted = Scorecard.objects.get(key="four_inputs", version=2)
    assert {measure.key for measure in fitted.measures.all()} == {
        *("login_frequency", "users_active", "arr_movement"),
        *("ticket_load", "defect_share", "days_to_resolution"),
    }


def test_the_page_asks_as_much_for_many_accounts(client, ops):
    load_raw("accounts", account())
    client.get(reverse("setup"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("setup"))
    load_raw("accounts", *(account(f"a{n}", name=f"A {n}") for n in range(30)))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("setup"))
    assert len(many) == len(few)


def test_the_first_admin_is_made_once(capsys):
    call_command("first_admin")
    assert "Log in as admin@localhost with the password " in capsys.readouterr().out
    person = User.objects.get()
    assert (person.email, person.role) == ("admin@localhost", Role.OPS)
    call_command("first_admin")
    assert capsys.readouterr().out == ""
    assert User.objects.count() == 1


def test_nobody_is_made_beside_people():
    User.objects.create_user("csm@acme.example", password="x", role=Role.CSM)
    call_command("first_admin")
    assert not User.objects.filter(role=Role.OPS).exists()


@pytest.mark.parametrize(("band", "scored"), [("watch", 1), ("unscored", 0), ("too_new", 0)])
def test_only_accounts_with_a_score_count_as_scored(client, ops, band, scored):
    load_raw("accounts", account())
    card = Scorecard.objects.create(key="k", version=1, name="K", created_at=NOW)
    CurrentHealth.objects.update_or_create(
        account=Account.objects.get(),
        defaults={
            "day": DAY,
            "scorecard": card,
            "score": 60 if scored else None,
            "band": band,
            "effective_band": band,
            "confidence": 100,
            "components": [],
            "component_bands": [],
            "spark": [],
            "computed_at": NOW,
        },
    )
    found = _list(client)
    assert (found.active, found.scored) == (1, scored)


def test_a_scorecard_that_no_rule_gives_waits_for_nothing(client, ops):
    found = {card.name for card in _list(client).cards}
    assert "Four inputs" in found
    assert "Five components" not in found
    put_rules_in_force([RuleContent("five_components")], now=NOW)
    assert [card.name for card in _list(client).cards] == ["Five components"]
