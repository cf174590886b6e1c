"""Crossings arrive while dispatcher and worker are killed, the broker flushed and sessions cut: one
start a crossing and playbook, one play or a reason, one task and one message a step.

What must have become of each account is worked out in `falls.py`. `make faults-full` has 10,000.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pytest
import yaml
from django.db import transaction
from django.db.models import Count

from accounts import clock
from accounts.catalogue import Role
from accounts.models import Account, Contact, OutboxMessage, Signal, SignalDelivery, Team, User
from accounts.work.signals import NewSignal, emit
from cs_platform.scheduling import invariants
from health.models import CurrentHealth, Scorecard
from playbooks.models import Play, PlaybookStep, PlayStart, StepResult, Task
from playbooks.publishing import import_playbook, publish
from tests.crossings import a_crossing
from tests.mail_server import MailServer, running_mail_server
from tests.pipeline import drill, falls
from tests.pipeline.falls import Customer, Expected
from tests.pipeline.processes import until

pytestmark = pytest.mark.faults
CROSSINGS = drill.size("CROSSINGS", small=300)
CSMS = [f"csm{number}" for number in range(3 if CROSSINGS < 1_000 else 10)]
AT_ONCE = 40 if CROSSINGS < 1_000 else 200
WHOLE = {"summary": "S.", "category": "operational", "owner_role": "csm", "review": "quarterly"}


def _task(key: str, owner: str) -> dict[str, object]:
    said = {"title": key, "purpose": "P.", "guidance": "G.", "channel": "call"}
    return {"key": key, "owner": owner, "due": {"hours": 48}, **said}


def _mail(key: str, owner: str) -> dict[str, object]:
    draft = {"subject": key, "body": "For {{ account }}"}
    said = {"send": "by_itself", "consent": "not_refused", "due": {"hours": 0}, "mail": draft}
    return {"key": key, "kind": "mail", "title": key, "owner": owner, **said}


def _crossing(**said: object) -> list[dict[str, object]]:
    return [{"key": "it", "kind": "crossing", **said}]


def _playbooks(cap: int) -> list[dict[str, object]]:
    slipped = {"from": ["healthy"], "to": ["watch"]}
    deep = {"key": "it", "kind": "score_below", "score": 40}
    said = {
        "slip": {
            "triggers": _crossing(**slipped, recovered_when={"bands": ["healthy"]}),
            "steps": [_task("work", "csm"), _task("tell", "system")],
        },
        "fall": {
            "triggers": _crossing(to=["intervene"], recovered_when={"bands": ["healthy", "watch"]}),
            "steps": [_task("work", "csm"), _task("lead", "manager"), _mail("letter", "csm")],
        },
        "deep": {
            "triggers": [deep | {"recovered_when": {"score_at_least": 50}}],
            "conditions": {"touch_tiers": ["high"]},
            "steps": [_task("work", "csm")],
        },
        "thanks": {
            "triggers": _crossing(to=["healthy"], direction="up"),
            "steps": [_mail("thanks", "system")],
        },
        "capped": {
            "triggers": _crossing(**slipped),
            "conditions": {"touch_tiers": ["tech"]},
            "cap_per_csm_day": cap,
            "steps": [_task("work", "csm")],
        },
    }
    family = {key: {"family": "fell", "severity": falls.SEVERITY[key]} for key in falls.SEVERITY}
    days = falls.COOLDOWN_DAYS
    return [
        {"key": key, "name": key, "cooldown_days": days[key]} | WHOLE | family.get(key, {}) | more
        for key, more in said.items()
    ]


@pytest.fixture
def customers(transactional_db) -> list[Customer]:
    """On the day it is, with the people who work on them and the playbooks in force."""
    drill.move_to(drill.TUESDAY, plays_per_csm_day=None)
    found = falls.customers(CROSSINGS, csms=CSMS, seed=3)
    now = clock.now()
    team = Team.objects.create(name="North")
    mona = User.objects.create_user("mona@ours.example", name="mona", role=Role.MANAGER)
    team.managers.add(mona)
    people = {
        name: User.objects.create_user(f"{name}@ours.example", name=name, role=Role.CSM, team=team)
        for name in CSMS
    }
    accounts = Account.objects.bulk_create(
        Account(
            external_id=each.name, name=each.name, owner=people.get(each.csm),
            touch_tier=each.tier, time_zone=drill.THEIR_ZONE,
            status="churned" if each.is_churned else "active",
        )
        for each in found
    )  # fmt: skip
    Contact.objects.bulk_create(
        Contact(
            account=account, external_id=account.name, name=account.name,
            email=f"{account.name}@theirs.example", met_on=drill.TUESDAY,
        )
        for account in accounts
    )  # fmt: skip
    for said in _playbooks(cap=_half_of_the_busiest(found)):
        text = yaml.safe_dump(said)
        publish(playbook=import_playbook(text=text, now=now), by=None, now=now)
    return found


def _half_of_the_busiest(customers: Sequence[Customer]) -> int:
    """Of the capped plays that a CSM is to have: the rest waits for the next day."""
    capped = Counter(
        each.csm
        for each in customers
        if any(key == "capped" for key, _ in falls.expected(each, manager="mona").plays)
    )
    return -(-max(capped.values()) // 2)


@transaction.atomic
def _rescore(some: Sequence[Customer], wave: int, scorecard: Scorecard) -> int:
    """As scoring does: where they stand, and what they crossed, together. How many that are."""
    now, day = clock.now(), clock.today()
    accounts = {
        account.name: account.pk
        for account in Account.objects.filter(name__in=[each.name for each in some])
    }
    standing = [
        CurrentHealth(
            account_id=accounts[each.name], day=day, scorecard=scorecard,
            score=Decimal(each.path[wave + 1]), band=falls.band(each.path[wave + 1]),
            effective_band=falls.band(each.path[wave + 1]), confidence=100, components=[],
            component_bands=[], spark=[], computed_at=now,
        )
        for each in some
    ]  # fmt: skip
    columns = ["score", "band", "effective_band", "computed_at"]
    CurrentHealth.objects.bulk_create(
        standing, update_conflicts=True, unique_fields=["account"], update_fields=columns
    )
    return emit(
        NewSignal(
            accounts[each.name], "health.crossed", f"{wave}:{told.line}", now,
            _payload(each, told, f"{day}:{wave}") | {"day": day.isoformat()},
        )
        for each in some
        for told in each.crossings(wave)
    )  # fmt: skip


def _payload(customer: Customer, told: falls.Told, group: str) -> dict[str, object]:
    sides = (falls.band(told.before), falls.band(told.after))
    if told.line:
        sides = ("above", "below") if told.after < told.line else ("below", "above")
    return a_crossing(
        *sides, line=Decimal(told.line) if told.line else None, score=told.after,
        previous=told.before, crossing_group=group, is_overridden=customer.is_overridden,
    ).to_json()  # fmt: skip


def _are_answered(some: Sequence[Customer]) -> bool:
    names = [each.name for each in some]
    pending = SignalDelivery.objects.filter(handled_at=None, account__name__in=names)
    return not pending.exists()


def _let_them_fall(customers: Sequence[Customer]) -> int:
    """Each is rescored again once its crossings before have been answered. How many in all."""
    scorecard = Scorecard.objects.create(key="k", version=1, name="N", created_at=clock.now())
    groups = [customers[n : n + AT_ONCE] for n in range(0, len(customers), AT_ONCE)]
    crossings = 0
    for wave in range(len(falls.PATHS[0]) - 1):
        for group in groups:
            until(lambda some=group: _are_answered(some), seconds=drill.PATIENCE)
            crossings += _rescore(group, wave, scorecard)
            drill.ring_tick()
    until(lambda: _are_answered(customers), seconds=drill.PATIENCE)
    return crossings


def _work_the_queue() -> int:
    """Day after day, until nothing waits any more. How many days that took."""
    days = 0
    drill.wait_until_worked()
    while PlayStart.objects.filter(result="queued").exists():
        days += 1
        drill.move_to(drill.next_working_day(clock.today()))
        drill.wait_until_worked()
    return days


def _what_became() -> dict[str, Expected]:
    """By account, in the words of the oracle."""
    found = {name: Expected() for name in Account.objects.values_list("name", flat=True)}
    for start in PlayStart.objects.select_related("account", "signal"):
        wave, line = map(int, start.signal.key.split(":"))
        at = (wave, line, start.playbook_key)
        became = found[start.account.name]
        assert at not in became.starts
        became.starts[at] = {(start.result, start.reason)}
    for play in Play.objects.select_related("account"):
        found[play.account.name].plays[play.playbook_key, play.outcome or ""] += 1
    for task in Task.objects.select_related("account", "play", "step", "owner"):
        what = (task.play.playbook_key, task.step.key, task.owner.name if task.owner else "")
        found[task.account.name].tasks[what] += 1
    steps = {str(pk): key for pk, key in PlaybookStep.objects.values_list("pk", "key")}
    for message in OutboxMessage.objects.select_related("account", "user", "contact"):
        person = message.user or message.contact
        what = (_kind_of(message.key, steps), person.name, message.channel)
        found[message.account.name].messages[what] += 1
    return found


def _kind_of(key: str, steps: dict[str, str]) -> str:
    if key.startswith("signal:"):
        return "crossing"
    place, step = key.split(":")[2:4]
    return "begun" if place == "started" else steps[step]


def test_each_crossing_starts_what_it_must_once_whatever_is_killed(customers):
    with running_mail_server() as server:
        begun = time.monotonic()
        with drill.killed_stack(seed=11, EMAIL_URL=server.url) as stack:
            crossings = _let_them_fall(customers)
            days = _work_the_queue()
        seconds = time.monotonic() - begun
    assert crossings >= CROSSINGS
    assert days > 0  # the cap held some back
    assert Signal.objects.count() == crossings

    became = _what_became()
    wrong = [
        f"{each}\nmust be {told}\nbecame {became[each.name]}"
        for each in customers
        if not _is_as_told(told := falls.expected(each, manager="mona"), became[each.name])
    ]
    assert wrong == [], "\n".join(wrong[:5])
    assert SignalDelivery.objects.exclude(outcome="handled").count() == 0
    drill.assert_nobody_gave_up()
    _assert_the_cap_held()
    doubles = _assert_each_letter_came_once(server, stack.kills)
    broken = [str(found) for found in invariants.broken(day=clock.today()) if not found.heals]
    assert broken == []
    drill.say(
        f"{crossings} crossings of {len(customers)} accounts in {seconds:.0f} s:"
        f" {PlayStart.objects.count()} starts, {Play.objects.count()} plays,"
        f" {Task.objects.count()} tasks, {StepResult.objects.count()} steps of the platform,"
        f" {OutboxMessage.objects.count()} messages; the cap took {days} days more;"
        f" {len(server.letters)} mails at the server, {doubles} of them a second time"
    )


def _is_as_told(told: Expected, became: Expected) -> bool:
    return (
        told.starts.keys() == became.starts.keys()
        and all(became.starts[at] <= told.starts[at] for at in told.starts)
        and (told.plays, told.tasks, told.messages) == (became.plays, became.tasks, became.messages)
    )


def _assert_the_cap_held() -> None:
    cap = Play.objects.filter(playbook_key="capped").first().playbook.cap_per_csm_day
    a_day = Play.objects.filter(playbook_key="capped").values("csm", "opened_day")
    assert max(a_day.annotate(plays=Count("*")).values_list("plays", flat=True)) == cap


def _assert_each_letter_came_once(server: MailServer, kills: Counter[str]) -> int:
    """How many came a second time: at most one for each sender that was killed."""
    mails = OutboxMessage.objects.filter(channel="email")
    came = Counter(letter["Message-ID"] for letter in server.letters)
    unsent = mails.exclude(state="sent")
    # Of plays that have ended; a sender that held it may have had it.
    assert set(unsent.values_list("state", "reason")) <= {
        ("suppressed", "the play that wrote it has ended"),
        ("suppressed", "too late to be useful"),
    }
    doubles = came.total() - len(came)
    assert mails.filter(state="sent").count() <= len(came) <= mails.count()
    assert doubles <= drill.killed_senders(kills)
    return doubles
