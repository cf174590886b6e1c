"""How gunicorn serves the platform, in a container and under `manage.py up`:
`gunicorn --config python:cs_platform.runtime.gunicorn cs_platform.wsgi:application`.
"""

from __future__ import annotations

import gc
import os
import resource
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from cs_platform.runtime import logs

# Files a process may need beside its connections, and connections it may need at all.
_OTHER_FILES, _MOST_CONNECTIONS = 256, 4096


class JsonLogger(Logger):  # type: ignore[misc]
    """The server's own lines look like the platform's. Requests are logged by the platform."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.JsonFormatter())


def _possible_connections() -> int:
    """As many as this process may have files open, once it has taken all it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted - _OTHER_FILES


bind = f"{os.environ.get('CS_BIND', '0.0.0.0')}:{os.environ.get('CS_PORT', '8000')}"  # nosec B104 # noqa: S104 -- a container's
worker_class = "cs_platform.runtime.web_worker.WebWorker"
workers = int(os.environ.get("CS_WEB_WORKERS", "2"))
threads = int(os.environ.get("CS_WEB_THREADS", "4"))
worker_connections = _possible_connections()
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 75  # longer than the proxy keeps an idle connection
# gunicorn's heartbeat must not wait for a disk
SHARED_MEMORY = "/dev/shm"  # nosec B108 # noqa: S108 -- gunicorn makes a file of its own there
if Path(SHARED_MEMORY).is_dir():
    worker_tmp_dir = SHARED_MEMORY
control_socket_disable = True
if os.environ.get("CS_LOG_FORMAT", "json") == "json":
    logger_class = JsonLogger
loglevel = "warning"
# Which forwarded headers count is decided by CS_PROXIES in the platform itself.
forwarded_allow_ips = ""


def on_starting(_server: Any) -> None:
    """Counts of Prometheus start anew with the server, as it expects of counters."""
    from cs_platform.runtime import request_metrics  # noqa: PLC0415 -- settings are read by now

    request_metrics.forget()


def pre_fork(_server: Any, _worker: Any) -> None:
    """What the application is made of lives as long as the process: the collector, which would
    look through all of it in the middle of a request, leaves it out, and its pages stay shared."""
    gc.freeze()
