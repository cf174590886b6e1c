"""The SQL of renewals: terms that end in a window with the money around their ends, and what is
paid month to month or without an end."""

from accounts.catalogue import LEAST_RENEWAL_MONTHS
from accounts.money.sql import RATES, converted, rounded
from accounts.queries.contract_links import line_of, names
from accounts.queries.renewal_terms import is_renewable

_SHORT = f"""
    (c.steps_on IS NULL AND CASE WHEN c.ends_on IS NULL OR c.auto_renew
        THEN c.term_months < {LEAST_RENEWAL_MONTHS} AND c.deal_starts_on IS NULL
        ELSE NOT {is_renewable("c")} END)
"""
# A term that replaces another one while it runs: looked up for those that were renewed.
_TAKEN = f"""
    SELECT n.starts_on, (n.ends_on IS NULL OR n.ends_on > c.ends_on) AS goes_on
    FROM accounts_contract n
    WHERE c.state = 'renewed' AND {{following}}
        AND n.account_id = c.account_id AND n.starts_on > c.starts_on
        AND (c.ends_on IS NULL OR n.starts_on < c.ends_on - 1)
        AND ({names("n", "c")} OR c.subscription <> '' AND n.subscription = c.subscription)
    ORDER BY n.starts_on, n.id LIMIT 1
"""  # noqa: S608 -- constant expressions, no input
# A term ends where it is replaced by one that ends later, else where its source says; one that
# renews itself ends again and again until another takes over (a day before an end, at most), and a
# row whose deal goes on does not end. Ends around the window are seen too: they share the money of
# their account. A scan: a quarter is no small part of the contracts.
_ENDING = f"""
    SELECT c.id, c.account_id, c.external_id, c.source_id, c.deal, c.steps_on, c.state,
        c.closed_on, c.notice_given_on, c.cancelled_on, c.renewal_on, c.term_months, c.learned_at,
        c.auto_renew, c.currency, e.began_on, e.ended_on,
        e.ended_on - c.notice_days AS notice_by,
        {rounded("c.arr_minor * (1 + coalesce(c.uplift_percent, 0) / 100) ^ e.number")}
            AS arr_minor,
        {line_of("c")} AS line
    FROM (
        SELECT c.*, t.starts_on AS taken_on, t.goes_on
        FROM accounts_contract c LEFT JOIN LATERAL ({_TAKEN}) t ON true
        WHERE c.starts_on <= %(seen_until)s AND c.ends_on IS NOT NULL AND c.steps_on IS NULL
            AND {{chosen}} AND {{scope}}
            AND (c.ends_on > %(seen_after)s AND c.ends_on <= %(seen_until)s
                OR c.cancelled_on > %(seen_after)s AND c.cancelled_on <= %(seen_until)s
                OR c.state = 'renewed' AND c.ends_on > %(seen_until)s
                OR c.auto_renew AND c.ends_on <= %(seen_after)s)
    ) c CROSS JOIN LATERAL (
        SELECT coalesce(c.deal_starts_on, c.starts_on) AS began_on, 0 AS number,
            CASE WHEN c.taken_on IS NULL THEN LEAST(c.ends_on, c.cancelled_on) ELSE c.taken_on END
                AS ended_on
        WHERE (c.taken_on IS NULL OR c.goes_on) AND (%(any_length)s OR {is_renewable("c")})
        UNION ALL
        SELECT (c.ends_on + make_interval(months => (k - 1) * c.term_months))::date, k,
            (c.ends_on + make_interval(months => k * c.term_months))::date
        FROM generate_series(1, (%(seen_until)s - c.ends_on) / (28 * c.term_months) + 1) k
        WHERE c.auto_renew AND c.taken_on IS NULL
            AND (c.term_months >= {LEAST_RENEWAL_MONTHS} OR %(any_length)s)
            AND (c.ends_on + make_interval(months => k * c.term_months))::date
                <= coalesce(c.renewal_on + 1, c.cancelled_on, c.closed_on)
    ) e
    WHERE e.ended_on > %(seen_after)s AND e.ended_on <= %(seen_until)s
"""  # noqa: S608 -- constant expressions, no input
# What its source says of an end by the day. Of one that renews itself, notice that is not in time
# and what was said after its grace belong to a later end, and what took over to the last one.
_SIGNED = f"""
    SELECT e.*, s.sign, s.signed_on,
        CASE WHEN s.sign IN ('ended', 'notice') AND (e.state = 'cancelled' OR s.sign = 'notice')
            THEN e.ended_on ELSE e.ended_on + LEAST(%(grace)s, e.ended_on - e.began_on) END
            AS settles_on
    FROM ({_ENDING}) e
    LEFT JOIN LATERAL (
        SELECT min((n.learned_at AT TIME ZONE %(zone)s)::date) AS learned_on
        FROM accounts_contract n
        WHERE {{following}} AND n.account_id = e.account_id AND {names("n", "e")}
            AND n.starts_on <= e.ended_on + 90
    ) n ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN NOT e.auto_renew OR e.closed_on <= e.ended_on + %(grace)s
                AND coalesce(e.renewal_on + 1 < e.ended_on
                    + make_interval(months => e.term_months), true)
                THEN e.closed_on END AS closed_on,
            coalesce(e.notice_given_on, CASE WHEN e.cancelled_on IS NOT NULL
                THEN coalesce(e.closed_on, (e.learned_at AT TIME ZONE %(zone)s)::date) END)
                AS noticed_on
    ) k
    CROSS JOIN LATERAL (
        SELECT 'renewed' AS sign,
            LEAST(CASE WHEN e.state = 'renewed' THEN k.closed_on END, n.learned_on) AS signed_on,
            1 AS first
        WHERE e.state = 'renewed' AND k.closed_on <= %(day)s OR n.learned_on <= %(day)s
        UNION ALL
        SELECT 'ended', k.closed_on, 2
        WHERE e.state IN ('cancelled', 'expired') AND k.closed_on <= %(day)s
        UNION ALL
        SELECT 'notice', k.noticed_on, 3
        WHERE k.noticed_on <= LEAST(%(day)s,
            CASE WHEN e.auto_renew THEN coalesce(e.notice_by, e.ended_on) ELSE e.ended_on END)
        UNION ALL
        SELECT '', NULL, 4
        ORDER BY first LIMIT 1
    ) s
"""  # noqa: S608 -- constant expressions, no input
# Each end with those of its account around it. Window functions and no join: how many rows share an
# account and an end is estimated far too low, and a nested loop that was chosen for one row reads
# its other side again for each.
_PLACED = """
    SELECT s.*, LEAST(%(day)s, GREATEST(max(settles_on) OVER same - 1, ended_on),
            min(ended_on) OVER later - 1) AS until,
        CASE WHEN max(ended_on) OVER earlier = ended_on - 1 THEN ended_on ELSE ended_on - 1 END
            AS turns_on
    FROM signed s
    WINDOW ends AS (PARTITION BY account_id ORDER BY ended_on),
        same AS (ends GROUPS BETWEEN CURRENT ROW AND CURRENT ROW),
        later AS (ends GROUPS BETWEEN 1 FOLLOWING AND 1 FOLLOWING),
        earlier AS (ends GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING)
"""
# ARR of the account before an end and since, before its next one. What takes over from a term may
# start on the day before its end: that day is the end's, unless another term ended on it. Each row
# of the ledger is converted on its own, as in all reports; an index has its accounts, days and
# amounts.
_AROUND = f"""
    SELECT coalesce(sum({converted("m.amount_minor")})
            FILTER (WHERE m.effective_on < ending.turns_on), 0)::bigint AS before,
        coalesce(sum({converted("m.amount_minor")}), 0)::bigint AS after,
        max(m.effective_on) FILTER (WHERE m.effective_on >= ending.turns_on) AS moved_on
    FROM accounts_revenuemovement m LEFT JOIN {RATES} ON r.currency = m.currency
    WHERE m.account_id = ending.account_id AND m.effective_on <= ending.until AND {{booked}}
"""  # noqa: S608 -- constant expressions, no input
ENDING = f"""
    WITH signed AS MATERIALIZED ({_SIGNED})
    SELECT ending.account_id, a.external_id, a.name, coalesce(u.name, p.name, '') AS owner,
        ending.external_id AS contract, ending.line, ending.ended_on, ending.settles_on,
        ending.notice_by, ending.sign, ending.signed_on,
        ending.auto_renew AND ending.sign NOT IN ('ended', 'notice') AS renews_itself,
        coalesce({converted("ending.arr_minor")}, 0) AS arr,
        CASE WHEN r.rate IS NULL AND ending.arr_minor <> 0 THEN ending.currency ELSE '' END
            AS without_rate,
        w.before, w.after, w.moved_on,
        coalesce(h.band, 'unscored') AS band, coalesce(h.at_risk, false) AS at_risk, h.score
    FROM ({_PLACED}) ending
    CROSS JOIN LATERAL ({_AROUND}) w
    JOIN accounts_account a ON a.id = ending.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    LEFT JOIN {RATES} ON r.currency = ending.currency
    LEFT JOIN LATERAL ({{judged}}) h ON true
    WHERE ending.ended_on > %(after)s AND ending.ended_on <= %(until)s
    ORDER BY ending.account_id, ending.ended_on, ending.line, ending.external_id
"""  # noqa: S608 -- constant expressions, no input
_OPEN_ENDED = f"""
    (c.ends_on IS NULL AND c.steps_on IS NULL
        AND (c.term_months >= {LEAST_RENEWAL_MONTHS} OR c.deal_starts_on IS NOT NULL))
"""
# A scan: short and open-ended terms that run on the day, a row an account for each.
RUNNING = f"""
    WITH running AS MATERIALIZED (
        SELECT c.account_id,
            CASE WHEN {_OPEN_ENDED} THEN 'open_ended' ELSE 'month_to_month' END AS state,
            min(c.external_id) AS contract,
            min(LEAST(c.ends_on, c.cancelled_on, c.renewal_on)) AS ends_on,
            coalesce(sum({converted("c.arr_minor")}), 0)::bigint AS arr,
            coalesce(string_agg(DISTINCT c.currency, ', ')
                FILTER (WHERE r.rate IS NULL AND c.arr_minor <> 0), '') AS without_rate
        FROM accounts_contract c LEFT JOIN {RATES} ON r.currency = c.currency
        WHERE c.starts_on <= %(day)s AND ({_SHORT} OR {_OPEN_ENDED}) AND {{scope}}
            AND (LEAST(c.ends_on, c.cancelled_on) > %(day)s OR c.renewal_on > %(day)s
                OR c.ends_on IS NULL AND c.cancelled_on IS NULL)
            AND NOT EXISTS (SELECT FROM ({_TAKEN}) t WHERE t.starts_on <= %(day)s)
        GROUP BY 1, 2
    )
    SELECT n.state, n.account_id, a.external_id, a.name, coalesce(u.name, p.name, '') AS owner,
        n.contract, n.ends_on, n.arr, n.without_rate, coalesce(b.arr, 0) AS book,
        coalesce(h.band, 'unscored') AS band, coalesce(h.at_risk, false) AS at_risk, h.score
    FROM running n
    JOIN accounts_account a ON a.id = n.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    LEFT JOIN LATERAL ({{paid}}) b ON true
    LEFT JOIN LATERAL ({{judged}}) h ON true
    ORDER BY n.account_id, n.state
"""  # noqa: S608 -- constant expressions, no input
