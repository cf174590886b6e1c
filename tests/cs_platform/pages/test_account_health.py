"""How healthy an account is: what it adds up to, what is missing, what moved."""

from datetime import timedelta

import pytest

from accounts.models import BusinessEvent, Feature, UsageWeek
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.queries.rules import RuleContent
from tests.cards import put_rules_in_force, rules_from_before
from tests.page_house import DAY, GOOD, NOW, POOR, judge, open_tab, show_present


def test_health_explains_a_change_with_rows_that_add_up(client, csm, account, card):
    before = judge(account, card, raw=GOOD, day=DAY - timedelta(days=30))
    after = judge(account, card, raw=POOR)
    show_present(after)
    context = open_tab(client, "account_health", account, since="30").context
    assert context["explanation"].change == after.score - before.score
    assert sum(row.points for row in context["moves"]) == after.score - before.score
    first = context["moves"][0]
    assert abs(first.points) == max(abs(row.points) for row in context["moves"])


def test_health_readings_and_what_gates_take_add_up_to_the_score(client, csm, account, card):
    stored = judge(account, card, raw={**GOOD, "core_features_used_30d": 0.0})
    show_present(stored)
    context = open_tab(client, "account_health", account).context
    points = [m.points for c in context["components"] for m in c.measures]
    assert sum(points) + context["taken"] == stored.score
    assert context["taken"] < -1  # the gate costs more than roundings
    assert next(c.gates for c in context["components"]) == (
        "No core feature used in 28 days: at most 49",
    )


def test_health_names_what_is_missing_and_why(client, csm, account, card):
    stored = judge(account, card, raw={**GOOD, "champions": float("nan")})
    show_present(stored)
    response = open_tab(client, "account_health", account)
    missing = response.context["missing"]
    assert [measure.name for measure in missing] == ["Champions"]
    assert missing[0].why_missing in response.content.decode()
    assert missing[0].points is None


def test_the_overview_of_an_unscored_account_says_why(client, csm, account, card):
    missing = dict.fromkeys(list(GOOD)[1:], float("nan"))
    show_present(judge(account, card, raw={**GOOD, **missing}))
    page = " ".join(open_tab(client, "account", account).content.decode().split())

    assert "of the weight of Four inputs has data, and 60% is needed" in page
    assert "What is missing" in page


@pytest.mark.parametrize(
    ("days_ago", "awaited"),
    [(7, None), (8, "awaited"), (14, "awaited"), (35, "awaited"), (36, None)],
)
def test_a_week_whose_sum_has_not_come_is_said(client, csm, account, card, days_ago, awaited):
    """Weeks end seven days apart; yesterday is the last day that is over. A source that is silent
    for five weeks is no late week."""
    show_present(judge(account, card, raw=GOOD))
    feature = Feature.objects.create(key="search", name="Search", valid_from=DAY)
    for week in range(3):
        day = DAY - timedelta(days=days_ago + 7 * week)
        UsageWeek.objects.create(account=account, day=day, feature=feature, actor=0)
    response = open_tab(client, "account_health", account)
    expected = DAY - timedelta(days=days_ago - 7) if awaited else None
    assert response.context["late_week"] == expected
    assert ("A week is awaited" in response.content.decode()) == bool(awaited)


@pytest.mark.parametrize("tab", ["account", "account_health"])
def test_an_account_that_is_too_new_says_so_and_not_what_is_missing(
    client, csm, account, card, tab
):
    stored = judge(account, card, raw=dict.fromkeys(GOOD, float("nan")))
    HealthScore.objects.filter(account=account).update(band="too_new")
    stored.refresh_from_db()
    show_present(stored)
    page = " ".join(open_tab(client, tab, account).content.decode().split())

    assert "Too new to judge" in page
    assert "is needed" not in page


def test_an_unscored_account_says_why_at_the_top(client, csm, account, card):
    missing = dict.fromkeys(list(GOOD)[1:], float("nan"))
    stored = judge(account, card, raw={**GOOD, **missing})
    show_present(stored)
    assert stored.score is None
    html = open_tab(client, "account_health", account).content.decode()
    assert "Not scored:" in html
    assert "60% is needed" in html


def test_health_shows_raw_values_with_their_units(client, csm, account, card):
    show_present(judge(account, card, raw=GOOD))
    readings = {
        measure.key: measure.raw
        for component in open_tab(client, "account_health", account).context["components"]
        for measure in component.measures
    }
    assert readings["login_frequency"] == "14 days a user"
    assert readings["users_active"] == "70% of seats"
    assert readings["usage_trend"] == "+10.0%"
    assert readings["days_since_executive"] == "60 days"


def test_health_chart_marks_crossings_and_news(client, csm, account, card):
    show_present(judge(account, card, raw=POOR))
    judge(account, card, raw=GOOD, day=DAY - timedelta(days=1))
    ThresholdCrossing.objects.create(
        account=account,
        day=DAY,
        subject="score",
        seq=1,
        kind="band",
        cause="moved",
        direction="down",
        from_band="healthy",
        to_band="intervene",
        scorecard_id=card.id,
        created_at=NOW,
    )
    BusinessEvent.objects.create(
        account=account,
        external_id="e-1",
        kind_id="champion_left",
        occurred_on=DAY - timedelta(days=1),
        learned_at=NOW,
    )
    rows = open_tab(client, "account_health", account).context["history"].rows
    assert [row[2] for row in rows] == ["Healthy to intervene", "Champion left"]


@pytest.mark.parametrize("tab", ["account", "account_health"])
def test_an_account_that_no_rule_fits_says_so(client, csm, account, card, tab):
    assert "no rule" not in open_tab(client, tab, account).content.decode()

    rules_from_before(
        [RuleContent("planned"), RuleContent("onboarding", stage="onboarding")], now=NOW
    )
    assert "Not scored: no rule" in open_tab(client, tab, account).content.decode()

    put_rules_in_force([RuleContent("four_inputs")], now=NOW)
    assert "no rule" not in open_tab(client, tab, account).content.decode()


@pytest.mark.parametrize("tab", ["account", "account_health"])
def test_an_account_that_lost_its_rule_says_that_and_not_what_is_missing(
    client, csm, account, card, tab
):
    show_present(judge(account, card, raw=GOOD))
    HealthScore.objects.filter(account=account).update(score=None, band="unscored", confidence=0)
    CurrentHealth.objects.filter(pk=account.pk).update(
        score=None, band="unscored", effective_band="unscored", confidence=0, lacks_rule=True
    )
    page = open_tab(client, tab, account).content.decode()

    assert "Not scored: no rule" in page
    assert "is needed" not in page
