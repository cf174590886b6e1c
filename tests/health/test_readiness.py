"""Weekly looks at readiness: the facts they count, what is kept of them, and what is told once."""

import random
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import InternalError, connection, transaction

from accounts.catalogue import ActorClass
from accounts.models import Account, Feature, Interaction, Signal
from health.models import ReadinessLook
from health.purge import RULES
from health.recompute import refresh_feeds
from health.recompute.readiness import emit_takeovers, is_look_day, look_at_readiness
from tests.health import builders as make
from tests.health.builders import DAY, at
from tests.pure.test_expansion_readiness import oracle

LOOK = DAY - timedelta(days=1)  # a Sunday
assert is_look_day(LOOK)
WEEK = timedelta(days=7)


def night_after(day):
    return datetime(day.year, day.month, day.day, 0, 15, tzinfo=UTC) + timedelta(days=1)


def look(day=LOOK, *, accounts=None):
    refresh_feeds()
    ids = accounts or list(Account.objects.values_list("pk", flat=True))
    return look_at_readiness(day=day, account_ids=ids, now=night_after(day))


def use_weeks(account, feature, weeks, *, end=LOOK):
    """One row a week, on a day of it."""
    for ago, events in enumerate(reversed(weeks)):
        if events:
            make.use(account, feature, days_ago=(DAY - end).days + 7 * ago + ago % 7, events=events)


# Above at four looks in a row as of LOOK, and a week before at three: worked by hand, four weeks
# hold 460 against 1,200 in twelve, then 490 and 520 against 1,200, then 520 against 1,230.
GROWN = [100] * 20 + [130] * 5


def make_ready(*, talks=2, people=4, functions=("it", "finance"), weeks=GROWN, **values):
    account = make.make_account(**values)
    use_weeks(account, feature_of(account), weeks)
    contacts = [
        make.make_contact(account, job_function=functions[n % len(functions)])
        for n in range(people)
    ]
    for number in range(talks):
        make.talk(account, *contacts, days_ago=10 + number, is_commercial=True)
    if not talks:
        make.talk(account, *contacts, days_ago=10)
    return account


def feature_of(account):
    return Feature.objects.filter(is_core=True, plans=[]).first() or make.make_feature()


def deliver():
    """Use and conversations of somebody, long ago: since then they come in."""
    somebody = make.make_account(status="churned")
    make.talk(somebody, days_ago=700)
    make.use(somebody, make.make_feature(is_core=False), days_ago=700)


@pytest.mark.django_db
def test_a_look_keeps_what_it_was_made_of():
    deliver()
    account = make_ready()

    assert look() == 1

    kept = ReadinessLook.objects.get()
    assert (kept.account_id, kept.day, kept.weeks, kept.weeks_known) == (
        account.pk, LOOK, GROWN[-19:], 19,
    )  # fmt: skip
    assert (kept.conversations, kept.stakeholders, kept.functions) == (2, 4, 2)
    assert (kept.looks_above, kept.met, kept.readiness, kept.is_early) == (4, 3, "ready", False)
    with pytest.raises(InternalError), transaction.atomic():
        ReadinessLook.objects.update(readiness="not_yet")


@pytest.mark.django_db
def test_what_counts_and_what_does_not():
    deliver()
    account = make.make_account()
    core, surface = make.make_feature(), make.make_feature(is_core=False)
    other = make.make_feature(plans=["another"])
    make.use(account, core, days_ago=1, events=3)
    make.use(account, core, days_ago=7, events=5)  # the first day of the latest week
    make.use(account, core, days_ago=8, events=7)
    make.use(account, core, days_ago=0, events=11)  # after the look
    make.use(account, core, days_ago=133, events=13)  # the oldest day
    make.use(account, core, days_ago=134, events=17)
    make.use(account, surface, days_ago=2, events=100)
    make.use(account, other, days_ago=2, events=100)
    make.use(account, core, days_ago=2, events=100, actor=ActorClass.AGENT)
    ann, bob, eve, dan = (
        make.make_contact(account, job_function=f) for f in ("Finance", " finance", "", "IT")
    )
    gone = make.make_contact(account, job_function="Legal", left_days_ago=5)
    make.talk(account, ann, bob, eve, gone, days_ago=90, is_commercial=True)  # the 90th day
    make.talk(account, days_ago=91, is_commercial=True)
    make.talk(account, dan, days_ago=3, is_commercial=True, kind_id="support")
    make.talk(account, ann, days_ago=180)
    make.talk(account, dan, days_ago=181)
    make.talk(account, dan, days_ago=0, is_commercial=True)

    look(accounts=[account.pk])

    kept = ReadinessLook.objects.get()
    assert kept.weeks == [13] + [0] * 16 + [7, 8]
    assert (kept.conversations, kept.stakeholders, kept.functions) == (1, 3, 1)


@pytest.mark.django_db
def test_what_nobody_can_know_is_not_known():
    make.use(make.make_account(), make.make_feature(), days_ago=700)
    account = make_ready(customer_since=DAY - timedelta(days=120))
    Interaction.objects.all().delete()
    look(accounts=[account.pk])

    kept = ReadinessLook.objects.get()
    assert kept.readiness == "unknown"
    assert (kept.conversations, kept.stakeholders, kept.functions) == (None, None, None)
    # It was used before it was a customer: its history is as long as its use.
    assert kept.weeks_known == 19


@pytest.mark.django_db
def test_who_came_lately_has_too_short_a_history():
    deliver()
    account = make_ready(customer_since=DAY - timedelta(days=100), weeks=[0] * 9 + [10] * 10)
    look()
    kept = ReadinessLook.objects.get(account=account)
    assert (kept.weeks_known, kept.looks_above, kept.readiness) == (14, None, "unknown")


@pytest.mark.django_db
def test_former_customers_and_those_to_come_are_passed_over():
    deliver()
    make_ready(status="churned")
    make_ready(status="trial")
    make_ready(customer_since=DAY + timedelta(days=3))
    assert look() == 0
    assert look_at_readiness(day=LOOK, account_ids=[], now=night_after(LOOK)) == 0


@pytest.mark.django_db
def test_a_past_look_sees_what_was_known_then():
    deliver()
    account = make_ready()
    make.use(account, feature_of(account), days_ago=9, events=900, learned_on=DAY)
    late = make.talk(account, days_ago=20, is_commercial=True)
    Interaction.objects.filter(pk=late.pk).update(learned_at=at(DAY))
    refresh_feeds()

    ids = [account.pk]
    week_later = night_after(LOOK + WEEK)
    look_at_readiness(day=LOOK, account_ids=ids, now=week_later)
    kept = ReadinessLook.objects.get(day=LOOK)
    assert (kept.weeks, kept.conversations) == (GROWN[-19:], 2)
    look_at_readiness(day=LOOK + WEEK, account_ids=ids, now=week_later)
    assert ReadinessLook.objects.get(day=LOOK + WEEK).weeks[-3] == 130 + 900


@pytest.mark.django_db
def test_looks_are_kept_for_400_days():
    deliver()
    make_ready()
    look(LOOK - 58 * WEEK)
    look()
    (rule,) = RULES
    assert rule.forget(night_after(LOOK)) == 1
    assert [kept.day for kept in ReadinessLook.objects.all()] == [LOOK]


# What is told


def kinds(account):
    rows = Signal.objects.filter(account=account).order_by("pk")
    return [(signal.kind.removeprefix("account.expansion_"), signal.key) for signal in rows]


@pytest.mark.django_db
def test_becoming_ready_and_no_longer_ready_are_told_once():
    deliver()
    account = make_ready()
    for ago in (9, 8, 2):
        make.talk(account, days_ago=7 * ago, is_commercial=True)
    for back in (2, 1, 0, 0):
        look(LOOK - back * WEEK)
    assert kinds(account) == [("ready", f"{LOOK}")]
    told = Signal.objects.get(account=account)
    assert told.occurred_at == at(DAY, hour=0)
    assert told.payload == {
        "note": "use +26.8% on the twelve weeks before, 5 commercial conversations,"
        " 4 people of 2 functions",
        "growth": 0.2683,
        "conversations": 5,
        "stakeholders": 4,
        "functions": 2,
    }
    for ahead in (1, 2, 2):
        look(LOOK + ahead * WEEK)  # nobody uses it any more
    assert kinds(account) == [("ready", f"{LOOK}"), ("not_ready", f"{LOOK + WEEK}")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("missing", "kind"),
    [({"talks": 1}, "needs_conversations"), ({"people": 3}, "needs_stakeholders")],
)
def test_what_is_missing_first_is_told_once(missing, kind):
    deliver()
    account = make_ready(**missing)
    look(LOOK - WEEK)
    look()
    look()
    assert kinds(account) == [(kind, f"{LOOK}")]


@pytest.mark.django_db
def test_what_the_first_look_finds_true_already_starts_nothing():
    deliver()
    account = make_ready()
    look()
    assert ReadinessLook.objects.get(account=account).readiness == "ready"
    assert kinds(account) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_one_look_and_one_signal():
    deliver()
    accounts = [make_ready() for _ in range(6)]
    look(LOOK - WEEK)
    ids = [account.pk for account in accounts]
    gate = threading.Barrier(4)

    def work():
        gate.wait()
        look_at_readiness(day=LOOK, account_ids=ids, now=night_after(LOOK))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ReadinessLook.objects.filter(day=LOOK).count() == 6
    assert Signal.objects.filter(kind="account.expansion_ready").count() == 6


# Against an oracle


@pytest.mark.django_db
def test_300_accounts_are_told_what_each_alone_would_be():
    draw = random.Random(7)  # the same accounts each time
    deliver()
    feature = make.make_feature()
    expected = {}
    for _ in range(300):
        since = draw.choice([800, 800, 800, 130, 120, 60])
        account = make.make_account(customer_since=DAY - timedelta(days=since))
        known = min(since // 7, 19)
        low, high = draw.randint(20, 100), draw.randint(20, 160)
        turn = draw.randint(8, 19)
        weeks = [0] * (19 - known) + ([low] * turn + [high] * 19)[19 - known : 19]
        use_weeks(account, feature, weeks)
        talks = [(draw.randint(1, 240), draw.random() < 0.6) for _ in range(draw.randint(0, 6))]
        contacts = [
            (make.make_contact(account, job_function=job), job)
            for job in draw.choices(["it", "finance", "sales"], k=6)
        ]
        seen = defaultdict(set)
        for back, is_commercial in talks:
            present = draw.sample(contacts, draw.randint(0, 4))
            make.talk(
                account, *(one for one, _ in present), days_ago=back, is_commercial=is_commercial
            )
            if 1 <= back <= 180:
                seen["people"] |= {one.pk for one, _ in present}
                seen["jobs"] |= {job for _, job in present}
        told = sum(1 for back, is_commercial in talks if back <= 90 and is_commercial)
        history = since
        people = len(seen["people"])
        expected[account.pk] = oracle(
            weeks,
            known,
            None if history * 2 < 90 and told < 2 else told,
            None if history * 2 < 180 and people < 4 else people,
            len(seen["jobs"]),
        )

    look()

    found = dict(ReadinessLook.objects.values_list("account_id", "readiness"))
    assert found == expected
    assert set(found.values()) == {
        "ready", "conversations_first", "stakeholders_first", "growing", "not_yet", "unknown",
    }  # fmt: skip


# Agents take over


@pytest.mark.django_db
def test_agents_taking_over_is_told_when_it_begins():
    account, feature = make.make_account(), make.make_feature()
    quiet = make.make_account()
    make.use(quiet, feature, days_ago=range(60), events=10)
    make.use(account, feature, days_ago=range(80), events=10)
    make.use(account, feature, days_ago=range(1, 25), events=20, actor=ActorClass.AGENT)
    make.be_active(account, "bot", days_ago=range(25), actor=ActorClass.AGENT)

    for back in (3, 2, 1, 0, 0):
        emit_takeovers(day=LOOK - back * WEEK)

    # 280 by people; 200 by agents three looks ago, as of LOOK − 1 week 17 × 20 = 340.
    (told,) = Signal.objects.filter(kind="health.agents_take_over")
    assert (told.account_id, told.key) == (account.pk, f"{LOOK - WEEK}")
    assert told.payload == {
        "note": "agents made 55% of the events of four weeks",
        "share": 0.5484,
        "by_agents": 340,
        "by_all": 620,
    }
