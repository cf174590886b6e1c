"""What a page costs the server: a CSM with 300 accounts, their manager, an executive, a search.

Requests go through the real middleware in this process. CPU of this process and of its database
backend is judged, because a busy machine hardly moves it; wall time is reported against a view
that does nothing but know who asks. Prints one JSON object a line.
`python -m tests.benchmarks.bench_pages [accounts …]`
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench_metrics import p95
from tests.benchmarks.measuring import report, serve
from tests.benchmarks.metrics_company import DAY
from tests.benchmarks.metrics_company import prepare as prepare_money

BOOK = 300
WARM_UP = 5
REQUESTS = 100
LIMIT_MS = 50.0
TODAY_LIMIT_MS = 30.0
SEARCH_LIMIT_MS = 30.0
GROWTH_GOAL = 1.10
SIZES = (10_000, 100_000)
CSM, EXECUTIVE = "csm-1@demo.example", "executive@demo.example"
MANAGER = "manager@demo.example"

# Teams of eight CSMs. A third of a book has two open tasks; every tenth account fell yesterday.
_FACTS = [
    """
    INSERT INTO accounts_team (id, name)
    SELECT t, 'Team ' || t FROM generate_series(1, %(accounts)s / %(book)s / 8 + 1) t
    """,
    """
    INSERT INTO accounts_user (
        email, name, title, role, team_id, is_active, is_superuser, password, joined_at
    )
    SELECT 'csm-' || n || '@demo.example', 'CSM ' || n, '', 'csm', 1 + n / 8, true, false, '',
        now()
    FROM generate_series(1, greatest(%(accounts)s / %(book)s, 1)) n
    """,
    """
    INSERT INTO accounts_user (email, name, title, role, is_active, is_superuser, password,
        joined_at)
    VALUES ('executive@demo.example', 'Executive', '', 'executive', true, false, '', now()),
        ('manager@demo.example', 'Manager', '', 'manager', true, false, '', now())
    """,
    """
    INSERT INTO accounts_team_managers (team_id, user_id)
    SELECT 1, id FROM accounts_user WHERE email = 'manager@demo.example'
    """,
    """
    UPDATE accounts_account a SET
        owner_id = u.id, arr_minor = 400000 + (a.id * 7919 %% 9000000)::int,
        renews_on = %(day)s::date - 10 + (a.id * 31 %% 365)::int,
        name = (ARRAY['Vel', 'Tor', 'Quin', 'Mar', 'Hol', 'Bri', 'Sand', 'Wex', 'Pel', 'Nor'])
            [1 + a.id %% 10] || (ARRAY['ora', 'ben', 'tide', 'low', 'ker', 'mond', 'vane'])
            [1 + a.id / 10 %% 7] || ' ' || (ARRAY['Labs', 'Foods', 'Freight', 'Systems', 'Paper'])
            [1 + a.id / 70 %% 5] || ' ' || a.id
    FROM accounts_user u
    WHERE u.email = 'csm-' || 1 + a.id %% greatest(%(accounts)s / %(book)s, 1) || '@demo.example'
    """,
    """
    UPDATE health_currenthealth h SET
        week_change = (h.account_id %% 13 - 6) * 0.75, components = '{7000, 5500, 6100, 4000}',
        spark = (SELECT array_agg((5000 + (h.account_id * 17 + d * 61) %% 3000)::smallint)
            FROM generate_series(1, 90) d)
    """,
    """
    INSERT INTO playbooks_task (
        account_id, escalation, title, guidance, channel, owner_id, owner_role, opened_at, due_at,
        state, reason, note, why, closes_when
    )
    SELECT a.id, '', 'Call the champion of account ' || a.id, repeat('Ask what has changed. ', 8),
        'call', a.owner_id, 'csm', %(day)s::timestamptz - interval '3 days',
        %(day)s::timestamptz + make_interval(hours => (t * 30 - a.id %% 48)::int), 'open', '', '',
        'The score fell from 76 to 48: fewer people use it.', ''
    FROM accounts_account a, generate_series(0, 1) t WHERE a.id / 10 %% 3 = 0
    """,
    """
    INSERT INTO accounts_interaction (
        account_id, external_id, occurred_at, kind, is_commercial, sentiment, subject, notes,
        next_step
    )
    SELECT a.id, a.id || '-i' || i, %(day)s::timestamptz - make_interval(days =>
        (a.id * i %% 150)::int), 'call', false, '', 'Weekly call', 'Notes.',
        CASE WHEN a.id %% 4 = 0 THEN 'Send the plan' ELSE '' END
    FROM accounts_account a, generate_series(1, 4) i
    """,
    """
    INSERT INTO accounts_contact (
        account_id, external_id, name, email, title, level, job_function, roles, is_active, met_on,
        do_not_contact
    )
    SELECT a.id, a.id || '-c' || c, 'Contact ' || c, '', 'Head of work', 'director', '',
        CASE WHEN c = 1 THEN ARRAY['champion'] ELSE ARRAY['end_user'] END, true, DATE '2023-02-01',
        false
    FROM accounts_account a, generate_series(1, 3) c
    """,
    """
    INSERT INTO health_thresholdcrossing (
        account_id, scorecard_id, day, subject, kind, direction, cause, from_band, to_band,
        score_before, score_after, seq, is_overridden, created_at
    )
    SELECT account_id, scorecard_id, %(day)s, 'score', 'band', 'down', 'moved', 'watch',
        'intervene', 55, 48, 1, false, %(day)s
    FROM health_currenthealth WHERE account_id / 10 %% 10 = 0
    """,
]


def prepare(accounts):
    """Beside the money: people, books, health as it looks, tasks, conversations, contacts."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from metrics.snapshots import take_snapshots  # noqa: PLC0415 -- likewise

    prepare_money(accounts)
    with connection.cursor() as cursor:
        # The ledger is append-only; what was learned long ago is no news of yesterday.
        cursor.execute(
            "ALTER TABLE accounts_revenuemovement DISABLE TRIGGER USER;"
            " UPDATE accounts_revenuemovement SET recorded_at = effective_on;"
            " ALTER TABLE accounts_revenuemovement ENABLE TRIGGER USER"
        )
        for statement in _FACTS:
            cursor.execute(statement, {"accounts": accounts, "book": BOOK, "day": DAY})
        cursor.execute("VACUUM ANALYZE")
    take_snapshots(day=DAY)


def cpu_clocks():
    """CPU clocks of this process and of its database backend, in nanoseconds."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    of_backend = (~backend << 3) | 2  # what clock_getcpuclockid(3) answers
    return lambda: time.process_time_ns() + time.clock_gettime_ns(of_backend)


def ask(client, address):
    """CPU and wall milliseconds of each request; the first fill caches of templates and plans."""
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    times = []
    connection.ensure_connection()
    spent = cpu_clocks()
    for _ in range(WARM_UP + REQUESTS):
        begun = (spent(), time.perf_counter())
        answer = client.get(address, secure=True, headers={"host": "localhost"})
        times.append(((spent() - begun[0]) / 1e6, (time.perf_counter() - begun[1]) * 1e3))
        assert answer.status_code in (200, 302), (address, answer.status_code)
    return tuple(zip(*times[WARM_UP:], strict=True))


def client_of(email):
    from django.test import Client  # noqa: PLC0415 -- after django.setup()

    from accounts.models import User  # noqa: PLC0415 -- likewise

    client = Client()
    person = User.objects.get(email=email)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages():
    """Name, who asks, address, limit in milliseconds."""
    from accounts.models import Account  # noqa: PLC0415 -- after django.setup()

    one = Account.objects.filter(owner__email=CSM).order_by("pk")[0]
    return (
        ("Today", CSM, "/today/", TODAY_LIMIT_MS),
        ("Today of a manager", MANAGER, "/today/", TODAY_LIMIT_MS),
        ("portfolio", CSM, "/portfolio/", LIMIT_MS),
        ("portfolio, all that may be seen", CSM, "/portfolio/?scope=all", LIMIT_MS),
        ("tasks", CSM, "/tasks/", LIMIT_MS),
        ("account", CSM, f"/accounts/{one.external_id}/", LIMIT_MS),
        ("executive", EXECUTIVE, "/executive/", LIMIT_MS),
        ("search", CSM, "/palette/?q=velora+fo", SEARCH_LIMIT_MS),
        ("search, all accounts", EXECUTIVE, "/palette/?q=tide+pap", SEARCH_LIMIT_MS),
    )


def measure(accounts):
    """Prints the lines of this size; returns the median CPU of each page."""
    no_op = ask(client_of(CSM), "/")[1]
    taken = {}
    for name, email, address, limit in pages():
        cpu, wall = ask(client_of(email), address)
        taken[name] = statistics.median(cpu)
        title = f"page {name}, {accounts} accounts"
        report(f"{title}, cpu p95", p95(cpu), "ms", limit, 1.0)
        report(f"{title}, wall p50", statistics.median(wall), "ms", statistics.median(no_op), None)
        report(f"{title}, wall p95", p95(wall), "ms", p95(no_op), None)
    return taken


def main(sizes=SIZES):
    with tempfile.TemporaryDirectory(prefix="cs-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        postgres = serve(home)
        try:
            taken = {}
            for size in sizes:
                prepare(size)
                taken[size] = measure(size)
            small, large = taken[sizes[0]], taken[sizes[-1]]
            for name in small if len(sizes) > 1 else ():
                title = f"page {name}, growth from {sizes[0]} to {sizes[-1]} accounts, cpu"
                # What is found grows with what there is; a search has its limit above.
                goal = None if name.startswith("search") else GROWTH_GOAL
                report(title, large[name], "ms", small[name], goal)
        finally:
            postgres.stop()


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
