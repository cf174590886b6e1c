"""What the rules for asking need to know, read for a batch of accounts in a fixed number of
queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from accounts.catalogue import StakeholderRole
from accounts.models import Account, Installation, OutreachPolicy
from accounts.queries.closest_people import ranked_people
from accounts.touch_budget import WINDOW, TouchBudget
from accounts.work.outreach import CustomerHours
from surveys.catalogue import Delivery, Moment
from surveys.models import Invitation, Survey, SurveyPolicy
from surveys.scoring.governance import Asked, AskingPolicy
from surveys.scoring.plans import AccountTouch

ACCOUNT_DAYS = 30
_DECIDERS = {StakeholderRole.ECONOMIC_BUYER, StakeholderRole.EXECUTIVE_SPONSOR}
State = Invitation.State
_COUNTING = (State.PLANNED, State.WRITTEN, State.SENT, State.ANSWERED, State.EXPIRED)
_WAITING = (State.PLANNED, State.WRITTEN)


class Person(NamedTuple):
    """`place`: in their account, 1 for whoever is asked first."""

    account_id: int
    pk: int
    has_address: bool
    is_suppressed: bool
    is_do_not_contact: bool
    has_consented: bool
    is_decider: bool
    place: int


class SettledOccasion(NamedTuple):
    """What is settled once somebody was asked, or held back: a rhythm for the one person."""

    survey_key: str
    account_id: int
    occasion: str
    contact_id: int | None


@dataclass(slots=True)
class AskingFacts:
    """Of the accounts of a batch. `asked` by account; `bad_tickets` by account: the last day."""

    asked: dict[int, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    settled: set[SettledOccasion] = field(default_factory=set)
    touches: list[AccountTouch] = field(default_factory=list)
    bad_tickets: dict[int, date] = field(default_factory=dict)
    customers: set[int] = field(default_factory=set)
    zones: dict[int, str] = field(default_factory=dict)

    def settle(self, settled: SettledOccasion, moment: Moment) -> None:
        """A moment of an account is settled for all its people, a rhythm for the one."""
        self.settled.add(settled)
        if moment is not Moment.RHYTHM:
            self.settled.add(settled._replace(contact_id=None))

    def note_asked(self, account_id: int, asked: Asked) -> None:
        self.asked[account_id].append(asked)


@dataclass(frozen=True, slots=True)
class AskingRules:
    """In force; read once for all batches."""

    asking: AskingPolicy
    budget: TouchBudget
    hours: CustomerHours
    installation: Installation
    _openings: dict[tuple[str, datetime], datetime] = field(default_factory=dict)

    @classmethod
    def in_force(cls) -> AskingRules:
        policy, outreach = SurveyPolicy.current(), OutreachPolicy.current()
        asking = AskingPolicy(
            days_between=policy.days_between,
            account_cap=policy.per_account,
            account_days=ACCOUNT_DAYS,
            ticket_days=policy.bad_ticket_days,
        )
        budget = TouchBudget(outreach.per_contact, outreach.per_account)
        return cls(asking, budget, CustomerHours.of(outreach), Installation.current())

    def opening(self, zone: str, at: datetime) -> datetime:
        """`at`, else when the hours of customers in that time zone begin."""
        if (zone, at) not in self._openings:
            self._openings[zone, at] = self.hours.opening_in(zone, now=at)
        return self._openings[zone, at]

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.installation.zone).date()


def people_of(account_ids: Collection[int], survey: Survey) -> dict[int, list[Person]]:
    """By account, whoever is asked first at first."""
    ranked = ranked_people(
        account_ids,
        with_consent=survey.needs_consent,
        by_mail=survey.delivery == Delivery.MAIL,
    )
    found: dict[int, list[Person]] = defaultdict(list)
    for account, pk, email, suppressed, do_not_contact, consent_at, roles, place in ranked:
        person = Person(
            account, pk, bool(email), suppressed, do_not_contact, consent_at is not None,
            not _DECIDERS.isdisjoint(roles), place,
        )  # fmt: skip
        found[account].append(person)
    return found


def read_known(account_ids: Sequence[int], *, now: datetime, rules: AskingRules) -> AskingFacts:
    """After the accounts were locked, so that nothing is planned beside it."""
    known = AskingFacts()
    _read_accounts(known, account_ids)
    _read_invitations(known, account_ids, now=now, rules=rules)
    _read_touches(known, account_ids, now=now)
    known.bad_tickets = last_bad_tickets(account_ids, rules=rules)
    return known


def _read_accounts(known: AskingFacts, account_ids: Sequence[int]) -> None:
    rows = Account.objects.filter(pk__in=account_ids).values_list(
        "pk", "status", "merged_into", "time_zone"
    )
    for pk, status, merged_into, zone in rows:
        known.zones[pk] = zone
        if status == "active" and merged_into is None:
            known.customers.add(pk)


def _read_invitations(
    known: AskingFacts, account_ids: Sequence[int], *, now: datetime, rules: AskingRules
) -> None:
    longest = max(rules.asking.days_between, rules.asking.account_days, 60)
    rows = Invitation.objects.filter(
        account__in=account_ids, planned_at__gt=now - timedelta(days=2 * longest)
    ).values_list(
        "account_id", "contact_id", "survey__key", "occasion", "moment", "state", "due_at",
        "sent_at",
    )  # fmt: skip
    for account, contact, key, occasion, moment, state, due_at, sent_at in rows:
        known.settle(SettledOccasion(key, account, occasion, contact), Moment(moment))
        if contact is None or (state not in _COUNTING and sent_at is None):
            continue
        known.note_asked(
            account,
            Asked(
                contact, key, rules.day_of(sent_at or due_at),
                None if moment == Moment.RHYTHM else occasion, is_planned=state in _WAITING,
            ),
        )  # fmt: skip
        if state == State.PLANNED:
            known.touches.append(AccountTouch(account, (contact,), due_at))


# What went out within the window, what one of us wrote by mail, and what waits to go out.
_TOUCHES = """
    SELECT t.account_id, ARRAY[t.contact_id], t.at FROM accounts_touch t
    WHERE t.account_id = ANY (%(accounts)s) AND t.at > %(since)s
    UNION ALL
    SELECT i.account_id, array_agg(p.contact_id), i.occurred_at FROM accounts_interaction i
    LEFT JOIN accounts_interactioncontact p ON p.interaction_id = i.id
    WHERE i.account_id = ANY (%(accounts)s) AND i.kind = 'email' AND i.host_id IS NOT NULL
        AND i.occurred_at > %(since)s AND i.occurred_at <= %(now)s
    GROUP BY i.id
    UNION ALL
    SELECT m.account_id, ARRAY[m.contact_id], greatest(m.next_at, %(now)s)
    FROM accounts_outboxmessage m
    WHERE m.account_id = ANY (%(accounts)s) AND m.state = 'new' AND m.contact_id IS NOT NULL
        AND m.channel = 'email'
"""


def _read_touches(known: AskingFacts, account_ids: Sequence[int], *, now: datetime) -> None:
    with connection.cursor() as cursor:
        told: dict[str, Any] = {"accounts": list(account_ids), "since": now - WINDOW, "now": now}
        cursor.execute(_TOUCHES, told)
        known.touches += [AccountTouch(*row) for row in cursor.fetchall()]


# Urgent, or answered with 1 or 2 of 5: by the ticket's own rating, or by a survey after it.
_BAD_TICKETS = """
    SELECT account_id, max(on_day) FROM (
        SELECT t.account_id, (coalesce(t.solved_at, t.opened_at) AT TIME ZONE %(zone)s)::date
            AS on_day
        FROM accounts_ticket t
        WHERE t.account_id = ANY (%(accounts)s) AND (t.severity = 'urgent' OR t.satisfaction <= 2)
        UNION ALL
        SELECT r.account_id, (r.answered_at AT TIME ZONE %(zone)s)::date
        FROM surveys_response r
        WHERE r.account_id = ANY (%(accounts)s) AND r.moment = 'after_ticket' AND r.standing = -1
    ) bad
    GROUP BY account_id
"""


def last_bad_tickets(account_ids: Collection[int], *, rules: AskingRules) -> dict[int, date]:
    """By account, where there was any."""
    with connection.cursor() as cursor:
        zone = rules.installation.time_zone
        cursor.execute(_BAD_TICKETS, {"accounts": list(account_ids), "zone": zone})
        return dict(cursor.fetchall())
