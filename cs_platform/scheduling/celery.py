"""Celery carries ids to workers; rows in Postgres decide who works (docs/operations.md)."""

import os
import warnings
from typing import Any

from celery import Celery, signals
from django.conf import settings

from cs_platform.runtime import healthcheck

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")

# Said at every start as root; messages are JSON only, which is what the warning is about.
warnings.filterwarnings("ignore", message="(?s).*running the worker with superuser privileges")

# Acknowledged early on purpose: rows decide who works, a lost message is sent again.
warnings.filterwarnings(
    "ignore", message="(?s).*currently executed tasks with late acknowledgement"
)

app = Celery("cs_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["cs_platform.scheduling"])
app.conf.beat_schedule = {
    # Any number of beats may tick: what is due becomes a row once.
    "tick": {
        "task": "cs_platform.scheduling.tasks.tick",
        "schedule": settings.TICK_SECONDS,
        "options": {"expires": settings.TICK_SECONDS * 5 / 6},
    },
}


@signals.heartbeat_sent.connect
def _worker_is_alive(**_: Any) -> None:
    healthcheck.note("worker")


@signals.before_task_publish.connect(sender="cs_platform.scheduling.tasks.tick")
def _beat_is_alive(**_: Any) -> None:
    healthcheck.note("beat")
