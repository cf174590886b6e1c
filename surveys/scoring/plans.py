"""Who of those whom a moment falls on is asked, and when: the rules for asking and the touch budget
together, in one order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from accounts.touch_budget import TouchBudget, first_room
from surveys.scoring.governance import (
    ALLOWED,
    Allowed,
    Asked,
    AskingPolicy,
    Decision,
    HeldBack,
    Invitee,
    NotAsked,
    decide_in_order,
)

_NO_CONSENT: Final = NotAsked(HeldBack.NO_CONSENT)
_NO_ROOM: Final = NotAsked(HeldBack.TOUCH_BUDGET)


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
) -> list[Planned]:
    """All of them with what becomes of each, the most important first. `asked` by account;
    `touches` past and to come, those of what is planned already among them."""
    ordered = _in_order(askings)
    ledger = _TouchLedger(budget)
    for touch in touches:
        ledger.add(touch)
    rooms: dict[int, datetime] = {}

    def further(place: int) -> Decision:
        asking = ordered[place]
        if asking.is_consent_missing:
            return _NO_CONSENT
        room = ledger.room_for(asking)
        if room >= asking.ends_at:
            return _NO_ROOM
        rooms[place] = room
        ledger.add(AccountTouch(asking.invitee.account, (asking.invitee.contact,), room))
        return ALLOWED

    decisions = decide_in_order(
        (each.invitee for each in ordered), asked=asked, policy=policy, further=further
    )
    return [
        Planned(asking, rooms.get(place, asking.due_at), _reason(decision))
        for place, (asking, decision) in enumerate(zip(ordered, decisions, strict=True))
    ]


def _in_order(askings: Iterable[Asking]) -> Sequence[Asking]:
    return sorted(
        askings,
        key=lambda each: (
            each.invitee.account, each.importance, each.due_at, each.place,
            str(each.invitee.survey), each.invitee.moment or "", each.invitee.contact,
        ),
    )  # fmt: skip


def _reason(decision: Decision) -> HeldBack | None:
    return None if isinstance(decision, Allowed) else decision.reason
