"""From a signal to a play with its tasks: once, with the right owner, on the right day."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.catalogue import AccountStatus
from accounts.models import Installation, OutboxMessage, SignalReceipt
from health.models import BandOverride
from playbooks.firing import fire_signals
from playbooks.models import Play, Playbook, PlaybookStep, PlayStart, Task
from playbooks.publishing import copy_to_draft, publish
from tests.playbooks.conftest import NOW


def fire(now=NOW, limit=500):
    return fire_signals(limit=limit, now=now)


def starts():
    rows = PlayStart.objects.order_by("pk")
    return [(start.playbook_key, start.result, start.reason) for start in rows]


def tasks():
    rows = Task.objects.order_by("due_at", "pk")
    return [(task.title, task.owner and task.owner.name, task.due_at) for task in rows]


def test_healthy_to_watch_gives_the_csm_a_check_in_within_five_business_days(house):
    house.falls(house.account(), "watch")

    assert fire() == 1

    assert starts() == [("healthy_to_watch", "started", "")]
    assert tasks() == [
        ("Write a personal check-in", "alice", datetime(2025, 3, 21, 18, 0, tzinfo=UTC))
    ]
    task = Task.objects.get()
    assert task.why == (
        "“Healthy to watch” starts on this fall. Score 76.10 → 71.40, healthy → watch"
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
    assert {message.subject.partition(":")[0] for message in told} == {"Play “At risk”"}
    begun = OutboxMessage.objects.get(key__contains=":started:")
    assert (begun.user.name, begun.channel) == ("alice", "in_app")
    assert begun.subject == "Play “At risk” has begun: acme"
    # Day 2 is Thursday; its task shows up one working day before.
    assert (play.next_position, play.next_step_at) == (4, datetime(2025, 3, 12, tzinfo=UTC))


def test_a_cancellation_notice_starts_at_risk_and_calls_the_save_team(house, save_team):
    account = house.account()
    house.stands(account, "80.00", "healthy")
    house.rings(account, "event.cancellation_notice", note="budget cut")

    fire()

    assert starts() == [("at_risk", "started", "")]
    save = Task.objects.get(escalation="cancellation")
    assert (save.owner.name, save.why) == ("bob", "Drawn in by cancellation notice.")
    play = Play.objects.get()
    assert (play.recovers_bands, play.recovers_score) == ([], None)


def test_a_notice_during_an_open_play_calls_the_save_team_and_keeps_it_open(house, save_team):
    account = house.account()
    house.falls(account, "line:40")
    fire()
    house.rings(account, "event.cancellation_notice")

    fire(now=NOW + timedelta(hours=1))

    assert starts() == [("at_risk", "started", ""), ("at_risk", "suppressed", "open_play")]
    assert Task.objects.get(escalation="cancellation").owner.name == "bob"
    assert Play.objects.get().recovers_score is None
    assert set(Task.objects.filter(state="open").values_list("closes_when", flat=True)) == {""}


def below_20(house, **columns):
    """The task it makes, and who is told of it."""
    account = house.account(**columns)
    house.falls(account, "line:40")
    fire()
    house.falls(account, "line:20")

    fire(now=NOW + timedelta(hours=1))

    told = OutboxMessage.objects.filter(key__contains=":escalation:below_20:", channel="in_app")
    names = told.order_by("user__name").values_list("user__name", flat=True)
    return Task.objects.get(escalation="below_20"), list(names)


def test_below_20_tells_an_executive_and_gives_the_task_to_who_can_finish_it(house):
    drawn, told = below_20(house)

    assert told == ["alice", "eva"]
    assert drawn.owner.name == "alice"
    assert drawn.why == "The score fell below 20: it is 15.00. eva has been told."
    assert Task.objects.workable_by(drawn.owner).filter(pk=drawn.pk).exists()


def test_a_sponsor_who_may_change_accounts_gets_the_task_of_the_sponsor(house):
    drawn, told = below_20(house, executive_sponsor=house.people["mona"])

    assert (drawn.owner.name, told) == ("mona", ["mona"])
    assert drawn.why == "The score fell below 20: it is 15.00."


def test_a_step_of_the_sponsor_is_told_to_the_executive_and_done_by_the_csm(house):
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    steps = PlaybookStep.objects.filter(playbook=draft, position=1)
    assert steps.update(owner_role="executive_sponsor") == 1
    publish(playbook=draft, by=None, now=NOW)
    house.falls(house.account(), "line:40")

    fire()

    first = Task.objects.get(step__position=1)
    assert (first.owner.name, first.owner_role) == ("alice", "executive_sponsor")
    told = OutboxMessage.objects.filter(key__contains=":step:", channel="in_app")
    assert {message.user.name for message in told.filter(subject__startswith=first.title)} == {
        "eva"
    }


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
    house.falls(account, "intervene", **{"from": "healthy", "score": "35.00"})
    house.falls(account, "line:40")

    fire()

    assert sorted(starts()) == [
        ("at_risk", "started", ""),
        ("at_risk", "suppressed", "severer_match"),
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
    assert (lesser.outcome, lesser.reason) == ("superseded", "Superseded by “Watch to intervene”.")
    check_in = Task.objects.get(play=lesser)
    assert (check_in.state, check_in.reason) == ("closed_by_itself", lesser.reason)


@pytest.mark.parametrize("cause", ["first_score", "scored_again", "unscored", "new_scorecard"])
def test_a_crossing_that_is_no_move_starts_nothing(house, cause):
    house.falls(house.account(), "watch", cause=cause)

    assert fire() == 1

    assert starts() == []
    assert SignalReceipt.objects.get().outcome == "handled"


def test_history_is_receipted_and_starts_nothing(house):
    house.falls(house.account(), "watch", at=NOW - timedelta(days=7, minutes=1))

    assert fire() == 1

    assert starts() == []
    assert SignalReceipt.objects.get().outcome == "historic"


def test_history_fired_as_of_its_own_night_starts_plays(house):
    night = NOW - timedelta(days=200)
    house.falls(house.account(), "watch", at=night)

    fire(now=night + timedelta(hours=1))

    assert Play.objects.get().opened_at == night + timedelta(hours=1)


def test_an_overridden_band_suppresses_plays_of_crossings(house):
    account = house.account()
    house.falls(account, "watch")
    BandOverride.objects.create(
        account=account,
        band="healthy",
        reason="Known reorganisation",
        starts_on=NOW.date(),
        expires_on=NOW.date() + timedelta(days=10),
        created_by=house.people["alice"],
        created_at=NOW,
    )

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "override")]


def test_an_override_that_ran_out_suppresses_nothing(house):
    account = house.account()
    house.falls(account, "watch")
    BandOverride.objects.create(
        account=account,
        band="healthy",
        reason="Known reorganisation",
        starts_on=NOW.date() - timedelta(days=10),
        expires_on=NOW.date() - timedelta(days=1),
        created_by=house.people["alice"],
        created_at=NOW,
    )

    fire()

    assert starts() == [("healthy_to_watch", "started", "")]


def test_a_crossing_that_was_overridden_when_written_starts_nothing(house):
    house.falls(house.account(), "watch", is_overridden=True)

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "override")]


def test_what_recovered_before_firing_starts_nothing(house):
    account = house.account()
    house.falls(account, "watch")
    house.stands(account, "80.00", "healthy")

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "recovered")]


def test_a_churned_account_starts_nothing(house):
    house.falls(house.account(status=AccountStatus.CHURNED), "watch")

    fire()

    assert starts() == [("healthy_to_watch", "suppressed", "churned")]


def test_the_cooldown_counts_from_the_end_of_the_last_play(house):
    account = house.account()
    house.falls(account, "watch")
    fire()
    Play.objects.update(state="closed", outcome="completed", closed_at=NOW)

    for days in (29, 31):
        later = NOW + timedelta(days=days)
        house.falls(account, "watch", at=later)
        fire(now=later)

    assert starts() == [
        ("healthy_to_watch", "started", ""),
        ("healthy_to_watch", "suppressed", "cooldown"),
        ("healthy_to_watch", "started", ""),
    ]


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
    SignalReceipt.objects.all().delete()

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
    house.rings(
        account,
        "health.crossed",
        **{"subject": "score", "from": "watch", "to": "healthy", "direction": "up",
           "score": "78.00", "score_before": "71.40"},
    )  # fmt: skip

    fire(now=NOW + timedelta(days=1))

    play = Play.objects.get()
    assert (play.outcome, play.reason) == ("recovered", "Recovered: score 78.00, band healthy.")
    assert starts() == [("healthy_to_watch", "started", "")]


def test_whoever_owns_an_account_is_told_of_its_rise_with_scores_that_never_reach_a_bound(house):
    account = house.account()
    risen = {"from": "intervene", "to": "watch", "direction": "up"}
    house.falls(account, "watch", score_before="49.97", score="52.10", **risen)

    assert fire() == 1

    (told,) = OutboxMessage.objects.filter(channel="in_app")
    assert (told.user.name, told.subject) == ("alice", "Rose from intervene to watch: acme")
    assert told.body == "The score went from 49 to 52."
