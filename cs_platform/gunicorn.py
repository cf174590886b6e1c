"""How gunicorn serves the platform in a container: `gunicorn --config python:cs_platform.gunicorn`.

Not loaded by `manage.py up`, which has its own supervisor and one machine to fit on.
"""

from __future__ import annotations

import os
from typing import Any

from gunicorn.glogging import Logger

from cs_platform import logs


class JsonLogger(Logger):  # type: ignore[misc]
    """The server's own lines look like the platform's. Requests are logged by the platform."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.JsonFormatter())


bind = f"0.0.0.0:{os.environ.get('CS_PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("CS_WEB_WORKERS", "2"))
threads = int(os.environ.get("CS_WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 75  # longer than the proxy keeps an idle connection
worker_tmp_dir = "/dev/shm"  # noqa: S108 -- gunicorn's heartbeat must not wait for a disk
control_socket_disable = True
logger_class = JsonLogger
loglevel = "warning"
# Which forwarded headers count is decided by CS_PROXIES in the platform itself.
forwarded_allow_ips = ""
