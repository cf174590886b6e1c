"""What CSMs say of their accounts: some weeks after the mood, and too kindly as often as not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from accounts.demo.block import Profile
from accounts.demo.satisfaction import lagged
from accounts.demo.writer import Writer, account_key

_MOOD_LAG = 20
# The owner comes back to it every five weeks or so; the spread of the gaps is a third of that.
_EVERY_DAYS, _SPREAD = 36, 11
_NOISE = 0.55
_REASONS = {
    1: "They avoid us; I expect them to leave.",
    2: "Hard to reach, and nobody defends us there.",
    3: "They answer when we write, no more.",
    4: "Regular calls, and they speak well of us.",
    5: "They would recommend us to anybody.",
}


@dataclass(frozen=True, slots=True)
class CsmReading:
    day: int
    minute: int
    value: int
    said_by: int
    reason: str


def csm_readings(
    random: np.random.Generator, *, profile: Profile, last: int
) -> Iterator[CsmReading]:
    """Of whoever owns the account on the day; what a pool has, nobody says anything of."""
    account = profile.account
    mood = lagged(account.path, days=_MOOD_LAG)
    # Of relations older than the facts there are, what was said before them is not told.
    day = max(account.since + int(random.integers(20, 50)), int(random.integers(0, _EVERY_DAYS)))
    until = last if account.until is None else min(account.until, last)
    while day <= until:
        owner = profile.owner_on(day)
        heard = 1.1 + 4.1 * float(mood[day]) + float(random.normal(0, _NOISE))
        value = int(np.clip(round(heard), 1, 5))
        tells_why = value <= 2 or random.random() < 0.3
        minute = int(random.integers(8 * 60, 17 * 60))
        if owner is not None:
            yield CsmReading(day, minute, value, owner, _REASONS[value] if tells_why else "")
        day += max(7, round(random.normal(_EVERY_DAYS, _SPREAD)))


def add_csm_readings(random: np.random.Generator, *, writer: Writer, profile: Profile) -> None:
    table = writer.tables.csm_sentiments
    found = csm_readings(random, profile=profile, last=writer.timeline.days - 1)
    for place, said in enumerate(found):
        at = writer.timeline.moment(said.day, minute=said.minute)
        table.add(
            writer.next_id(table),
            profile.account.id,
            f"{account_key(profile.account.id)}-M{place + 1}",
            at,
            said.value,
            said.reason,
            said.said_by,
            at,
        )
