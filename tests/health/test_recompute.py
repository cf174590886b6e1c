"""Recompute: one score an account and day, one crossing, whatever is run again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from accounts.models import Account, DirtyAccount, Signal, Ticket
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.publishing import copy_to_draft, publish
from health.queries.scorecards import in_force
from health.recompute import close_day, drain_dirty, is_catching_up, recompute
from health.scoring import BELOW
from health.signals import CrossingSignal
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
NEXT = DAY + timedelta(days=1)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def account():
    """Healthy: uses everything, few tickets, pays, talks; two champions and an executive."""
    account = make.make_account()
    feature = make.make_feature()
    make.use(account, feature, days_ago=range(-1, 125), events=10)
    make.be_active(account, "ada", days_ago=range(-1, 60))
    make.open_ticket(account, days_ago=200, solved_days_ago=199)
    make.move_arr(account, 30_000, days_ago=500)
    people = [make.make_contact(account, level="vp", roles=["champion"]) for _ in range(2)]
    make.talk(account, days_ago=400)
    for days_ago in (1, 5, 9):
        make.talk(account, *people, days_ago=days_ago, is_commercial=True)
    make.invoice(account, due_days_ago=300, paid_days_ago=300)
    return account


def burden(account, *, topic="sync", tickets=12):
    """So many open defects that support is the worst there is."""
    for _ in range(tickets):
        make.open_ticket(account, days_ago=0, category="defect", topic=topic)


def crossings(account, **conditions):
    rows = ThresholdCrossing.objects.filter(account=account, **conditions).order_by("day", "seq")
    return [(row.subject, row.cause, row.from_band, row.to_band) for row in rows]


def test_first_score_leaves_history_current_state_and_a_silent_crossing(account):
    result = recompute(day=DAY, now=NOW)

    score = HealthScore.objects.get(account=account)
    current = CurrentHealth.objects.get(account=account)
    assert (result.scored, result.crossings, result.signals) == (1, 1, 0)
    assert score.score == current.score
    assert (current.band, current.effective_band, current.at_risk) == ("healthy",) * 2 + (False,)
    assert crossings(account) == [("score", "first_score", "unscored", "healthy")]
    assert not Signal.objects.exists()


def test_a_score_is_worked_by_hand_from_facts_to_the_cent(account):
    recompute(day=DAY, now=NOW)

    # engagement: 30 days → 100 × 20 %; 1 ÷ 10 seats → 20 × 15 %; 1 ÷ 1 → 100 × 25 %; both
    #   trends 0 (300 ÷ 300, 600 ÷ 600) → 70 × 40 % = 20 + 3 + 25 + 28 = 76
    # support: 100. commercial: ARR flat → 65 × 50 %; 3 talks → 100 × 25 %; paid → 100 × 25 %
    #   = 32.5 + 50 = 82.5
    # relationship: 2 champions → 85 × 35 %; VP 1 day ago → 100 × 25 %; talk → 100 × 20 %;
    #   one level → 35 × 20 % = 29.75 + 25 + 20 + 7 = 81.75
    # score = 76 × 0.35 + 100 × 0.25 + 82.5 × 0.25 + 81.75 × 0.15 = 26.6 + 25 + 20.625 + 12.2625
    #   = 84.4875 → 84.49
    score = HealthScore.objects.get(account=account)
    assert score.components == [7600, 10_000, 8250, 8175]
    assert score.score == Decimal("84.49")
    assert score.confidence == Decimal("100.00")
    assert score.gate_hits == 0


def test_a_fall_writes_its_crossings_and_rings_once(account):
    recompute(day=DAY, now=NOW)
    burden(account)
    again = [recompute(day=DAY, now=NOW), recompute(day=DAY, now=NOW)]

    # support: load 12 × 5 − 2 = 58 → 0; all defects → 10 × 20 %; open for 0 days → 100 × 40 %
    #   = 42, but three on one open topic cap it at 30. 84.4875 − 70 × 0.25 = 66.9875
    assert CurrentHealth.objects.get(account=account).score == Decimal("66.99")
    assert [(run.crossings, run.signals) for run in again] == [(2, 2), (0, 0)]
    assert crossings(account, cause="moved") == [
        ("score", "moved", "healthy", "watch"),
        ("component:support", "moved", "healthy", "intervene"),
    ]
    ring = Signal.objects.get(payload__subject="score")
    assert ring.kind == "health.crossed"
    told = CrossingSignal.from_json(ring.payload)
    assert (told.before, told.after, told.value) == ("healthy", "watch", Decimal("66.99"))
    assert len(set(Signal.objects.values_list("payload__crossing_group", flat=True))) == 1


@pytest.mark.parametrize("table", [ThresholdCrossing, Signal])
def test_what_the_database_refuses_of_a_crossing_is_an_error_of_django(account, table):
    recompute(day=DAY, now=NOW)
    burden(account)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"ALTER TABLE {table._meta.db_table} ADD CONSTRAINT closed CHECK (false) NOT VALID"
        )
    with pytest.raises(IntegrityError):
        recompute(day=DAY, now=NOW)


def test_down_up_down_on_one_day_is_three_crossings(account):
    recompute(day=DAY, now=NOW)
    for _ in range(2):
        burden(account)
        recompute(day=DAY, now=NOW)
        account.tickets.filter(topic="sync").delete()
        recompute(day=DAY, now=NOW)

    moves = crossings(account, subject="score", cause="moved")
    assert [(move[2], move[3]) for move in moves] == [
        ("healthy", "watch"),
        ("watch", "healthy"),
    ] * 2
    assert HealthScore.objects.filter(account=account).count() == 1


def test_a_dirty_account_is_rescored_and_its_marks_taken(account):
    recompute(day=DAY, now=NOW)
    burden(account)
    for _ in range(3):
        DirtyAccount.objects.create(account=account)

    assert drain_dirty(limit=2, now=NOW) == 2
    assert DirtyAccount.objects.count() == 1
    assert CurrentHealth.objects.get(account=account).band == "watch"
    assert drain_dirty(limit=10, now=NOW) == 1
    assert drain_dirty(limit=10, now=NOW) == 0
    assert len(crossings(account, subject="score")) == 2


def test_a_drain_that_dies_leaves_the_marks_and_no_score(account):
    DirtyAccount.objects.create(account=account)
    with transaction.atomic():
        assert drain_dirty(limit=10, now=NOW) == 1
        transaction.set_rollback(True)

    assert DirtyAccount.objects.count() == 1
    assert not HealthScore.objects.exists()
    assert not ThresholdCrossing.objects.exists()


def test_unscored_is_its_own_state_and_scored_again_rings_nothing(account):
    bare = make.make_account(customer_since=ago(29))
    recompute(day=DAY, now=NOW)
    state = CurrentHealth.objects.get(account=bare)
    assert (state.score, state.band, state.at_risk) == (None, "unscored", False)
    assert state.confidence < 60
    assert crossings(bare) == []

    Account.objects.filter(pk=bare.pk).update(customer_since=ago(800))
    result = recompute(day=NEXT, now=TOMORROW)

    assert crossings(bare) == [
        ("score", "scored", "unscored", CurrentHealth.objects.get(account=bare).band)
    ]
    assert result.signals == 0


def test_a_closed_day_is_immutable_and_computed_again_becomes_a_revision(account):
    recompute(day=DAY, now=NOW)
    close_day(day=DAY, now=NOW)
    assert close_day(day=DAY, now=NOW) is False
    with pytest.raises(InternalError, match="closed"), transaction.atomic():
        HealthScore.objects.filter(account=account).update(band="watch")
    with pytest.raises(InternalError, match="closed"), transaction.atomic():
        HealthScore.objects.filter(account=account).delete()

    unchanged = recompute(day=DAY, now=TOMORROW)
    assert unchanged.scored == 1
    assert HealthScore.objects.filter(account=account).count() == 1
    burden(account)
    recompute(day=DAY, now=TOMORROW)
    recompute(day=DAY, now=TOMORROW)

    rows = HealthScore.objects.filter(account=account).order_by("revision")
    assert [(row.revision, row.score) for row in rows] == [
        (0, Decimal("84.49")),
        (1, Decimal("66.99")),
    ]


def test_who_had_no_score_when_the_day_closed_begins_with_a_revision(account):
    close_day(day=DAY, now=NOW)
    recompute(day=DAY, now=TOMORROW)
    recompute(day=DAY, now=TOMORROW)

    assert HealthScore.objects.get(account=account).revision == 1


def test_a_past_day_leaves_the_present_alone(account):
    recompute(day=NEXT, now=TOMORROW)
    before = CurrentHealth.objects.filter(account=account).values().get()
    result = recompute(day=DAY, now=TOMORROW)

    assert (result.scored, result.crossings) == (1, 0)
    assert CurrentHealth.objects.filter(account=account).values().get() == before
    assert HealthScore.objects.filter(account=account).count() == 2


def test_spark_and_week_change_follow_the_days(account):
    recompute(day=ago(7), now=NOW - timedelta(days=7))
    recompute(day=ago(2), now=NOW - timedelta(days=2))
    first, second = HealthScore.objects.filter(account=account).order_by("day")
    burden(account)
    recompute(day=DAY, now=NOW)
    current = CurrentHealth.objects.get(account=account)

    assert len(current.spark) == 90
    tail = [int(first.score * 100), *[-1] * 4, int(second.score * 100), -1]
    assert current.spark[-8:] == [*tail, int(current.score * 100)]
    assert current.week_change == current.score - first.score


def test_a_churned_account_is_passed_over(account):
    gone = make.make_account(status="churned")
    result = recompute(day=DAY, account_ids=[account.pk, gone.pk], now=NOW)

    assert (result.scored, result.passed_over) == (1, 1)
    assert not HealthScore.objects.filter(account=gone).exists()


def test_a_customer_is_not_scored_before_being_one(account):
    result = recompute(day=ago(801), now=NOW)

    assert (result.scored, result.passed_over) == (0, 1)


def test_a_new_scorecard_version_marks_accounts_and_rings_nothing(account):
    recompute(day=DAY, now=NOW)
    draft = copy_to_draft(scorecard=in_force_row("four_inputs"), now=NOW)
    draft.bands.filter(key="healthy").update(lower=90)
    publish(scorecard=draft, user=None, reason="A stricter healthy", now=NOW)
    assert drain_dirty(now=NOW) == 1

    score = HealthScore.objects.get(account=account)
    assert (score.scorecard_id, score.score) == (draft.pk, Decimal("84.49"))
    assert crossings(account)[1:] == [("score", "new_scorecard", "healthy", "watch")]
    assert not Signal.objects.exists()


def in_force_row(key):
    from health.models import Scorecard  # noqa: PLC0415 -- only here

    return Scorecard.objects.get(pk=in_force()[key].id)


def test_an_onboarding_account_is_judged_by_its_own_card(account):
    new = make.make_account(stage="onboarding", customer_since=ago(10))
    make.sign(new, days_ago=10)
    make.happen(new, "first_value_moment", days_ago=1)
    make.add_step(new, due_days_ago=2, done_days_ago=3)
    recompute(day=DAY, now=NOW)

    card = in_force()["onboarding"]
    score = HealthScore.objects.get(account=new)
    # steps 100 × 30 %, nobody logged in 0 × 20 %, no core feature 0 × 20 %, ten days without
    # contact 100 × 15 %, first value in time 100 × 15 % = 60
    assert score.scorecard_id == card.id
    assert score.components == [10_000, 0, 0, 10_000, 10_000]
    assert score.score == Decimal("60.00")


def test_alert_lines_cross_like_bands(account):
    recompute(day=DAY, now=NOW)
    burden(account)
    account.interactions.all().delete()
    account.contacts.update(roles=[])
    make.move_arr(account, -15_000, days_ago=2, kind="contraction")
    make.invoice(account, due_days_ago=70)
    account_usage_stops(account)
    recompute(day=DAY, now=NOW)

    current = CurrentHealth.objects.get(account=account)
    assert current.score < 20
    assert current.at_risk
    assert [row[0] for row in crossings(account, kind="line")] == ["line:40", "line:20"]
    assert current.line_sides == [BELOW, BELOW]


def account_usage_stops(account):
    from accounts.models import UsageDay, UserMonth  # noqa: PLC0415 -- only here

    UsageDay.objects.filter(account=account, day__gt=ago(60)).delete()
    UserMonth.objects.filter(account=account, month__gt=ago(60)).delete()


def missed_nights(account, *, nights):
    """DAY is closed; then so many days pass without a night, and support breaks on the first."""
    recompute(day=DAY, now=NOW)
    close_day(day=DAY, now=NOW)
    burden_on(account, NEXT)
    DirtyAccount.objects.create(account=account)
    return NOW + timedelta(days=nights + 1), [DAY + timedelta(days=n + 1) for n in range(nights)]


def burden_on(account, day):
    for _ in range(12):
        Ticket.objects.create(
            account=account,
            external_id=make.unique("ticket"),
            opened_at=make.at(day),
            category="defect",
            topic="sync",
        )


@pytest.mark.parametrize("nights", [1, 2, 6])
def test_a_fall_of_a_day_whose_night_is_missing_keeps_its_day(account, nights):
    now, days = missed_nights(account, nights=nights)
    drain_dirty(limit=10, now=now)
    for day in days:
        recompute(day=day, now=now)
        close_day(day=day, now=now)
    while drain_dirty(limit=10, now=now):
        pass

    falls = ThresholdCrossing.objects.filter(account=account, subject="score", cause="moved")
    assert list(falls.values_list("day", "from_band", "to_band")) == [(NEXT, "healthy", "watch")]
    assert CurrentHealth.objects.get(account=account).day == days[-1] + timedelta(days=1)
    assert Signal.objects.get(payload__subject="score").payload["day"] == NEXT.isoformat()


def test_marks_wait_while_many_nights_are_missing(account):
    now, days = missed_nights(account, nights=6)
    assert drain_dirty(limit=10, now=now) == 0
    assert is_catching_up(now=now)
    assert DirtyAccount.objects.count() == 1
    for day in days[:-1]:
        recompute(day=day, now=now)
        close_day(day=day, now=now)
    assert not is_catching_up(now=now)
    assert drain_dirty(limit=10, now=now) == 1


def test_late_facts_of_a_day_that_a_later_one_was_compared_with_become_a_revision(account):
    """Not closed, but final for this account: its crossing of the next day stands on that score."""
    now, (day,) = missed_nights(account, nights=1)
    drain_dirty(limit=10, now=now)
    account.tickets.filter(topic="sync").delete()
    recompute(day=day, now=now)

    rows = HealthScore.objects.filter(account=account, day=day).order_by("revision")
    assert list(rows.values_list("revision", "band")) == [(0, "watch"), (1, "healthy")]
    assert len(crossings(account, subject="score", cause="moved")) == 1
