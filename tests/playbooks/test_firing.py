"""From a signal to a play with its tasks: once, with the right owner, on the right day."""

from datetime import UTC, datetime, timedelta

from accounts.models import Installation, OutboxMessage, SignalDelivery
from playbooks.models import Play, Playbook, PlayStart, Task
from playbooks.publishing import copy_to_draft, publish
from tests.playbooks.conftest import NOW, fire, starts, tasks


def test_healthy_to_watch_gives_the_csm_a_check_in_within_five_business_days(house):
    house.falls(house.account(), "watch")

    assert fire() == 1

    assert starts() == [("healthy_to_watch", "started", "")]
    assert tasks() == [
        ("Write a personal check-in", "alice", datetime(2025, 3, 21, 18, 0, tzinfo=UTC))
    ]
    task = Task.objects.get()
    assert task.why == (
        "“Check-in after a slip” starts on this fall. Score 76.10 → 71.40, healthy → watch"
        " on 14 Mar 2025 by scorecard four inputs v1."
    )
    assert task.closes_when == "Closes itself when the band is healthy again."
    assert task.play.saw["score"] == "71.40"


def test_watch_to_intervene_draws_the_manager_in_within_48_hours(house):
    house.falls(house.account(), "intervene", at=NOW)

    fire(now=datetime(2025, 3, 14, 16, 0, tzinfo=UTC))  # Friday

    tuesday = datetime(2025, 3, 18, 16, 0, tzinfo=UTC)
    assert ("Join the account as senior operator", "mona", tuesday) in tasks()
    assert ("Hold the problem-solving call", "alice", tuesday) in tasks()
    assert len(tasks()) == 3, "the follow-up waits for the call"


def test_below_40_tells_csm_and_manager_and_opens_the_first_steps(house):
    tuesday = datetime(2025, 3, 11, 8, 0, tzinfo=UTC)
    house.falls(house.account(), "line:40", at=tuesday)

    fire(now=tuesday)

    play = Play.objects.get()
    assert play.playbook_key == "at_risk"
    assert {task.title: task.state for task in Task.objects.all()} == {
        "Tell the CSM and the manager": "done",
        "Review the account": "open",
        "Reach out to the champion": "open",
    }
    told = OutboxMessage.objects.filter(key__contains=":step:")
    assert {(message.user.name, message.channel) for message in told} == {
        ("alice", "email"), ("mona", "in_app"), ("mona", "email"),
    }  # fmt: skip
    assert {message.subject.partition(":")[0] for message in told} == {
        "Play “Recover an account at risk”"
    }
    begun = OutboxMessage.objects.get(key__contains=":started:")
    assert (begun.user.name, begun.channel) == ("alice", "in_app")
    assert begun.subject == "Play “Recover an account at risk” has begun: acme"
    # Day 2 is Thursday; its task shows up one working day before.
    assert (play.next_position, play.next_step_at) == (4, datetime(2025, 3, 12, tzinfo=UTC))


def test_one_champion_gone_is_no_review_and_two_are(house):
    account = house.account()
    house.falls(account, "line:40")
    house.rings(account, "event.champion_left")
    fire()
    assert not Task.objects.filter(escalation="stakeholders_gone").exists()
    house.rings(account, "event.executive_sponsor_lost")

    fire(now=NOW + timedelta(days=1))

    review = Task.objects.get(escalation="stakeholders_gone")
    assert review.why == "Drawn in by executive sponsor lost, 2 such events."


def test_one_fall_past_band_and_line_starts_only_the_severest(house):
    account = house.account()
    house.falls(account, "intervene", before="healthy", score="35.00")
    house.falls(account, "line:40")

    fire()

    assert sorted(starts()) == [
        ("at_risk", "started", ""),
        ("watch_to_intervene", "suppressed", "severer_match"),
    ]
    assert Play.objects.count() == 1


def test_a_severer_play_supersedes_the_lesser_and_closes_its_tasks(house):
    account = house.account()
    house.falls(account, "watch")
    fire()
    house.falls(account, "intervene", at=NOW + timedelta(days=1))

    fire(now=NOW + timedelta(days=1))

    lesser = Play.objects.get(playbook_key="healthy_to_watch")
    assert (lesser.outcome, lesser.reason) == (
        "superseded",
        "Superseded by “Step in within 48 hours”.",
    )
    check_in = Task.objects.get(play=lesser)
    assert (check_in.state, check_in.reason) == ("closed_by_itself", lesser.reason)


def test_the_cap_queues_what_is_worth_least(house):
    for arr in (1, 7, 3, 5, 2, 6, 4):
        house.falls(house.account(f"a{arr}", arr_minor=arr * 1000), "watch")
    for arr in (8, 9):
        house.falls(
            house.account(f"b{arr}", arr_minor=arr * 1000, owner=house.people["bob"]), "watch"
        )

    fire()

    results = {start.account.name: start.result for start in PlayStart.objects.all()}
    queued = {name for name, result in results.items() if result == "queued"}
    assert queued == {"a1", "a2"}
    assert Play.objects.count() == 7


def test_an_onboarding_account_is_served_before_a_larger_one(house):
    for arr in range(1, 6):
        house.falls(house.account(f"a{arr}", arr_minor=arr * 1000), "watch")
    house.falls(house.account("new", arr_minor=10), "watch", handled_first=True)

    fire()

    queued = PlayStart.objects.get(result="queued")
    assert queued.account.name == "a1"


def test_a_new_version_starts_nothing_again_and_running_plays_keep_theirs(house):
    house.falls(house.account(), "watch")
    fire()
    old = Playbook.objects.get(key="healthy_to_watch")
    new = publish(playbook=copy_to_draft(playbook=old, now=NOW), by=None, now=NOW)
    SignalDelivery.objects.update(outcome=None, handled_at=None)

    assert fire() == 1

    assert starts() == [("healthy_to_watch", "started", "")]
    assert Play.objects.get().playbook == old
    assert (new.version, new.state) == (2, "published")


def test_days_are_those_of_the_installations_zone(house):
    Installation.objects.update(time_zone="Pacific/Auckland")
    house.falls(house.account(), "watch")

    fire(now=datetime(2025, 3, 14, 20, 0, tzinfo=UTC))  # Saturday 09:00 in Auckland

    play = Play.objects.get()
    assert str(play.opened_day) == "2025-03-15"
    assert Task.objects.get().due_at == datetime(2025, 3, 21, 5, 0, tzinfo=UTC)  # Friday 18:00


def test_signals_of_many_accounts_are_read_in_a_fixed_number_of_queries(
    house, django_assert_max_num_queries
):
    for number in range(20):
        house.falls(house.account(f"a{number}"), "intervene")

    with django_assert_max_num_queries(60):
        assert fire() == 20


def test_a_crossing_upwards_ends_the_play_at_once(house):
    account = house.account()
    house.falls(account, "watch")
    fire()
    house.stands(account, "78.00", "healthy")
    house.crosses(account, before="watch", after="healthy", score="78.00", previous="71.40")

    fire(now=NOW + timedelta(days=1))

    play = Play.objects.get()
    assert (play.outcome, play.reason) == ("recovered", "Recovered: score 78.00, band healthy.")
    assert starts() == [("healthy_to_watch", "started", "")]


def test_whoever_owns_an_account_is_told_of_its_rise_with_scores_that_never_reach_a_bound(house):
    account = house.account()
    house.stands(account, "52.10", "watch")
    house.crosses(account, before="intervene", after="watch", score="52.10", previous="49.97")

    assert fire() == 1

    (told,) = OutboxMessage.objects.filter(channel="in_app")
    assert (told.user.name, told.subject) == ("alice", "Rose from intervene to watch: acme")
    assert told.body == "The score went from 49 to 52."
