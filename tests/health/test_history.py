"""Scoring the past in blocks of days gives what the nights would have given, one by one."""

import random
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from health import recompute as recompute_module
from health.models import ClosedDay, CurrentHealth, HealthScore, ThresholdCrossing
from health.recompute import recompute, score_history
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
DAYS = [ago(back) for back in range(22, -1, -1)]


@pytest.fixture
def accounts():
    """Three accounts whose facts wander at random, from a fixed seed."""
    dice = random.Random(7)
    features = [make.make_feature(), make.make_feature(), make.make_feature(is_core=False)]
    return [an_account(dice, features, number) for number in range(3)]


def an_account(dice, features, number):
    stage = "onboarding" if number == 2 else "adoption"
    since = 30 if number == 2 else 400
    account = make.make_account(seats=5, stage=stage, customer_since=ago(since))
    make.sign(account, days_ago=since)
    make.move_arr(account, 20_000, days_ago=since)
    for feature in features:
        days = sorted(dice.sample(range(since), min(since, 60)))
        make.use(account, feature, days_ago=days, events=dice.randint(1, 9))
    for user in ("ada", "bo", "cy"):
        make.be_active(account, user, days_ago=sorted(dice.sample(range(since), 20)))
    for _ in range(12):
        opened = dice.randrange(since)
        category = dice.choice(["defect", "how_to", "billing"])
        solved = dice.choice([None, opened, dice.randint(0, opened)])
        make.open_ticket(
            account, days_ago=opened, solved_days_ago=solved, category=category, topic="sync"
        )
    person = make.make_contact(
        account, level="vp", roles=["champion"], met_days_ago=since, left_days_ago=20
    )
    for days_ago in sorted(dice.sample(range(since), 8)):
        make.talk(account, person, days_ago=days_ago, is_commercial=dice.random() < 0.5)
    make.happen(account, "upsell_declined", days_ago=15)
    make.invoice(account, due_days_ago=40, paid_days_ago=10)
    make.add_step(account, due_days_ago=12, done_days_ago=8)
    return account


def left_behind():
    """Everything that matters of what scoring wrote."""
    scores = [
        (
            row.account_id,
            row.day,
            row.score,
            row.band,
            row.confidence,
            row.components,
            row.readings,
            row.gate_hits,
            [None if np.isnan(v) else round(v, 9) for v in row.raw],
        )
        for row in HealthScore.objects.order_by("account_id", "day")
    ]
    crossings = ThresholdCrossing.objects.order_by("account_id", "day", "seq").values_list(
        "account_id", "day", "subject", "seq", "cause", "from_band", "to_band"
    )
    current = CurrentHealth.objects.order_by("account_id").values_list(
        "account_id",
        "day",
        "score",
        "band",
        "components",
        "component_bands",
        "lines",
        "line_sides",
        "spark",
        "week_change",
    )
    return scores, list(crossings), list(current)


def test_history_in_blocks_is_what_the_nights_would_have_given(accounts, monkeypatch):
    with transaction.atomic():
        for day in DAYS:  # each in the night after it, the last one before it is over
            recompute(day=day, now=min(NOW, NOW - (DAY - day) + timedelta(days=1)))
        nightly = left_behind()
        transaction.set_rollback(True)
    monkeypatch.setattr(recompute_module, "BLOCK", 9)
    score_history(days=DAYS, now=NOW)
    scores, crossings, current = left_behind()

    assert len(scores) == 3 * len(DAYS)
    assert len({score for _, _, score, *_ in scores}) > 12
    assert any(crossing[4] == "moved" for crossing in crossings)
    assert scores == nightly[0]
    assert crossings == nightly[1]
    assert current == nightly[2]


def test_a_block_asks_no_more_for_more_days(accounts):
    def questions(days):
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            score_history(days=days, now=NOW, closes=False)
            transaction.set_rollback(True)
        return len(asked)

    # Locks of days are one statement, and so is what was crossed: two days have it all.
    assert questions(DAYS[-20:]) <= questions(DAYS[-2:]) + 2


def test_history_closes_the_days_before_today_and_is_repeatable(accounts):
    days = DAYS[-5:]
    score_history(days=days, now=NOW)
    before = left_behind()
    again = score_history(days=days, now=NOW + timedelta(hours=1))

    assert set(ClosedDay.objects.values_list("day", flat=True)) == set(days[:-1])
    assert again.crossings == 0
    assert left_behind()[0] == before[0]
    assert left_behind()[1] == before[1]


def test_days_before_a_present_state_keep_the_margin_as_the_nights_do(accounts, monkeypatch):
    """As after an import: today was scored at once, the years before it later."""
    with transaction.atomic():
        score_history(days=DAYS, now=NOW)
        fresh = {(row[0], row[1]): row[2:4] for row in left_behind()[0]}
        transaction.set_rollback(True)
    recompute(day=DAY, now=NOW)
    monkeypatch.setattr(recompute_module, "BLOCK", 9)
    score_history(days=DAYS[:-1], now=NOW)
    scores = {(row[0], row[1]): row[2:4] for row in left_behind()[0] if row[1] < DAY}
    assert scores == {key: found for key, found in fresh.items() if key[1] < DAY}
