"""How often a customer may hear from us: at most so many touches in any seven days.

A touch is whatever reaches somebody of the account: mail of a play or a sequence, a survey, a
message in the product, mail that one of us wrote. All count alike.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(days=7)
# Of messages that wait for the same room, another look after this.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TouchBudget:
    """Caps of at least 1 on the touches of a person, and of an account, within any `WINDOW`."""

    per_contact: int
    per_account: int


@dataclass(frozen=True, slots=True)
class PastTouch:
    """When, and whom of the account by their ids; one mail may have gone to several people."""

    at: datetime
    contacts: Collection[int | None]


class Room(StrEnum):
    FREE = "free"
    FULL = "full"
    KEPT = "kept"
    """For something more urgent."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a message goes now (`FREE`), else when to ask again."""

    room: Room
    at: datetime


def may_touch(
    *,
    contact: int,
    touched: Sequence[PastTouch],
    more_urgent: Sequence[int | None],
    budget: TouchBudget,
    now: datetime,
) -> Verdict:
    """Whether one more message may go to this person now, whatever channel it takes.

    `touched`: the touches of the account, none after `now`. `more_urgent`: for each message of the
    account that waits, is due by then and goes first, the person it is for.
    """
    own = [each.at for each in touched if contact in each.contacts]
    every = [each.at for each in touched]
    free = next_free(to_contact=own, to_account=every, budget=budget, now=now)
    if free > now:
        return Verdict(Room.FULL, free)
    to_person = sum(person == contact for person in more_urgent)
    is_kept = (
        _touches_in_window(own, now) + to_person >= budget.per_contact
        or _touches_in_window(every, now) + len(more_urgent) >= budget.per_account
    )
    return Verdict(Room.KEPT, now + LOOK_AGAIN) if is_kept else Verdict(Room.FREE, now)


def next_free(
    *,
    to_contact: Sequence[datetime],
    to_account: Sequence[datetime],
    budget: TouchBudget,
    now: datetime,
) -> datetime:
    """`now` where both caps have room, else the moment at which they will.

    The touches of the account, none of them after `now`, include those of the person. A touch
    leaves the window when exactly seven days have passed.
    """
    return max(
        _next_free_time(to_contact, cap=budget.per_contact, now=now),
        _next_free_time(to_account, cap=budget.per_account, now=now),
    )


def first_room(
    *,
    to_contact: Sequence[datetime],
    to_account: Sequence[datetime],
    budget: TouchBudget,
    at: datetime,
) -> datetime:
    """The first moment from `at` on at which one more touch keeps both caps.

    Among past touches and planned ones alike, before and after: what is planned so holds in any
    order. The touches of the account include those of the person.
    """
    while True:
        free = max(
            _room_after_full(to_contact, cap=budget.per_contact, at=at),
            _room_after_full(to_account, cap=budget.per_account, at=at),
        )
        if free == at:
            return at
        at = free


def _room_after_full(touches: Sequence[datetime], *, cap: int, at: datetime) -> datetime:
    """`at`, else when the first of as many touches as the cap allows, which are within one window
    with it, leaves that window."""
    near = sorted(each for each in touches if at - WINDOW < each < at + WINDOW)
    for first, last in zip(near, near[cap - 1 :], strict=False):
        if max(last, at) - min(first, at) < WINDOW:
            return first + WINDOW
    return at


def _next_free_time(touched: Sequence[datetime], *, cap: int, now: datetime) -> datetime:
    recent = sorted(at for at in touched if at > now - WINDOW)
    return now if len(recent) < cap else recent[-cap] + WINDOW


def _touches_in_window(touched: Sequence[datetime], now: datetime) -> int:
    return sum(at > now - WINDOW for at in touched)
