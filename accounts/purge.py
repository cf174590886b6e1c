"""What of recorded facts and intake is kept no longer, and since when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.api.idempotency import forget_answers
from accounts.api.inbox import forget_bodies
from accounts.uploads import forget_old

# A batch is accepted once by its row: far longer than a sender repeats it.
BODIES_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PurgeRule:
    """`forget` deletes what is too old by `now` (real time), once a day; it may be run twice."""

    what: str
    forget: Callable[[datetime], int]


RULES: Final = (
    PurgeRule("content of uploads", lambda now: forget_old(now=now)),
    PurgeRule("answers kept for repeated requests", lambda now: forget_answers(now=now)),
    PurgeRule("bodies of accepted batches", lambda now: forget_bodies(before=now - BODIES_KEPT)),
)
