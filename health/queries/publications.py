"""What was published, in its order: read again only after another publication."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Subquery

from health.models import Publication, RuleSet

# Outside of a request (a job, a command) it is asked again after so long.
_REMEMBERED_SECONDS = 5.0


class Published(NamedTuple):
    """A version that came into force."""

    at: datetime
    reason: str
    key: str
    name: str
    version: int


class Latest(NamedTuple):
    """Of scorecards; with the version of the assignment rules in force, None before the first."""

    id: int
    at: datetime
    rules: int | None


class _Asked(threading.local):
    """What this thread was told last, and until when it holds."""

    latest: Latest | None = None
    until: float = 0.0


_asked = _Asked()


def latest_publication() -> Latest | None:
    """One short question a request; None before the first publication."""
    now = time.monotonic()
    if now >= _asked.until:
        rules = RuleSet.objects.filter(state=RuleSet.State.PUBLISHED).order_by("-version")
        newest = Publication.objects.order_by("-pk").values_list(
            "pk", "published_at", Subquery(rules.values("version")[:1])
        )
        found = newest.first()
        _asked.latest = None if found is None else Latest(*found)
        _asked.until = now + _REMEMBERED_SECONDS
    return _asked.latest


def forget_latest(**_signal: object) -> None:
    """It is asked for anew: a request has begun."""
    _asked.until = 0.0


def publications() -> tuple[Published, ...]:
    """All of them; each process reads them once a publication."""
    latest = latest_publication()
    return () if latest is None else _publications_until(latest.id, latest.at)


@lru_cache(maxsize=4)
def _publications_until(_publication: int, _published_at: datetime) -> tuple[Published, ...]:
    columns = ("published_at", "reason", *(f"scorecard__{name}" for name in Published._fields[2:]))
    return tuple(map(Published._make, Publication.objects.order_by("pk").values_list(*columns)))
