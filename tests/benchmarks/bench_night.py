"""Whole nights, every step, one process: the first after an import, and those that follow.

The bound is that of bench_health: a parallel scan of the 120-day facts and a COPY of the results.
CPU seconds (this process and all of Postgres) are judged.
`python -m tests.benchmarks.bench_night <group> <accounts>`: lines begin with the group.
"""

import resource
import statistics
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from tests.benchmarks.bench_health import bound
from tests.benchmarks.large_company import fill_facts
from tests.benchmarks.measuring import Clock, empty_database, note, report, scaled, served

NIGHTS = 4  # the first, and three in steady state
# What every day or month adds to and nothing takes away, and how often a year that is.
_GROWING = {
    "accounts_usageday": ("day", 365),
    "health_healthscore": ("day", 365),
    "accounts_usermonth": ("month", 12),
}
_SIZES = """
    SELECT pg_total_relation_size(%s) + coalesce(sum(pg_total_relation_size(relid)), 0)
    FROM pg_partition_tree(%s) WHERE isleaf
"""


def carry_through(day):
    """Seconds by step, as they were written down."""
    from cs_platform.models import StepRun  # noqa: PLC0415 -- likewise
    from cs_platform.scheduling import job_runner, schedule  # noqa: PLC0415 -- likewise

    schedule.plan(day=day)
    while not schedule.is_through(day=day):
        now = datetime.now(UTC)
        schedule.enqueue_next_steps(day=day, now=now)
        for job in schedule.waiting_jobs(day=day, now=now):
            job_runner.run_job(job)
    seconds = defaultdict(float)
    for row in StepRun.objects.filter(day=day):
        assert not row.failure, row.failure
        seconds[row.step] += row.seconds
    return {step: round(spent, 2) for step, spent in seconds.items()}


def settle():
    """What the day's own processes would have done by the evening."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_dirtyaccount")
        cursor.execute("VACUUM ANALYZE")


def bytes_of_a_year(accounts):
    """By table: what an account adds to the database in 365 days, its indexes included."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    found = {}
    with connection.cursor() as cursor:
        for table, (column, times) in _GROWING.items():
            cursor.execute(_SIZES, [table, table])
            size = cursor.fetchone()[0]
            cursor.execute(f"SELECT count(*) FROM (SELECT DISTINCT {column} FROM {table}) d")
            found[table] = round(int(size) / max(cursor.fetchone()[0], 1) * times / accounts)
    return found


def measure(group, accounts, postmaster):
    """The bound is taken after each night, when there are results of its day to copy."""
    from cs_platform.scheduling import schedule  # noqa: PLC0415 -- after django.setup()
    from health.models import HealthScore  # noqa: PLC0415 -- likewise

    empty_database()
    latest = datetime.now(UTC).date() - timedelta(days=1)
    note(f"making a company of {accounts} accounts")
    fill_facts(accounts=accounts, day=latest)
    work, bounds, steps = [], [], []
    for number in range(NIGHTS):
        day = latest - timedelta(days=NIGHTS - 1 - number)
        note(f"night {number + 1} of {NIGHTS}")
        work.append(Clock(postmaster))
        with work[-1]:
            steps.append(carry_through(day))
        assert schedule.is_through(day=day)
        assert HealthScore.objects.filter(day=day).count() > accounts // 2
        settle()
        bounds.append(Clock(postmaster))
        bound(bounds[-1], day=day)
    limit = statistics.median(clock.cpu for clock in bounds)
    steady = statistics.median(clock.cpu for clock in work[1:])
    told = {"accounts": accounts, "wall": statistics.median(clock.wall for clock in work[1:])}
    report(f"{group}.steady", steady, limit, **told, steps=steps[-1])
    report(f"{group}.first", work[0].cpu, limit, accounts=accounts, wall=work[0].wall,
           steps=steps[0])  # fmt: skip
    parts = bytes_of_a_year(accounts)
    report(f"{group}.bytes", sum(parts.values()), tables=parts)


def main(group, accounts):
    with served() as (_, postgres):
        measure(group, scaled(accounts), postgres.process.pid)
    if group == "night_large":
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        report(f"{group}.memory", peak)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
