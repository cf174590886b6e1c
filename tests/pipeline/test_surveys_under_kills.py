"""Business events start surveys while every process that plans and sends is killed: each person has
one row for each survey, gets one letter at most, and no account more than its touch budget.

`make faults-full` asks 2,000 people.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from datetime import timedelta
from email.message import Message

import pytest
from django.db import transaction
from django.db.models import Q

from accounts import clock
from accounts.models import (
    Account,
    BusinessEvent,
    Contact,
    Job,
    OutboxMessage,
    OutreachPolicy,
    SignalDelivery,
    Touch,
)
from accounts.work import jobs
from accounts.work.signals import NewSignal, emit
from surveys.engine.signal_plans import oldest_waiting
from surveys.models import Invitation, Survey
from tests import times
from tests.mail_server import MailServer, running_mail_server
from tests.pipeline import drill
from tests.pipeline.processes import until

pytestmark = pytest.mark.faults
PEOPLE = drill.size("SURVEYS", small=200)
AN_ACCOUNT, BUDGET = 4, 3
KINDS = ("incident", "new_use_case")
TEXT = {"subject": "One question", "question": "How easy was it?", "reason": "Why?"}


@pytest.fixture
def company(transactional_db) -> int:
    """How many accounts; in each somebody who must not be written to beside those who are."""
    drill.move_to(drill.TUESDAY)
    OutreachPolicy.objects.update(per_contact=1, per_account=BUDGET)
    then = clock.now() - timedelta(days=30)
    for kind in KINDS:
        Survey.objects.create(
            key=kind, version=1, state="published", name=kind, kind="ces", lowest=1, highest=7,
            moment="after_event", event_kind=kind, recipients="everybody", texts={"en": TEXT},
            created_at=then, published_at=then,
        )  # fmt: skip
    accounts = Account.objects.bulk_create(
        Account(
            external_id=f"a{number}", name=f"a{number}", time_zone=drill.THEIR_ZONE,
            status="active",
        )
        for number in range(PEOPLE // AN_ACCOUNT)
    )  # fmt: skip
    Contact.objects.bulk_create(
        Contact(
            account=account, external_id=f"{account.name}.{place}", name=f"{place}",
            email=f"{account.name}.{place}@theirs.example", met_on=then.date(),
            do_not_contact=place == AN_ACCOUNT,
        )
        for account in accounts
        for place in range(AN_ACCOUNT + 1)
    )  # fmt: skip
    _happen(accounts)
    return len(accounts)


@transaction.atomic
def _happen(accounts: list[Account]) -> None:
    """Two events in each account, and their signals, as a load leaves them."""
    now = clock.now()
    events = BusinessEvent.objects.bulk_create(
        BusinessEvent(
            account=account, external_id=f"{kind}-{account.name}", kind_id=kind,
            occurred_on=drill.TUESDAY, learned_at=now,
        )
        for account in accounts
        for kind in KINDS
    )  # fmt: skip
    emit(
        NewSignal(each.account_id, f"event.{each.kind_id}", each.external_id, now, {})
        for each in events
    )


class Letters:
    """What the server was given: which message, to whom."""

    def __init__(self, server: MailServer) -> None:
        self.came: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        server.on_letter = self._take

    def _take(self, letter: Message) -> None:
        with self._lock:
            self.came.append((letter["Message-ID"], letter["To"]))


def _is_sent() -> bool:
    """Rings once more whenever nothing is under way, until nothing is left."""
    working = Job.objects.filter(kind="surveys.send", state__in=("new", "leased"))
    due = Q(state="new", next_at__lte=clock.now()) | Q(state="leased")
    messages = OutboxMessage.objects.filter(due)
    if oldest_waiting() or working.exists() or messages.exists():
        return False
    if not Invitation.objects.filter(state__in=("planned", "written")).exists():
        return True
    now = times.now()
    jobs.enqueue(kind="surveys.send", key=f"drill {now.isoformat()}", next_at=now)
    return False


def test_each_person_is_asked_once_within_the_budget_whoever_is_killed(company):
    with running_mail_server() as server:
        letters = Letters(server)
        with drill.killed_stack(seed=23, EMAIL_URL=server.url) as stack:
            until(_is_sent, seconds=drill.PATIENCE)

    rows = Invitation.objects.count()
    assert rows == company * len(KINDS) * (AN_ACCOUNT + 1)
    assert rows == Invitation.objects.values("survey", "contact").distinct().count()
    sent = Invitation.objects.filter(state="sent")
    assert sent.count() == company * BUDGET == sent.values("contact").distinct().count()
    assert OutboxMessage.objects.filter(key__startswith="survey:").count() == sent.count()
    _assert_letters(letters, company)
    assert set(_touches_of_accounts()) == {BUDGET}
    held = Counter(Invitation.objects.filter(state="held_back").values_list("reason", flat=True))
    assert held["do_not_contact"] == company * len(KINDS)
    assert not SignalDelivery.objects.filter(consumer="surveys", outcome=None).exists()
    drill.assert_nobody_gave_up()
    doubles = len(letters.came) - len(set(letters.came))
    assert doubles <= drill.killed_senders(stack.kills)
    drill.say(f"{sent.count()} surveys sent, {doubles} twice; held back: {dict(held)}")


def _assert_letters(letters: Letters, company: int) -> None:
    to_whom = defaultdict(set)
    for key, address in letters.came:
        to_whom[address].add(key)
    assert len(to_whom) == company * BUDGET
    assert {len(keys) for keys in to_whom.values()} == {1}
    assert not [address for address in to_whom if f".{AN_ACCOUNT}@" in address]


def _touches_of_accounts() -> list[int]:
    return list(Counter(Touch.objects.values_list("account", flat=True)).values())
