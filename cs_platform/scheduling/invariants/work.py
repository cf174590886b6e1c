"""The questions of the invariants about work: done once, on time, and left to nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`sql` answers one text column: a line for each thing that is broken.

    It may use `day`, the day that is open; `now` of the platform's own clock, which may be frozen
    on a day (people and plays wait by it; leases run by real time); `since`, the first
    day to look at where every night asks about its own days only; and `share`, which thirtieth of
    the accounts is asked about where that would take too long (None: all of them).
    """

    name: str
    help_text: str
    sql: str
    heals: bool = False


WORK = (
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
                    AND h.superseded_at IS NULL
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
        "passed_steps_have_a_task",
        "steps that a play has passed without a task, or without a row of what the platform did",
        # A play that ended early passed the steps before the last one it opened. An edge may lead
        # past the steps after it.
        """
        SELECT format('play %%s, step %%s', p.id, s.position)
        FROM playbooks_play p
        JOIN playbooks_playbookstep s ON s.playbook_id = p.playbook_id
        LEFT JOIN playbooks_task t ON t.play_id = p.id AND t.step_id = s.id
        LEFT JOIN playbooks_stepresult r ON r.play_id = p.id AND r.step_id = s.id
        WHERE t.id IS NULL AND r.id IS NULL AND NOT EXISTS (
            SELECT FROM playbooks_playbookstep e
            WHERE e.playbook_id = p.playbook_id AND e.position < s.position AND e.edges <> '[]')
        AND CASE
            WHEN p.state = 'open' THEN p.next_position IS NULL OR s.position < p.next_position
            WHEN p.outcome = 'completed' THEN true
            ELSE s.position < (
                SELECT max(o.position) FROM playbooks_task l
                JOIN playbooks_playbookstep o ON o.id = l.step_id WHERE l.play_id = p.id)
            END
        ORDER BY p.id, s.position
        """,
    ),
    Check(
        "ended_play_has_no_open_task",
        "tasks left open by a play that has ended",
        """
        SELECT format('task %%s of play %%s', t.id, p.id) FROM playbooks_task t
        JOIN playbooks_play p ON p.id = t.play_id
        WHERE t.state IN ('open', 'snoozed') AND p.state = 'closed' AND t.escalation <> 'next_step'
        ORDER BY t.id
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
        WHERE state = 'open' AND next_step_at < %(now)s::timestamptz - interval '15 minutes'
        ORDER BY id
        """,
        heals=True,
    ),
    Check(
        "signals_are_answered",
        "signals that a consumer has not dealt with for 15 minutes",
        """
        SELECT format('signal %%s %%s, %%s', s.id, s.kind, d.consumer)
        FROM accounts_signaldelivery d JOIN accounts_signal s ON s.id = d.signal_id
        WHERE d.handled_at IS NULL AND s.created_at < now() - interval '15 minutes'
        ORDER BY s.id, d.consumer
        """,
        heals=True,
    ),
    Check(
        "signals_can_be_read",
        "signals that started nothing because their payload could not be read",
        """
        SELECT format('signal %%s %%s: %%s', s.id, s.kind, d.reason)
        FROM accounts_signaldelivery d
        JOIN accounts_signal s ON s.id = d.signal_id
        WHERE d.outcome = 'refused' ORDER BY s.id
        """,
    ),
    Check(
        "signals_are_delivered",
        "signals that were written without a delivery to any consumer",
        """
        SELECT format('signal %%s %%s', s.id, s.kind) FROM accounts_signal s
        LEFT JOIN accounts_signaldelivery d ON d.signal_id = s.id
        WHERE d.id IS NULL ORDER BY s.id
        """,
    ),
    Check(
        "dirty_accounts_are_rescored",
        "accounts whose facts changed and that wait for more than 5 minutes",
        # While more than two nights are missing they wait for those, as they should.
        """
        SELECT format('account %%s', d.account_id) FROM accounts_dirtyaccount d
        LEFT JOIN (SELECT day, closed_at FROM health_closedday ORDER BY day DESC LIMIT 1) c ON true
        LEFT JOIN accounts_installation i ON i.id = 1
        WHERE greatest(d.marked_at, CASE WHEN i.as_of IS NULL THEN c.closed_at END)
                < now() - interval '5 minutes'
            AND (c.day IS NULL OR i.as_of IS NOT NULL OR c.day >= %(day)s::date - 3)
        GROUP BY d.account_id ORDER BY d.account_id
        """,
        heals=True,
    ),
    Check(
        "ledgers_are_derived",
        "accounts whose ledger is to be derived again for more than 20 minutes",
        """
        SELECT format('account %%s', account_id) FROM accounts_ledgerdue
        GROUP BY account_id HAVING max(marked_at) < now() - interval '20 minutes'
        ORDER BY account_id
        """,
        heals=True,
    ),
    Check(
        "outbox_is_sent",
        "messages overdue for more than 15 minutes",
        """
        SELECT key FROM accounts_outboxmessage
        WHERE state IN ('new', 'leased')
            AND next_at < %(now)s::timestamptz - interval '15 minutes'
            AND greatest(created_at, lease_until) < now() - interval '15 minutes'
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
        WHERE state = 'leased' AND lease_until < now() - interval '20 seconds'
        ORDER BY 1
        """,
        heals=True,
    ),
)
