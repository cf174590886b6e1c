"""100,000 running sequences: the tick, a hundredth of them due, and signals that start nothing.

Each account has one that waits for the day of its next mail. The signals are of two kinds: one that
no playbook waits for, and one whose playbook is for other accounts.
"""

import time
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.bench_playbooks import (
    _ACCOUNTS,
    _HEALTH,
    _PEOPLE,
    ACCOUNTS,
    DUE,
    NOW,
    ROUNDS,
    count,
    run,
)
from tests.benchmarks.measuring import cpu_clocks, report, scaled, served

SIGNALS = scaled(20_000)
_PLAYS = """
WITH book AS (SELECT id, key, family FROM playbooks_playbook WHERE key = 'onboarding_tech_touch'),
starts AS (
    INSERT INTO playbooks_playstart (account_id, playbook_id, playbook_key, trigger_key,
        result, reason, why, is_urgent, rank, saw, decided_at)
    SELECT a.id, book.id, book.key, 'onboarding_begins', 'started', '', '', false, 0, '{}', %(now)s
    FROM accounts_account a, book RETURNING id, account_id, playbook_id),
plays AS (
    INSERT INTO playbooks_play (account_id, playbook_id, playbook_key, family, severity, start_id,
        state, reason, why, saw, opened_at, opened_day, next_position, next_step_at,
        recovers_bands)
    SELECT s.account_id, s.playbook_id, book.key, book.family, 10, s.id, 'open', '', 'began', '{}',
           %(now)s - interval '3 days', %(now)s::date - 3, 3,
           %(now)s + make_interval(mins => 60 + (s.id %% 40000)::int), '{}'
    FROM starts s, book RETURNING id, playbook_id)
INSERT INTO playbooks_stepresult (play_id, step_id, began_at, ended_at, ending, detail)
SELECT p.id, s.id, %(now)s - interval '3 days', %(now)s - interval '3 days', 'written', ''
FROM plays p JOIN playbooks_playbookstep s USING (playbook_id) WHERE s.position < 3
"""
_CONTACTS = """
INSERT INTO accounts_contact (account_id, source_id, external_id, name, email, title, level,
    job_function, roles, is_active, do_not_contact, met_on)
SELECT id, 'direct', 'c-' || id, 'Person ' || id, 'p' || id || '@bench.example', '', 'user', '',
    '{}', true, false, DATE '2024-01-01'
FROM accounts_account
"""


def prepare():
    from accounts.models import Installation  # noqa: PLC0415 -- after django.setup()
    from health.models import Scorecard, SourceFeed  # noqa: PLC0415 -- likewise
    from playbooks.library.catalogue import BY_KEY  # noqa: PLC0415 -- likewise
    from playbooks.publishing import install, install_library  # noqa: PLC0415 -- likewise

    Installation.objects.update_or_create(pk=1, defaults={"product_url": "https://bench.example"})
    Scorecard.objects.create(key="bench", version=1, name="Bench", created_at=NOW)
    SourceFeed.objects.create(source="usage", first_day=NOW.date(), latest_day=NOW.date())
    install_library(now=NOW)
    for key in ("onboarding_tech_touch", "renewal_tech_touch", "inactive_14_days"):
        install(entry=BY_KEY[key], by=None, now=NOW)
    run(_PEOPLE)
    run(_ACCOUNTS, _HEALTH, accounts=ACCOUNTS, now=NOW)
    run(_CONTACTS)
    run(_PLAYS, now=NOW)
    run("VACUUM ANALYZE")


def bench_ticks():
    from playbooks.engine import advance_plays  # noqa: PLC0415 -- after django.setup()

    scan, _ = spent(lambda: run("SELECT count(*) FROM playbooks_play WHERE state = 'open'"), ROUNDS)
    cpu, wall = spent(lambda: advance_plays(limit=10_000, now=NOW), ROUNDS)
    report("sequences.tick_idle", cpu, plays=ACCOUNTS, scan=scan, wall_seconds=wall)
    run(
        "UPDATE playbooks_play SET next_step_at = %(due)s WHERE id IN"
        " (SELECT id FROM playbooks_play ORDER BY id LIMIT %(due_plays)s)",
        due=NOW - timedelta(minutes=1),
        due_plays=DUE,
    )
    cpu, wall = spent(lambda: advance_plays(limit=10_000, now=NOW))
    mails = count("accounts_outboxmessage WHERE contact_id IS NOT NULL")
    assert mails == DUE, (mails, DUE)
    report("sequences.tick_due", cpu, due=DUE, wall_seconds=wall, megabytes=peak_megabytes())


def spent(work, rounds=1):
    """CPU seconds of this process and its connection, and wall seconds; the median."""
    taken = []
    for _ in range(rounds):
        clock, begun = cpu_clocks(), time.perf_counter()
        started = clock()
        work()
        taken.append(((clock() - started) / 1e9, time.perf_counter() - begun))
    return sorted(taken)[len(taken) // 2]


def peak_megabytes():
    """The most memory that this process has had."""
    (line,) = (x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x)
    return round(int(line.split()[1]) / 1024)


def bench_firing():
    from accounts.models import Account  # noqa: PLC0415 -- after django.setup()
    from accounts.work.signals import NewSignal, emit  # noqa: PLC0415 -- likewise
    from playbooks.engine import fire_signals  # noqa: PLC0415 -- likewise

    run("UPDATE accounts_account SET stage = 'adoption'")
    ids = Account.objects.order_by("pk").values_list("pk", flat=True)[:SIGNALS]
    for name, kind in (
        ("sequences.fire_unknown", "event.funding"),
        ("sequences.fire_others", "account.stage_changed"),
    ):
        emit(NewSignal(account_id, kind, "bench", NOW, {}) for account_id in ids)
        run("ANALYZE accounts_signal, accounts_signaldelivery")
        clock = cpu_clocks()
        begun = clock()
        while fire_signals(limit=500, now=NOW):
            pass
        report(name, (clock() - begun) / 1e6 / SIGNALS, signals=SIGNALS)


def main():
    with served():
        prepare()
        bench_ticks()
        bench_firing()


if __name__ == "__main__":
    main()
