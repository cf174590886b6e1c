"""From `git clone` to the first page of the demo company, packages included: what somebody who
tries it waits for. Packages come from wherever this machine gets them; wall seconds.
"""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.benchmarks.measuring import report
from tests.pipeline.processes import ROOT

# What would show the clone our environment or our servers.
_OURS = ("VIRTUAL_ENV", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "CS_HOME", "CS_TLS")


def clone(folder):
    """What is committed, as everybody gets it."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)


def until_ready(process):
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("READY"):
            return
    raise AssertionError(f"make demo ended with {process.wait()}")


def main():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    with tempfile.TemporaryDirectory(prefix="cs-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        begun = time.perf_counter()
        clone(Path(folder) / "clone")
        with subprocess.Popen(
            ["make", "--no-print-directory", "demo"], cwd=Path(folder) / "clone", text=True,
            env={**environment, "CS_PORT": str(port)}, stdout=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                until_ready(process)
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/") as answer:
                    assert answer.status == 200
                report("clone.page", time.perf_counter() - begun)
            finally:
                process.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    main()
