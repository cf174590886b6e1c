"""The questions of `cs_platform.invariants`, one to the database each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`sql` answers one text column: a line for each thing that is broken."""

    name: str
    says: str
    sql: str
    heals: bool = False


CHECKS = (
    Check(
        "score_per_account_and_day",
        "active accounts without a score on a closed day",
        """
        SELECT format('account %%s on %%s', a.external_id, c.day)
        FROM health_closedday c
        JOIN accounts_account a ON a.status = 'active' AND a.customer_since <= c.day
            AND a.created_at < c.closed_at
        LEFT JOIN health_healthscore s
            ON s.account_id = a.id AND s.day = c.day
        WHERE s.account_id IS NULL AND c.day > %(day)s::date - 35
            AND EXISTS (SELECT 1 FROM cs_platform_steprun r WHERE r.day = c.day)
            AND NOT EXISTS (
                SELECT 1 FROM accounts_attributehistory h
                WHERE h.account_id = a.id AND h.attribute = 'status' AND h.value <> 'active'
                    AND h.valid_from <= c.day AND (h.valid_to IS NULL OR h.valid_to > c.day))
            AND NOT EXISTS (
                SELECT 1 FROM cs_platform_steprun r
                WHERE r.day = c.day AND r.failure <> ''
                    AND a.id BETWEEN r.first_account_id AND r.final_account_id)
        ORDER BY c.day, a.id
        """,
    ),
    Check(
        "no_gap_in_closed_days",
        "days between the first and the latest closed day that were never closed",
        """
        SELECT to_char(d, 'YYYY-MM-DD')
        FROM (SELECT min(day) AS first, max(day) AS latest FROM health_closedday) e,
            generate_series(e.first, e.latest, '1 day') d
        LEFT JOIN health_closedday c ON c.day = d::date
        WHERE c.day IS NULL
        ORDER BY d
        """,
    ),
    Check(
        "nights_do_not_stand_still",
        "nightly steps that are open for more than a day",
        """
        SELECT format('%%s of %%s, shard %%s', step, day, shard) FROM cs_platform_steprun
        WHERE finished_at IS NULL AND planned_at < now() - interval '1 day'
        ORDER BY day, position, shard
        """,
        heals=True,
    ),
    Check(
        "one_start_per_signal_and_playbook",
        "signals that started a playbook more than once",
        """
        SELECT format('signal %%s, %%s', signal_id, playbook_key) FROM playbooks_playstart
        WHERE signal_id IS NOT NULL
        GROUP BY signal_id, playbook_key HAVING count(*) > 1 ORDER BY 1
        """,
    ),
    Check(
        "one_task_per_step",
        "steps of a play with more than one task",
        """
        SELECT format('play %%s, step %%s', play_id, step_id) FROM playbooks_task
        WHERE play_id IS NOT NULL AND step_id IS NOT NULL
        GROUP BY play_id, step_id HAVING count(*) > 1 ORDER BY 1
        """,
    ),
    Check(
        "ended_play_has_no_open_task",
        "tasks left open by a play that has ended",
        """
        SELECT format('task %%s of play %%s', t.id, p.id) FROM playbooks_task t
        JOIN playbooks_play p ON p.id = t.play_id
        WHERE t.state IN ('open', 'snoozed') AND p.state = 'closed' ORDER BY t.id
        """,
    ),
    Check(
        "started_means_a_play",
        "started plays without a play row",
        """
        SELECT format('start %%s of %%s', s.id, s.playbook_key) FROM playbooks_playstart s
        LEFT JOIN playbooks_play p ON p.start_id = s.id
        WHERE s.result = 'started' AND p.id IS NULL ORDER BY s.id
        """,
    ),
    Check(
        "due_steps_are_opened",
        "open plays whose next step is due for more than 15 minutes",
        """
        SELECT format('play %%s, step %%s', id, next_position) FROM playbooks_play
        WHERE state = 'open' AND next_step_at < now() - interval '15 minutes' ORDER BY id
        """,
        heals=True,
    ),
    Check(
        "signals_are_answered",
        "signals that no consumer has receipted for 15 minutes",
        """
        SELECT format('signal %%s %%s', s.id, s.kind) FROM accounts_signal s
        LEFT JOIN accounts_signalreceipt r ON r.signal_id = s.id
        WHERE r.id IS NULL AND s.created_at < now() - interval '15 minutes' ORDER BY s.id
        """,
        heals=True,
    ),
    Check(
        "dirty_accounts_are_rescored",
        "accounts whose facts changed and that wait for more than 5 minutes",
        """
        SELECT format('account %%s', account_id) FROM accounts_dirtyaccount
        WHERE marked_at < now() - interval '5 minutes' GROUP BY account_id ORDER BY account_id
        """,
        heals=True,
    ),
    Check(
        "outbox_is_sent",
        "messages overdue for more than 15 minutes",
        """
        SELECT key FROM accounts_outboxmessage
        WHERE state IN ('new', 'leased')
            AND greatest(next_at, created_at, lease_until) < now() - interval '15 minutes'
        ORDER BY key
        """,
        heals=True,
    ),
    Check(
        "suppressed_means_silent",
        "messages sent to a contact after the contact was erased",
        """
        SELECT m.key FROM accounts_outboxmessage m
        JOIN accounts_contact c ON c.id = m.contact_id
        WHERE m.state = 'sent' AND m.sent_at > c.erased_at ORDER BY m.key
        """,
    ),
    Check(
        "no_lease_outlives_itself",
        "leases that ran out longer than their own length ago and were not taken over",
        """
        SELECT format('job %%s %%s', kind, key) FROM accounts_job
        WHERE state = 'leased' AND lease_until < now() - interval '20 seconds'
        UNION ALL
        SELECT 'message ' || key FROM accounts_outboxmessage
        WHERE state = 'leased' AND lease_until < now() - interval '60 seconds'
        ORDER BY 1
        """,
        heals=True,
    ),
    Check(
        "arr_is_the_ledger",
        "accounts whose ARR is not the sum of their movements",
        """
        SELECT format('account %%s: %%s, the ledger says %%s', a.external_id, a.arr_minor,
            coalesce(m.total, 0))
        FROM accounts_account a
        LEFT JOIN (
            SELECT account_id, min(currency) AS currency, count(DISTINCT currency) AS currencies,
                coalesce(sum(amount_minor) FILTER (WHERE effective_on <= %(day)s), 0) AS total
            FROM accounts_revenuemovement GROUP BY account_id
        ) m ON m.account_id = a.id
        WHERE a.arr_minor <> coalesce(m.total, 0)
            AND (m.currencies IS NULL OR m.currencies = 1 AND m.currency = a.currency)
        ORDER BY a.id
        """,
    ),
    Check(
        "arr_is_never_below_zero",
        "accounts whose movements sum below zero, and the first day they do",
        """
        SELECT format('account %%s on %%s: %%s minor units of %%s', a.external_id, x.day, x.arr,
            x.currency)
        FROM (
            SELECT DISTINCT ON (account_id, currency) account_id, currency, day, arr
            FROM (
                SELECT account_id, currency, effective_on AS day,
                    sum(sum(amount_minor)) OVER (
                        PARTITION BY account_id, currency ORDER BY effective_on) AS arr
                FROM accounts_revenuemovement GROUP BY account_id, currency, effective_on
            ) d
            WHERE arr < 0 ORDER BY account_id, currency, day
        ) x
        JOIN accounts_account a ON a.id = x.account_id
        ORDER BY a.id, x.currency
        """,
    ),
    Check(
        "packs_are_their_facts",
        "packed usage that is not the sum of the facts it was made of",
        """
        SELECT format('account %%s, feature %%s', account_id, feature_id)
        FROM health_usagepacking p
        JOIN accounts_usageseal s ON s.number = p.seal_number
        JOIN health_usagepack k ON k.until = p.until
        FULL JOIN (
            SELECT account_id, feature_id, sum(events) AS total FROM accounts_usageday
            WHERE day > (SELECT until - 120 FROM health_usagepacking)
                AND day <= (SELECT until FROM health_usagepacking)
                AND learned_on <= (SELECT until FROM health_usagepacking)
                AND feature_id = ANY ((SELECT features FROM health_usagepacking)::smallint[])
                AND EXISTS (
                    SELECT FROM accounts_usageseal s, health_usagepacking p
                    WHERE s.number = p.seal_number
                )
            GROUP BY 1, 2 HAVING sum(events) > 0
        ) u USING (account_id, feature_id)
        WHERE k.total IS DISTINCT FROM u.total ORDER BY account_id, feature_id
        """,
    ),
    Check(
        "opening_plus_movements_is_closing",
        "account months where opening plus movements is not closing",
        """
        SELECT format('account %%s in %%s', account_id, month)
        FROM (
            SELECT s.account_id, s.month, s.start_minor, s.end_minor,
                coalesce(sum(m.amount_minor), 0) AS moved,
                coalesce(bool_and(m.currency = k.currency), true) AS is_plain
            FROM metrics_accountmonth s
            JOIN metrics_snapshotmonth k ON k.month = s.month
            LEFT JOIN accounts_revenuemovement m ON m.account_id = s.account_id
                AND m.id <= k.ledger_through AND m.effective_on <= s.month
                AND m.effective_on > (date_trunc('month', s.month + 1)
                    - interval '12 months' - interval '1 day')::date
            WHERE s.month > %(day)s::date - 100
            GROUP BY s.account_id, s.month, s.start_minor, s.end_minor
        ) x
        WHERE is_plain AND start_minor + moved <> end_minor ORDER BY month, account_id
        """,
    ),
    Check(
        "stored_retention_is_recomputed",
        "months whose bridge, NRR, GRR or logos are not those of their accounts",
        """
        SELECT format('%%s of %%s', r.month, r.segment)
        FROM metrics_retentionmonth r
        LEFT JOIN (
            SELECT month, CASE WHEN grouping(segment) = 1 THEN 'all' ELSE segment END AS segment,
                sum(start_minor) AS started, sum(end_minor) AS ended,
                coalesce(sum(start_minor) FILTER (WHERE was_active), 0) AS cohort,
                sum(end_minor) FILTER (WHERE was_active) AS net,
                sum(least(start_minor, end_minor)) FILTER (WHERE was_active) AS kept,
                count(*) FILTER (WHERE was_active) AS logos,
                count(*) FILTER (WHERE was_active AND is_active) AS stayed
            FROM metrics_accountmonth WHERE month > %(day)s::date - 100
            GROUP BY GROUPING SETS ((month), (month, segment))
        ) a ON a.month = r.month AND a.segment = r.segment
        WHERE r.month > %(day)s::date - 100 AND (
            a.month IS NULL AND (r.bridge_start <> 0 OR r.logos_end <> 0)
            OR r.bridge_start <> a.started OR r.cohort_start <> a.cohort
            OR r.bridge_start + r.bridge_new + r.bridge_reactivation + r.bridge_expansion
                - r.bridge_contraction - r.bridge_churn <> a.ended
            OR r.logos_start <> a.logos OR r.logos_kept <> a.stayed
            OR abs(r.nrr - a.net / nullif(a.cohort, 0)) > 0.000001
            OR abs(r.grr - a.kept / nullif(a.cohort, 0)) > 0.000001)
        ORDER BY r.month, r.segment
        """,
    ),
    Check(
        "report_day_is_its_rows",
        "stored days whose health or renewals are not those of their accounts and contracts",
        """
        SELECT to_char(r.day, 'YYYY-MM-DD')
        FROM metrics_reportday r
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((f->>2)::bigint), 0) AS rows,
                coalesce(sum((f->>3)::bigint), 0) AS arr
            FROM jsonb_array_elements(r.figures->'health') f
        ) h
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((f->>2)::bigint), 0) AS rows,
                coalesce(sum((f->>3)::bigint), 0) AS arr,
                coalesce(sum((f->>4)::bigint), 0) AS expected
            FROM jsonb_array_elements(r.figures->'renewals') f
        ) q
        CROSS JOIN LATERAL (
            SELECT count(*) AS rows, coalesce(sum(arr_minor), 0) AS arr
            FROM metrics_accountday WHERE day = r.day
        ) a
        CROSS JOIN LATERAL (
            SELECT count(*) AS rows, coalesce(sum(arr_minor), 0) AS arr,
                coalesce(sum(expected_minor), 0) AS expected
            FROM metrics_contractday WHERE day = r.day
        ) c
        WHERE (h.rows, h.arr, q.rows, q.arr, q.expected)
            <> (a.rows, a.arr, c.rows, c.arr, c.expected)
        ORDER BY r.day
        """,
    ),
)
