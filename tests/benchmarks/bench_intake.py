"""A million usage rows by CSV, one percent of them bad; a day's export in bulk requests; batches
that are accepted now and folded into the days later; contracts in any order of rows.

The bound of usage is a raw COPY of the same bytes into a bare table; times are CPU of client and
server.
"""

import gc
import json
import random
import resource
import statistics
from datetime import UTC, date, datetime, timedelta

from tests.benchmarks.measuring import cpu_clocks, report, scaled, served

NOW = datetime(2025, 6, 30, 10, tzinfo=UTC)
ACCOUNTS = 10_000
DAYS = 60
FEATURES = ("search", "reports", "export")
HEADER = "account,day,feature,events\n"
ROWS = 1_000_000
BULK, BATCH = 5_000, 500  # records a request
REQUESTS, BATCHES = 20, 100
CONTRACTS, TERMS = 50_000, 5


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


def make_contracts(path, *, rows):
    """Back to back for five years, a product each; in no order."""
    made = random.Random(5)
    lines = []
    for account in range(rows // TERMS):
        signed = date(2020, 7, 1) + timedelta(days=account % 360)
        for n in range(TERMS):
            starts, ends = (signed.replace(year=signed.year + n + more, day=1) for more in (0, 1))
            arr = made.randrange(1_000, 90_000)
            lines.append(
                f"c{account}-{n},bench-{account},{starts},{ends},{arr}.00,USD,12,false,core\n"
            )
    made.shuffle(lines)
    header = "external_id,account,starts_on,ends_on,arr,currency,term_months,auto_renew,product\n"
    path.write_text(header + "".join(lines))


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
    return cpu_clocks()() / 1e9


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


def import_csv(path, kind="usage"):
    """CPU seconds, and the finished run."""
    from accounts.intake.parse_options import iso_reading  # noqa: PLC0415 -- after django.setup()
    from accounts.intake.specs import Kind  # noqa: PLC0415 -- likewise
    from accounts.loading.files import FileImport, import_file  # noqa: PLC0415 -- likewise

    with path.open("rb") as source:
        file = FileImport(
            name=path.name,
            source=source,
            kind=Kind(kind),
            reading=iso_reading(now=NOW, typed=False),
            day=NOW.date(),
            now=NOW,
        )
        begun = cpu_seconds()
        run = import_file(file, progress=lambda done, total: None, report=lambda problem: None)
        return cpu_seconds() - begun, run


def exported(first, count):
    """Rows of a day's export, `first` and following: all features of one account after another,
    of days that nobody has told of."""
    latest = NOW.date() - timedelta(days=DAYS + 1)
    for n in range(first, first + count):
        account, feature = divmod(n, len(FEATURES))
        day = latest - timedelta(days=account // ACCOUNTS)
        yield f"bench-{account % ACCOUNTS}", str(day), FEATURES[feature], n % 500


def json_body(rows):
    keys = ("account", "day", "feature", "events")
    return json.dumps([dict(zip(keys, row, strict=True)) for row in rows]).encode()


def csv_body(rows):
    return (HEADER + "".join(f"{','.join(map(str, row))}\n" for row in rows)).encode()


def posted(client, bodies, *, media_type="application/json", status=200, **headers):
    """CPU seconds of these requests, each a transaction."""
    begun = cpu_seconds()
    for body in bodies:
        answer = client.post("/api/v1/bulk/usage/", body, content_type=media_type, headers=headers)
        assert answer.status_code == status, answer.content[:500]
    return cpu_seconds() - begun


def fold():
    """CPU seconds for all batches that were accepted."""
    from accounts.models import Job  # noqa: PLC0415 -- likewise
    from accounts.work import jobs  # noqa: PLC0415 -- after django.setup()
    from cs_platform.scheduling import job_runner  # noqa: PLC0415 -- likewise

    begun = cpu_seconds()
    while due := jobs.due_ids(now=datetime.now(UTC)):
        for job in due:
            job_runner.run_job(job)
    spent = cpu_seconds() - begun
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    return spent


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_files(home, *, rows):
    """Rows a second by COPY, what everything else is compared with."""
    small, full = home / "small.csv", home / "full.csv"
    make_csv(small, rows=rows // 10)
    make_csv(full, rows=rows)
    import_csv(small)
    after_small = megabytes()
    bound = rows / statistics.median(copy_seconds(full) for _ in range(3))
    seconds, run = import_csv(full)
    gc.collect()
    assert run.rejected == rows // 100, run.rejected
    report("intake.csv", rows / seconds, bound)
    report("intake.csv_memory", max(megabytes() - after_small, 0))
    seconds, run = import_csv(full)
    assert (run.created, run.updated) == (0, 0)
    report("intake.csv_again", rows / seconds, bound)
    return bound


def measure_requests(bound, *, requests, batches):
    from django.test import Client  # noqa: PLC0415 -- after django.setup()

    from accounts.keys import create_key  # noqa: PLC0415 -- likewise
    from accounts.models import UsageDay  # noqa: PLC0415 -- likewise

    _, token = create_key(name="bench", scopes=["ingest:usage"], now=datetime.now(UTC))
    client = Client(headers={"Authorization": f"Bearer {token}"})
    before, rows = UsageDay.objects.count(), requests * BULK
    more = json_body(exported(2 * rows + batches * BATCH, BULK))
    posted(client, [more])  # the first request fills caches of routes and plans
    bodies = [json_body(exported(n * BULK, BULK)) for n in range(requests)]
    report("intake.bulk_json", rows / posted(client, bodies), bound)
    bodies = [csv_body(exported(rows + n * BULK, BULK)) for n in range(requests)]
    report("intake.bulk_csv", rows / posted(client, bodies, media_type="text/csv"), bound)
    bodies = [json_body(exported(2 * rows + n * BATCH, BATCH)) for n in range(batches)]
    seconds = posted(client, bodies, status=202, Prefer="respond-async")
    report("intake.accept", batches * BATCH / seconds, bound)
    report("intake.fold", batches * BATCH / fold(), bound)
    assert UsageDay.objects.count() == before + BULK + 2 * rows + batches * BATCH


def measure_contracts(home, *, rows):
    path = home / "contracts.csv"
    make_contracts(path, rows=rows)
    seconds, run = import_csv(path, "contracts")
    assert (run.created, run.rejected) == (rows, 0), (run.created, run.rejected)
    report("intake.contracts", rows / seconds)


def main():
    with served() as (home, _):
        from django.test.utils import setup_test_environment  # noqa: PLC0415 -- after setup

        setup_test_environment()
        make_accounts()
        requests, batches = (max(n * scaled(ROWS) // ROWS, 1) for n in (REQUESTS, BATCHES))
        bound = measure_files(home, rows=scaled(ROWS))
        measure_requests(bound, requests=requests, batches=batches)
        measure_contracts(home, rows=scaled(CONTRACTS) // TERMS * TERMS)


if __name__ == "__main__":
    main()
