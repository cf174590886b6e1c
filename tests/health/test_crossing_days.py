"""A crossing belongs to the day on which the score crossed, whatever was asked for first."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import DirtyAccount, Installation
from health.models import ClosedDay, CurrentHealth, HealthScore, ThresholdCrossing
from health.recompute import CatchingUpError, close_day, drain_dirty, recompute, score_history
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
# The latest closed day is three days ago; two nights are missing when DAY begins.
LATEST, FALL, RISE = ago(3), ago(2), ago(1)


@pytest.fixture
def account():
    """Healthy until the day of the fall, when twelve defects are open for one day."""
    account = make.make_account()
    feature = make.make_feature()
    make.use(account, feature, days_ago=range(125), events=10)
    make.be_active(account, "ada", days_ago=range(60))
    make.open_ticket(account, days_ago=200, solved_days_ago=199)
    make.move_arr(account, 30_000, days_ago=500)
    people = [make.make_contact(account, level="vp", roles=["champion"]) for _ in range(2)]
    make.talk(account, days_ago=400)
    for days_ago in (1, 5, 9):
        make.talk(account, *people, days_ago=days_ago, is_commercial=True)
    make.invoice(account, due_days_ago=300, paid_days_ago=300)
    recompute(day=LATEST, now=NOW - timedelta(days=2))
    close_day(day=LATEST, now=NOW - timedelta(days=2))
    for _ in range(12):
        make.open_ticket(account, days_ago=2, category="defect", topic="sync")
    DirtyAccount.objects.create(account=account)
    return account


def moves(account):
    rows = ThresholdCrossing.objects.filter(account=account, subject="score", cause="moved")
    return list(rows.order_by("day", "seq").values_list("day", "from_band", "to_band"))


def test_no_day_is_scored_before_its_turn(account):
    with pytest.raises(CatchingUpError, match=f"{DAY} cannot be scored while {FALL}"):
        recompute(day=DAY, now=NOW)
    with pytest.raises(CatchingUpError, match=f"{RISE} cannot be scored while {FALL}"):
        score_history(days=[RISE, DAY], now=NOW)
    score_history(days=[FALL, RISE, DAY], now=NOW)
    assert moves(account) == [(FALL, "healthy", "watch")]


def test_one_account_scored_again_closes_no_day_for_the_others(account):
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})
    call_command("rescore", account=account.external_id, since=FALL, verbosity=0)
    assert set(HealthScore.objects.values_list("day", flat=True)) == {LATEST, FALL, RISE, DAY}
    assert ClosedDay.objects.get().day == LATEST


def test_rescoring_by_hand_says_which_night_is_missing(account):
    with pytest.raises(CommandError, match=r"while .* is open: run manage.py nightly first"):
        call_command("rescore", since=DAY, verbosity=0)


def test_a_frozen_installation_waits_for_no_night(account):
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})
    assert drain_dirty(now=NOW) == 1
    assert CurrentHealth.objects.get(account=account).day == DAY


def test_the_day_an_installation_is_frozen_on_is_scored_again_when_closed(account):
    """It stays today for ever, so what pages show follows the facts."""
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})
    recompute(day=DAY, now=NOW)
    close_day(day=DAY, now=NOW)
    account.tickets.filter(topic="sync").delete()
    DirtyAccount.objects.create(account=account)
    drain_dirty(now=NOW)
    assert moves(account) == [(DAY, "healthy", "watch"), (DAY, "watch", "healthy")]
    assert CurrentHealth.objects.get(account=account).band == "healthy"


def test_a_closed_day_gets_revisions_and_no_crossing(account):
    """Scored again with facts that are gone since, it tells what is seen now, and rings nothing."""
    before = CurrentHealth.objects.filter(account=account).values().get()
    account.interactions.all().delete()
    account.contacts.update(roles=[])
    recompute(day=LATEST, now=NOW)
    assert HealthScore.objects.filter(account=account, day=LATEST).count() == 2
    assert moves(account) == []
    assert CurrentHealth.objects.filter(account=account).values().get() == before
    assert ClosedDay.objects.get().day == LATEST
