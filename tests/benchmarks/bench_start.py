"""How long web takes from its start to the first page, and an empty database before that.

Packages are installed and nothing else of them is warm; wall seconds, because people wait for them.
"""

import os
import shutil
import statistics
import subprocess
import time
import urllib.request

from tests.benchmarks.measuring import report, served
from tests.pipeline.processes import MANAGE, ROOT, environment

ROUNDS = 3


def prepare(home):
    """Seconds of `manage.py prepare` on an empty database, as `manage.py up` calls it."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    shutil.rmtree(home / "static", ignore_errors=True)
    more = {"CS_COMPRESS_STATIC": "0"}
    begun = time.perf_counter()
    subprocess.run([*MANAGE, "prepare"], cwd=ROOT, env=environment(**more), check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return time.perf_counter() - begun


def first_page():
    from tests.web_server import serving  # noqa: PLC0415 -- after django.setup()

    begun = time.perf_counter()
    with serving(CS_COMPRESS_STATIC="0") as server:
        address = f"http://127.0.0.1:{server.port}/login/"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
            assert b"<form" in answer.read()
        return time.perf_counter() - begun


def main():
    os.environ.pop("CS_DEMO", None)
    with served() as (home, _):
        report("start.prepare", prepare(home))
        taken = [first_page() for _ in range(ROUNDS)]
        report("start.web", statistics.median(taken), most=max(taken))


if __name__ == "__main__":
    main()
