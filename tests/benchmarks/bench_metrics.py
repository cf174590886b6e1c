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

from tests.benchmarks.bench_health import Clock, report, serve

DAY = date(2025, 6, 15)
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

_FACTS = [
    """
    INSERT INTO accounts_account (
        external_id, name, domain, industry, region, time_zone, currency, customer_since, status,
        stage, tags, is_strategic, arr_minor, segment, touch_tier, segment_override,
        touch_tier_override, override_reason, tier_pending, created_at
    )
    SELECT 'bench-' || a, 'Account ' || a, '', '', '', 'UTC', 'USD', DATE '2022-07-01', 'active',
        'adoption', '{}', false, 1470000, (ARRAY['enterprise', 'mid_market', 'smb'])[1 + a %% 3],
        'tech', '', '', '', '', now()
    FROM generate_series(1, %(accounts)s) a
    """,
    """
    INSERT INTO accounts_attributehistory (account_id, attribute, value, valid_from, learned_at)
    SELECT id, 'segment', segment, DATE '2022-07-01', now() FROM accounts_account
    """,
    # Ten movements an account; every tenth account leaves with the last one.
    """
    INSERT INTO accounts_revenuemovement (
        account_id, effective_on, kind, amount_minor, currency, subtype, reason, product,
        recorded_at, source, external_id
    )
    SELECT a.id, DATE '2022-07-01' + (m * 110 + a.id %% 90)::int,
        CASE WHEN m = 0 THEN 'new' WHEN m = 9 AND a.id %% 10 = 0 THEN 'churn'
            WHEN m %% 2 = 1 THEN 'expansion' ELSE 'contraction' END,
        CASE WHEN m = 0 THEN 1200000 WHEN m = 9 AND a.id %% 10 = 0 THEN -1440000
            WHEN m %% 2 = 1 THEN 120000 ELSE -60000 END,
        'USD', '', '', '', now(), 'bench', a.id || '-m' || m
    FROM accounts_account a, generate_series(0, 9) m
    """,
    """
    INSERT INTO accounts_contract (
        account_id, external_id, starts_on, ends_on, arr_minor, currency, term_months, auto_renew,
        state, learned_at
    )
    SELECT id, id || '-k', ends_on - 365, ends_on, 1200000, 'USD', 12, false, 'active', now()
    FROM accounts_account, LATERAL (SELECT DATE '2025-04-01' + (id %% 365)::int AS ends_on) term
    """,
    """
    INSERT INTO health_currenthealth (
        account_id, day, scorecard_id, score, band, effective_band, at_risk, confidence, components,
        component_bands, lines_below, spark, crossing_seq, computed_at
    )
    SELECT a.id, %(day)s, (SELECT min(id) FROM health_scorecard), 30 + a.id %% 70, b.band, b.band,
        b.band = 'intervene', 100, '{}', '{}', 0, '{}', 0, now()
    FROM accounts_account a,
        LATERAL (SELECT CASE WHEN a.id %% 70 >= 45 THEN 'healthy' WHEN a.id %% 70 >= 20 THEN 'watch'
            ELSE 'intervene' END AS band) b
    """,
    """
    INSERT INTO health_healthscore (
        account_id, day, revision, scorecard_id, score, band, confidence, raw, readings, weights,
        components, gate_hits, computed_at
    )
    SELECT account_id, closed, 0, scorecard_id, score, band, 100, '{}', '{}', '{}', '{}', 0,
        closed + interval '1 day'
    FROM health_currenthealth,
        unnest(ARRAY[DATE '2025-05-31', DATE '2025-06-14']) AS days (closed)
    """,
    """
    INSERT INTO health_closedday (day, closed_at)
    SELECT closed, closed + interval '1 day'
    FROM unnest(ARRAY[DATE '2025-05-31', DATE '2025-06-14']) AS days (closed)
    """,
    # Every fiftieth account changed its band in the week.
    """
    INSERT INTO health_thresholdcrossing (
        account_id, day, subject, seq, kind, cause, direction, from_band, to_band, score_before,
        score_after, scorecard_id, is_overridden, created_at
    )
    SELECT account_id, DATE '2025-06-08' + (account_id %% 7)::int, 'score', 1, 'band', 'moved',
        'down', 'watch', 'intervene', 55, 45, scorecard_id, false, now()
    FROM health_currenthealth WHERE account_id %% 50 = 0
    """,
]


def prepare(accounts):
    from django.core.management import call_command  # noqa: PLC0415 -- after django.setup()
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from accounts.models import Installation  # noqa: PLC0415 -- after django.setup()
    from health.publishing import install_library  # noqa: PLC0415 -- after django.setup()
    from tests.benchmarks.bench_health import NOW  # noqa: PLC0415 -- likewise

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})
    install_library(now=NOW)
    with connection.cursor() as cursor:
        for statement in _FACTS:
            cursor.execute(statement, {"accounts": accounts, "day": DAY})
        cursor.execute("VACUUM ANALYZE")


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
            " currency, subtype, reason, product, recorded_at, source, external_id) VALUES"
            " (%s, %s, 'expansion', 100, 'USD', '', '', '', now(), 'late', %s)",
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
