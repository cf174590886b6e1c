"""Invariants of signals, jobs and messages: done once, on time, and left to nobody."""

from __future__ import annotations

from accounts.invariants.checks import Check

WORK = (
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
