"""What must hold of stored figures at any moment: each is the sum of what made it."""

from __future__ import annotations

from accounts.invariants.checks import Check

INVARIANTS = (
    Check(
        "retention_is_a_share",
        "stored months whose GRR by account or logo retention is no share from 0 to 1",
        # By movements GRR may fall below 0: shown and named on the page, never cut off.
        """
        SELECT format('%%s of %%s: GRR %%s, logos %%s of %%s', month, segment, grr, logos_kept,
            logos_start)
        FROM metrics_retentionmonth
        WHERE method = 'accounts' AND grr NOT BETWEEN 0 AND 1
            OR method = 'movements' AND grr > 1 OR logos_kept NOT BETWEEN 0 AND logos_start
        ORDER BY month, segment, method
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
        SELECT format('%%s of %%s, by %%s', r.month, r.segment, r.method)
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
            OR r.method = 'accounts' AND abs(r.grr - a.kept / nullif(a.cohort, 0)) > 0.000001)
        ORDER BY r.month, r.segment, r.method
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
