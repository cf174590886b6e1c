"""Full recompute against its bound: a parallel scan of the 120-day facts, and a COPY of results.

Once from packed windows, as a night does it (the packs as old as they get), and from facts alone.

Both are measured in the same run on the same data, in turns. CPU seconds (this process and the
whole server) are judged, because a busy machine hardly moves them; wall seconds are reported.
Prints one JSON object a line. `python -m tests.benchmarks.bench_health [accounts …]`
"""

import math
import statistics
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.benchmarks.measuring import Clock, report, serve

DAY = date(2025, 6, 30)
NOW = datetime(2025, 6, 30, 20, tzinfo=UTC)
ROUNDS = 5
GOALS = {"from packs": 4.0}
GROWTH_GOAL = 1.15
SIZES = (1_000, 10_000)

_FACTS = [
    """
    INSERT INTO accounts_plan (key, name, first_value_days) VALUES ('pro', 'Pro', 30)
    """,
    """
    INSERT INTO accounts_feature (key, name, is_core, plans, valid_from)
    SELECT 'feature-' || f, 'Feature ' || f, true, '{}', DATE '2020-01-01'
    FROM generate_series(1, 3) f
    """,
    """
    INSERT INTO accounts_account (
        external_id, name, domain, industry, region, time_zone, currency, plan_id, seats,
        customer_since, status, stage, tags, is_strategic, arr_minor, segment, touch_tier,
        segment_override, touch_tier_override, override_reason, tier_pending, created_at
    )
    SELECT 'bench-' || a, 'Account ' || a, '', '', '', 'UTC', 'USD', (SELECT id FROM accounts_plan),
        10 + a %% 40, DATE '2023-01-01', 'active',
        CASE WHEN a %% 20 = 0 THEN 'onboarding' ELSE 'adoption' END, '{}', false, 0, 'smb', 'tech',
        '', '', '', '', now()
    FROM generate_series(1, %(accounts)s) a
    """,
    """
    INSERT INTO accounts_usageday (account_id, day, feature_id, learned_on, events)
    SELECT a.id, d::date, f.id, d::date,
        (a.id * 7 + f.id * 13 + (d::date - DATE '2020-01-01')) %% 50
    FROM generate_series(%(day)s::date - 179, %(day)s::date, '1 day') d,
        accounts_account a, accounts_feature f
    """,
    """
    INSERT INTO accounts_usermonth (account_id, month, user_key, days)
    SELECT a.id, m::date, 'user-' || u, (a.id * 7919 + u * 104729) %% 268435455
    FROM accounts_account a, generate_series(1, 6) u,
        generate_series(date_trunc('month', %(day)s::date - 179), %(day)s::date, '1 month') m
    """,
    """
    INSERT INTO accounts_ticket (
        account_id, external_id, subject, opened_at, solved_at, category, severity, topic, sentiment
    )
    SELECT a.id, a.id || '-t' || t, '', opened,
        CASE WHEN (a.id + t) %% 7 > 0 THEN opened + interval '3 days' END,
        (ARRAY['how_to', 'defect', 'request', 'billing'])[1 + (a.id + t) %% 4], 'normal',
        'topic-' || (a.id + t) %% 9, ''
    FROM accounts_account a, generate_series(1, 5) t,
        LATERAL (
            SELECT %(day)s::timestamptz - make_interval(days => (a.id * t %% 170)::int)
        ) o(opened)
    """,
    """
    INSERT INTO accounts_contact (
        account_id, external_id, name, email, title, level, job_function, roles, is_active, met_on,
        do_not_contact
    )
    SELECT a.id, a.id || '-c' || c, 'Contact', '', '',
        (ARRAY['c_level', 'vp', 'director', 'manager', 'user'])[1 + (a.id + c) %% 5], '',
        CASE WHEN c = 1 THEN ARRAY['champion'] ELSE ARRAY['end_user'] END, true, DATE '2023-02-01',
        false
    FROM accounts_account a, generate_series(1, 3) c
    """,
    """
    INSERT INTO accounts_interaction (
        account_id, external_id, occurred_at, kind, is_commercial, sentiment, subject, notes,
        next_step
    )
    SELECT a.id, a.id || '-i' || i,
        %(day)s::timestamptz - make_interval(days => (a.id * i %% 150)::int), 'call', i = 1, '',
        '', '', ''
    FROM accounts_account a, generate_series(1, 2) i
    """,
    """
    INSERT INTO accounts_interactioncontact (interaction_id, contact_id)
    SELECT i.id, c.id FROM accounts_interaction i
    JOIN accounts_contact c ON c.account_id = i.account_id AND c.external_id LIKE '%%-c1'
    """,
    """
    INSERT INTO accounts_revenuemovement (
        account_id, effective_on, kind, amount_minor, currency, subtype, reason, product,
        recorded_at, source_id, external_id
    )
    SELECT a.id, DATE '2023-01-01' + 100 * m, CASE WHEN m = 0 THEN 'new' ELSE 'expansion' END,
        100000 + a.id %% 7000000, 'USD', '', '', '', now(), 'direct', a.id || '-m' || m
    FROM accounts_account a, generate_series(0, 8) m
    """,
    """
    INSERT INTO accounts_contract (
        account_id, external_id, starts_on, ends_on, arr_minor, currency, term_months, auto_renew,
        state, learned_at
    )
    SELECT a.id, a.id || '-k', DATE '2025-03-01', DATE '2026-03-01', 1200000, 'USD', 12, false,
        'active', now()
    FROM accounts_account a
    """,
    """
    INSERT INTO accounts_invoice (
        account_id, external_id, issued_on, due_on, paid_on, amount_minor, currency, state
    )
    SELECT a.id, a.id || '-v' || v, issued, issued + 30, issued + 30 + (a.id * v %% 20)::int,
        100000, 'USD', 'paid'
    FROM accounts_account a, generate_series(1, 4) v,
        LATERAL (SELECT %(day)s::date - 60 * v - 60) o(issued)
    """,
]


def prepare(accounts):
    """Empty tables, then facts: accounts × 180 days × 3 features, and what goes with them."""
    from django.core.management import call_command  # noqa: PLC0415 -- after django.setup()
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from health.publishing import install_library  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    install_library(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cs_ensure_partitions('accounts_usageday', %s::date - 180, %s)", [DAY, DAY]
        )
        for statement in _FACTS:
            cursor.execute(statement, {"accounts": accounts, "day": DAY})
        cursor.execute("VACUUM ANALYZE")


def bound(clock):
    """Times a parallel scan of the facts of 120 days and a COPY of the results."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_copy (LIKE health_healthscore)")
        with clock:
            cursor.execute(
                "SELECT count(*), sum(events) FROM accounts_usageday WHERE day > %s::date - 120",
                [DAY],
            )
        latest = f"SELECT * FROM health_healthscore WHERE day = '{DAY}'"
        cursor.cursor.copy_expert(f"COPY ({latest}) TO STDOUT (FORMAT binary)", file)
        file.seek(0)
        with clock:
            cursor.cursor.copy_expert("COPY bench_copy FROM STDIN (FORMAT binary)", file)
        cursor.execute("TRUNCATE bench_copy")


def measure(accounts, postmaster):
    """Median wall and CPU seconds by what was done: the bound, from facts, packing, from packs."""
    from health.recompute import recompute  # noqa: PLC0415 -- after django.setup()
    from health.recompute.packing import EVERY_DAYS, pack_usage  # noqa: PLC0415 -- likewise

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


def tell(accounts, taken):
    limit = taken["bound"]
    for work in ("from packs", "from facts", "packing on", "packing anew"):
        for kind in ("cpu", "wall"):
            goal = GOALS.get(work) if kind == "cpu" else None
            name = f"health recompute, {accounts} accounts, {work}, {kind}"
            report(name, taken[work][kind], "s", limit[kind], goal)


def main(sizes=SIZES):
    with tempfile.TemporaryDirectory(prefix="cs-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        postgres = serve(home)
        try:
            taken = {}
            for size in sizes:
                taken[size] = measure(size, postgres.process.pid)
                tell(size, taken[size])
            if len(sizes) > 1:
                small, large = sizes[0], sizes[-1]
                times = taken[large]["from packs"]["cpu"] / taken[small]["from packs"]["cpu"]
                growth = math.log(times) / math.log(large / small)
                report("health recompute, growth exponent", growth, "", 1.0, GROWTH_GOAL)
        finally:
            postgres.stop()


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
