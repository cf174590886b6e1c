"""The demo's past: scored, played and worked night by night, and health that leads churn."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.db.models import F, Q

from accounts import clock
from accounts.catalogue import AccountStatus, MovementKind
from accounts.models import Account, Installation, OutboxMessage, RevenueMovement, Signal
from cs_platform.demo.libraries import install_libraries
from cs_platform.scheduling import invariants, schedule
from health.models import ClosedDay, CurrentHealth, HealthScore, ThresholdCrossing
from health.queries.figures import scoring_figures
from health.recompute import score_history
from metrics.models import RetentionMonth
from playbooks.models import UNFINISHED, Play, Task

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"accounts": 26, "years": 0.6, "processes": 1, "play_days": 40}


@pytest.fixture(autouse=True)
def fixed_day():
    """Another day makes another company: what is counted here must not depend on the calendar."""
    Installation.objects.update_or_create(pk=1, defaults={"as_of": date(2025, 3, 15)})


def demo(**options: object) -> None:
    call_command("demo", stdout=StringIO(), **{**SMALL, **options})


def nights_end() -> datetime:
    return datetime.combine(clock.today(), time(0, 15), tzinfo=UTC)


def plays() -> set[tuple[object, ...]]:
    return set(Play.objects.values_list("account_id", "playbook_key", "opened_day", "outcome"))


def scores() -> dict[tuple[object, ...], object]:
    rows = HealthScore.objects.values_list("account_id", "day", "score")
    return {(account, day): score for account, day, score in rows}


def test_history_scores_every_customer_on_every_night_and_closes_it():
    demo()
    yesterday = clock.today() - timedelta(days=1)
    nights_of_history = round(0.6 * 365.25)
    assert ClosedDay.objects.count() == nights_of_history
    assert HealthScore.objects.filter(day=yesterday).count() == 26
    assert not HealthScore.objects.exclude(revision=0).exists()
    current = CurrentHealth.objects.filter(account__status=AccountStatus.ACTIVE)
    last = dict(HealthScore.objects.filter(day=yesterday).values_list("account_id", "score"))
    assert dict(current.values_list("account_id", "score")) == last
    assert RetentionMonth.objects.exists()


def test_history_leaves_nothing_broken_waiting_or_unsent():
    demo()
    assert [str(found) for found in invariants.broken(day=clock.today())] == []
    last_night = nights_end()
    assert not Play.objects.filter(state="open", next_step_at__lte=last_night).exists()
    assert not Signal.objects.exclude(deliveries__handled_at__isnull=False).exists()
    ours = OutboxMessage.objects.filter(contact=None)
    assert not ours.exclude(state=OutboxMessage.State.SENT).exists()
    to_customers = OutboxMessage.objects.filter(contact__isnull=False)
    waiting = to_customers.filter(state=OutboxMessage.State.NEW)
    assert not waiting.filter(next_at__lte=last_night).exists()
    assert schedule.latest_closed_day() == clock.today() - timedelta(days=1)
    assert not Account.objects.filter(
        Q(status=AccountStatus.CHURNED, arr_minor__gt=0) | Q(status="active", arr_minor=0)
    ).exists()


def test_plays_start_the_night_their_account_crossed_and_never_before():
    demo()
    assert ThresholdCrossing.objects.filter(direction="down", subject="score").exists()
    begun = clock.today() - timedelta(days=41)
    assert Play.objects.exists()
    assert not Play.objects.filter(opened_day__lt=begun).exists()
    assert not Play.objects.filter(opened_at__lt=F("start__signal__occurred_at")).exists()
    # A business event rings at the first moment of its day, and is heard in the night after it.
    late = Play.objects.filter(opened_at__gt=F("start__signal__occurred_at") + timedelta(days=2))
    assert not late.filter(start__result="started", start__decided_at=F("opened_at")).exists()
    assert not Task.objects.filter(closed_at__lt=F("opened_at")).exists()
    assert not Task.objects.filter(opened_at__gt=clock.now()).exists()


def test_sequences_write_to_tech_touch_and_no_play_began_before_its_version():
    """What went out was let out by the touch budget, or given up with its play."""
    demo(accounts=60, play_days=60)
    plays = Play.objects.filter(playbook__is_sequence=True)
    assert plays.filter(playbook_key="renewal_tech_touch").exists()
    assert not plays.exclude(account__touch_tier="tech").exists()
    assert not Play.objects.filter(opened_at__lt=F("playbook__published_at")).exists()
    mails = OutboxMessage.objects.filter(contact__isnull=False, channel="email", sender=None)
    sent = mails.filter(state=OutboxMessage.State.SENT)
    assert sent.exists()
    assert not sent.filter(touch=None).exists()
    assert not sent.exclude(touch__at=F("sent_at")).exists()


def test_review_on_tuesdays_starts_a_play_by_hand_where_trouble_has_none():
    demo(accounts=60)
    by_hand = Play.objects.filter(start__signal=None)
    assert by_hand.exists()
    assert {play.opened_at.weekday() for play in by_hand} == {1}
    for play in by_hand:
        score = HealthScore.objects.get(account=play.account, day=play.opened_day - timedelta(1))
        assert score.band == "intervene"
        assert play.account.owner_id == play.csm_id


def test_a_csm_has_a_day_with_overdue_and_new_tasks():
    demo()
    mine = Task.objects.filter(owner__email="csm@demo.example", state__in=UNFINISHED)
    now = clock.now()
    assert 8 <= mine.count() <= 30
    assert 1 <= mine.filter(due_at__lt=now).count() <= 6
    assert mine.filter(opened_at__gt=now - timedelta(hours=42)).exists()
    assert Task.objects.filter(state="done").exists()


def test_few_accounts_cross_a_band_and_back_within_a_fortnight():
    """One account of a small company is more than a per cent: docs/health.md tells of a whole."""
    demo(accounts=80, play_days=1)
    figures = scoring_figures(day=clock.today() - timedelta(days=1))
    assert figures.active >= 70
    assert figures.flap_rate <= Decimal("0.10")


def test_history_is_the_same_again_and_with_two_processes():
    Installation.objects.update(as_of=None)  # as a reset does
    demo(years=0.35, play_days=12)
    first = scores(), plays()
    demo(years=0.35, play_days=12, processes=2, reset=True)
    assert (scores(), plays()) == first


def test_history_days_limits_what_is_scored():
    demo(history_days=30, play_days=10)
    assert ClosedDay.objects.count() == 30


def test_health_falls_long_before_an_account_leaves():
    """AUC of the score about 90 days before the end of those who left, against all others."""
    demo(accounts=130, years=2.5, facts_only=True)
    last = clock.today() - timedelta(days=1)
    days = [last - timedelta(days=n) for n in range(0, 750, 15)]
    install_libraries(day=days[-1] - timedelta(days=1))
    score_history(days=days, now=clock.now(), closes=False)
    known = {key: float(score) for key, score in scores().items() if score is not None}
    churn = RevenueMovement.objects.filter(kind=MovementKind.CHURN)
    left = dict(churn.values_list("account_id", "effective_on"))
    leaving = [
        (score, known.get((account, day - timedelta(days=180))))
        for (account, day), score in known.items()
        if account in left and 83 <= (left[account] - day).days <= 97
    ]
    staying = [
        score
        for (account, day), score in known.items()
        if account not in left and day <= last - timedelta(days=90)
    ]
    before = np.array([score for score, _ in leaving])
    assert len(before) >= 10
    wins = before[:, None] < np.array(staying)
    ties = before[:, None] == np.array(staying)
    assert wins.mean() + ties.mean() / 2 > 0.74
    falls = [score - earlier for score, earlier in leaving if earlier is not None]
    assert np.mean(falls) < -2
