"""Who of those whom a moment falls on is asked, and when: the rules for asking and the touch budget
together, in one order."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from accounts.touch_budget import TouchBudget, first_room
from surveys.scoring.governance import (
    Asked,
    AskedAccount,
    AskingPolicy,
    HeldBack,
    Invitee,
    NotAsked,
    as_planned,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """One survey that could be sent to one person: not before `due_at`, and not from `ends_at` on.
    `place`: in which order the people of the account are asked, 1 first."""

    invitee: Invitee
    due_at: datetime
    ends_at: datetime
    place: int = 1
    importance: int = 0
    """Of the moment: the lowest first."""
    is_consent_missing: bool = False


@dataclass(frozen=True, slots=True)
class AccountTouch:
    """When people of an account heard or are to hear from us; one mail may go to several."""

    account: int
    contacts: Sequence[int | None]
    at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """`due_at`: when there is room for it in the touch budget."""

    asking: Asking
    due_at: datetime
    reason: HeldBack | None = None


@dataclass(slots=True)
class _TouchLedger:
    """Touches by account and by person, as plans are added."""

    budget: TouchBudget
    of_account: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    of_contact: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def add(self, touch: AccountTouch) -> None:
        self.of_account[touch.account].append(touch.at)
        for contact in touch.contacts:
            if contact is not None:
                self.of_contact[contact].append(touch.at)

    def room_for(self, asking: Asking) -> datetime:
        return first_room(
            to_contact=self.of_contact.get(asking.invitee.contact, ()),
            to_account=self.of_account.get(asking.invitee.account, ()),
            budget=self.budget,
            at=asking.due_at,
        )


def plan(
    askings: Iterable[Asking],
    *,
    asked: Mapping[int, Iterable[Asked]],
    touches: Iterable[AccountTouch],
    policy: AskingPolicy,
    budget: TouchBudget,
    day_of: Callable[[datetime], date],
) -> list[Planned]:
    """All of them with what becomes of each, the most important first. `asked` by account;
    `touches` past and to come, those of what is planned already among them; `day_of`: the day that
    a moment is on for these rules."""
    ledger = _TouchLedger(budget)
    for touch in touches:
        ledger.add(touch)
    accounts: dict[int, AskedAccount] = {}
    planned = []
    for asking in _in_order(askings):
        pk = asking.invitee.account
        if pk not in accounts:
            accounts[pk] = AskedAccount(policy)
            for each in asked.get(pk, ()):
                accounts[pk].add(each)
        planned.append(_decide_asking(asking, accounts[pk], ledger, day_of))
    return planned


def _decide_asking(
    asking: Asking,
    account: AskedAccount,
    ledger: _TouchLedger,
    day_of: Callable[[datetime], date],
) -> Planned:
    """The rules hold on the day it is due, and on a later one where the touch budget moves it."""
    decision = account.decide(asking.invitee)
    if isinstance(decision, NotAsked):
        return Planned(asking, asking.due_at, decision.reason)
    if asking.is_consent_missing:
        return Planned(asking, asking.due_at, HeldBack.NO_CONSENT)
    room = ledger.room_for(asking)
    if room >= asking.ends_at:
        return Planned(asking, asking.due_at, HeldBack.TOUCH_BUDGET)
    invitee = asking.invitee
    if room != asking.due_at and (day := day_of(room)) != invitee.day:
        invitee = replace(invitee, day=day)
        decision = account.decide(invitee)
        if isinstance(decision, NotAsked):
            return Planned(asking, asking.due_at, decision.reason)
    account.add(as_planned(invitee))
    ledger.add(AccountTouch(invitee.account, (invitee.contact,), room))
    return Planned(asking, room)


def _in_order(askings: Iterable[Asking]) -> Sequence[Asking]:
    return sorted(
        askings,
        key=lambda each: (
            each.invitee.account, each.importance, each.due_at, each.place,
            str(each.invitee.survey), each.invitee.moment or "", each.invitee.contact,
        ),
    )  # fmt: skip
