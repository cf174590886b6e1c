"""Retention and the executive page against their bounds, measured in one run on the same data.

Rebuild: 24 months by segment from the ledger, against a scan of the ledger and its export.
Posting: a movement that restates three months, and the exact series after it.
Page: the whole request, in CPU time of this process and all of Postgres, because a busy machine
hardly moves it, and what it grows by from the smaller company to the larger one.
Prints one JSON object a line. `python -m tests.benchmarks.bench_metrics [accounts …]`
"""

import io
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.benchmarks.measuring import Clock, report, serve
from tests.benchmarks.metrics_company import DAY, prepare

CLOSED = date(2025, 6, 14)
LATEST = date(2025, 5, 31)
ROUNDS = 5
REQUESTS = 100
SIZES = (10_000, 100_000)
REBUILD_GOAL = 6.0
POSTING_GOAL = 5.0
PAGE_LIMIT_MS = 50.0
LIST_LIMIT_MS = 100.0
GROWTH_LIMIT = 1.1
PAGES = {
    "report": "/executive/",
    "accounts of NRR": "/executive/accounts/?figure=nrr",
    "accounts of GRR in a segment": "/executive/accounts/?figure=grr&group=smb",
    "movements of expansion": "/executive/movements/?figure=expansion",
    "movements of churn": "/executive/movements/?figure=churn",
    "movements of the end": "/executive/movements/?figure=end",
    "accounts at risk": "/executive/health/?at_risk=1",
    "renewals": "/executive/renewals/",
    "movements of the week": "/executive/week/?change=gained",
    "falls of the week": "/executive/week/?change=fell",
}


def taken(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def export_ledger():
    """The bound: every movement read once and handed to the client."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    columns = "account_id, effective_on, kind, amount_minor, currency"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(amount_minor) FROM accounts_revenuemovement")
        cursor.cursor.copy_expert(
            f"COPY (SELECT {columns} FROM accounts_revenuemovement) TO STDOUT (FORMAT binary)",
            io.BytesIO(),
        )


def rebuild():
    from metrics.facts.ledger import read_rates  # noqa: PLC0415 -- after django.setup()
    from metrics.facts.positions import read_months  # noqa: PLC0415 -- likewise
    from metrics.facts.scope import Scope  # noqa: PLC0415 -- likewise
    from metrics.retention.windows import month_ends  # noqa: PLC0415 -- likewise

    months = month_ends(until=LATEST, count=24)
    rates = read_rates(base="USD")
    found = [m.retention() for m in read_months(months=months, rates=rates, scope=Scope())]
    assert len(found) == 24
    assert all(len(segments) == 3 for segments in found)


def bench_rebuild(accounts):
    from metrics.snapshots import take_snapshots  # noqa: PLC0415 -- after django.setup()

    bounds, seconds = [], []
    for _ in range(ROUNDS):
        bounds.append(taken(export_ledger))
        seconds.append(taken(rebuild))
    limit = statistics.median(bounds)
    size = f"{accounts * 10:,} movements"
    report(f"retention rebuild, {size}", statistics.median(seconds), "s", limit, REBUILD_GOAL)
    first = taken(lambda: take_snapshots(day=CLOSED))
    report(f"first snapshots of all months and days, {size}", first, "s", limit, None)
    night = taken(lambda: take_snapshots(day=CLOSED))
    report(f"a night without news, {size}", night, "s", limit, None)


def series():
    from metrics.facts.ledger import read_rates  # noqa: PLC0415 -- after django.setup()
    from metrics.facts.scope import Scope  # noqa: PLC0415 -- likewise
    from metrics.queries.series import retention_series  # noqa: PLC0415 -- likewise
    from metrics.retention.windows import month_ends  # noqa: PLC0415 -- likewise

    months = month_ends(until=LATEST, count=24)
    return retention_series(months=months, rates=read_rates(base="USD"), scope=Scope())


def post(number, *, day):
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_revenuemovement (account_id, effective_on, kind, amount_minor,"
            " currency, subtype, reason, product, recorded_at, source_id, external_id) VALUES"
            " (%s, %s, 'expansion', 100, 'USD', '', '', '', now(), 'direct', %s)",
            [number + 1, day, f"late-{day}-{number}"],
        )


def insert_bare(number):
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare VALUES (%s, %s, 'x')", [number, DAY])


def bench_posting(accounts):
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (id bigint primary key, day date, word text)")
    before = min(taken(series) for _ in range(50))
    bare, posted = [], []
    for number in range(200):  # in turns, so that a busy machine slows both
        bare.append(taken(lambda n=number: insert_bare(n)) * 1e3)
        posted.append(taken(lambda n=number: post(n, day=date(2025, 3, 3))) * 1e3)
    limit = statistics.median(bare)
    report("posting a movement", statistics.median(posted), "ms", limit, POSTING_GOAL)
    report("series of 24 months, stored", before * 1e3, "ms", 5.0, 1.0)
    after = min(taken(series) for _ in range(5))
    name = f"series after 200 late movements, {accounts} accounts"
    report(name, after * 1e3, "ms", 5.0, None)


def p95(milliseconds):
    return sorted(milliseconds)[int(len(milliseconds) * 0.95) - 1]


def signed_in():
    from django.test import Client  # noqa: PLC0415 -- after django.setup()

    from accounts.models import User  # noqa: PLC0415 -- likewise

    client = Client()
    client.force_login(User.objects.get(email="bench@demo.example"))
    return client


def asked(client, address):
    answer = client.get(address, headers={"host": "localhost"})
    assert answer.status_code in (200, 302), answer.status_code


def request_cost(address, postmaster):
    """Milliseconds a request: the 95th percentile of the wall, and the mean of the CPU."""
    client = signed_in()
    for _ in range(5):  # the first ones fill caches of templates and plans
        asked(client, address)
    clock = Clock(postmaster)
    with clock:
        times = [taken(lambda: asked(client, address)) * 1e3 for _ in range(REQUESTS)]
    return p95(times), clock.cpu / REQUESTS * 1e3


def bench_page(accounts, postmaster):
    """CPU milliseconds by page."""
    from accounts.models import User  # noqa: PLC0415 -- after django.setup()
    from metrics.snapshots import take_snapshots  # noqa: PLC0415 -- likewise

    User.objects.create_user("bench@demo.example", name="Bench", role="executive")
    take_snapshots(day=CLOSED)
    no_op, _ = request_cost("/", postmaster)
    found = {}
    for name, address in PAGES.items():
        wall, found[name] = request_cost(address, postmaster)
        limit = PAGE_LIMIT_MS if address == "/executive/" else LIST_LIMIT_MS
        title = f"executive {name}, {accounts} accounts"
        report(f"{title}, CPU", found[name], "ms", limit, 1.0)
        report(f"{title}, p95 against a view that does nothing", wall, "ms", no_op, None)
    return found


def report_growth(small, large):
    for name, cost in large.items():
        report(f"executive {name}, growth of CPU", cost / small[name], "", 1.0, GROWTH_LIMIT)


def main(sizes=SIZES):
    with tempfile.TemporaryDirectory(prefix="cs-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        postgres = serve(home)
        try:
            costs = []
            for size in sizes:
                prepare(size)
                bench_rebuild(size)
                bench_posting(size)
                costs.append(bench_page(size, postgres.process.pid))
            if len(costs) > 1:
                report_growth(costs[0], costs[-1])
        finally:
            postgres.stop()


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
