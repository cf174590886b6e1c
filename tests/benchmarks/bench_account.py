"""One account from its facts to its stored score, and marked accounts in batches of 500.

The bound of one account is a row update by key with its commit, in turns with it. CPU of this
process and of its database backend is judged.
"""

import statistics
import time

from tests.benchmarks.bench_health import DAY, NOW, prepare
from tests.benchmarks.measuring import cpu_clocks, report, scaled, served

ACCOUNTS = 10_000
ROUNDS = 200
WARM_UP = 5
BATCH = 500
BATCHES = 20


def run(statement, *values):
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def update_row(account):
    run("UPDATE bench_row SET score = score + 1 WHERE account_id = %s", account)


def change_facts(account):
    """Its tickets are solved, or open again: another score, outside the clocks."""
    run(
        "UPDATE accounts_ticket SET solved_at = CASE WHEN solved_at IS NULL"
        " THEN opened_at + interval '1 day' END WHERE account_id = %s",
        account,
    )


def bench_one(accounts):
    from health.recompute import rescore_now  # noqa: PLC0415 -- after django.setup()

    run(
        "CREATE TABLE bench_row AS SELECT account_id, 0 AS score FROM health_currenthealth;"
        " ALTER TABLE bench_row ADD PRIMARY KEY (account_id); ANALYZE bench_row"
    )
    clock = cpu_clocks()
    taken = {"bound": [], "one": [], "wall": []}
    for number in range(WARM_UP + ROUNDS):
        account = 1 + number * 47 % accounts
        change_facts(account)
        begun = clock()
        update_row(account)
        taken["bound"].append((clock() - begun) / 1e6)
        begun, at = clock(), time.perf_counter()
        result = rescore_now(account_ids=[account], now=NOW)
        taken["one"].append((clock() - begun) / 1e6)
        taken["wall"].append((time.perf_counter() - at) * 1e3)
        assert result.scored == 1, result
    one, bound, wall = (
        statistics.median(taken[each][WARM_UP:]) for each in ("one", "bound", "wall")
    )
    report("account.one", one, bound, accounts=accounts, wall_ms=wall)


def bench_drain(accounts):
    from accounts.models import DirtyAccount  # noqa: PLC0415 -- after django.setup()
    from health.recompute import drain_dirty  # noqa: PLC0415 -- likewise

    DirtyAccount.objects.all().delete()
    batches = max(min(BATCHES, accounts // BATCH), 1)
    # Far apart, as the senders of one moment are.
    run(
        "INSERT INTO accounts_dirtyaccount (account_id)"
        " SELECT id FROM accounts_account ORDER BY md5(id::text) LIMIT %s",
        (1 + batches) * BATCH,
    )
    drain_dirty(limit=BATCH, now=NOW)  # fills caches of plans
    clock = cpu_clocks()
    begun, at, done = clock(), time.perf_counter(), 0
    while taken := drain_dirty(limit=BATCH, now=NOW):
        done += taken
    seconds = (clock() - begun) / 1e9
    more = {"batch": BATCH, "wall_per_second": done / (time.perf_counter() - at)}
    report("account.drain", done / seconds, **more)


def measure(accounts):
    from health.recompute import recompute  # noqa: PLC0415 -- after django.setup()
    from health.recompute.usage_packs import pack_usage  # noqa: PLC0415 -- likewise

    prepare(accounts)
    pack_usage(day=DAY)
    recompute(day=DAY, now=NOW)
    run("VACUUM ANALYZE")
    bench_one(accounts)
    bench_drain(accounts)


def main():
    with served():
        measure(scaled(ACCOUNTS))


if __name__ == "__main__":
    main()
