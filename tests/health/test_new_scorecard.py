"""Crossings of an account that another scorecard judges from now on: written, and silent."""

from decimal import Decimal

import pytest

from accounts.models import Signal
from health.models import CurrentHealth, Scorecard, ThresholdCrossing
from health.publishing import copy_to_draft, publish
from health.queries.scorecards import in_force
from health.recompute import recompute
from health.scoring import ABOVE, BELOW
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
COMPONENTS = ("engagement", "support", "commercial", "relationship")


@pytest.fixture
def account():
    """Uses the product every day; in relationship there is next to nothing: 64.93 in all."""
    account = make.make_account()
    make.use(account, make.make_feature(), days_ago=range(125), events=10)
    make.be_active(account, "ada", days_ago=range(60))
    make.open_ticket(account, days_ago=200, solved_days_ago=199)
    make.move_arr(account, 30_000, days_ago=500)
    make.talk(account, days_ago=400)
    make.make_contact(account)
    recompute(day=DAY, now=NOW)
    return account


def judge_by(weights, *, lines=(40, 20)):
    """Publishes a version with these weights and alert lines, and scores by it."""
    row = Scorecard.objects.get(pk=in_force()["four_inputs"].id)
    draft = copy_to_draft(scorecard=row, now=NOW)
    for key, weight in zip(COMPONENTS, weights, strict=True):
        draft.components.filter(key=key).update(weight=weight)
    draft.alert_lines.all().delete()
    for value in lines:
        draft.alert_lines.create(value=value)
    publish(scorecard=draft, user=None, reason="Another view", now=NOW)
    recompute(day=DAY, now=NOW)


def line_crossings(account):
    rows = ThresholdCrossing.objects.filter(account=account, kind="line").order_by("seq")
    return [
        (row.subject, row.from_band, row.to_band, row.score_before, row.score_after) for row in rows
    ]


def test_a_line_that_only_another_judgement_passes_is_written_and_starts_nothing(account):
    shipped = Decimal("64.93")
    judge_by((4, 3, 3, 90))
    strict = CurrentHealth.objects.get(account=account)
    assert 5 < strict.score < 20
    assert strict.line_sides == [BELOW, BELOW]
    recompute(day=DAY, now=NOW)
    judge_by((35, 25, 25, 15))

    assert line_crossings(account) == [
        ("line:40", "above", "below", shipped, strict.score),
        ("line:20", "above", "below", shipped, strict.score),
        ("line:40", "below", "above", strict.score, shipped),
        ("line:20", "below", "above", strict.score, shipped),
    ]
    lines = ThresholdCrossing.objects.filter(kind="line")
    assert set(lines.values_list("cause", "direction")) == {("new_scorecard", "none")}
    assert not Signal.objects.exists()


def test_a_line_drawn_elsewhere_is_not_passed_by_a_score_that_stays(account):
    judge_by((35, 25, 25, 15), lines=(70, 60))

    # 70, 60, and those of the onboarding card, which every account is judged by.
    assert CurrentHealth.objects.get(account=account).line_sides == [BELOW, ABOVE, ABOVE, ABOVE]
    assert line_crossings(account) == []


def test_a_new_line_is_passed_by_who_stood_above_it_before(account):
    judge_by((4, 3, 3, 90), lines=(60, 50, 5))

    subjects = [row[0] for row in line_crossings(account)]
    assert subjects == ["line:60", "line:50", "line:40", "line:20"]


def test_an_account_without_a_score_before_passes_no_line(account):
    CurrentHealth.objects.update(score=None, band="unscored")
    judge_by((4, 3, 3, 90))

    assert line_crossings(account) == []


def test_a_grown_customer_passes_the_lines_of_the_next_card():
    account = make.make_account(stage="onboarding", customer_since=ago(70))
    make.sign(account, days_ago=70)
    make.happen(account, "first_value_moment", days_ago=60)
    make.add_step(account, due_days_ago=50, done_days_ago=55)
    make.be_active(account, "ada", days_ago=65)
    make.open_ticket(account, days_ago=60)
    for _ in range(3):
        make.open_ticket(account, days_ago=1, category="defect", topic="sync")
    make.talk(account, days_ago=65)
    make.make_contact(account)
    make.use(account, make.make_feature(), days_ago=65)
    recompute(day=DAY, now=NOW)
    before = CurrentHealth.objects.get(account=account).score
    account.stage = "adoption"
    account.save(update_fields=["stage"])
    recompute(day=DAY, now=NOW)

    after = CurrentHealth.objects.get(account=account).score
    assert before > 40
    assert after < 20
    assert line_crossings(account) == [
        ("line:40", "above", "below", before, after),
        ("line:20", "above", "below", before, after),
    ]
