"""Retention and the executive page against their bounds, measured in one run on the same data.

Rebuild: 24 months by segment from the ledger, against a scan of the ledger and its export.
Posting: a movement that restates three months, and the exact series after it.
Page: the whole request, in CPU time of this process and all of Postgres, because a busy machine
hardly moves it, and what it grows by from the smaller company to the larger one.
"""

import io
import statistics
import time
from datetime import date

from tests.benchmarks.measuring import Clock, note, p95, report, scaled, served
from tests.benchmarks.metrics_company import DAY, prepare

CLOSED = date(2025, 6, 14)
LATEST = date(2025, 5, 31)
ROUNDS = 5
REQUESTS = 100
SIZES = (10_000, 100_000)
PAGES = {
    "report": "/executive/",
    "nrr_accounts": "/executive/accounts/?figure=nrr",
    "grr_segment": "/executive/accounts/?figure=grr&group=smb",
    "expansion": "/executive/movements/?figure=expansion",
    "churn": "/executive/movements/?figure=churn",
    "end": "/executive/movements/?figure=end",
    "at_risk": "/executive/health/?at_risk=1",
    "renewals": "/executive/renewals/",
    "gained": "/executive/week/?change=gained",
    "fell": "/executive/week/?change=fell",
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
    from accounts.queries.rates import rate_table  # noqa: PLC0415 -- after django.setup()
    from metrics.definitions import Method  # noqa: PLC0415 -- after django.setup()
    from metrics.facts.positions import read_months  # noqa: PLC0415 -- likewise
    from metrics.facts.scope import ReportScope  # noqa: PLC0415 -- likewise
    from metrics.retention.windows import month_ends  # noqa: PLC0415 -- likewise

    months = month_ends(until=LATEST, count=24)
    rates = rate_table(base="USD")
    found = [
        month.retention(method)
        for month in read_months(months=months, rates=rates, scope=ReportScope())
        for method in Method
    ]
    assert len(found) == 48
    assert all(len(segments) == 3 for segments in found)


def bench_rebuild(accounts):
    from metrics.snapshots import take_snapshots  # noqa: PLC0415 -- after django.setup()

    bounds, seconds = [], []
    for _ in range(ROUNDS):
        bounds.append(taken(export_ledger))
        seconds.append(taken(rebuild))
    more = {
        "movements": accounts * 10,
        "first_snapshots": taken(lambda: take_snapshots(day=CLOSED)),
        "night_without_news": taken(lambda: take_snapshots(day=CLOSED)),
    }
    report("metrics.rebuild", statistics.median(seconds), statistics.median(bounds), **more)


def series():
    from accounts.queries.rates import rate_table  # noqa: PLC0415 -- after django.setup()
    from metrics.definitions import Method  # noqa: PLC0415 -- after django.setup()
    from metrics.facts.scope import ReportScope  # noqa: PLC0415 -- likewise
    from metrics.queries.series import retention_series  # noqa: PLC0415 -- likewise
    from metrics.retention.windows import month_ends  # noqa: PLC0415 -- likewise

    months = month_ends(until=LATEST, count=24)
    return retention_series(
        months=months,
        rates=rate_table(base="USD"),
        scope=ReportScope(),
        method=Method.BY_ACCOUNT,
    )


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


def bench_posting():
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (id bigint primary key, day date, word text)")
    stored = [taken(series) * 1e3 for _ in range(100)][5:]
    bare, posted = [], []
    for number in range(200):  # in turns, so that a busy machine slows both
        bare.append(taken(lambda n=number: insert_bare(n)) * 1e3)
        posted.append(taken(lambda n=number: post(n, day=date(2025, 3, 3))) * 1e3)
    report("metrics.posting", statistics.median(posted), statistics.median(bare))
    after = min(taken(series) for _ in range(5))
    report("metrics.series", p95(stored), after_200_late_movements=after * 1e3)


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


def bench_page(postmaster):
    """By page: the 95th percentile of the wall, and CPU milliseconds."""
    from accounts.models import User  # noqa: PLC0415 -- after django.setup()
    from metrics.snapshots import take_snapshots  # noqa: PLC0415 -- likewise

    User.objects.create_user("bench@demo.example", name="Bench", role="executive")
    take_snapshots(day=CLOSED)
    note("asking for pages")
    return {name: request_cost(address, postmaster) for name, address in PAGES.items()}


def report_pages(small, large, *, accounts):
    grown = {name: cost / small[name][1] for name, (_, cost) in large.items()}
    for name, (wall, cost) in large.items():
        report(f"metrics.{name}", cost, accounts=accounts, growth=grown[name], wall_p95=wall)
    most = max(grown, key=grown.__getitem__)
    report("metrics.growth", grown[most], page=most)


def main():
    sizes = [scaled(size) for size in SIZES]
    costs = []
    with served() as (_, postgres):
        for size in sizes:
            note(f"making a company of {size} accounts")
            prepare(size)
            if size == sizes[-1]:
                note("rebuilding 24 months, taking the first snapshots")
                bench_rebuild(size)
                note("posting")
                bench_posting()
            costs.append(bench_page(postgres.process.pid))
    report_pages(*costs, accounts=sizes[-1])


if __name__ == "__main__":
    main()
