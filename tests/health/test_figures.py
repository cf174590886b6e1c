"""Explanations between stored days, overrides, and figures about scoring itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Account, Installation, Signal, User
from health.actions import OverrideRefused, end_override, override_band
from health.models import BandOverride, CurrentHealth, HealthScore, ThresholdCrossing
from health.publishing import copy_to_draft, publish
from health.queries.explanations import explain_stored, stored_day
from health.queries.figures import ScoringFigures, scoring_figures
from health.queries.scorecards import in_force
from health.recompute import drain_dirty, recompute
from health.scoring import RowKind
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
NEXT = DAY + timedelta(days=1)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def account():
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=range(-1, 125), events=10)
    make.be_active(account, "ada", days_ago=range(-1, 60))
    make.open_ticket(account, days_ago=200, solved_days_ago=199)
    make.move_arr(account, 30_000, days_ago=500)
    return account


@pytest.fixture
def csm():
    return User.objects.create_user("csm@example.test", "x", name="Cleo", role="csm")


def fall(account):
    for _ in range(12):
        make.open_ticket(account, days_ago=0, category="defect", topic="sync")


def override(account, csm, **values):
    how = {"band": "intervene", "reason": "They told me so", "expires_on": DAY, **values}
    return override_band(account=account, day=DAY, user=csm, now=NOW, **how)


def explained(account):
    before, after = (stored_day(account_id=account.pk, until=day) for day in (DAY, NEXT))
    return explain_stored(before=before, after=after)


def test_explanation_between_stored_days_adds_up(account):
    recompute(day=DAY, now=NOW)
    fall(account)
    recompute(day=NEXT, now=TOMORROW)
    first, last = HealthScore.objects.order_by("day").values_list("score", flat=True)
    told = explained(account)

    assert told.change == last - first < 0
    assert sum(row.points for row in told.rows) == told.change
    assert {row.key for row in told.rows if row.points} >= {"ticket_load", "topic_unsolved"}


def test_explanation_of_a_new_version_has_its_row(account):
    from health.models import Scorecard  # noqa: PLC0415 -- only here

    recompute(day=DAY, now=NOW)
    draft = copy_to_draft(scorecard=Scorecard.objects.get(pk=in_force()["four_inputs"].id), now=NOW)
    draft.components.filter(key="engagement").update(weight=55)
    draft.components.filter(key="support").update(weight=5)
    publish(scorecard=draft, user=None, reason="Use above all", now=TOMORROW)
    recompute(day=NEXT, now=TOMORROW)
    told = explained(account)

    version = [row for row in told.rows if row.kind is RowKind.VERSION]
    assert len(version) == 1
    assert version[0].points < 0
    assert sum(row.points for row in told.rows) == told.change


def test_there_is_no_stored_day_before_the_first(account):
    recompute(day=DAY, now=NOW)

    assert stored_day(account_id=account.pk, until=ago(1)) is None
    assert stored_day(account_id=account.pk, until=NEXT).day == DAY


@pytest.mark.parametrize(
    ("zone", "ended_at", "kinds"),
    [
        ("America/Los_Angeles", datetime(2025, 7, 2, 1, tzinfo=UTC), {RowKind.OVERRIDE}),
        ("Pacific/Auckland", datetime(2025, 7, 1, 13, tzinfo=UTC), set()),
    ],
)
def test_an_override_stands_on_a_day_unless_it_ended_by_its_local_end(
    account, csm, zone, ended_at, kinds
):
    """Set on both days; ended on the evening of the second, and only on the next morning."""
    recompute(day=DAY, now=NOW)
    recompute(day=NEXT, now=TOMORROW)
    override(account, csm, expires_on=NEXT)
    BandOverride.objects.update(ended_at=ended_at, ended_by=csm)
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": zone})

    assert {row.kind for row in explained(account).rows} - {RowKind.MEASURE} == kinds


def test_an_override_changes_the_effective_band_and_not_the_score(account, csm):
    recompute(day=DAY, now=NOW)
    before = CurrentHealth.objects.get(account=account)
    override(account, csm)
    set_at_once = CurrentHealth.objects.get(account=account)
    drain_dirty(now=NOW)
    for current in (set_at_once, CurrentHealth.objects.get(account=account)):
        assert (current.score, current.band) == (before.score, before.band)
        assert (current.effective_band, current.at_risk) == ("intervene", True)
    fall(account)
    recompute(day=DAY, now=NOW)
    moved = ThresholdCrossing.objects.filter(cause="moved")
    assert moved.exists()
    assert set(moved.values_list("is_overridden", flat=True)) == {True}
    assert set(Signal.objects.values_list("payload__is_overridden", flat=True)) == {True}

    recompute(day=NEXT, now=TOMORROW)  # it has expired
    assert CurrentHealth.objects.get(account=account).effective_band != "intervene"


def test_an_override_is_replaced_and_ended(account, csm):
    recompute(day=DAY, now=NOW)
    override(account, csm)
    override(account, csm, band="watch")

    assert BandOverride.objects.filter(ended_at__isnull=True).get().band == "watch"
    assert end_override(account=account, user=csm, now=NOW)
    assert not end_override(account=account, user=csm, now=NOW)
    ended_at_once = CurrentHealth.objects.get(account=account)
    drain_dirty(now=NOW)
    for current in (ended_at_once, CurrentHealth.objects.get(account=account)):
        assert (current.effective_band, current.at_risk) == (current.band, False)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"band": "purple"}, "one of the bands"),
        ({"band": "healthy"}, "The computed band is Healthy already"),
        ({"reason": "  "}, "Say why"),
        ({"expires_on": DAY + timedelta(days=31)}, "30 days"),
        ({"expires_on": ago(1)}, "30 days"),
    ],
)
def test_an_override_is_refused_in_words(account, csm, values, words):
    recompute(day=DAY, now=NOW)
    with pytest.raises(OverrideRefused, match=words):
        override(account, csm, **values)

    assert not BandOverride.objects.exists()


def test_coverage_is_of_active_accounts(account):
    assert scoring_figures(day=DAY).coverage == 0
    make.make_account(status="churned")
    make.make_account()
    recompute(day=DAY, now=NOW)
    make.make_account()
    figures = scoring_figures(day=DAY)
    assert (figures.active, figures.scored, figures.is_covered) == (3, 2, False)
    assert ScoringFigures(active=20, scored=19, flapped=0).is_covered
    nobody = ScoringFigures(active=0, scored=0, flapped=0)
    assert (nobody.coverage, nobody.flap_rate) == (None, None)


def test_flap_rate_counts_accounts_that_crossed_back_within_two_weeks(account):
    recompute(day=DAY, now=NOW)
    assert scoring_figures(day=DAY).flap_rate == 0
    card = in_force()["four_inputs"].id
    steady = make.make_account()

    def cross(who, days_ago, old, new):
        ThresholdCrossing.objects.create(
            account=who,
            day=ago(days_ago),
            subject="score",
            seq=9,
            kind="band",
            cause="moved",
            direction="down",
            from_band=old,
            to_band=new,
            scorecard_id=card,
            created_at=NOW,
            score_before=Decimal(80),
            score_after=Decimal(70),
        )

    cross(account, 30, "healthy", "watch")
    cross(account, 16, "watch", "healthy")  # 14 days later
    cross(steady, 40, "healthy", "watch")
    cross(steady, 25, "watch", "healthy")  # 15 days later

    assert scoring_figures(day=DAY).flap_rate == 1
    Account.objects.filter(pk=account.pk).update(status="churned")
    assert scoring_figures(day=DAY).flapped == 0
