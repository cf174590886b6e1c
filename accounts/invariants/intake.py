"""Invariants of intake: what was accepted has been answered."""

from __future__ import annotations

from accounts.invariants.checks import Check

INTAKE = (
    Check(
        "accepted_is_answered",
        "accepted batches and imports of which records are neither in, nor refused, nor waiting",
        # A batch waits by its job, its import says how it went. Records that are refused have a
        # reason each; where very many are, some.
        """
        SELECT format('%%s: batch %%s has no work and no result', b.source, b.id)
        FROM accounts_inboxbatch b
        LEFT JOIN accounts_job j ON j.kind = 'inbox.batch' AND j.key = b.id::text
        LEFT JOIN accounts_importrun r ON r.id = (j.payload->>'run')::bigint
        WHERE j.id IS NULL OR r.id IS NULL OR (j.state = 'done' AND r.state = 'running')
        UNION ALL
        SELECT format('%%s: import %%s read %%s, answered %%s', r.source, r.id, r.read,
            r.created + r.updated + r.unchanged + r.rejected)
        FROM accounts_importrun r
        WHERE r.state = 'done' AND r.via IN ('api', 'page')
            AND r.read <> r.created + r.updated + r.unchanged + r.rejected
        UNION ALL
        SELECT format('%%s: import %%s refused %%s without a reason', r.source, r.id, r.rejected)
        FROM accounts_importrun r
        WHERE r.rejected > 0 AND NOT EXISTS (
            SELECT FROM accounts_rejectedrecord p WHERE p.run_id = r.id AND p.level = 'rejected')
        ORDER BY 1
        """,
    ),
)
