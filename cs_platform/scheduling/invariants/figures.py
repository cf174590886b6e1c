"""The questions of the invariants about figures: each is the sum of what made it."""

from __future__ import annotations

from accounts.queries.contract_links import names
from cs_platform.scheduling.invariants.work import Check

# Each step of each row up its chain once: UNION ends where a loop would begin again.
_COMES_BACK = """
    WITH RECURSIVE up AS (
        SELECT id AS first, parent_id AS above FROM accounts_account WHERE parent_id IS NOT NULL
        UNION
        SELECT up.first, r.parent_id FROM up JOIN accounts_account r ON r.id = up.above
        WHERE r.parent_id IS NOT NULL
    )
    SELECT r.external_id FROM up JOIN accounts_account r ON r.id = up.first
    WHERE up.above = up.first ORDER BY r.id
"""

FIGURES = (
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
            AND NOT EXISTS (SELECT FROM accounts_ledgerdue d WHERE d.account_id = a.id)
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
        "movements_are_posted_once",
        "movements that stand in the ledger under two sources and were not taken back",
        """
        SELECT format('account %%s: %%s in %%s', a.external_id, x.external_id, x.sources)
        FROM (
            SELECT account_id, external_id, effective_on, amount_minor, currency,
                count(*) AS copies, string_agg(source_id, ' and ' ORDER BY id) AS sources
            FROM accounts_revenuemovement WHERE source_id <> 'contracts'
            GROUP BY account_id, external_id, effective_on, kind, amount_minor, currency
            HAVING count(*) > 1
        ) x
        JOIN accounts_account a ON a.id = x.account_id
        WHERE x.copies - 1 > (
            SELECT count(*) FROM accounts_revenuemovement back
            WHERE back.account_id = x.account_id AND back.effective_on = x.effective_on
                AND back.currency = x.currency AND back.amount_minor = -x.amount_minor)
        ORDER BY a.id, x.external_id
        """,
    ),
    Check(
        "renewed_terms_do_not_churn",
        "contracts that another one took over from and that churn on their end",
        f"""
        SELECT format('account %%s: %%s on %%s', a.external_id, c.external_id, c.ends_on)
        FROM accounts_contract c
        JOIN accounts_account a ON a.id = c.account_id
        JOIN (
            SELECT account_id, effective_on FROM accounts_revenuemovement
            WHERE source_id = 'contracts' AND kind = 'churn'
            GROUP BY 1, 2 HAVING sum(amount_minor) <> 0
        ) m ON m.account_id = c.account_id AND m.effective_on = c.ends_on
        WHERE c.state = 'renewed' AND c.arr_minor > 0
            AND NOT EXISTS (SELECT FROM accounts_ledgerdue d WHERE d.account_id = a.id)
            AND EXISTS (
                SELECT FROM accounts_contract n
                WHERE n.account_id = c.account_id AND n.id <> c.id AND n.arr_minor > 0
                    AND n.starts_on > c.starts_on
                    AND (n.cancelled_on IS NULL OR n.cancelled_on > n.starts_on)
                    AND ({names("n", "c")} AND n.starts_on <= c.ends_on + 90
                        OR n.starts_on BETWEEN c.ends_on - 1 AND c.ends_on))
        ORDER BY a.id, c.ends_on
        """,  # noqa: S608 -- constant expressions, no input
    ),
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
        "parents_do_not_come_back",
        "accounts that are above themselves",
        _COMES_BACK,
    ),
    Check(
        "packs_are_their_facts",
        "packed usage that is not the sum of the facts it was made of",
        """
        SELECT format('account %%s, feature %%s', account_id, feature_id)
        FROM health_usagepacking p
        JOIN accounts_usageseal s ON s.number = p.seal_number
        JOIN health_usagepack k ON k.until = p.until
            AND (%(share)s::integer IS NULL OR k.account_id %% 30 = %(share)s::integer)
        FULL JOIN (
            SELECT account_id, feature_id, sum(events) AS total FROM accounts_usageday
            WHERE day > (SELECT until - 120 FROM health_usagepacking)
                AND day <= (SELECT until FROM health_usagepacking)
                AND learned_on <= (SELECT until FROM health_usagepacking)
                AND actor = 0
                AND feature_id = ANY ((SELECT features FROM health_usagepacking)::smallint[])
                AND (%(share)s::integer IS NULL OR account_id %% 30 = %(share)s::integer)
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
