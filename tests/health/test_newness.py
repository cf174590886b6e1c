"""Too new to judge: a state without a score, a band or a play; and what coming out of it starts."""

from datetime import timedelta

import numpy as np
import pytest

from accounts.models import Signal
from health.models import CurrentHealth, HealthScore
from health.queries.figures import scoring_figures
from health.queries.scorecards import in_force
from health.recompute import recompute
from health.scoring import too_new
from health.signals import CrossingSignal
from tests.health import builders as make
from tests.health.builders import NOW, ago
from tests.health.test_calm import by_talk

pytestmark = pytest.mark.usefixtures("library")
NAN = float("nan")


@pytest.fixture
def account():
    """A customer since 30 days, whom we talked to on the first: a score of 100 less the days."""
    by_talk()
    account = make.make_account(customer_since=ago(30))
    make.sign(account, days_ago=30)
    make.talk(account, days_ago=30)
    return account


def night(days_ago):
    recompute(day=ago(days_ago), now=NOW - timedelta(days=days_ago - 1))
    return CurrentHealth.objects.get()


def crossings(account):
    rows = account.crossings.filter(subject="score").order_by("day", "seq")
    return [(row.subject, row.cause, row.from_band, row.to_band) for row in rows]


def told():
    """Subject, direction, and the bands or sides that playbooks are told."""
    found = [CrossingSignal.from_json(row.payload) for row in Signal.objects.order_by("pk")]
    told = [(each.subject, each.direction, each.before, each.after) for each in found]
    return [each for each in told if each[0] == "score"]


@pytest.mark.parametrize(
    ("card", "since_start", "since_first_step", "expected"),
    [
        ("four_inputs", 27, NAN, True),
        ("four_inputs", 28, NAN, False),
        ("four_inputs", 10, 3, True),  # steps are looked at by the onboarding card alone
        ("four_inputs", NAN, NAN, False),
        ("onboarding", 6, NAN, True),
        ("onboarding", 6, -1, True),
        ("onboarding", 7, -1, False),
        ("onboarding", 3, 0, False),
    ],
)
def test_days_until_an_account_is_judged(card, since_start, since_first_step, expected):
    found = too_new(
        in_force()[card].spec,
        days_since_start=np.array([float(since_start)]),
        days_since_first_step=np.array([float(since_first_step)]),
    )

    assert found.tolist() == [expected]


def test_an_account_is_judged_28_days_after_its_first_term_began(account):
    current = night(3)
    assert (current.band, current.effective_band, current.score) == ("too_new", "too_new", None)
    assert not current.at_risk
    assert crossings(account) == []

    assert night(2).band == "watch"
    stored = HealthScore.objects.order_by("day").values_list("band", "score")
    assert list(stored) == [("too_new", None), ("watch", 72)]


def test_leaving_it_below_a_bound_starts_what_a_fall_would(account):
    night(3)
    night(2)

    assert crossings(account)[0] == ("score", "moved", "too_new", "watch")
    assert told()[0] == ("score", "down", "healthy", "watch")


def test_leaving_it_in_the_best_band_starts_nothing(account):
    make.talk(account, days_ago=6)
    night(3)
    night(2)

    assert crossings(account) == [("score", "first_score", "too_new", "healthy")]
    assert not Signal.objects.exists()


def test_a_renewal_makes_nobody_new_and_a_return_does():
    by_talk()
    renewed, returned = make.make_account(), make.make_account()
    make.talk(renewed, days_ago=100)
    make.sign(renewed, days_ago=400, ends_on=ago(10))
    make.sign(renewed, days_ago=10, renews="the one before")
    make.sign(returned, days_ago=800, ends_on=ago(400))
    make.sign(returned, days_ago=10)
    recompute(day=ago(2), now=NOW)

    bands = dict(CurrentHealth.objects.values_list("account_id", "band"))
    assert bands == {renewed.pk: "watch", returned.pk: "too_new"}


def test_without_terms_the_day_they_became_customers_counts():
    by_talk()
    young = make.make_account(customer_since=ago(20))
    make.talk(young, days_ago=100)

    assert night(2).band == "too_new"


def test_coming_back_below_the_last_band_starts_what_a_fall_would(account):
    make.talk(account, days_ago=2)
    night(2)
    CurrentHealth.objects.update(score=None, band="unscored", effective_band="unscored")
    account.interactions.filter(occurred_at__date=ago(2)).delete()
    night(1)

    assert crossings(account)[-1] == ("score", "moved", "unscored", "watch")
    assert told() == [("score", "down", "healthy", "watch")]


def test_coming_back_to_the_last_band_starts_nothing(account):
    night(2)
    Signal.objects.all().delete()
    CurrentHealth.objects.update(score=None, band="unscored", effective_band="unscored")
    night(1)

    assert crossings(account)[-1] == ("score", "scored", "unscored", "watch")
    assert not Signal.objects.exists()


def test_coverage_counts_scores_of_the_latest_day_and_nobody_who_is_too_new(account):
    make.make_account(customer_since=ago(5))
    old = make.make_account()
    recompute(day=ago(2), now=NOW)
    assert scoring_figures(day=ago(2)).coverage == 1
    recompute(day=ago(1), account_ids=[account.pk], now=NOW)

    figures = scoring_figures(day=ago(1))
    assert (figures.active, figures.scored) == (2, 1)
    assert old.pk
