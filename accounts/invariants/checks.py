"""What an invariant is: a question to which the right answer is no line at all.

Each app declares those about its own rows as `INVARIANTS`; the top floor asks them
(`cs_platform.scheduling.invariants`) nightly, after a restore and by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

SHARES = 30
"""Into how many shares the accounts fall, of which a night asks about one."""


@dataclass(frozen=True, slots=True)
class CheckScope:
    """`day` is the one that is open; `now` is of the platform's own clock, which may be frozen on
    a day (people and plays wait by it; leases run by real time); `since` is the first day to look
    at where every night asks about its own days only; `share` is which thirtieth of the accounts
    is asked about where that would take too long (None: all of them)."""

    day: date
    now: datetime
    since: date
    share: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """`sql` takes the fields of the scope and answers one text column: a line for each thing that
    is broken. `heals`: work waits, which ends as soon as the processes run."""

    name: str
    help_text: str
    sql: str
    heals: bool = False


@dataclass(frozen=True, slots=True)
class PythonCheck:
    """One of which the models or a derivation say what is right; `find` answers as SQL would."""

    name: str
    help_text: str
    find: Callable[[CheckScope], list[str]]
    heals: bool = False


AnyCheck = Check | PythonCheck
