"""A million usage rows by CSV, one percent of them bad; and in bulk requests of 5,000.

The bound is a raw COPY of the same bytes into a bare table; times are CPU of client and server.
Prints one JSON object a line.
`python -m tests.benchmarks.bench_intake [rows]`
"""

import gc
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.measuring import serve

NOW = datetime(2025, 6, 30, 10, tzinfo=UTC)
ACCOUNTS = 10_000
DAYS = 60
FEATURES = ("search", "reports", "export")
HEADER = "account,day,feature,events\n"
BULK = 5_000
GOAL = 0.1


def make_csv(path, *, rows):
    """Account by account, as a warehouse exports it; every hundredth row is bad."""
    made = random.Random(5)
    first = NOW.date() - timedelta(days=DAYS)
    days = [str(first + timedelta(days=n)) for n in range(DAYS)]
    with path.open("w") as file:
        file.write(HEADER)
        for n in range(rows):
            account, rest = divmod(n, DAYS * len(FEATURES))
            day, feature = divmod(rest, len(FEATURES))
            events = "1_000" if n % 100 == 99 else made.randrange(500)
            name = f"bench-{account % ACCOUNTS}"
            file.write(f"{name},{days[day]},{FEATURES[feature]},{events}\n")


def make_accounts():
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_account (external_id, name, domain, industry, region, time_zone,"
            " currency, status, stage, tags, is_strategic, arr_minor, segment, touch_tier,"
            " segment_override, touch_tier_override, override_reason, tier_pending, created_at)"
            " SELECT 'bench-' || a, 'Account ' || a, '', '', '', 'UTC', 'USD', 'active',"
            " 'adoption', '{}', false, 0, 'smb', 'tech', '', '', '', '', now()"
            " FROM generate_series(0, %s) a",
            [ACCOUNTS - 1],
        )
        cursor.execute("ANALYZE accounts_account")


def cpu_seconds():
    """Of this process and of its backend: what a busy neighbour hardly moves."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def copy_seconds(path):
    """The same bytes, unread: what the database takes at most."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute(
            "CREATE TABLE bench_bare (account text, day text, feature text, events text)"
        )
        begun = cpu_seconds()
        with path.open("rb") as file:
            cursor.cursor.copy_expert("COPY bench_bare FROM STDIN (FORMAT csv, HEADER)", file)
        return cpu_seconds() - begun


def import_csv(path):
    """CPU seconds, and the finished run."""
    from accounts.intake.records import iso_reading  # noqa: PLC0415 -- after django.setup()
    from accounts.intake.specs import Kind  # noqa: PLC0415 -- likewise
    from accounts.loading.files import FileImport, import_file  # noqa: PLC0415 -- likewise

    with path.open("rb") as source:
        file = FileImport(
            name=path.name,
            source=source,
            kind=Kind.USAGE,
            reading=iso_reading(now=NOW, typed=False),
            day=NOW.date(),
            now=NOW,
        )
        begun = cpu_seconds()
        run = import_file(file, progress=lambda done, total: None, report=lambda problem: None)
        return cpu_seconds() - begun, run


def bulk_requests(path, *, requests):
    """CPU seconds for that many requests of 5,000 rows each, each a transaction."""
    from django.test import Client  # noqa: PLC0415 -- after django.setup()

    from accounts.keys import create_key  # noqa: PLC0415 -- likewise

    _, token = create_key(name="bench", scopes=["ingest:usage"], now=datetime.now(UTC))
    lines = path.read_text().splitlines()[1:]
    bodies = []
    for n in range(requests):
        rows = (line.split(",") for line in lines[n * BULK : (n + 1) * BULK])
        records = [
            {
                "account": account,
                "day": day,
                "feature": f"bulk_{feature}",
                "events": int(events.replace("_", "")),
            }
            for account, day, feature, events in rows
        ]
        bodies.append(json.dumps(records).encode())
    client = Client(headers={"Authorization": f"Bearer {token}"})
    begun = cpu_seconds()
    for body in bodies:
        answer = client.post("/api/v1/bulk/usage/", body, content_type="application/json")
        assert answer.status_code == 200, answer.content[:500]
    return cpu_seconds() - begun


def tell(name, value, unit, **rest):
    sys.stdout.write(
        json.dumps({"name": name, "value": round(value, 3), "unit": unit, **rest}) + "\n"
    )
    sys.stdout.flush()


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(home, *, rows):
    small, full = home / "small.csv", home / "full.csv"
    make_csv(small, rows=rows // 10)
    make_csv(full, rows=rows)
    make_accounts()
    import_csv(small)
    after_small = megabytes()
    bound = statistics.median(copy_seconds(full) for _ in range(3))
    seconds, run = import_csv(full)
    gc.collect()
    assert run.rejected == rows // 100, run.rejected
    tell(
        "intake.csv_usage", rows / seconds, "rows/CPU s",
        bound=round(rows / bound), ratio=round(bound / seconds, 3), goal=GOAL,
    )  # fmt: skip
    tell("intake.csv_usage_memory", megabytes() - after_small, "MB more than for a tenth", goal=30)
    again, run = import_csv(full)
    assert (run.created, run.updated) == (0, 0)
    tell("intake.csv_usage_again", rows / again, "rows/CPU s", ratio=round(bound / again, 3))
    requests = max(rows // 10 // BULK, 1)
    seconds = bulk_requests(full, requests=requests)
    per_second = requests * BULK / seconds
    tell(
        "intake.bulk_usage", per_second, "rows/CPU s",
        bound=round(rows / bound), ratio=round(per_second * bound / rows, 3), goal=GOAL,
    )  # fmt: skip


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="cs-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        postgres = serve(home)
        try:
            from django.core.management import call_command  # noqa: PLC0415 -- after setup
            from django.test.utils import setup_test_environment  # noqa: PLC0415 -- likewise

            call_command("migrate", verbosity=0)
            setup_test_environment()
            measure(home, rows=rows)
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
