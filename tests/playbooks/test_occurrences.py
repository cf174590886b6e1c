"""Moments that something of an account brings about, as the night and as a dry run find them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import (
    AttributeHistory,
    BusinessEvent,
    Contract,
    Feature,
    Invoice,
    Plan,
    Signal,
    Ticket,
)
from playbooks.engine import advance_plays, emit_moments
from playbooks.library.definition_reader import PlaybookError
from playbooks.models import Play, PlayStart
from playbooks.preview.current_matches import would_start_now
from playbooks.preview.occasions import occasions_of
from playbooks.publishing import import_playbook, publish
from tests.playbooks.conftest import NOW, fire, starts
from tests.playbooks.test_moment_signals import AGENT, CLOSED, DAY, TEXT, used

UTC_ZONE = ZoneInfo("UTC")


def ago(days):
    return DAY - timedelta(days=days)


def waits_for(trigger, *, house, since=30, conditions=""):
    text = TEXT.replace("{triggers}", f"[{{key: when, {trigger}}}]")
    text = text.replace("{due}", "{calendar_days: 2}") + conditions
    then = NOW - timedelta(days=since)
    draft = import_playbook(text=text, now=then)
    return publish(playbook=draft, by=house.people["otto"], now=then)


def night(day=DAY):
    return emit_moments(closed=day - timedelta(days=1), day=day)


def rung():
    """Account and the day that its key names."""
    return [
        (s.account.external_id, s.key.rpartition(":")[2]) for s in Signal.objects.order_by("pk")
    ]


NOT_STARTED = "kind: not_started, days: 3"


@pytest.mark.parametrize(
    ("came", "uses", "rings"),
    [
        (3, (), True),
        (2, (), False),
        (3, (2,), False),  # used the day it came
        (3, (0,), False),
        (3, (3,), True),  # only before it was a customer
        (5, (), True),  # learned two days late
        (5, (0,), False),  # and used meanwhile
        (40, (), False),
    ],
)
def test_a_new_customer_has_not_used_it_by_day_three(house, feed, came, uses, rings):
    waits_for(NOT_STARTED, house=house)
    used(house.account(customer_since=ago(came)), *uses)
    used(house.account("other", customer_since=ago(came)), 0, actor=AGENT)
    assert [night(), night()] == [int(rings) + int(came in (3, 5)), 0]


def test_without_the_day_they_came_the_first_contract_counts(house, feed):
    waits_for(NOT_STARTED, house=house)
    Contract.objects.create(
        account=house.account(), external_id="c", starts_on=ago(3), ends_on=ago(-362),
        arr_minor=1, currency="USD", learned_at=NOW,
    )  # fmt: skip
    night()
    fire()
    assert rung() == [("acme", "2025-03-14")]
    assert Play.objects.get().saw["since"] == "2025-03-11"


def test_a_source_that_broke_says_of_nobody_that_they_have_not_started(house, feed):
    waits_for(NOT_STARTED, house=house)
    house.account(customer_since=ago(3))
    feed.latest_day = CLOSED - timedelta(days=2)
    feed.save()
    assert night() == 0


UNTOUCHED = "kind: untouched, days: 30"


def a_feature(key="core", **columns):
    columns = {"name": key.title(), "valid_from": date(2020, 1, 1), "is_core": True} | columns
    return Feature.objects.create(key=key, **columns)


@pytest.mark.parametrize(
    ("back", "is_core", "rings"),
    [
        ((30, 40), True, True),
        ((29, 40), True, False),
        ((33,), True, True),  # caught up within a week
        ((50,), True, False),
        ((30,), False, False),
        ((), True, False),
    ],
)
def test_a_core_feature_nobody_touched_for_thirty_days(house, feed, back, is_core, rings):
    a_feature(is_core=is_core)
    waits_for(UNTOUCHED, house=house)
    used(house.account(), *back)
    assert [night(), night()] == [int(rings), 0]


def test_one_feature_by_its_key_and_what_was_seen(house, feed):
    a_feature("core", is_core=False, name="Board")
    waits_for("kind: untouched, days: 10, feature: core", house=house)
    used(house.account(), 10, 12)
    used(house.account("busy"), 3, 10)
    night()
    fire()
    assert rung() == [("acme", "2025-03-14")]
    saw = Play.objects.get().saw
    assert (saw["features"], saw["last_used"]) == (["Board"], "2025-03-03")


READ = "kind: repeated, event: help_article_read, times: 3, within_days: 14"


def reads(account, *back, note="How to export"):
    for number, days in enumerate(back):
        BusinessEvent.objects.create(
            account=account, external_id=f"{note[-3:]}{number}-{days}-{account.pk}",
            kind_id="help_article_read", occurred_on=ago(days), note=note, learned_at=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("back", "rings"),
    [
        ((1, 5, 14), True),
        ((1, 5, 15), False),
        ((1, 5), False),
        ((1, 1, 1), True),
        ((2, 4, 6), True),  # learned a day late
        ((9, 10, 11), False),  # it rang then
        ((1, 9, 10, 11), False),  # the fourth of a row that rang
        ((1, 2, 3, 30, 31, 32), True),  # a new row
        ((1, 2, 3, 4), True),
    ],
)
def test_the_same_article_again_and_again(house, back, rings):
    waits_for(READ, house=house)
    reads(house.account(), *back)
    assert [night(), night()] == [int(rings), 0]


def test_two_articles_are_not_the_same_and_case_makes_no_difference(house):
    waits_for(READ, house=house)
    account = house.account()
    reads(account, 1, 2)
    reads(account, 3, note="How to import")
    assert night() == 0
    reads(account, 4, note="how to EXPORT")
    assert night() == 1
    fire()
    saw = Play.objects.get().saw
    assert (saw["times"], saw["event"]) == (3, "help_article_read")


def a_ticket(account, solved, number=1):
    at = None if solved is None else datetime.combine(ago(solved), datetime.max.time(), UTC)
    opened = NOW - timedelta(days=80)
    return Ticket.objects.create(
        account=account, external_id=f"T-{number}", opened_at=opened, solved_at=at,
        category="defect", learned_at=opened,
    )  # fmt: skip


@pytest.mark.parametrize(("solved", "rings"), [(7, True), (6, False), (None, False), (20, False)])
def test_a_week_after_a_ticket_was_solved(house, solved, rings):
    waits_for("kind: ticket_solved, days: 7", house=house)
    account = house.account()
    a_ticket(account, solved)
    a_ticket(account, solved, 2)  # one signal for both
    assert [night(), night()] == [int(rings), 0]


def an_invoice(account, due, number=1, **columns):
    columns = {"amount_minor": 100_00, "currency": "USD", "learned_at": NOW} | columns
    return Invoice.objects.create(
        account=account, external_id=f"I-{number}", issued_on=ago(due + 20), due_on=ago(due),
        **columns,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("due", "columns", "rings"),
    [
        (10, {}, True),
        (10, {"state": "failed"}, True),
        (10, {"state": "late"}, True),
        (10, {"state": "paid", "paid_on": ago(1)}, False),
        (10, {"state": "void"}, False),
        (10, {"state": "written_off"}, False),
        (10, {"amount_minor": 0}, False),
        (9, {}, False),
    ],
)
def test_an_invoice_is_not_paid_ten_days_after_it_was_due(house, due, columns, rings):
    waits_for("kind: unpaid, days: 10", house=house)
    an_invoice(house.account(), due, **columns)
    assert [night(), night()] == [int(rings), 0]


@pytest.mark.parametrize(
    ("columns", "plan", "rings"),
    [
        ({"is_core": True}, "", True),
        ({"is_core": False, "plans": ["team"]}, "team", True),
        ({"is_core": False, "plans": ["team"]}, "solo", False),
        ({"is_core": False}, "team", False),  # usage brought it along
        ({"is_core": True, "valid_from": DAY}, "", False),
        ({"is_core": True, "valid_to": ago(1)}, "", False),
    ],
)
def test_a_feature_came_into_their_plan(house, columns, plan, rings):
    waits_for("kind: launched, days: 2", house=house)
    plans = {key: Plan.objects.create(key=key, name=key) for key in ("team", "solo")}
    house.account(plan=plans.get(plan), status="active", customer_since=ago(400))
    house.account("new", plan=plans.get(plan), status="active", customer_since=ago(1))
    a_feature("board", **{"valid_from": ago(2)} | columns)
    night()
    assert rung() == ([("acme", "2025-03-14")] if rings else [])


LEFT = "kind: after_churn, months: 6, recovered_when: {came_back: true}"
TOO = "conditions: {also_churned: true}\n"


def left(house, name, on, until=None, **columns):
    columns = {"status": "churned" if until is None else "active"} | columns
    account = house.account(name, **columns)
    AttributeHistory.objects.create(
        account=account, attribute="status", value="churned", valid_from=on, valid_to=until,
        learned_at=NOW,
    )  # fmt: skip
    return account


def test_six_months_after_they_left(house):
    waits_for(LEFT, house=house, conditions=TOO)
    left(house, "acme", date(2024, 9, 14))
    left(house, "later", date(2024, 9, 15))
    left(house, "back", date(2024, 9, 14), until=date(2025, 2, 1))
    goes_on = house.account("whole")
    left(house, "merged", date(2024, 9, 14), merged_into=goes_on)
    assert [night(), night()] == [1, 0]
    assert rung() == [("acme", "2025-03-14")]


def test_a_play_of_those_who_left_runs_and_ends_when_they_come_back(house):
    waits_for(LEFT, house=house, conditions=TOO)
    account = left(house, "acme", date(2024, 9, 14))
    night()
    fire()
    advance_plays(limit=100, now=NOW + timedelta(hours=1))
    play = Play.objects.get()
    assert (play.state, play.tasks.count()) == ("open", 1)
    assert play.why == "“Waiting” starts 6 months after they left."
    account.status = "active"
    account.save()
    advance_plays(limit=100, now=NOW + timedelta(hours=2))
    play.refresh_from_db()
    assert (play.outcome, play.reason) == ("recovered", "They are a customer again.")
    assert play.tasks.get().state == "closed_by_itself"


def test_who_came_back_before_it_began_is_not_won_back(house):
    waits_for(LEFT, house=house, conditions=TOO)
    account = left(house, "acme", date(2024, 9, 14))
    night()
    account.status = "active"
    account.save()
    fire()
    assert starts() == [("waiting", "suppressed", "recovered")]


def test_without_saying_so_nothing_starts_after_they_left(house):
    with pytest.raises(PlaybookError, match="after_churn starts nothing without `also_churned"):
        waits_for(LEFT, house=house)
    with pytest.raises(PlaybookError, match="came_back: is for after_churn"):
        waits_for("kind: cadence, every_months: 3, recovered_when: {came_back: true}", house=house)


def test_what_may_run_after_they_left_is_not_ended_by_their_leaving(house):
    waits_for("kind: signal, signal: event.incident", house=house, conditions=TOO)
    account = house.account()
    house.rings(account, "event.incident")
    fire()
    account.status = "churned"
    account.save()
    advance_plays(limit=100, now=NOW + timedelta(hours=1))
    assert Play.objects.get().state == "open"


def test_an_event_kind_that_nobody_knows_is_refused_when_published(house):
    with pytest.raises(PlaybookError, match=r"“event\.mood_swing” is no kind of business event"):
        waits_for("kind: repeated, event: mood_swing, times: 2, within_days: 5", house=house)


def test_what_was_true_when_it_was_published_rings_nothing_and_may_be_started(house, feed):
    playbook = waits_for("kind: unpaid, days: 10", house=house, since=1)
    an_invoice(house.account("old"), 12)
    an_invoice(house.account("now"), 10, 2)
    night()
    assert rung() == [("now", "2025-03-14")]
    listed = would_start_now(playbook.rule(), day=DAY, now=NOW)
    assert [each.wanted.saw["due_on"] for each in listed] == ["2025-03-02", "2025-03-04"]


def test_the_dry_run_finds_the_days_of_its_nights(house, feed):
    """Each kind on a past of its own; worked by hand."""
    a_feature()
    account = house.account(customer_since=ago(60), status="active")
    used(account, 1, 2, 39, 40)
    reads(account, 50, 51, 52, 20, 21, 22)
    a_ticket(account, 30)
    an_invoice(account, 25)
    an_invoice(account, 60, 2, state="paid", paid_on=ago(40))
    a_feature("board", valid_from=ago(15))
    late = house.account("late", customer_since=ago(33), status="active")
    used(late, 5)
    gone = left(house, "gone", date(2024, 8, 14))
    kinds = {
        UNTOUCHED: [(account.pk, ago(9))],
        NOT_STARTED: [(account.pk, ago(57)), (late.pk, ago(30))],
        READ: [(account.pk, ago(49)), (account.pk, ago(19))],
        "kind: ticket_solved, days: 7": [(account.pk, ago(23))],
        "kind: unpaid, days: 10": [(account.pk, ago(50)), (account.pk, ago(15))],
        "kind: launched, days: 0": [(account.pk, ago(15)), (late.pk, ago(15))],
        LEFT: [(gone.pk, date(2025, 2, 14))],
    }
    for trigger, days in kinds.items():
        playbook = waits_for(trigger, house=house, conditions=TOO)
        found = occasions_of(playbook.rule(), since=ago(89), until=DAY, zone=UTC_ZONE)
        assert sorted((each.account_id, each.at.date()) for each in found) == sorted(days), trigger
    assert not PlayStart.objects.exists()
