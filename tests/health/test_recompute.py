"""Recompute: one score an account and day, one crossing, whatever is run again."""

import pytest

from accounts.models import Signal
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.recompute import recompute
from tests.health import builders as make
from tests.health.builders import DAY, NOW

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def account():
    account = make.make_account()
    feature = make.make_feature()
    make.use(account, feature, days_ago=range(0, 125, 2), events=10)
    make.be_active(account, "ada", days_ago=range(0, 60, 2))
    make.open_ticket(account, days_ago=20, solved_days_ago=18)
    make.move_arr(account, 30_000, days_ago=500)
    make.talk(account, days_ago=10, is_commercial=True)
    return account


def test_recompute_writes_history_current_and_a_silent_first_crossing(account):
    result = recompute(day=DAY, now=NOW)

    score = HealthScore.objects.get(account=account)
    current = CurrentHealth.objects.get(account=account)
    crossing = ThresholdCrossing.objects.get(account=account)
    assert (result.scored, result.crossings, result.signals) == (1, 1, 0)
    assert score.score == current.score is not None
    assert (crossing.cause, crossing.to_band) == ("first_score", current.band)
    assert not Signal.objects.exists()
