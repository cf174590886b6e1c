"""Percentiles in a scorecard: whose, from which night, and what a day judged again reads."""

from datetime import timedelta

import pytest
import yaml
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from health.models import ClosedDay, HealthScore, MeasureDistribution
from health.pages.queries import readings_of
from health.preview.outlook import foresee
from health.preview.plan import prepare
from health.publishing import import_draft, publish
from health.publishing.yaml_import import library_scorecards
from health.queries.absences import why_missing
from health.recompute import close_day, recompute, score_history, spread_day
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
NAME = "feature_events(feature=reports, percentile=segment)"
VALUE = "feature_events(feature=reports)"


def a_card(name=NAME):
    document = yaml.safe_load(dict(library_scorecards())["four_inputs"])
    measures = [{"key": name, "weight": 100, "curve": "0 → 0, 100 → 100"}]
    components = [{"key": "use", "name": "Use", "weight": 100, "measures": measures}]
    text = yaml.safe_dump({**document, "components": components, "gates": []}, allow_unicode=True)
    return import_draft(text, now=NOW)


@pytest.fixture
def card(reports):
    """In force: the percentile of one level, read as it is."""
    draft = a_card()
    publish(scorecard=draft, user=None, reason="Levels", now=NOW)
    return draft


@pytest.fixture
def reports():
    return make.make_feature(key="reports", is_core=False)


def companies(reports, number, *, segment, first=1):
    """Accounts whose level yesterday and today is 1, 2, 3 …"""
    accounts = []
    for level in range(first, first + number):
        account = make.make_account(segment=segment)
        make.use(account, reports, days_ago=[3], events=level)
        accounts.append(account)
    make.use(accounts[0], reports, days_ago=[500])
    return accounts


def raw_of(account, name=NAME, *, day=DAY):
    stored = HealthScore.objects.filter(account=account, day=day).order_by("-revision").first()
    keys = (NAME, VALUE)
    return stored.raw[keys.index(name)]


def test_an_account_stands_among_those_of_its_segment(card, reports):
    large = companies(reports, 20, segment="enterprise")
    small = companies(reports, 10, segment="smb", first=101)
    recompute(day=DAY, now=NOW)

    assert raw_of(large[0]) == 2.5  # half of itself, of 20
    assert raw_of(large[19]) == 97.5
    # 20 below, and half of itself, of all 30: ten of a segment are too few.
    assert raw_of(small[0]) == pytest.approx(100 * 20.5 / 30)
    assert raw_of(small[0], VALUE) == 101
    assert HealthScore.objects.get(account=large[19], day=DAY).score == pytest.approx(97.5)


def test_the_page_says_among_whom_and_the_value_it_is_of(card, reports):
    large = companies(reports, 20, segment="enterprise")
    small = companies(reports, 10, segment="smb", first=101)
    recompute(day=DAY, now=NOW)

    def said(account):
        stored = HealthScore.objects.get(account=account, day=DAY)
        return readings_of(stored, today=DAY)[0].measures[0].raw

    assert said(large[4]) == "percentile 22 among 20 accounts of its segment; 5 events"
    assert said(small[0]) == (
        "percentile 68 among all 30 accounts: its segment has fewer than 20; 101 events"
    )


def test_with_too_few_accounts_it_is_missing_and_says_so(card, reports):
    account = companies(reports, 3, segment="enterprise")[0]
    recompute(day=DAY, now=NOW)
    stored = HealthScore.objects.get(account=account, day=DAY)

    assert stored.band == "unscored"
    assert why_missing(stored, [NAME], today=DAY)[NAME] == (
        "fewer than 20 accounts to compare with"
    )


def test_it_is_the_last_closed_night_that_is_the_yardstick(card, reports):
    accounts = companies(reports, 20, segment="enterprise")
    spread_day(day=ago(1), now=NOW)
    make.use(accounts[0], reports, days_ago=[0], events=500)  # today counts in no window
    make.use(accounts[1], reports, days_ago=[1], events=500, learned_on=DAY)
    recompute(day=DAY, now=NOW)

    # Learned today: the account stands at the top of those who were spread without it.
    assert raw_of(accounts[1], VALUE) == 502
    assert raw_of(accounts[1]) == 100
    assert raw_of(accounts[19]) == 97.5
    assert raw_of(accounts[0]) == 2.5


def test_a_past_day_judged_again_is_held_against_the_same(card, reports):
    accounts = companies(reports, 20, segment="enterprise")
    score_history(days=[ago(2), ago(1)], now=NOW)
    before = list(HealthScore.objects.order_by("account_id", "day", "revision").values_list("raw"))
    make.use(accounts[0], reports, days_ago=[30], events=900, learned_on=DAY)
    spread = list(MeasureDistribution.objects.order_by("pk").values_list("day", "values"))
    recompute(day=ago(1), now=NOW)
    score_history(days=[ago(2), ago(1)], now=NOW)

    assert {row.day for row in MeasureDistribution.objects.all()} == {ago(3), ago(2)}
    assert list(MeasureDistribution.objects.order_by("pk").values_list("day", "values")) == spread
    after = HealthScore.objects.order_by("account_id", "day", "revision").values_list("raw")
    assert list(after) == before


def test_a_night_is_spread_as_it_was_known_whenever_that_is_done(card, reports):
    accounts = companies(reports, 20, segment="enterprise")
    make.use(accounts[5], reports, days_ago=[4], events=300, learned_on=ago(1))
    spread_day(day=ago(2), now=NOW)
    spread_day(day=ago(1), now=NOW)
    rows = MeasureDistribution.objects.filter(segment="").order_by("day")

    assert [max(row.values) for row in rows] == [20, 306]


def test_nights_and_blocks_of_days_give_the_same_percentiles(card, reports):
    accounts = companies(reports, 20, segment="enterprise")
    for place, account in enumerate(accounts):
        make.use(account, reports, days_ago=range(5 + place, 60, 7), events=place + 1)
    days = [ago(back) for back in range(6, 0, -1)]

    def left():
        rows = HealthScore.objects.order_by("account_id", "day").values_list("day", "raw", "score")
        return list(rows)

    with transaction.atomic():
        for day in days:
            recompute(day=day, now=NOW - (DAY - day) + timedelta(days=1))
            close_day(day=day, now=NOW)
            spread_day(day=day, now=NOW - (DAY - day) + timedelta(days=1))
        nightly = left()
        transaction.set_rollback(True)
    score_history(days=days, now=NOW)

    assert ClosedDay.objects.count() == len(days)
    assert len({raw[0] for _, raw, _ in nightly}) > 20
    assert left() == nightly


def test_a_preview_says_what_publication_does(reports):
    accounts = companies(reports, 24, segment="enterprise")
    recompute(day=DAY, now=NOW)
    draft = a_card()
    plan = prepare(draft, day=DAY)
    foreseen = {}
    for outlook in foresee(plan, plan.account_ids):
        foreseen |= dict(zip(outlook.account_ids.tolist(), outlook.new_score.tolist(), strict=True))
    publish(scorecard=draft, user=None, reason="Levels", now=NOW)
    recompute(day=DAY, now=NOW)

    scores = HealthScore.objects.filter(day=DAY, scorecard=draft)
    assert len(foreseen) == len(accounts) == scores.count()
    assert {row.account_id: int(row.score * 100) for row in scores} == foreseen


def test_what_was_spread_is_kept_as_it_is(card, reports):
    companies(reports, 20, segment="enterprise")
    spread_day(day=ago(1), now=NOW)

    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        MeasureDistribution.objects.update(accounts=1)


def test_without_a_percentile_nothing_is_spread_and_nothing_asked(reports):
    companies(reports, 3, segment="enterprise")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        recompute(day=DAY, now=NOW)
        spread_day(day=ago(1), now=NOW)

    assert not any("distribution" in query["sql"] for query in queries)
    assert not MeasureDistribution.objects.exists()
