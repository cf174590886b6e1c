"""Ticks over 100,000 running plays, and 20,000 falls that start 20,000 plays, twice asked.

The bound of the tick is a scan of the open plays by their index; of firing, one plain COPY-like
insert of as many plays.
"""

import multiprocessing
import statistics
import time
from datetime import UTC, datetime, timedelta

from tests.benchmarks.measuring import cpu_clocks, report, scaled, served
from tests.crossings import a_crossing

NOW = datetime(2025, 6, 30, 10, tzinfo=UTC)
ACCOUNTS = scaled(100_000)
FALLS = ACCOUNTS // 5
WORKERS = 2
ROUNDS = 5
DUE = ACCOUNTS // 100
_FORK = multiprocessing.get_context("fork")

_PEOPLE = """
INSERT INTO accounts_team (id, name) VALUES (1, 'North');
INSERT INTO accounts_user (email, name, title, role, team_id, is_active, is_superuser, password,
                           joined_at)
SELECT 'csm-' || n || '@demo.example', 'CSM ' || n, '', 'csm', 1, true, false, '', now()
FROM generate_series(1, 50) n
"""
_ACCOUNTS = """
INSERT INTO accounts_account (
    external_id, name, domain, industry, region, time_zone, currency, customer_since, status,
    stage, tags, is_strategic, arr_minor, segment, touch_tier, segment_override,
    touch_tier_override, override_reason, tier_pending, created_at, owner_id)
SELECT 'bench-' || a, 'Account ' || a, '', '', '', 'UTC', 'USD', DATE '2023-01-01', 'active',
       'adoption', '{}', false, 100000 + a, 'smb', 'tech', '', '', '', '', now(),
       (SELECT min(id) FROM accounts_user) + a %% 50
FROM generate_series(1, %(accounts)s) a
"""
_HEALTH = """
INSERT INTO health_currenthealth (
    account_id, day, scorecard_id, score, band, effective_band, at_risk, confidence, components,
    component_bands, lines, line_sides, spark, crossing_seq, computed_at)
SELECT id, %(now)s::date, (SELECT min(id) FROM health_scorecard), 35, 'intervene', 'intervene',
       true, 100, '{}', '{}', '{}', '{}', '{}', 0, now()
FROM accounts_account
"""
_PLAYS = """
WITH book AS (SELECT id FROM playbooks_playbook WHERE key = 'at_risk'),
starts AS (
    INSERT INTO playbooks_playstart (account_id, playbook_id, playbook_key, trigger_key, csm_id,
        result, reason, why, is_urgent, rank, saw, decided_at)
    SELECT a.id, book.id, 'at_risk', 'below_40', a.owner_id, 'started', '', '', false, 0, '{}',
           %(now)s
    FROM accounts_account a, book RETURNING id, account_id, playbook_id, csm_id)
INSERT INTO playbooks_play (account_id, playbook_id, playbook_key, family, severity, start_id,
    csm_id, state, reason, why, saw, opened_at, opened_day, next_position, next_step_at,
    recovers_bands, recovers_score)
SELECT account_id, playbook_id, 'at_risk', 'health_fall', 30, id, csm_id, 'open', '', 'fell', '{}',
       %(now)s - interval '3 days', %(now)s::date - 3, 6,
       %(now)s + make_interval(mins => 60 + (id %% 40000)::int), '{}', 52
FROM starts
"""
_TASKS = """
INSERT INTO playbooks_task (account_id, play_id, step_id, escalation, title, guidance, channel,
    owner_id, owner_role, fallback, opened_at, due_at, state, reason, note, why, closes_when,
    escalate_at)
SELECT p.account_id, p.id, s.id, '', s.title, s.guidance, s.channel, p.csm_id, s.owner_role, '',
       %(now)s, %(now)s, 'open', '', '', '', '', %(now)s + interval '3 days'
FROM playbooks_play p JOIN playbooks_playbookstep s USING (playbook_id)
WHERE s.position IN (3, 5)
"""


_CROSSINGS = """
INSERT INTO health_thresholdcrossing (account_id, day, subject, seq, kind, cause, direction,
    from_band, to_band, score_before, score_after, scorecard_id, is_overridden, created_at)
SELECT a.id, %(now)s::date - (a.id %% 90)::int, 'score', 1, 'band', 'moved', 'down', 'watch',
       'intervene', 55, 35, (SELECT min(id) FROM health_scorecard), false, %(now)s
FROM (SELECT id FROM accounts_account ORDER BY id LIMIT %(falls)s) a
"""


def run(*statements, **values):
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


def count(table):
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def seconds(work, rounds=1):
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def cpu_seconds(work):
    """CPU seconds of this process and its connection, and wall seconds."""
    clock, begun = cpu_clocks(), time.perf_counter()
    started = clock()
    work()
    return (clock() - started) / 1e9, time.perf_counter() - begun


def prepare():
    from health.models import Scorecard  # noqa: PLC0415 -- after django.setup()
    from playbooks.publishing import install_library  # noqa: PLC0415 -- after django.setup()

    Scorecard.objects.create(key="bench", version=1, name="Bench", created_at=NOW)
    install_library(now=NOW)
    run(_PEOPLE)
    run(_ACCOUNTS, _HEALTH, accounts=ACCOUNTS, now=NOW)
    run("ANALYZE")


def emit_falls():
    from accounts.models import Account  # noqa: PLC0415 -- after django.setup()
    from accounts.work.signals import NewSignal, emit  # noqa: PLC0415 -- after django.setup()

    ids = Account.objects.order_by("pk").values_list("pk", flat=True)[:FALLS]
    fall = a_crossing("watch", "intervene", score="48.00", previous="55.00", day=NOW.date())
    payload = fall.to_json()
    emit(NewSignal(account_id, "health.crossed", "first", NOW, payload) for account_id in ids)


def bench_firing():
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from playbooks.engine import fire_signals  # noqa: PLC0415 -- after django.setup()

    def drain():
        while fire_signals(limit=500, now=NOW):
            pass
        connection.close()

    def in_parallel():
        connection.close()  # each process opens its own
        workers = [_FORK.Process(target=drain) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        drain()

    emitting = seconds(emit_falls)
    taken = seconds(in_parallel)
    assert count("playbooks_play") == FALLS
    run("UPDATE accounts_signaldelivery SET outcome = NULL, handled_at = NULL")
    again = seconds(in_parallel)
    assert count("playbooks_play") == FALLS
    report(
        "playbooks.fired", FALLS / taken, workers=WORKERS, falls=FALLS, replay_seconds=again,
        emit_seconds=emitting,
    )  # fmt: skip
    run("TRUNCATE playbooks_play, playbooks_playstart, playbooks_task, accounts_signaldelivery,"
        " accounts_signal, accounts_outboxmessage CASCADE")  # fmt: skip


def bench_ticks():
    from playbooks.engine import advance_plays  # noqa: PLC0415 -- after django.setup()

    run(_PLAYS, _TASKS, now=NOW)
    run("ANALYZE")
    bound = seconds(lambda: run("SELECT count(*) FROM playbooks_play WHERE state = 'open'"), ROUNDS)
    idle = seconds(lambda: advance_plays(limit=10_000, now=NOW), ROUNDS)
    report("playbooks.tick_idle", idle, plays=ACCOUNTS, scan=bound)
    due_at = NOW - timedelta(minutes=1)
    run(
        "UPDATE playbooks_play SET next_step_at = %(due)s WHERE id IN"
        " (SELECT id FROM playbooks_play ORDER BY id LIMIT %(due_plays)s)",
        due=due_at,
        due_plays=DUE,
    )
    moved = []
    taken = seconds(lambda: moved.append(advance_plays(limit=10_000, now=NOW)))
    report("playbooks.tick_due", taken, moved=moved[0])
    run("UPDATE health_currenthealth SET score = 60 WHERE account_id % 100 = 0".replace("%", "%%"))
    moved.clear()
    taken = seconds(lambda: moved.append(advance_plays(limit=10_000, now=NOW)))
    report("playbooks.tick_recovered", taken, moved=moved[0])


def bench_preview():
    """The first figures of a dry run of 90 days with as many falls as above, and of the list of
    accounts on which a playbook may be started in bulk, where it is true of all of them."""
    from accounts.models import Installation, User  # noqa: PLC0415 -- after django.setup()
    from playbooks.models import (  # noqa: PLC0415 -- after django.setup()
        BulkStartList,
        DryRun,
        Playbook,
    )
    from playbooks.preview.bulk_lists import fill_list  # noqa: PLC0415 -- after django.setup()
    from playbooks.preview.dry_runs import fill  # noqa: PLC0415 -- after django.setup()

    Installation.objects.update_or_create(pk=1, defaults={"as_of": NOW.date()})
    run(_CROSSINGS, falls=FALLS, now=NOW)
    run("ANALYZE")
    stepped_in = Playbook.objects.get(key="watch_to_intervene")
    asked = DryRun.objects.create(
        playbook=stepped_in,
        revision=stepped_in.revision,
        asked_by=User.objects.earliest("pk"),
        since=NOW.date() - timedelta(days=89),
        until=NOW.date(),
        asked_at=NOW,
    )
    cpu, wall = cpu_seconds(lambda: fill(asked, now=NOW))
    told = asked.result
    assert told["started"] + told["queued"] + told["suppressed"] == FALLS
    report("playbooks.dry_run", cpu, falls=FALLS, started=told["started"], wall_seconds=wall)
    listed = BulkStartList.objects.create(
        playbook=Playbook.objects.get(key="at_risk"),
        revision=1,
        asked_by=asked.asked_by,
        day=NOW.date(),
        asked_at=NOW,
    )
    cpu, wall = cpu_seconds(lambda: fill_list(listed, now=NOW))
    assert listed.accounts.count() == ACCOUNTS
    report("playbooks.bulk_start_list", cpu, accounts=ACCOUNTS, wall_seconds=wall)
    run("TRUNCATE playbooks_dryrun, playbooks_bulkstartlist, health_thresholdcrossing CASCADE")


def main():
    with served():
        prepare()
        bench_preview()
        bench_firing()
        bench_ticks()


if __name__ == "__main__":
    main()
