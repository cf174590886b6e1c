"""What time brings about rings once, for the playbooks that wait for it, and opens their plays."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.catalogue import ActorClass
from accounts.models import Contract, Feature, Signal, UsageDay
from health.models import HealthScore, SourceFeed
from playbooks.engine import emit_moments
from playbooks.models import Play, Task
from playbooks.publishing import import_playbook, publish
from tests.playbooks.conftest import NOW, fire

PERSON, AGENT = ActorClass.PERSON.number, ActorClass.AGENT.number
DAY = date(2025, 3, 14)
CLOSED = DAY - timedelta(days=1)
TEXT = """
key: waiting
name: Waiting
summary: Waits for what time brings about.
category: operational
owner_role: cs_ops
review: quarterly
cooldown_days: 0
triggers: {triggers}
steps:
  - key: look
    title: Look at it
    purpose: Know where it stands.
    guidance: Read the last talks.
    owner: csm
    channel: internal
    due: {due}
"""
MARKS = "[" + ", ".join(f"{{key: t{n}, kind: contract_date, days: -{n}}}" for n in (120, 90, 60))
MARKS += "]"


def waits_for(triggers, *, house, since=30, due="{calendar_days: 2}"):
    text = TEXT.replace("{triggers}", triggers).replace("{due}", due)
    then = NOW - timedelta(days=since)
    draft = import_playbook(text=text, now=then)
    return publish(playbook=draft, by=house.people["otto"], now=then)


def contract(account, left, *, number=1, learned=NOW - timedelta(days=200), **columns):
    end = DAY + timedelta(days=left)
    columns = {"starts_on": end - timedelta(days=365), "ends_on": end} | columns
    return Contract.objects.create(
        account=account,
        external_id=f"c{number}",
        arr_minor=1_200_00,
        currency="USD",
        learned_at=learned,
        **columns,
    )


def rung():
    return [(s.account.external_id, s.payload["moments"]) for s in Signal.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("left", "columns", "names"),
    [
        (90, {}, ["decision:-90", "decision:-120"]),
        (91, {}, None),
        (120, {"notice_days": 30}, ["decision:-90", "decision:-120"]),
        (90, {"notice_days": 30}, ["decision:-60", "decision:-90", "decision:-120"]),
        (90, {"term_months": 3}, None),
        (90, {"state": "renewed", "closed_on": CLOSED}, None),
        (90, {"notice_given_on": CLOSED}, None),
        (90, {"cancelled_on": DAY}, None),
        (-275, {"auto_renew": True, "renewal_on": DAY + timedelta(days=90)},
         ["decision:-90", "decision:-120"]),
        # Learned the day before: the latest mark that has passed, while its day is ahead.
        (75, {"learned": NOW - timedelta(days=1)}, ["decision:-90", "decision:-120"]),
        (0, {"learned": NOW - timedelta(days=1)},
         ["decision:-60", "decision:-90", "decision:-120"]),
        (-1, {"learned": NOW - timedelta(days=1)}, None),
        (121, {"learned": NOW - timedelta(days=1)}, None),
    ],
)  # fmt: skip
def test_marks_of_a_contract_run_to_the_decision(house, left, columns, names):
    waits_for(MARKS, house=house)
    contract(house.account(), left, **columns)
    emit_moments(closed=CLOSED, day=DAY)
    assert rung() == ([] if names is None else [("acme", names)])


def test_each_contract_rings_once_a_mark_and_the_play_counts_from_its_date(house):
    due = "{calendar_days: -80, from: contract_date}"
    waits_for(MARKS, house=house, due=due)
    account = house.account()
    contract(account, 90, subscription="core")
    contract(account, 120, number=2, subscription="suite")
    assert [emit_moments(closed=CLOSED, day=DAY) for _ in range(2)] == [2, 0]
    fire()
    play = Play.objects.get()
    assert play.start.trigger_key == "t90"
    assert play.why == (
        "“Waiting” starts 90 days before the decision about a renewal: contract c1 (core),"
        " 12 Jun 2025."
    )
    assert play.saw["days_left"] == 90
    # 12 June less 80 days is 24 March.
    assert Task.objects.get().due_at == datetime(2025, 3, 24, 18, tzinfo=UTC)


def test_start_and_end_are_marks_of_their_own(house):
    waits_for(
        "[{key: new, kind: contract_date, date: start, days: 3},"
        " {key: over, kind: contract_date, date: end, days: -10}]",
        house=house,
    )
    contract(house.account("young"), 362, number=1)
    contract(house.account("old"), 10, number=2, notice_days=30)
    emit_moments(closed=CLOSED, day=DAY)
    assert sorted(rung()) == [("old", ["end:-10"]), ("young", ["start:3"])]


def test_a_churned_account_rings_nothing(house):
    waits_for(MARKS, house=house)
    contract(house.account(status="churned"), 90)
    assert emit_moments(closed=CLOSED, day=DAY) == 0


def scores(house, account, *by_day, card=None):
    """(days before the closed one, score)."""
    for back, score in by_day:
        HealthScore.objects.create(
            account=account,
            day=CLOSED - timedelta(days=back),
            scorecard=card or house.scorecard,
            score=None if score is None else Decimal(score),
            band="unscored" if score is None else "watch",
            confidence=100,
            raw=[],
            readings=[],
            weights=[],
            components=[],
            computed_at=NOW,
        )


FALL = "[{key: slid, kind: score_falls, points: 15, within_days: 30}]"


@pytest.mark.parametrize(
    ("by_day", "rings"),
    [
        ([(30, "80"), (0, "65")], True),
        ([(30, "80"), (0, "65.01")], False),
        ([(29, "80"), (0, "60")], False),
        ([(30, None), (0, "60")], False),
        ([(30, "80"), (0, None)], False),
        # True the day before already: it rang then, or nobody waited for it.
        ([(31, "80"), (30, "80"), (1, "60"), (0, "60")], False),
        ([(31, "70"), (30, "80"), (1, "60"), (0, "60")], True),
    ],
)
def test_a_fall_over_days_rings_on_the_day_it_becomes_true(house, by_day, rings):
    waits_for(FALL, house=house)
    scores(house, house.account(), *by_day)
    assert emit_moments(closed=CLOSED, day=DAY) == int(rings)


def test_a_fall_that_comes_and_goes_rings_once_in_its_days(house):
    waits_for(FALL, house=house)
    account = house.account()
    scores(house, account, (30, "80"), (31, "80"), (28, "80"), (29, "80"), (0, "60"))
    emit_moments(closed=CLOSED, day=DAY)
    scores(house, account, (-1, "70"), (-2, "60"))
    for later in (1, 2):
        emit_moments(closed=CLOSED + timedelta(days=later), day=DAY + timedelta(days=later))
    assert len(rung()) == 1
    fire()
    assert Play.objects.get().why == (
        "“Waiting” starts on a fall by 15 points within 30 days: 80.00 → 60.00 by 13 Mar 2025."
    )


def used(account, *back, actor=PERSON):
    feature, _ = Feature.objects.get_or_create(
        key="core", defaults={"name": "Core", "valid_from": date(2020, 1, 1)}
    )
    for days in back:
        day = CLOSED - timedelta(days=days)
        UsageDay.objects.create(
            account=account, day=day, feature=feature, actor=actor, learned_on=day, events=3
        )


SILENT = "[{key: quiet, kind: inactive, days: 14}]"


@pytest.mark.parametrize(
    ("back", "actor", "rings"),
    [
        ((14, 20), PERSON, True),
        ((13, 20), PERSON, False),
        ((15, 20), PERSON, True),  # caught up: that night found nobody silent
        ((40,), PERSON, False),
        ((), PERSON, False),
        ((14, 20), AGENT, False),
    ],
)
def test_silence_counts_people_and_is_told_once(house, feed, back, actor, rings):
    waits_for(SILENT, house=house)
    used(house.account(), *back, actor=actor)
    found = [emit_moments(closed=CLOSED, day=DAY) for _ in range(2)]
    assert found == [int(rings), 0]


def test_an_agent_at_work_is_no_person(house, feed):
    waits_for(SILENT, house=house)
    account = house.account()
    used(account, 14)
    used(account, 0, 1, 2, actor=AGENT)
    assert emit_moments(closed=CLOSED, day=DAY) == 1


def test_a_source_that_broke_makes_nobody_silent(house, feed):
    waits_for(SILENT, house=house)
    used(house.account(), 14)
    SourceFeed.objects.update(latest_day=CLOSED - timedelta(days=2))
    assert emit_moments(closed=CLOSED, day=DAY) == 0


def test_who_was_silent_before_a_playbook_was_published_starts_nothing(house, feed):
    waits_for(SILENT, house=house, since=1)
    used(house.account("long"), 15)
    used(house.account("now"), 14)
    emit_moments(closed=CLOSED, day=DAY)
    assert rung() == [("now", ["silence:14"])]


@pytest.mark.parametrize(
    ("since", "day", "rings"),
    [
        (date(2024, 12, 14), DAY, True),
        (date(2024, 3, 14), DAY, True),
        (date(2024, 11, 14), DAY, False),
        (date(2024, 12, 13), DAY, False),
        (DAY, DAY, False),
        (date(2024, 11, 30), date(2025, 2, 28), True),
    ],
)
def test_a_cadence_counts_from_the_day_the_customer_came(house, since, day, rings):
    waits_for("[{key: qbr, kind: cadence, every_months: 3}]", house=house)
    house.account(customer_since=since, status="active")
    assert emit_moments(closed=day - timedelta(days=1), day=day) == int(rings)


def test_without_a_playbook_that_waits_nothing_is_looked_for(house, feed):
    contract(house.account(customer_since=date(2024, 12, 14)), 90)
    assert emit_moments(closed=CLOSED, day=DAY) == 0
    assert rung() == []


def test_an_overridden_band_holds_back_falls_but_no_renewal(house):
    from health.models import BandOverride  # noqa: PLC0415 -- only here

    waits_for(MARKS[:-1] + ", " + FALL[1:], house=house)
    account = house.account()
    house.stands(account, "60", "watch")
    BandOverride.objects.create(
        account=account, band="healthy", reason="They told us why.", starts_on=CLOSED,
        expires_on=DAY + timedelta(days=5), created_by=house.people["alice"], created_at=NOW,
    )  # fmt: skip
    scores(house, account, (30, "80"), (0, "60"))
    emit_moments(closed=CLOSED, day=DAY)
    fire()
    assert not Play.objects.exists()
    contract(account, 90)
    emit_moments(closed=CLOSED, day=DAY)
    fire()
    assert Play.objects.get().start.trigger_key == "t90"
