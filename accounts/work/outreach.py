"""Whether a message to a customer's person goes now: by their time, and by the touch budget.

Asked when a message is sent, in one transaction with the row that counts it, one sender at a time
for an account: the caps hold in whatever order and by however many senders messages go out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from accounts.calendar import BusinessCalendar
from accounts.catalogue import StartingInteraction
from accounts.models import (
    Account,
    Contact,
    Installation,
    Interaction,
    OutboxMessage,
    OutreachPolicy,
    SuppressedAddress,
    Touch,
)
from accounts.touch_budget import (
    LOOK_AGAIN,
    WINDOW,
    PastTouch,
    Room,
    TouchBudget,
    may_touch,
)

NOT_THEIR_TIME = "it is not their working time"
NOT_LOOKED = "shown when they look in the product"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a message does not go yet, and when to ask again."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerHours:
    """When customers are written to: the hours of the rules, in each one's own time zone."""

    policy: OutreachPolicy
    installation: Installation

    @classmethod
    def of(cls, policy: OutreachPolicy) -> CustomerHours:
        return cls(policy, Installation.current())

    def opening(self, account: Account | None, *, now: datetime) -> datetime:
        """`now` within the hours of the customer, else when they begin."""
        zone = account.time_zone if account else self.installation.time_zone
        return self.opening_in(zone, now=now)

    def opening_in(self, time_zone: str, *, now: datetime) -> datetime:
        """The same of customers in this time zone."""
        calendar = BusinessCalendar(
            ZoneInfo(time_zone),
            working_days=frozenset(self.installation.working_days),
            opens_at=self.policy.writes_from,
            closes_at=self.policy.writes_until,
        )
        wall = calendar.within_hours(now)
        return max(now, calendar.at(wall.date(), wall.time()))


def customer_hours() -> CustomerHours:
    return CustomerHours.of(OutreachPolicy.current())


def let_out(message: OutboxMessage, *, now: datetime) -> Hold | None:
    """None: it goes now, and counts. Whoever asks sends it, or takes it back with `take_back`."""
    if message.channel == OutboxMessage.Channel.IN_APP:  # they choose the time
        return Hold(message.valid_until or now + LOOK_AGAIN, NOT_LOOKED)
    policy = OutreachPolicy.current()
    opens = CustomerHours.of(policy).opening(message.account, now=now)
    if opens > now:
        return Hold(opens, NOT_THEIR_TIME)
    with transaction.atomic():
        return count_touch(message, policy=policy, now=now)


def count_touch(message: OutboxMessage, *, policy: OutreachPolicy, now: datetime) -> Hold | None:
    """In a transaction: nobody else of the account is counted before it ends.

    What was let out before may have arrived, whatever its sender knows of it: it keeps its room.
    """
    lock_budget(message)
    before = Touch.objects.filter(message=message)
    if before.filter(at__gt=now - WINDOW).update(at=now):
        return None
    before.delete()
    hold = hold_by_budget(message, policy=policy, now=now)
    if hold is None:
        Touch.objects.create(
            message=message, account_id=_account_id(message), contact=message.contact, at=now
        )
    return hold


def take_back(message: OutboxMessage) -> None:
    """It was given up without having been sent: it counts for nothing."""
    Touch.objects.filter(message=message).delete()


def _account_id(message: OutboxMessage) -> int:
    if message.account_id is not None:
        return message.account_id
    if message.contact is None:
        raise ValueError(f"{message.key} goes to nobody of a customer")
    return message.contact.account_id


def lock_budget(message: OutboxMessage) -> None:
    """Of its account, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('touch budget'), %s)",
            [_account_id(message) % 2**31],
        )


def hold_by_budget(message: OutboxMessage, *, policy: OutreachPolicy, now: datetime) -> Hold | None:
    """As things stand, which may be different a moment later: `count_touch` decides."""
    account_id = _account_id(message)
    if message.contact_id is None:
        raise ValueError(f"{message.key} goes to nobody of a customer")
    verdict = may_touch(
        contact=message.contact_id,
        touched=_recent_touches(account_id, now=now),
        more_urgent=_more_urgent(message, account_id, now=now),
        budget=TouchBudget(policy.per_contact, policy.per_account),
        now=now,
    )
    return None if verdict.room is Room.FREE else Hold(verdict.at, _WHY[verdict.room])


_WHY = {
    Room.FULL: "the touch budget has no room yet",
    Room.KEPT: "the touch budget is kept for something more urgent",
}
BUDGET_REASONS = tuple(_WHY.values())


def _recent_touches(account_id: int, *, now: datetime) -> list[PastTouch]:
    """When somebody of the account heard from us within the window, and who: what we sent, and mail
    that one of us wrote elsewhere."""
    sent = Touch.objects.filter(account_id=account_id, at__gt=now - WINDOW)
    written = Interaction.objects.filter(
        account_id=account_id,
        kind=StartingInteraction.EMAIL,
        host__isnull=False,
        occurred_at__gt=now - WINDOW,
        occurred_at__lte=now,
    ).values_list("pk", "occurred_at", "participations__contact")
    by_mail: dict[int, tuple[datetime, set[int | None]]] = {}
    for pk, at, contact in written:
        by_mail.setdefault(pk, (at, set()))[1].add(contact)
    elsewhere = [PastTouch(at, contacts) for at, contacts in by_mail.values()]
    ours = [PastTouch(at, (contact,)) for at, contact in sent.values_list("at", "contact")]
    return ours + elsewhere


def _more_urgent(message: OutboxMessage, account_id: int, *, now: datetime) -> list[int | None]:
    """Whom the messages are for that go first.

    Uses index: outbox_touch_waiting or outbox_customer_state
    """
    waiting = OutboxMessage.objects.filter(
        account=account_id,
        contact__isnull=False,
        state=OutboxMessage.State.NEW,
        next_at__lte=now + LOOK_AGAIN,
        priority__lt=message.priority,
    )
    return list(waiting.values_list("contact", flat=True))


def digest_of(address: str) -> str:
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def suppress(address: str, *, reason: SuppressedAddress.Reason, now: datetime) -> None:
    """Nothing goes to this address any more; the first reason stays."""
    SuppressedAddress.objects.bulk_create(
        [SuppressedAddress(digest=digest_of(address), reason=reason, at=now)],
        ignore_conflicts=True,
    )


def suppression_of(contact: Contact) -> str:
    """Why nothing is sent to the contact's address; empty where it may be."""
    found = SuppressedAddress.objects.filter(digest=digest_of(contact.email)).first()
    return found.get_reason_display() if found else ""
