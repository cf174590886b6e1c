"""Requests of all web processes of this machine, counted for Prometheus.

`prometheus-client` keeps a memory-mapped file a process in METRICS_FOLDER (settings.py names it to
the library) and adds them up for a scrape. A process that ends leaves its counts; they start anew
with the web server.
"""

from __future__ import annotations

import logging

from django.conf import settings
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

# Upper bounds in seconds; the promises (100 ms, 1 s) are among them.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)

log = logging.getLogger(__name__)
# Not in the library's own registry, which tells of one process only.
_seconds = Histogram(
    "cs_request_seconds",
    "Answered requests by route name and class of status, with their time in seconds.",
    ("route", "status"),
    buckets=BUCKETS,
    registry=None,
)


def count_request(*, route: str, status: int, seconds: float) -> None:
    """`route` is a route's name, never an address: names are few and say nothing of anybody."""
    try:
        settings.METRICS_FOLDER.mkdir(parents=True, exist_ok=True)
        _seconds.labels(route=route, status=f"{status // 100}xx").observe(seconds)
    except OSError as error:
        # A full or read-only disk must not cost an answer that is ready.
        log.warning("a request was not counted: %s", type(error).__name__)


def forget() -> None:
    """What processes of an earlier run counted."""
    for file in settings.METRICS_FOLDER.glob("*.db"):
        file.unlink(missing_ok=True)


def register(registry: CollectorRegistry) -> None:
    """Adds what all processes counted. Nothing where the folder cannot be made."""
    if settings.METRICS_FOLDER.is_dir():
        MultiProcessCollector(registry, path=str(settings.METRICS_FOLDER))  # type: ignore[no-untyped-call]
