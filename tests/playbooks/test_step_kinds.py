"""What the platform does by itself in a play: each kind runs to its end, once."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.db import transaction

from accounts.audit import changes_of
from accounts.loading.history import record_account_history
from accounts.models import (
    Account,
    AttributeHistory,
    DirtyAccount,
    OutboxMessage,
    Signal,
    TeamMember,
)
from health.models import CurrentHealth
from playbooks.actions import complete_task
from playbooks.engine import advance_plays, start_play
from playbooks.library.definition_reader import PlaybookError
from playbooks.models import Play, PlayStart, StepResult, Task
from playbooks.publishing import import_playbook, publish
from playbooks.triggers.kinds import is_held_out
from playbooks.triggers.vocabulary import TaskOutcome
from surveys.catalogue import Moment as SurveyMoment
from surveys.models import Invitation
from tests.playbooks.conftest import NOW, fire, meanwhile, starts
from tests.pure.test_playbooks_library import SMALLEST
from tests.surveys.engine import house as survey_house

CALL = SMALLEST["steps"][0]
# NOW is a Friday, an hour before work begins.
MONDAY = datetime(2025, 3, 17, 9, 0, tzinfo=UTC)


def step(key, kind, **said):
    return {"key": key, "title": key, "kind": kind} | said


def published(*steps, key="small", **said):
    text = yaml.safe_dump(SMALLEST | {"key": key, "name": key.title(), "steps": list(steps)} | said)
    return publish(playbook=import_playbook(text=text, now=NOW), by=None, now=NOW)


def started(house, *steps, name="acme", **columns):
    published(*steps)
    account = house.account(name, **columns)
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    return account


def tick(now):
    advance_plays(limit=100, now=now)


def results():
    rows = StepResult.objects.order_by("pk")
    return [(row.step.key, row.ending) for row in rows.select_related("step")]


def opened():
    return list(Task.objects.order_by("pk").values_list("step__key", flat=True))


def test_a_wait_is_over_at_the_same_clock_time_on_a_worked_day(house):
    started(house, step("pause", "wait", lasts={"business_days": 1}), CALL)
    assert (results(), opened()) == ([("pause", "")], [])

    tick(MONDAY - timedelta(minutes=1))
    assert opened() == []
    tick(MONDAY)
    assert (results(), opened()) == ([("pause", "over")], ["call"])
    assert Play.objects.get().state == "open"


def test_what_follows_a_wait_counts_from_its_end_however_late_the_worker(house):
    late = CALL | {"due": {"hours": 24, "from": "previous_step"}}
    started(house, step("pause", "wait", lasts={"business_days": 1}), late)
    tick(MONDAY + timedelta(hours=5))
    assert Task.objects.get().due_at == MONDAY + timedelta(days=1)


def test_a_wait_ends_with_the_rescore_that_meets_its_condition(house):
    wait = step("pause", "wait", lasts={"business_days": 5}, until={"score_at_least": 60})
    account = house.account()
    house.stands(account, "50.00", "watch")
    published(wait, CALL)
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    rescored = NOW + timedelta(hours=2)

    house.stands(account, "59.99", "watch")
    CurrentHealth.objects.update(computed_at=rescored)
    tick(rescored + timedelta(minutes=1))
    assert results() == [("pause", "")]
    house.stands(account, "60.00", "watch")
    CurrentHealth.objects.update(computed_at=rescored + timedelta(hours=1))
    tick(rescored + timedelta(hours=2))

    assert (results(), opened()) == ([("pause", "met")], ["call"])


def test_a_condition_that_is_never_met_ends_at_its_limit(house):
    wait = step("pause", "wait", lasts={"hours": 24}, until={"tags": ["ready"]})
    started(house, wait, CALL)
    tick(MONDAY)
    assert results() == [("pause", "over")]


def test_a_tag_that_came_without_a_rescore_is_seen_a_day_later(house):
    wait = step("pause", "wait", lasts={"business_days": 9}, until={"tags": ["ready"]})
    account = started(house, wait, CALL)
    Account.objects.filter(pk=account.pk).update(tags=["ready"])
    tick(NOW + timedelta(hours=1))
    assert results() == [("pause", "")]
    tick(NOW + timedelta(days=1, minutes=1))
    assert results() == [("pause", "met")]


def test_a_wait_at_the_end_keeps_the_play_open_until_it_is_over(house):
    started(house, step("pause", "wait", lasts={"business_days": 1}))
    assert Play.objects.get().state == "open"
    tick(MONDAY)
    assert Play.objects.get().outcome == "completed"


@pytest.mark.parametrize(
    ("arr", "ending", "then"), [(100_000, "fits", "thank"), (9, "other", "call")]
)
def test_a_branch_leads_on_by_the_account_as_it_is(house, arr, ending, then):
    fork = step("large", "branch", **{"if": {"arr_at_least": 100_000}})
    fork["next"] = [{"to": "thank", "when": ["fits"]}]
    more = [CALL | {"next": [{"to": "end"}]}, CALL | {"key": "thank"}]
    started(house, fork, *more, arr_minor=arr * 100)
    assert (results(), opened()) == ([("large", ending)], [then])


def test_a_branch_after_a_task_waits_for_the_task(house):
    fork = step("large", "branch", **{"if": {"arr_at_least": 1}})
    started(house, CALL, fork)
    assert results() == []
    complete_task(task_id=Task.objects.get().pk, outcome=TaskOutcome.REACHED, by=None, now=NOW)
    tick(NOW)
    assert results() == [("large", "fits")]
    assert Play.objects.get().outcome == "completed"


def test_a_changed_stage_is_history_a_signal_and_audited_as_nobodys(house):
    published(step("on", "change_field", set={"stage": "adoption"}))
    account = house.account()
    before = NOW - timedelta(days=9)
    record_account_history([account.pk], day=before.date(), learned_at=before)
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)

    account.refresh_from_db()
    assert account.stage == "adoption"
    assert results() == [("on", "changed")]
    signal = Signal.objects.get(kind="account.stage_changed")
    assert signal.payload == {"from": "hand_off", "to": "adoption"}
    known = AttributeHistory.objects.filter(account=account, attribute="stage")
    assert list(known.order_by("valid_from").values_list("value", "valid_from")) == [
        ("hand_off", before.date()),
        ("adoption", NOW.date()),
    ]
    assert DirtyAccount.objects.filter(account=account).exists()
    (change,) = changes_of(account)
    assert (change.action, change.by) == ("Changed", None)


def test_tags_are_added_once_and_taken_off(house):
    account = started(
        house,
        step("add", "change_field", set={"add_tag": "vip"}),
        step("again", "change_field", set={"add_tag": "vip"}),
        step("off", "change_field", set={"remove_tag": "old"}),
        tags=["old"],
    )
    account.refresh_from_db()
    assert account.tags == ["vip"]
    assert results() == [("add", "changed"), ("again", "unchanged"), ("off", "changed")]


@pytest.mark.django_db(transaction=True)
def test_an_account_in_other_hands_is_changed_a_minute_later(house):
    published(
        step("pause", "wait", lasts={"hours": 24}),
        step("on", "change_field", set={"stage": "adoption"}),
    )
    account = house.account()
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        with meanwhile(lambda: tick(MONDAY)):
            pass
    assert results() == [("pause", "over")]
    tick(MONDAY + timedelta(minutes=1))
    assert results() == [("pause", "over"), ("on", "changed")]
    assert Play.objects.get().outcome == "completed"


def test_the_pool_of_a_function_gives_the_team_somebody(house, save_team):
    account = started(house, step("join", "assign", owner="save_team"))
    member = TeamMember.objects.get()
    assert (member.account, member.person, member.since) == (
        account,
        house.people["bob"],
        NOW.date(),
    )
    assert results() == [("join", "assigned")]


def test_who_has_the_function_keeps_it(house, save_team):
    published(step("join", "assign", owner="save_team"))
    account = house.account()
    house.joins(account, "mona", "save_team")
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    assert TeamMember.objects.get().person == house.people["mona"]
    assert results() == [("join", "held")]


def test_a_function_without_anybody_says_so(house):
    started(house, step("join", "assign", owner="save_team"))
    assert results() == [("join", "nobody")]
    assert not TeamMember.objects.exists()


def test_a_role_is_told_in_the_app_and_by_mail(house):
    started(house, step("tell", "notify", owner="manager", guidance="Have a look."))
    told = OutboxMessage.objects.filter(user=house.people["mona"])
    assert sorted(told.values_list("channel", flat=True)) == ["email", "in_app"]
    assert told.first().body.startswith("Have a look.")
    assert results() == [("tell", "told")]


def test_another_play_starts_as_any_signal_starts_one(house):
    published(CALL, key="other")
    started(house, step("go", "start_play", playbook="other"))
    assert results() == [("go", "asked")]
    fire()
    assert starts() == [("small", "started", ""), ("other", "started", "")]
    other = PlayStart.objects.get(playbook_key="other")
    assert other.why == "“Other” was asked for by “Small”."
    assert other.saw["chain"] == ["small"]


def test_conditions_do_not_hold_back_a_play_that_was_asked_for_but_an_open_one_does(house):
    published(CALL, key="other", conditions={"tags": ["rare"]})
    published(step("go", "start_play", playbook="other"))
    account = house.account()
    by = house.people["alice"]
    start_play(account=account, playbook_key="other", by=by, now=NOW)
    start_play(account=account, playbook_key="small", by=by, now=NOW)
    fire()
    assert starts()[2:] == [("other", "suppressed", "open_play")]


def test_two_playbooks_that_start_each_other_stop_after_one_round(house):
    published(CALL, key="other")
    published(step("go", "start_play", playbook="other"))
    published(step("back", "start_play", playbook="small"), key="other")
    account = house.account()
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)
    while fire():
        pass
    assert results() == [("go", "asked"), ("back", "refused")]
    assert StepResult.objects.get(ending="refused").detail == "“Small” led here"
    assert Play.objects.count() == 2


def test_a_playbook_that_is_not_in_force_cannot_be_asked_for(house):
    with pytest.raises(PlaybookError, match="“other” is no playbook in force"):
        published(step("go", "start_play", playbook="other"))


def test_who_is_held_out_is_left_alone_and_nobody_is_told(house):
    published(step("share", "hold_out", percent=50), CALL)
    by = house.people["mona"]
    accounts = [house.account(f"a{number}") for number in range(20)]
    for account in accounts:
        start_play(account=account, playbook_key="small", by=by, now=NOW)
    out = {a.pk for a in accounts if is_held_out(playbook="small", account_id=a.pk, percent=50)}
    assert 0 < len(out) < 20

    held = Play.objects.filter(results__ending="held_out")
    assert set(held.values_list("account_id", flat=True)) == out
    assert {(play.state, play.outcome) for play in held} == {("closed", "cancelled")}
    assert set(Task.objects.values_list("account_id", flat=True)).isdisjoint(out)
    told = OutboxMessage.objects.values_list("account_id", flat=True)
    assert set(told) == {a.pk for a in accounts} - out


def test_a_survey_is_asked_for_under_the_rules_of_surveys(house):
    survey_house.survey("nps", SurveyMoment.RHYTHM, kind="nps")
    acme = house.account()
    survey_house.person(acme)
    published(step("ask", "survey", survey="nps"))
    start_play(account=acme, playbook_key="small", by=house.people["alice"], now=NOW)

    assert results() == [("ask", "requested")]
    assert StepResult.objects.get().detail == "1 person is asked"
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.account) == ("planned", acme)
    play = Play.objects.get()
    assert invitation.asked_by == f"play:{play.pk}:{StepResult.objects.get().step_id}"


@pytest.mark.parametrize(
    ("is_published", "detail"),
    [(True, "0 people are asked; nobody: 1"), (False, "“nps” is not in force")],
)
def test_a_survey_that_asks_nobody_says_why(house, is_published, detail):
    if is_published:
        survey_house.survey("nps", SurveyMoment.RHYTHM, kind="nps")
    started(house, step("ask", "survey", survey="nps"))
    assert results() == [("ask", "nobody")]
    assert StepResult.objects.get().detail == detail
