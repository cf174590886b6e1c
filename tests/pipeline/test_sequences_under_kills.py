"""A sequence runs through its days while dispatcher and worker are killed: waits that end by their
time, by a score and by a signal, branches on what customers did, mail that comes back, and
handing over. Each step once, each letter on its day, nothing after somebody took over.

What must have become of each account is worked out in `journeys.py`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal

import pytest
import yaml
from django.db import transaction

from accounts import clock
from accounts.catalogue import Role
from accounts.models import (
    Account,
    BusinessEvent,
    Contact,
    Feature,
    OutreachPolicy,
    UsageDay,
    User,
)
from accounts.work.signals import NewSignal, emit
from health.models import CurrentHealth, Scorecard, SourceFeed
from playbooks.models import Play, StepResult, Task
from playbooks.publishing import import_playbook, publish
from tests.crossings import a_crossing
from tests.mail_server import running_mail_server
from tests.pipeline import drill, journeys
from tests.pipeline.journeys import Course, Journey
from tests.pipeline.postbox import Postbox

pytestmark = pytest.mark.faults
ACCOUNTS = drill.size("SEQUENCES", small=60)
FIRST_VALUE = "event.first_value_moment"


def _mail(key: str, **said: object) -> dict[str, object]:
    draft = {"subject": key, "body": "For {{ account }}"}
    told = {"owner": "system", "send": "by_itself", "consent": "not_refused", "mail": draft}
    return {"key": key, "kind": "mail", "title": key, **told, **said}


def _fork(key: str, asked: dict[str, object], fits: str, other: str) -> dict[str, object]:
    ways = [{"to": fits, "when": ["fits"]}, {"to": other, "when": ["other"]}]
    return {"key": key, "kind": "branch", "title": key, "if": asked, "next": ways}


def _wait(key: str, **said: object) -> dict[str, object]:
    return {"key": key, "kind": "wait", "title": key, "lasts": {"business_days": 1}, **said}


def _drawn(key: str, whom: str, **said: object) -> dict[str, object]:
    return {"key": key, "escalate_to": whom, "title": key, "guidance": "G.", **said}


SEQUENCE = {
    "key": "journey", "name": "Journey", "summary": "S.", "category": "lifecycle",
    "owner_role": "cs_ops", "review": "quarterly", "cooldown_days": 30,
    "triggers": [{"key": "begins", "kind": "signal", "signal": "account.stage_changed"}],
    "escalations": [
        _drawn("ask", "csm", when="signals", signals=["support.escalated"], hands_over=True),
        _drawn("risk", "csm", when="score_below", score=40, hands_over=True),
        _drawn("bounced", "cs_ops", when="signals", signals=["mail.undelivered"]),
    ],
    "steps": [
        _mail("hello"),
        _wait("pause", until={"score_at_least": 90}),
        _fork("fork", {"used_since_start": True}, "thanks", "nudge"),
        _mail("thanks", next=[{"to": "rest"}]),
        _mail("nudge"),
        _wait("rest", until_signal=[FIRST_VALUE]),
        _fork("reached", {"events": ["first_value_moment"]}, "last", "call"),
        _mail("last", next=[{"to": "end"}]),
        {
            "key": "call", "title": "call", "purpose": "P.", "guidance": "G.", "owner": "csm",
            "channel": "call", "due": {"hours": 48, "from": "previous_step"},
        },
    ],
}  # fmt: skip


@pytest.fixture
def company(transactional_db) -> list[Journey]:
    """On the day it is, with the sequence in force. All their usage is in already."""
    drill.move_to(drill.TUESDAY)
    OutreachPolicy.objects.update(per_contact=9, per_account=9)
    now = clock.now()
    publish(playbook=import_playbook(text=yaml.safe_dump(SEQUENCE), now=now), by=None, now=now)
    found = journeys.journeys(ACCOUNTS, seed=5)
    csm = User.objects.create_user("csm@ours.example", name="csm", role=Role.CSM)
    accounts = Account.objects.bulk_create(
        Account(external_id=each.name, name=each.name, owner=csm, time_zone=drill.THEIR_ZONE)
        for each in found
    )
    Contact.objects.bulk_create(
        Contact(
            account=account, external_id=account.name, name=account.name,
            email=f"{account.name}@theirs.example", met_on=drill.TUESDAY,
        )
        for account in accounts
    )  # fmt: skip
    feature = Feature.objects.create(key="reports", name="Reports", valid_from=drill.TUESDAY)
    SourceFeed.objects.create(
        source="usage", first_day=drill.TUESDAY, latest_day=drill.TUESDAY.replace(day=28)
    )
    UsageDay.objects.bulk_create(
        UsageDay(
            account=account, day=drill.TUESDAY, feature=feature, actor=0,
            learned_on=drill.TUESDAY, events=3,
        )
        for account, each in zip(accounts, found, strict=True)
        if each.uses
    )  # fmt: skip
    return found


class Evenings:
    """What happens once the day's work is done."""

    def __init__(self, company: Sequence[Journey]) -> None:
        self.company = company
        self.ids = dict(Account.objects.values_list("name", "pk"))
        self.card = Scorecard.objects.create(key="k", version=1, name="N", created_at=clock.now())

    def pass_by(self, day: int) -> None:
        self._rise(day)
        self._reach_value(day)
        drill.wait_until_worked()
        self._ask(day)
        self._fall(day)
        drill.wait_until_worked()

    def begin(self) -> None:
        self._ring(self.company, "account.stage_changed", "begins")

    def _rise(self, day: int) -> None:
        self._stand([each for each in self.company if each.rises == day], 95, "healthy")

    @transaction.atomic
    def _reach_value(self, day: int) -> None:
        reached = [each for each in self.company if each.values == day]
        BusinessEvent.objects.bulk_create(
            BusinessEvent(
                account_id=self.ids[each.name], external_id=each.name, occurred_on=clock.today(),
                kind_id="first_value_moment", learned_at=clock.now(),
            )
            for each in reached
        )  # fmt: skip
        self._ring(reached, FIRST_VALUE, "value")

    def _ask(self, day: int) -> None:
        asking = [each for each in self.company if each.asks == day]
        self._ring(asking, "support.escalated", "ticket")

    @transaction.atomic
    def _fall(self, day: int) -> None:
        fallen = [each for each in self.company if each.falls == day]
        self._stand(fallen, 30, "intervene")
        told = a_crossing("watch", "intervene", score=30, previous=60, day=clock.today())
        self._ring(fallen, "health.crossed", "fall", **told.to_json())

    def _stand(self, some: Sequence[Journey], score: int, band: str) -> None:
        now, day = clock.now(), clock.today()
        rows = [
            CurrentHealth(
                account_id=self.ids[each.name], day=day, scorecard=self.card,
                score=Decimal(score), band=band, effective_band=band, confidence=100,
                components=[], component_bands=[], spark=[], computed_at=now,
            )
            for each in some
        ]  # fmt: skip
        CurrentHealth.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["account"],
            update_fields=["score", "band", "effective_band", "computed_at"],
        )  # fmt: skip

    def _ring(self, some: Sequence[Journey], kind: str, key: str, **payload: object) -> None:
        emit(NewSignal(self.ids[each.name], kind, key, clock.now(), payload) for each in some)


def test_each_step_is_done_once_and_on_its_day_whoever_is_killed(company):
    evenings = Evenings(company)
    with running_mail_server() as server:
        server.refused = {f"{each.name}@theirs.example" for each in company if each.bounces}
        box, begun = Postbox(server, day=0), time.monotonic()
        with drill.killed_stack(seed=23, EMAIL_URL=server.url) as stack:
            for day in range(journeys.DAYS):
                if day:
                    drill.move_to(drill.next_working_day(clock.today()))
                box.day = day
                if not day:
                    evenings.begin()
                drill.wait_until_worked()
                evenings.pass_by(day)
        seconds = time.monotonic() - begun
    became = _what_became(box)
    wrong = [
        f"{each}\nmust be {told}\nbecame {became[each.name]}"
        for each in company
        if (told := journeys.course(each)) != became[each.name]
    ]
    assert wrong == [], "\n".join(wrong[:5])
    drill.assert_nobody_gave_up(bounced=len(server.refused))
    assert box.doubles <= drill.killed_senders(stack.kills)
    ends = {course.outcome for course in became.values()}
    assert ends == {"", "completed", "cancelled"}
    drill.say(
        f"{len(company)} sequences, {journeys.DAYS} days in {seconds:.0f} s:"
        f" {StepResult.objects.count()} steps, {len(box.came)} letters,"
        f" {box.doubles} of them a second time"
    )


def _what_became(box: Postbox) -> dict[str, Course]:
    """By account, in the words of the oracle."""
    found = {
        play.account.name: Course(outcome=play.outcome or "")
        for play in Play.objects.select_related("account")
    }
    for result in StepResult.objects.select_related("play__account", "step"):
        found[result.play.account.name].steps[result.step.key, result.ending] += 1
    for task in Task.objects.select_related("account", "step", "owner"):
        what = task.step.key if task.step else task.escalation
        found[task.account.name].tasks[what, task.owner.name if task.owner else ""] += 1
    for letter in box.letters():
        if letter.to.startswith("a"):  # who is handed over is told by mail, too
            found[letter.to.split("@")[0]].letters[letter.subject, letter.day] += 1
    return found
