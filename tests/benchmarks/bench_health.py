"""Full recompute against its bound: a parallel scan of the 120-day facts, and a COPY of results.

Once from packed windows, as a night does it (the packs as old as they get), and from facts alone.
Both are measured in the same run on the same data, in turns. CPU seconds (this process and the
whole server) are judged, because a busy machine hardly moves them; wall seconds are told.
"""

import math
import statistics
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import partial

from tests.benchmarks.large_company import fill_facts
from tests.benchmarks.measuring import Clock, empty_database, report, scaled, served

DAY = date(2025, 6, 30)
NOW = datetime(2025, 6, 30, 20, tzinfo=UTC)
ROUNDS = 5
SIZES = (1_000, 10_000)


def prepare(accounts):
    """Empty tables, then facts of an installation that is frozen on DAY."""
    from accounts.models import Installation  # noqa: PLC0415 -- after django.setup()

    empty_database()
    fill_facts(accounts=accounts, day=DAY)
    Installation.objects.update(as_of=DAY)


def bound(clock, *, day=DAY):
    """Times a parallel scan of the facts of 120 days and a COPY of the results of `day`."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_copy (LIKE health_healthscore)")
        with clock:
            cursor.execute(
                "SELECT count(*), sum(events) FROM accounts_usageday WHERE day > %s::date - 120",
                [day],
            )
        latest = f"SELECT * FROM health_healthscore WHERE day = '{day}'"
        cursor.cursor.copy_expert(f"COPY ({latest}) TO STDOUT (FORMAT binary)", file)
        file.seek(0)
        with clock:
            cursor.cursor.copy_expert("COPY bench_copy FROM STDIN (FORMAT binary)", file)
        cursor.execute("TRUNCATE bench_copy")


def measure(accounts, postmaster):
    """Median wall and CPU seconds by what was done: the bound, from facts, packing, from packs."""
    from health.recompute import recompute  # noqa: PLC0415 -- after django.setup()
    from health.recompute.usage_packs import EVERY_DAYS, pack_usage  # noqa: PLC0415 -- likewise

    prepare(accounts)
    result = recompute(day=DAY, now=NOW)
    assert result.scored + result.unscored == accounts, result
    assert result.scored > accounts // 2, result
    rescore = partial(recompute, day=DAY, now=NOW)
    taken = {"bound": [], "from facts": rounds(rescore, postmaster, ROUNDS)}
    oldest = DAY - timedelta(days=EVERY_DAYS - 1)
    taken["packing anew"] = rounds(
        partial(pack_usage, day=oldest - timedelta(days=EVERY_DAYS)), postmaster, 1
    )
    taken["packing on"] = rounds(partial(pack_usage, day=oldest), postmaster, 1)
    taken["from packs"] = []
    for _ in range(ROUNDS):
        taken["bound"].append(Clock(postmaster))
        bound(taken["bound"][-1])
        taken["from packs"] += rounds(rescore, postmaster, 1)
    return {
        name: {
            kind: statistics.median(getattr(clock, kind) for clock in clocks)
            for kind in ("wall", "cpu")
        }
        for name, clocks in taken.items()
    }


def rounds(work, postmaster, times):
    clocks = [Clock(postmaster) for _ in range(times)]
    for clock in clocks:
        with clock:
            work()
    return clocks


def main():
    sizes = [scaled(size) for size in SIZES]
    with served() as (_, postgres):
        taken = {size: measure(size, postgres.process.pid) for size in sizes}
    small, large = (taken[size] for size in sizes)
    limit = large["bound"]
    for name, work in (("from_packs", "from packs"), ("from_facts", "from facts")):
        walls = {"wall": large[work]["wall"], "wall_ratio": large[work]["wall"] / limit["wall"]}
        report(f"health.{name}", large[work]["cpu"], limit["cpu"], accounts=sizes[-1], **walls)
    times = large["from packs"]["cpu"] / small["from packs"]["cpu"]
    packing = {f"packing_{how}": large[f"packing {how}"]["cpu"] for how in ("anew", "on")}
    report("health.growth", math.log(times) / math.log(sizes[-1] / sizes[0]), **packing)


if __name__ == "__main__":
    main()
