"""A trend relative to the season: of which night, what is kept beside it, and what a page says."""

import pytest
import yaml

from health.models import HealthScore, MeasureDistribution
from health.pages.queries import readings_of
from health.publishing import import_draft, publish
from health.publishing.yaml_import import library_scorecards
from health.recompute import recompute, score_history
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
OUT = "usage_trend(season=out)"


@pytest.fixture
def card():
    document = yaml.safe_load(dict(library_scorecards())["four_inputs"])
    measures = [{"key": OUT, "weight": 100, "curve": "-1 → 0, 1 → 100"}]
    components = [{"key": "use", "name": "Use", "weight": 100, "measures": measures}]
    text = yaml.safe_dump({**document, "components": components, "gates": []}, allow_unicode=True)
    draft = import_draft(text, now=NOW)
    publish(scorecard=draft, user=None, reason="Season", now=NOW)
    return draft


def company(number, *, now, then=10):
    """Accounts that used one core feature `then` times a day, and `now` times in the last 29 days:
    28 of them are in the window of yesterday as of today."""
    feature = make.make_feature(key="reports", is_core=True)
    accounts = [make.make_account() for _ in range(number)]
    for account, events in zip(accounts, [*now, *now[-1:] * number], strict=False):
        make.use(account, feature, days_ago=range(29), events=events)
        make.use(account, feature, days_ago=range(29, 114), events=then)
    return accounts


def raw_of(account, *, day=DAY):
    stored = HealthScore.objects.filter(account=account, day=day).order_by("-revision").first()
    return dict(zip((OUT, "usage_trend"), stored.raw, strict=True)), stored


def test_a_trend_is_relative_to_that_of_the_median_account(card):
    """28 days of 4 after 10 are −60 %, and 28 × 14 ÷ 560 − 1 = −30 % of 56 days: −45 % for the
    median account. The first one fell to 2 a day: −80 % and −40 %."""
    first, *others = company(21, now=[2, 4])
    recompute(day=DAY, now=NOW)
    spread = MeasureDistribution.objects.get(day=ago(1), measure="usage_trend", segment="")
    assert (spread.accounts, spread.values[10]) == (21, pytest.approx(-0.45))
    relative, stored = raw_of(first)
    assert relative["usage_trend"] == pytest.approx(-0.6)
    # (0.2 ÷ 0.55 − 1 + 0.6 ÷ 0.55 − 1) ÷ 2
    assert relative[OUT] == pytest.approx(-0.272727, abs=1e-6)
    usual, _ = raw_of(others[0])
    assert usual[OUT] == pytest.approx(0, abs=1e-9)
    (measure,) = readings_of(stored, today=DAY)[0].measures
    assert measure.raw == (
        "−27.3% relative to the season, in which the median account moved by −45%; −60.0%"
    )


def test_with_few_accounts_there_is_no_season(card):
    first, *_ = company(19, now=[2, 4])
    recompute(day=DAY, now=NOW)
    relative, stored = raw_of(first)
    assert relative[OUT] == relative["usage_trend"] == pytest.approx(-0.6)
    (measure,) = readings_of(stored, today=DAY)[0].measures
    assert measure.raw == "−60.0%; −60.0%"


def test_who_used_nothing_is_excused_by_no_season(card):
    silent, *_ = company(22, now=[4])
    never = make.make_account()
    recompute(day=DAY, now=NOW)
    assert raw_of(never)[0][OUT] == -0.5
    assert raw_of(silent)[0][OUT] == pytest.approx(0, abs=1e-9)


def test_days_of_the_past_are_read_as_night_by_night(card):
    first, *_ = company(21, now=[2, 4])
    days = [ago(3), ago(2), ago(1)]
    for day in days:
        recompute(day=day, now=NOW)
    by_night = [raw_of(first, day=day)[0] for day in days]
    HealthScore.objects.all().delete()
    score_history(days=days, now=NOW, closes=False)
    assert [raw_of(first, day=day)[0] for day in days] == by_night
