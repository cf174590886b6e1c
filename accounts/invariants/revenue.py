"""Invariants of revenue and of the tree of accounts."""

from __future__ import annotations

from accounts.invariants.checks import Check
from accounts.queries.contract_links import names

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

REVENUE = (
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
        "causes_add_up_to_movements",
        "accounts with a day whose causes are not what was derived for it",
        """
        SELECT format('account %%s on %%s: causes %%s, moved %%s minor units of %%s',
            a.external_id, x.effective_on, x.told, x.moved, x.currency)
        FROM (
            SELECT account_id, effective_on, currency, sum(told) AS told, sum(moved) AS moved
            FROM (
                SELECT account_id, effective_on, currency, amount_minor AS told, 0 AS moved
                FROM accounts_movementpart
                UNION ALL
                SELECT account_id, effective_on, currency, 0, amount_minor
                FROM accounts_revenuemovement
                WHERE source_id = 'contracts' AND kind IN ('expansion', 'contraction', 'churn')
            ) both_sides
            GROUP BY account_id, effective_on, currency HAVING sum(told) <> sum(moved)
        ) x
        JOIN accounts_account a ON a.id = x.account_id
        WHERE NOT EXISTS (SELECT FROM accounts_ledgerdue d WHERE d.account_id = a.id)
        ORDER BY a.id, x.effective_on
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
        "parents_do_not_come_back",
        "accounts that are above themselves",
        _COMES_BACK,
    ),
)
