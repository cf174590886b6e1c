"""What was published, in its order: read again only after another publication."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from health.models import Publication

# Outside of a request (a job, a command) it is asked again after so long.
_REMEMBERED_SECONDS = 5.0


class Published(NamedTuple):
    """A version that came into force."""

    at: datetime
    reason: str
    key: str
    name: str
    version: int


Latest = tuple[int, datetime]  # id and time


class _Asked(threading.local):
    """What this thread was told last, and until when it holds."""

    latest: Latest | None = None
    until: float = 0.0


_asked = _Asked()


def latest_publication() -> Latest | None:
    """One short question a request; None before the first publication."""
    now = time.monotonic()
    if now >= _asked.until:
        newest = Publication.objects.order_by("-pk").values_list("pk", "published_at")
        _asked.latest = newest.first()
        _asked.until = now + _REMEMBERED_SECONDS
    return _asked.latest


def forget_latest(**_signal: object) -> None:
    """It is asked for anew: a request has begun."""
    _asked.until = 0.0


def publications() -> tuple[Published, ...]:
    """All of them; each process reads them once a publication."""
    latest = latest_publication()
    return () if latest is None else _publications_until(*latest)


@lru_cache(maxsize=4)
def _publications_until(_publication: int, _published_at: datetime) -> tuple[Published, ...]:
    columns = ("published_at", "reason", *(f"scorecard__{name}" for name in Published._fields[2:]))
    return tuple(map(Published._make, Publication.objects.order_by("pk").values_list(*columns)))
