"""Time passes: steps come due, silence is noticed, plays recover or churn, the queue moves."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.catalogue import AccountStatus
from accounts.models import Account, OutboxMessage
from playbooks.actions import complete_task, skip_task, snooze_task
from playbooks.engine import advance_plays, fire_signals
from playbooks.models import Play, PlayStart, Task
from playbooks.triggers.vocabulary import OUTCOMES, TaskOutcome, work_of
from tests.playbooks.conftest import NOW

MONDAY = datetime(2025, 3, 10, 8, 0, tzinfo=UTC)


def fire(now=NOW):
    return fire_signals(limit=500, now=now)


def advance(now):
    return advance_plays(limit=1000, now=now)


@pytest.fixture
def at_risk(house):
    """An at-risk play begun on Monday 10 March."""
    house.falls(house.account(), "line:40", at=MONDAY)
    fire(MONDAY)
    return Play.objects.get()


def test_eleven_steps_show_up_one_after_the_other_and_end_the_play(at_risk):
    days = []
    for passed in range(40):
        now = MONDAY + timedelta(days=passed)
        advance(now)
        for task in Task.objects.filter(state="open", escalation="").order_by("due_at", "pk"):
            assert task.opened_at <= now
            if task.due_at.date() <= now.date():
                days.append(task.step.due_amount)
                outcome = OUTCOMES[work_of(channel=task.channel, has_play=True)][0]
                complete_task(task_id=task.pk, outcome=outcome, by=None, now=now)

    assert days == [0, 1, 2, 3, 5, 7, 10, 14, 21, 30]
    at_risk.refresh_from_db()
    assert (at_risk.state, at_risk.outcome) == ("closed", "completed")
    assert Task.objects.count() == 11


def test_a_step_before_its_time_makes_no_task(at_risk):
    before = Task.objects.count()

    assert advance(MONDAY + timedelta(hours=1)) == 0

    assert Task.objects.count() == before


def test_a_tick_run_twice_opens_a_step_once(at_risk):
    later = MONDAY + timedelta(days=2)
    advance(later)
    made = Task.objects.count()

    assert advance(later) == 0
    Play.objects.update(next_position=1, next_step_at=later)
    advance(later)

    assert Task.objects.count() == made


def test_a_rise_past_the_exit_ends_the_play_as_recovered(house, at_risk):
    account = house.accounts["acme"]
    house.stands(account, "51.99", "intervene")
    advance(MONDAY + timedelta(days=1))
    at_risk.refresh_from_db()
    assert at_risk.state == "open"
    house.stands(account, "52.00", "watch")

    advance(MONDAY + timedelta(days=2))

    at_risk.refresh_from_db()
    assert (at_risk.outcome, at_risk.reason) == (
        "recovered",
        "Recovered: score 52.00, band watch.",
    )
    assert not Task.objects.filter(state__in=("open", "snoozed")).exists()
    closed = Task.objects.filter(state="closed_by_itself")
    assert closed.exists()
    assert {task.reason for task in closed} == {at_risk.reason}


def test_an_account_that_lost_its_score_has_not_recovered(house, at_risk):
    house.stands(house.accounts["acme"], None, "unscored")

    advance(MONDAY + timedelta(hours=1))

    at_risk.refresh_from_db()
    assert at_risk.state == "open"


def test_after_a_cancellation_notice_no_score_ends_the_play(house, at_risk):
    account = house.accounts["acme"]
    house.rings(account, "event.cancellation_notice", at=MONDAY)
    fire(MONDAY)
    house.stands(account, "90.00", "healthy")

    advance(MONDAY + timedelta(hours=1))

    at_risk.refresh_from_db()
    assert at_risk.state == "open"


def test_a_churned_account_ends_its_plays(at_risk):
    Account.objects.update(status=AccountStatus.CHURNED)

    advance(MONDAY + timedelta(hours=1))

    at_risk.refresh_from_db()
    assert (at_risk.outcome, at_risk.reason) == ("churned", "The account has churned.")


def outreach():
    return Task.objects.get(title="Write a personal check-in")


@pytest.fixture
def check_in(house):
    """A check-in begun on Monday 10 March, due on Monday 17 at 18:00."""
    house.falls(house.account(), "watch", at=MONDAY)
    fire(MONDAY)
    return outreach()


def drawn_in():
    return [
        (task.owner.name, task.why) for task in Task.objects.exclude(escalation="").order_by("pk")
    ]


def test_three_business_days_of_silence_draw_the_manager_in(check_in):
    assert check_in.escalate_at == datetime(2025, 3, 20, 18, 0, tzinfo=UTC)
    advance(datetime(2025, 3, 20, 17, 59, tzinfo=UTC))
    assert drawn_in() == []

    advance(datetime(2025, 3, 20, 18, 0, tzinfo=UTC))
    advance(datetime(2025, 3, 21, 18, 0, tzinfo=UTC))

    assert drawn_in() == [
        ("mona", "No response within 3 business days: “Write a personal check-in”.")
    ]
    mails = OutboxMessage.objects.filter(key__contains="escalation", channel="email")
    assert [mail.user.name for mail in mails] == ["mona"]


def test_a_message_without_an_answer_waits_from_when_it_was_sent(check_in):
    tuesday = MONDAY + timedelta(days=1)
    complete_task(task_id=check_in.pk, outcome=TaskOutcome.NO_RESPONSE, by=None, now=tuesday)

    # Tuesday's working day begins at nine: all of it, Wednesday and Thursday.
    assert outreach().escalate_at == datetime(2025, 3, 14, 9, 0, tzinfo=UTC)


def test_an_answer_ends_the_wait(at_risk):
    advance(MONDAY)
    champion = Task.objects.get(title="Reach out to the champion")
    complete_task(task_id=champion.pk, outcome=TaskOutcome.NO_RESPONSE, by=None, now=MONDAY)
    advance(MONDAY + timedelta(days=2))
    executive = Task.objects.get(title="Write to their executive")

    complete_task(
        task_id=executive.pk,
        outcome=TaskOutcome.REACHED,
        by=None,
        now=MONDAY + timedelta(days=2),
    )

    assert not Task.objects.filter(escalate_at__isnull=False).exists()
    advance(MONDAY + timedelta(days=4))
    assert drawn_in() == []


def test_an_internal_task_waits_for_no_answer(at_risk):
    review = Task.objects.get(title="Review the account")

    assert review.escalate_at is None


def test_a_snoozed_task_comes_back_and_its_silence_counts_from_then(check_in):
    until = datetime(2025, 3, 24, 8, 0, tzinfo=UTC)
    snooze_task(task_id=check_in.pk, until=until, now=MONDAY)
    advance(until - timedelta(minutes=1))
    assert (outreach().state, drawn_in()) == ("snoozed", [])

    advance(until)

    task = outreach()
    assert (task.state, task.snoozed_until, task.due_at) == ("open", None, check_in.due_at)


def test_a_step_after_another_waits_for_it_and_counts_from_its_end(house):
    house.falls(house.account(), "intervene", at=MONDAY)
    fire(MONDAY)
    advance(MONDAY + timedelta(days=2))
    assert not Task.objects.filter(title="Confirm in writing what was agreed").exists()
    thursday = MONDAY + timedelta(days=3)
    call = Task.objects.get(title="Hold the problem-solving call")
    complete_task(task_id=call.pk, outcome=TaskOutcome.REACHED, by=None, now=thursday)

    advance(thursday + timedelta(minutes=1))

    follow_up = Task.objects.get(title="Confirm in writing what was agreed")
    assert follow_up.due_at == datetime(2025, 3, 17, 18, 0, tzinfo=UTC)  # two business days
    assert Play.objects.get().state == "open"


def test_the_last_task_ends_the_play_even_when_skipped(check_in):
    skip_task(task_id=check_in.pk, reason="They called us first.", by=None, now=MONDAY)

    play = Play.objects.get()
    assert (play.state, play.outcome, play.closed_at) == ("closed", "completed", MONDAY)


def queue(house):
    for arr in range(1, 9):
        house.falls(house.account(f"a{arr}", arr_minor=arr * 1000), "watch", at=MONDAY)
    fire(MONDAY)
    waiting = PlayStart.objects.filter(result="queued").order_by("-rank")
    return [start.account.name for start in waiting]


def test_the_queue_moves_when_the_next_day_has_room(house):
    assert queue(house) == ["a3", "a2", "a1"]
    advance(MONDAY + timedelta(hours=12))
    assert PlayStart.objects.filter(result="queued").count() == 3

    assert advance(MONDAY + timedelta(days=1)) == 3

    assert not PlayStart.objects.filter(result="queued").exists()
    assert Play.objects.count() == 8
    assert Play.objects.filter(opened_day="2025-03-11").count() == 3


def test_what_recovered_in_the_queue_never_starts(house):
    queue(house)
    house.stands(house.accounts["a3"], "80.00", "healthy")

    advance(MONDAY + timedelta(days=1))

    start = PlayStart.objects.get(account__name="a3")
    assert (start.result, start.reason) == ("suppressed", "recovered")


def test_a_severer_play_empties_the_queue_of_lesser_ones(house):
    queue(house)
    house.falls(house.accounts["a3"], "intervene", at=MONDAY + timedelta(hours=1))

    fire(MONDAY + timedelta(hours=1))

    start = PlayStart.objects.get(account__name="a3", playbook_key="healthy_to_watch")
    assert (start.result, start.reason) == ("suppressed", "severer_play")


def test_the_queue_takes_as_many_a_day_as_the_cap_allows(house):
    for arr in range(1, 15):
        house.falls(house.account(f"a{arr:02}", arr_minor=arr * 1000), "watch", at=MONDAY)
    fire(MONDAY)

    opened = []
    for days in range(1, 4):
        advance(MONDAY + timedelta(days=days))
        opened.append(Play.objects.count())

    assert opened == [10, 14, 14]
