"""Who may be asked, and when: the gate before an invitation.

Days are those on which an invitation is to go out. Past ones and planned ones count alike, before
and after the day that is asked about, so what is let through holds in any order. How often all
messages together may reach somebody is the touch budget's matter (`accounts.touch_budget`).
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

from surveys.scoring.scores import SurveyKind

Day: TypeAlias = int  # its ordinal


class HeldBack(StrEnum):
    """Why somebody is not asked; the first that applies is told."""

    NOT_CUSTOMER = "not_customer"
    LEFT = "left"
    """Works there no longer, or was erased."""
    DO_NOT_CONTACT = "do_not_contact"
    UNREACHABLE = "unreachable"
    """Without an address, or it came back."""
    ALREADY_PLANNED = "already_planned"
    """This survey waits to be sent to this person, about the same moment or about these days."""
    SAME_MOMENT = "same_moment"
    """One trigger, one survey: this person was asked about it, or another survey asks."""
    BAD_TICKET = "bad_ticket"
    ASKED_LATELY = "asked_lately"
    ACCOUNT_CAP = "account_cap"
    NO_CONSENT = "no_consent"
    """The survey asks only those who agreed to be written to."""
    TOUCH_BUDGET = "touch_budget"
    """It could not go before it is too late to ask."""
    TOO_LATE = "too_late"
    NOBODY = "nobody"
    """The account has no people."""
    RETIRED = "retired"
    """The survey was taken out of force before it was sent."""
    UNDELIVERED = "undelivered"
    DISCARDED = "discarded"
    """One of us decided that the message is not sent."""


@dataclass(frozen=True, slots=True)
class AskingPolicy:
    """`days_between` two surveys of a person; at most `account_cap` surveys to an account within
    any `account_days`; no NPS on the day of a bad ticket and the days after it, `ticket_days`
    together (0: it holds nobody back). Other numbers below 1 are refused with ValueError."""

    days_between: int = 30
    account_cap: int = 10
    account_days: int = 30
    ticket_days: int = 14

    def __post_init__(self) -> None:
        for name in ("days_between", "account_cap", "account_days"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1, not {getattr(self, name)}")
        if self.ticket_days < 0:
            raise ValueError(f"ticket_days is at least 0, not {self.ticket_days}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation that was sent, or (`is_planned`) waits to be.

    `moment`: what it is about, the same for all surveys that its trigger could start; None where a
    rhythm asks.
    """

    contact: int
    survey: Hashable
    day: date
    moment: str | None = None
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Invitee:
    """One survey that could be sent to one person on a day."""

    account: int
    contact: int
    survey: Hashable
    day: date
    kind: SurveyKind | None = None
    """None: it only asks in free words."""
    moment: str | None = None
    has_address: bool = True
    is_suppressed: bool = False
    """Mail to the address came back, or was complained of."""
    is_do_not_contact: bool = False
    has_left: bool = False
    is_customer: bool = True
    last_bad_ticket: date | None = None
    """Whichever tickets count; one that comes after `day` does not."""


@dataclass(frozen=True, slots=True)
class Allowed:
    pass


@dataclass(frozen=True, slots=True)
class NotAsked:
    """`first_day`: the first on which nothing would be in the way as things stand; None where time
    alone mends nothing."""

    reason: HeldBack
    first_day: date | None = None


Decision: TypeAlias = Allowed | NotAsked
ALLOWED: Final = Allowed()


@dataclass(slots=True)
class AskedAccount:
    """What the people of one account are asked, as invitations are added."""

    policy: AskingPolicy
    days: list[Day] = field(default_factory=list)
    by_contact: dict[int, list[Day]] = field(default_factory=lambda: defaultdict(list))
    moments: dict[str, Hashable] = field(default_factory=dict)
    asked: set[tuple[int, str]] = field(default_factory=set)
    planned: dict[tuple[int, Hashable], list[tuple[Day, str | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    found_free: dict[Day, Day] = field(default_factory=dict)

    def add(self, asked: Asked) -> None:
        day = asked.day.toordinal()
        insort(self.days, day)
        insort(self.by_contact[asked.contact], day)
        self.found_free.clear()
        if asked.moment is not None:
            self.moments.setdefault(asked.moment, asked.survey)
            self.asked.add((asked.contact, asked.moment))
        if asked.is_planned:
            self.planned[asked.contact, asked.survey].append((day, asked.moment))

    def decide(self, invitee: Invitee) -> Decision:
        lasting = _lasting_reason(invitee) or self._repeated_reason(invitee)
        if lasting is not None:
            return NotAsked(lasting)
        day = invitee.day.toordinal()
        in_the_way = [reason for reason, free in self._waits_until(invitee, day) if free > day]
        if not in_the_way:
            return ALLOWED
        return NotAsked(in_the_way[0], date.fromordinal(self._first_day(invitee, day)))

    def _repeated_reason(self, invitee: Invitee) -> HeldBack | None:
        day, moment = invitee.day.toordinal(), invitee.moment
        for planned_day, about in self.planned.get((invitee.contact, invitee.survey), ()):
            is_near = abs(day - planned_day) < self.policy.days_between
            if is_near or (moment is not None and about == moment):
                return HeldBack.ALREADY_PLANNED
        if moment is None:
            return None
        is_repeated = (invitee.contact, moment) in self.asked
        is_of_another = self.moments.get(moment, invitee.survey) != invitee.survey
        return HeldBack.SAME_MOMENT if is_repeated or is_of_another else None

    def _waits_until(self, invitee: Invitee, day: Day) -> Iterator[tuple[HeldBack, Day]]:
        """For each rule that time satisfies, the first day from `day` on that it lets through."""
        ticket = invitee.last_bad_ticket
        if invitee.kind is SurveyKind.NPS and ticket is not None and ticket.toordinal() <= day:
            yield HeldBack.BAD_TICKET, max(day, ticket.toordinal() + self.policy.ticket_days)
        own = self.by_contact.get(invitee.contact, [])
        yield HeldBack.ASKED_LATELY, _free_of_others(own, day, self.policy.days_between)
        if day not in self.found_free:
            self.found_free[day] = self._day_with_room(day)
        yield HeldBack.ACCOUNT_CAP, self.found_free[day]

    def _first_day(self, invitee: Invitee, day: Day) -> Day:
        """Each rule moves the day on until none does; past the last invitation none can."""
        while True:
            free = max(until for _, until in self._waits_until(invitee, day))
            if free == day:
                return day
            day = free

    def _day_with_room(self, day: Day) -> Day:
        while (leaves := self._leaves_full_window(day)) is not None:
            day = leaves + self.policy.account_days
        return day

    def _leaves_full_window(self, day: Day) -> Day | None:
        """Of the cap of invitations that fit with this day into a window, the earliest."""
        cap, length = self.policy.account_cap, self.policy.account_days
        start, end = bisect_right(self.days, day - length), bisect_left(self.days, day + length)
        if end - start < cap:
            return None
        near = self.days[start:end]
        for first, last in zip(near, near[cap - 1 :], strict=False):
            if max(last, day) - min(first, day) < length:
                return first
        return None


def _lasting_reason(invitee: Invitee) -> HeldBack | None:
    found = (
        (not invitee.is_customer, HeldBack.NOT_CUSTOMER),
        (invitee.has_left, HeldBack.LEFT),
        (invitee.is_do_not_contact, HeldBack.DO_NOT_CONTACT),
        (invitee.is_suppressed or not invitee.has_address, HeldBack.UNREACHABLE),
    )
    return next((reason for applies, reason in found if applies), None)


def _free_of_others(others: Sequence[Day], day: Day, between: int) -> Day:
    """The first day from `day` on that is `between` days or more from each of these, in order."""
    for other in others[bisect_right(others, day - between) :]:
        if other - day >= between:
            break
        day = max(day, other + between)
    return day


def gate(invitee: Invitee, *, asked: Iterable[Asked], policy: AskingPolicy) -> Decision:
    """Whether this person is asked on this day, given what the people of the account are asked."""
    account = AskedAccount(policy)
    for each in asked:
        account.add(each)
    return account.decide(invitee)


def decide_in_order(
    invitees: Iterable[Invitee],
    *,
    asked: Mapping[int, Iterable[Asked]],
    policy: AskingPolicy,
) -> list[Decision]:
    """One decision for each, the most important first: whoever is let through counts from then on
    as planned. `asked`: by account."""
    accounts: dict[int, AskedAccount] = {}
    decisions: list[Decision] = []
    for invitee in invitees:
        account = accounts.get(invitee.account)
        if account is None:
            account = accounts[invitee.account] = AskedAccount(policy)
            for each in asked.get(invitee.account, ()):
                account.add(each)
        decision = account.decide(invitee)
        decisions.append(decision)
        if isinstance(decision, Allowed):
            account.add(as_planned(invitee))
    return decisions


def as_planned(invitee: Invitee) -> Asked:
    return Asked(
        contact=invitee.contact,
        survey=invitee.survey,
        day=invitee.day,
        moment=invitee.moment,
        is_planned=True,
    )
