"""What the platform made of the facts: health, plays, finished work, stored figures."""

from tests.benchmarks.large_company.rows import Rows

HEALTH = [
    Rows(
        "health_currenthealth",
        "(SELECT n, array_agg((5000 + (n * 17 + d * 61) % 3000)::smallint) AS days"
        " FROM generate_series(0, 49) n, generate_series(1, 90) d GROUP BY n) s"
        " JOIN accounts_account a ON a.id % 50 = s.n,"
        " LATERAL (SELECT CASE WHEN a.id % 70 >= 45 THEN 'healthy'"
        " WHEN a.id % 70 >= 20 THEN 'watch' ELSE 'intervene' END AS band) b",
        {
            "account_id": "a.id",
            "day": "{day}::date",
            "scorecard_id": "{card}",
            "score": "30 + a.id % 70",
            "band": "b.band",
            "effective_band": "b.band",
            "at_risk": "b.band = 'intervene'",
            "confidence": "100",
            "week_change": "(a.id % 13 - 6) * 0.75",
            "components": "array_fill(6100::smallint, ARRAY[{components}])",
            "spark": "s.days",
            "computed_at": "{day}::timestamptz + interval '1 day'",
        },
    ),
    # The end of a month and last night.
    Rows(
        "health_healthscore",
        "unnest(ARRAY[{day}::date - 15, {day}::date]) d (closed), health_currenthealth h",
        {
            "account_id": "h.account_id",
            "day": "d.closed",
            "scorecard_id": "h.scorecard_id",
            "score": "h.score",
            "band": "h.band",
            "confidence": "100",
            "raw": "array_fill(0.5::float8, ARRAY[{raw}])",
            "readings": "array_fill(6100::smallint, ARRAY[{measures}])",
            "weights": "array_fill((10000 / {measures})::smallint, ARRAY[{measures}])",
            "components": "h.components",
            "computed_at": "d.closed + interval '1 day'",
        },
    ),
    Rows(
        "health_closedday",
        "unnest(ARRAY[{day}::date - 15, {day}::date]) d (closed)",
        {"day": "d.closed", "closed_at": "d.closed + interval '1 day'"},
    ),
    # Three shared views: their members came over three years, and a fifth of them left.
    Rows(
        "accounts_savedview",
        "unnest(ARRAY['enterprise', 'mid_market', 'smb']) s (segment)",
        {
            "name": "s.segment",
            "key": "s.segment",
            "filters": "jsonb_build_object('segment', s.segment)",
            "owner_id": "(SELECT min(id) FROM accounts_user)",
            "created_at": "{day}::timestamptz - interval '3 years'",
            "shared_on": "{day}::date - 1080",
        },
    ),
    Rows(
        "accounts_audiencemember",
        "accounts_account a JOIN accounts_savedview v ON v.key = a.segment",
        {
            "audience_id": "v.id",
            "account_id": "a.id",
            "since": "{day}::date - (a.id % 1000)::int",
            "left_on": "CASE WHEN a.id % 5 = 0 THEN {day}::date - (a.id % 1000 / 5)::int END",
        },
    ),
    # Every fiftieth account fell on a day of the week, and twice in the year before.
    Rows(
        "health_thresholdcrossing",
        "health_currenthealth h, generate_series(0, 2) n WHERE h.account_id % 50 = 0",
        {
            "account_id": "h.account_id",
            "day": "{day}::date - (h.account_id / 50 % 7)::int - 120 * n",
            "subject": "'score'",
            "seq": "1",
            "kind": "'band'",
            "cause": "'moved'",
            "direction": "'down'",
            "from_band": "'watch'",
            "to_band": "'intervene'",
            "score_before": "55",
            "score_after": "48",
            "scorecard_id": "h.scorecard_id",
            "created_at": "{day}::timestamptz - make_interval(days => 120 * n)",
        },
    ),
]

# Every third account had two plays of the at-risk book; of the second a third is open.
PLAYS = [
    Rows(
        "accounts_signal",
        "accounts_account a, generate_series(0, 1) n WHERE a.id % 3 = 0",
        {
            "account_id": "a.id",
            "kind": "'health.crossed'",
            "key": "a.id || '-' || n",
            "occurred_at": "{day}::timestamptz - make_interval(days => 3 + 90 * n)",
            "created_at": "{day}::timestamptz - make_interval(days => 3 + 90 * n)",
        },
    ),
    Rows(
        "accounts_signaldelivery",
        "accounts_signal s",
        {
            "signal_id": "s.id",
            "account_id": "s.account_id",
            "consumer": "'playbooks'",
            "outcome": "'handled'",
            "handled_at": "s.created_at",
        },
    ),
    Rows(
        "playbooks_playstart",
        "accounts_signal s JOIN accounts_account a ON a.id = s.account_id, {book} b",
        {
            "account_id": "a.id",
            "playbook_id": "b.id",
            "playbook_key": "b.key",
            "signal_id": "s.id",
            "csm_id": "a.owner_id",
            "result": "CASE WHEN a.id % 300 = 0 THEN 'queued' ELSE 'started' END",
            "rank": "a.arr_minor",
            "decided_at": "s.created_at",
        },
    ),
    Rows(
        "playbooks_play",
        "playbooks_playstart s JOIN accounts_signal g ON g.id = s.signal_id, {book} b,"
        " LATERAL (SELECT g.key LIKE '%-0' AND s.account_id % 9 = 0 AS is_open) o"
        " WHERE s.result = 'started'",
        {
            "account_id": "s.account_id",
            "playbook_id": "b.id",
            "playbook_key": "b.key",
            "family": "b.family",
            "severity": "b.severity",
            "start_id": "s.id",
            "csm_id": "s.csm_id",
            "state": "CASE WHEN is_open THEN 'open' ELSE 'closed' END",
            "outcome": "CASE WHEN NOT is_open THEN 'completed' END",
            "why": "'The score fell from 76 to 48.'",
            "opened_at": "s.decided_at",
            "opened_day": "s.decided_at::date",
            "closed_at": "CASE WHEN NOT is_open THEN s.decided_at + interval '2 days' END",
            "next_position": "CASE WHEN is_open THEN 2 END",
            "next_step_at": "CASE WHEN is_open THEN s.decided_at"
            " + make_interval(hours => (s.account_id % 400)::int) END",
        },
    ),
    # A third of a book has two open tasks; as many are done.
    Rows(
        "playbooks_task",
        "accounts_account a, generate_series(0, 3) n,"
        " LATERAL (SELECT n < 2 AS is_open) o WHERE a.id / 10 % 3 = 0",
        {
            "account_id": "a.id",
            "title": "'Call the champion of account ' || a.id",
            "guidance": "repeat('Ask what has changed. ', 8)",
            "channel": "'call'",
            "owner_id": "a.owner_id",
            "owner_role": "'csm'",
            "opened_at": "{day}::timestamptz - make_interval(days => 3 + 20 * n)",
            "due_at": "{day}::timestamptz - make_interval(days => 20 * greatest(n - 1, 0))"
            " + make_interval(hours => (n * 30 - a.id % 48)::int)",
            "state": "CASE WHEN n = 1 AND a.id % 10 = 0 THEN 'snoozed' WHEN is_open THEN 'open'"
            " ELSE 'done' END",
            "snoozed_until": "CASE WHEN n = 1 AND a.id % 10 = 0"
            " THEN {day}::timestamptz + make_interval(hours => (a.id % 500)::int) END",
            "outcome": "CASE WHEN NOT is_open THEN 'documented' END",
            "why": "'The score fell from 76 to 48: fewer people use it.'",
            "escalate_at": "CASE WHEN is_open THEN {day}::timestamptz"
            " + make_interval(hours => (a.id % 700)::int) END",
            "closed_at": "CASE WHEN NOT is_open THEN {day}::timestamptz"
            " - make_interval(days => 20 * n) END",
        },
    ),
]

# What the machinery keeps: months of finished work, a little that waits.
WORK = [
    Rows(
        "accounts_job",
        "generate_series(1, 30000) n",
        {
            "kind": "'score'",
            "key": "'large-' || n",
            "state": "CASE WHEN n % 1000 = 0 THEN 'new' WHEN n % 500 = 1 THEN 'dead'"
            " ELSE 'done' END",
            "next_at": "{day}::timestamptz - make_interval(mins => n)",
            "finished_at": "CASE WHEN n % 1000 > 0"
            " THEN {day}::timestamptz - make_interval(mins => n) END",
        },
    ),
    Rows(
        "accounts_outboxmessage",
        "generate_series(1, 50000) n JOIN accounts_user u"
        " ON u.email = 'csm-' || 1 + n % {csms} || '@demo.example'",
        {
            "key": "'large-' || n",
            "channel": "CASE WHEN n % 4 = 0 THEN 'email' ELSE 'in_app' END",
            "user_id": "u.id",
            "subject": "'A task was handed to you'",
            "state": "CASE WHEN n % 1000 = 0 THEN 'new' WHEN n % 500 = 1 THEN 'dead'"
            " ELSE 'sent' END",
            "next_at": "{day}::timestamptz - make_interval(mins => n)",
            "sent_at": "CASE WHEN n % 1000 > 0 AND n % 500 <> 1"
            " THEN {day}::timestamptz - make_interval(mins => n) END",
            "read_at": "CASE WHEN n % 50 > 0 THEN {day}::timestamptz END",
        },
    ),
    Rows(
        "accounts_inboxreceipt",
        "generate_series(1, 20000) n",
        {
            "source": "'key 1'",
            "key": "'large-' || n",
            "status": "200",
            "received_at": "{day}::timestamptz - make_interval(mins => n * 10)",
        },
    ),
    Rows(
        "accounts_importrun",
        "generate_series(1, 500) n",
        {
            "kind": "'accounts'",
            "source": "'large.csv'",
            "state": "'done'",
            "via": "'page'",
            "started_at": "{day}::timestamptz - make_interval(hours => n)",
            "finished_at": "{day}::timestamptz - make_interval(hours => n)",
        },
    ),
    Rows(
        "accounts_rejectedrecord",
        "accounts_importrun r, generate_series(1, 40) n",
        {
            "run_id": "r.id",
            "level": "'rejected'",
            "position": "n",
            "is_whole": "true",
            "code": "'unknown_account'",
            "message": "'There is no such account.'",
        },
    ),
    Rows(
        "accounts_importfile",
        "generate_series(1, 20000) n",
        {
            "name": "'large.csv'",
            "state": "'started'",
            "uploaded_at": "{day}::timestamptz - make_interval(hours => n)",
            "forgotten_at": "CASE WHEN n > 20 THEN {day}::timestamptz END",
        },
    ),
    Rows(
        "accounts_filechunk",
        "accounts_importfile f, generate_series(1, 2) n",
        {"file_id": "f.id", "stage": "'rows'", "number": "n"},
    ),
    Rows(
        "cs_platform_steprun",
        "generate_series(0, 364) d, generate_series(1, 12) p, generate_series(0, 4) s",
        {
            "step": "'step-' || p",
            "day": "{day}::date - d",
            "shard": "s",
            "position": "p",
            "round": "1",
            "planned_at": "{day}::timestamptz",
            "finished_at": "{day}::timestamptz",
        },
    ),
]

# As the snapshots write it for 24 months, of which four are enough to tell one month from all.
STORED = [
    Rows(
        "metrics_accountmonth",
        "generate_series(date_trunc('month', {day}::date) - interval '4 months', {day}::date"
        " - interval '1 month', '1 month') m, accounts_account a,"
        " LATERAL (SELECT a.arr_minor + (a.id % 3 - 1) * 1000 AS ends) e",
        {
            "account_id": "a.id",
            "month": "(m + interval '1 month' - interval '1 day')::date",
            "segment": "a.segment",
            "start_minor": "a.arr_minor",
            "end_minor": "e.ends",
            "was_active": "true",
            "is_active": "true",
            "kind": "(ARRAY['contraction', '', 'expansion'])[1 + a.id % 3]",
        },
    ),
    Rows(
        "metrics_accountday",
        "unnest(ARRAY[{day}::date - 15, {day}::date]) d (closed),"
        " accounts_account a JOIN health_currenthealth h ON h.account_id = a.id",
        {
            "account_id": "a.id",
            "day": "d.closed",
            "band": "h.effective_band",
            "at_risk": "h.at_risk",
            "score": "h.score",
            "arr_minor": "a.arr_minor",
        },
    ),
    Rows(
        "cs_platform_preview",
        "generate_series(1, 3000) n",
        {
            "scorecard_id": "1000 + n % 100",  # drafts of long ago
            "revision": "n",
            "day": "{day}::date",
            "requested_by_id": "(SELECT id FROM accounts_user WHERE email = 'ops@demo.example')",
            "requested_at": "{day}::timestamptz",
        },
    ),
    Rows(
        "cs_platform_previewmover",
        "cs_platform_preview p, generate_series(1, 2000) n WHERE p.revision > 2990",
        {
            "preview_id": "p.id",
            "account_id": "n",
            "from_band": "'watch'",
            "to_band": "'intervene'",
            "arr_minor": "n * 1000",
            "reason": "'Fewer people use it.'",
        },
    ),
]
