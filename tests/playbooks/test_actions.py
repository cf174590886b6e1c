"""What people do with tasks and plays, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Holiday, Installation, User
from playbooks.actions import (
    OutOfSightError,
    PlayClosedError,
    ReasonMissingError,
    TaskFinishedError,
    WrongOutcomeError,
    WrongTimeError,
    add_task,
    cancel_play,
    complete_task,
    reassign_task,
    skip_task,
    snooze_task,
)
from playbooks.engine import (
    NotPublishedError,
    PlayRunningError,
    fire_signals,
    start_play,
)
from playbooks.models import Play, PlayStart, Task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW


@pytest.fixture
def task(house):
    house.falls(house.account(), "watch")
    fire_signals(limit=10, now=NOW)
    return Task.objects.get()


def test_a_done_task_keeps_its_outcome_and_who_did_it(house, task):
    alice = house.people["alice"]

    done = complete_task(
        task_id=task.pk, outcome=TaskOutcome.REACHED, by=alice, now=NOW, note=" All well. "
    )

    assert (done.state, done.outcome, done.closed_by, done.closed_at, done.note) == (
        "done",
        "reached",
        alice,
        NOW,
        "All well.",
    )


def test_what_is_finished_is_not_finished_again(house, task):
    bob = house.people["bob"]
    skip_task(task_id=task.pk, reason="Wrong account.", by=bob, now=NOW)
    later = NOW + timedelta(hours=1)

    with pytest.raises(TaskFinishedError, match="is skipped already"):
        complete_task(task_id=task.pk, outcome=TaskOutcome.REACHED, by=None, now=later)
    with pytest.raises(TaskFinishedError):
        skip_task(task_id=task.pk, reason="Again.", by=bob, now=later)
    with pytest.raises(TaskFinishedError):
        snooze_task(task_id=task.pk, until=later + timedelta(days=1), now=later)
    with pytest.raises(TaskFinishedError):
        reassign_task(task_id=task.pk, owner=bob, now=later)

    task.refresh_from_db()
    assert (task.state, task.reason, task.closed_at) == ("skipped", "Wrong account.", NOW)


def test_skipping_needs_a_reason(task):
    with pytest.raises(ReasonMissingError):
        skip_task(task_id=task.pk, reason="  ", by=None, now=NOW)

    task.refresh_from_db()
    assert task.state == "open"


def test_a_task_is_snoozed_into_the_future_only(task):
    with pytest.raises(WrongTimeError):
        snooze_task(task_id=task.pk, until=NOW, now=NOW)


def test_a_snoozed_task_can_be_done_at_once(task):
    snooze_task(task_id=task.pk, until=NOW + timedelta(days=3), now=NOW)

    done = complete_task(task_id=task.pk, outcome=TaskOutcome.REACHED, by=None, now=NOW)

    assert (done.state, done.snoozed_until) == ("done", None)


def test_a_task_is_handed_over_and_back_to_the_queue(house, task):
    assert reassign_task(task_id=task.pk, owner=house.people["bob"], now=NOW).owner.name == "bob"
    assert reassign_task(task_id=task.pk, owner=None, now=NOW).owner is None


def test_nobody_is_handed_a_task_of_an_account_they_may_not_work_on(house, task):
    Installation.objects.update(visibility="own")
    for name in ("bob", "eva"):
        with pytest.raises(OutOfSightError, match=f"{name} may not work on acme"):
            reassign_task(task_id=task.pk, owner=house.people[name], now=NOW)
    task.refresh_from_db()
    assert task.owner.name == "alice"


def test_a_cancelled_play_closes_its_tasks_and_says_why(house, task):
    play = cancel_play(
        play_id=task.play_id, reason="Merged with another.", by=house.people["mona"], now=NOW
    )

    task.refresh_from_db()
    said = "Stopped by mona: Merged with another."
    assert (play.outcome, play.reason) == ("cancelled", said)
    assert (task.state, task.reason, task.closed_by.name) == ("closed_by_itself", said, "mona")
    with pytest.raises(PlayClosedError, match="Cancelled"):
        cancel_play(play_id=play.pk, reason="Again.", by=None, now=NOW)


def test_cancelling_needs_a_reason(task):
    with pytest.raises(ReasonMissingError):
        cancel_play(play_id=task.play_id, reason="", by=None, now=NOW)

    assert Play.objects.get().state == "open"


def test_a_task_by_hand_belongs_to_no_play(house):
    alice = house.people["alice"]

    task = add_task(
        account=house.account(),
        title="Send the summary",
        owner=alice,
        due_at=NOW + timedelta(days=1),
        by=alice,
        now=NOW,
    )

    assert (task.play, task.why) == (None, "Added by alice.")
    assert complete_task(task_id=task.pk, outcome=TaskOutcome.DONE, by=alice, now=NOW).closed_at
    with pytest.raises(WrongTimeError):
        add_task(account=task.account, title="Late", owner=alice, due_at=NOW, by=alice, now=NOW)


def test_a_play_by_hand_starts_despite_the_cooldown_and_never_recovers_by_itself(house):
    account = house.account()
    house.stands(account, "90.00", "healthy")

    play = start_play(account=account, playbook_key="at_risk", by=house.people["mona"], now=NOW)

    assert play.why == "“Recover an account at risk” was started by mona."
    assert (play.recovers_bands, play.recovers_score) == ([], None)
    assert Task.objects.filter(play=play).count() >= 3
    assert PlayStart.objects.get().signal is None
    with pytest.raises(PlayRunningError):
        start_play(account=account, playbook_key="at_risk", by=house.people["mona"], now=NOW)
    with pytest.raises(NotPublishedError):
        start_play(account=account, playbook_key="nothing", by=house.people["mona"], now=NOW)


def absent(person, *, cover=None):
    User.objects.filter(pk=person.pk).update(
        cover=cover, absent_from=date(2025, 3, 10), absent_until=date(2025, 3, 21)
    )


def owner_of_check_in(house, **columns):
    house.falls(house.account(**columns), "watch")
    fire_signals(limit=10, now=NOW)
    owner = Task.objects.get(title="Write a personal check-in").owner
    return owner and owner.name


def test_the_cover_gets_the_tasks_of_an_absent_owner(house):
    absent(house.people["alice"], cover=house.people["bob"])

    assert owner_of_check_in(house) == "bob"


def test_without_a_cover_the_manager_gets_them(house):
    absent(house.people["alice"])

    assert owner_of_check_in(house) == "mona"


def test_a_cover_who_may_not_see_the_account_is_passed_over(house):
    Installation.objects.update(visibility="own")
    absent(house.people["alice"], cover=house.people["bob"])

    assert owner_of_check_in(house) == "mona"


def test_when_nobody_is_there_the_task_lies_in_the_queue_of_cs_ops(house):
    absent(house.people["alice"])
    absent(house.people["mona"])

    assert owner_of_check_in(house) is None
    otto, bob = house.people["otto"], house.people["bob"]
    assert Task.objects.of_person(otto, day=NOW.date()).count() == 1
    assert Task.objects.of_person(bob, day=NOW.date()).count() == 0


def test_an_orphan_account_leaves_its_task_to_the_queue(house):
    assert owner_of_check_in(house, owner=None) is None


def test_a_pool_shares_its_accounts_and_each_keeps_its_person(house, save_team):
    save_team.members.add(house.people["alice"])
    for number in range(4):
        account = house.account(f"a{number}", owner=None, pool=save_team)
        house.falls(account, "watch")
    fire_signals(limit=10, now=NOW)

    owners = [task.owner.name for task in Task.objects.order_by("account_id")]
    assert owners in (["alice", "bob"] * 2, ["bob", "alice"] * 2)


def test_somebody_who_left_gets_nothing(house):
    User.objects.filter(name="alice").update(is_active=False)

    assert owner_of_check_in(house) == "mona"


def test_tasks_of_somebody_who_leaves_later_are_seen_by_their_cover(house, task):
    absent(house.people["alice"], cover=house.people["bob"])
    bob = house.people["bob"]

    assert list(Task.objects.of_person(bob, day=date(2025, 3, 14))) == [task]
    assert list(Task.objects.of_person(bob, day=date(2025, 3, 24))) == []


def test_who_may_finish_a_task(house, task):
    able = {
        name
        for name, person in house.people.items()
        if Task.objects.workable_by(person).filter(pk=task.pk).exists()
    }
    assert able == {"alice", "mona", "otto"}
    reassign_task(task_id=task.pk, owner=house.people["bob"], now=NOW)
    assert Task.objects.workable_by(house.people["bob"]).filter(pk=task.pk).exists()


def test_a_title_decides_nothing(house):
    User.objects.create_user(
        "carla@demo.example",
        name="carla",
        role="csm",
        team=house.people["alice"].team,
        title="Save specialist",
    )
    account = house.account()
    house.stands(account, "80.00", "healthy")
    house.rings(account, "event.cancellation_notice")

    fire_signals(limit=10, now=NOW)

    assert Task.objects.get(escalation="cancellation").owner is None


def test_due_dates_skip_the_holidays_of_the_installation(house):
    Holiday.objects.create(day=date(2025, 3, 17), name="Founders' day")
    house.falls(house.account(), "watch")
    fire_signals(limit=10, now=NOW)

    assert Task.objects.get().due_at == datetime(2025, 3, 24, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("channel", "is_own", "fitting"),
    [
        ("call", False, {"reached", "meeting_booked", "no_response", "declined"}),
        ("in_app", True, {"reached", "meeting_booked", "no_response", "declined"}),
        ("internal", False, {"documented", "decided", "nothing_to_do"}),
        ("internal", True, {"done"}),
    ],
)
def test_the_write_refuses_an_outcome_that_does_not_fit_the_task(task, channel, is_own, fitting):
    Task.objects.update(channel=channel)
    if is_own:
        Task.objects.update(play=None, step=None)
    taken = set()
    for outcome in TaskOutcome:
        try:
            complete_task(task_id=task.pk, outcome=outcome, by=None, now=NOW)
        except WrongOutcomeError:
            continue
        taken.add(outcome.value)
        Task.objects.update(state="open", outcome=None, closed_at=None)
        Play.objects.update(state="open", outcome=None, closed_at=None)
    assert taken == fitting
