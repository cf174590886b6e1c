"""What must hold of scores at any moment, and of crossings: each is a move between two scores."""

from __future__ import annotations

from accounts.invariants.checks import Check

INVARIANTS = (
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
        "scores_follow_their_scorecard",
        "scores whose arrays do not have the length of their scorecard: no page can explain them",
        # Raw values are those of the measures, and of what gates and penalties look at.
        """
        SELECT format('account %%s on %%s', h.account_id, h.day)
        FROM health_healthscore h
        JOIN (
            SELECT c.id,
                (SELECT count(*) FROM health_measure m WHERE m.scorecard_id = c.id) AS measures,
                (SELECT count(*) FROM health_component p WHERE p.scorecard_id = c.id) AS components
            FROM health_scorecard c
        ) c ON c.id = h.scorecard_id
        WHERE h.day >= %(since)s AND h.day <= %(day)s AND (
            cardinality(h.raw) < c.measures OR cardinality(h.readings) <> c.measures
            OR cardinality(h.weights) <> c.measures OR cardinality(h.components) <> c.components)
        ORDER BY h.day, h.account_id
        """,
    ),
    Check(
        "crossings_are_transitions",
        "accounts whose crossings of a closed day do not lead from the band before to its own",
        # Revisions tell what was seen later and cross nothing. Before the first closed day, and
        # on the day of a first score, there is no day before to compare with.
        """
        WITH scores AS (
            SELECT account_id, day, band, lag(day) OVER days AS previous_day,
                lag(band) OVER days AS previous_band
            FROM health_healthscore
            WHERE revision = 0 AND day >= %(since)s::date - 1 AND day < %(day)s
            WINDOW days AS (PARTITION BY account_id ORDER BY day)
        ), told AS (
            SELECT account_id, day, (array_agg(from_band ORDER BY seq))[1] AS first_band,
                (array_agg(to_band ORDER BY seq DESC))[1] AS final_band,
                bool_or(cause = 'first_score') AS is_first
            FROM health_thresholdcrossing
            WHERE subject = 'score' AND day >= %(since)s AND day < %(day)s
            GROUP BY account_id, day
        )
        SELECT format('account %%s on %%s: from %%s to %%s, told from %%s to %%s', a.external_id,
            coalesce(s.day, t.day), coalesce(s.previous_band, 'no score'),
            coalesce(s.band, 'no score'), coalesce(t.first_band, 'nothing'),
            coalesce(t.final_band, 'nothing'))
        FROM scores s
        FULL JOIN told t ON t.account_id = s.account_id AND t.day = s.day
        JOIN accounts_account a ON a.id = coalesce(s.account_id, t.account_id)
        JOIN health_closedday c ON c.day = coalesce(s.day, t.day)
        LEFT JOIN accounts_installation i ON i.id = 1
        WHERE t.is_first IS NOT TRUE AND c.day IS DISTINCT FROM i.as_of
            AND c.day > (SELECT min(day) FROM health_closedday)
            AND CASE
                WHEN s.account_id IS NULL THEN t.account_id IS NOT NULL
                WHEN s.previous_day IS NULL THEN t.account_id IS NOT NULL
                    AND t.final_band <> s.band
                ELSE (s.previous_band, s.band) IS DISTINCT FROM (
                    coalesce(t.first_band, s.previous_band),
                    coalesce(t.final_band, s.previous_band))
            END
        ORDER BY c.day, a.id
        """,
    ),
    Check(
        "line_crossings_are_transitions",
        "accounts and lines of the score whose crossings of a closed day are not what the scores of"
        " that day and the one before say",
        # Within the recovery margin above a line an account may stand on either side. A line counts
        # from the second day after it was registered on, and not for who had no score meanwhile.
        """
        WITH scores AS (
            SELECT h.account_id, h.day, h.score, lag(h.day) OVER days AS previous_day,
                lag(h.score) OVER days AS previous_score,
                greatest(c.recovery_margin, lag(c.recovery_margin) OVER days) AS margin
            FROM health_healthscore h JOIN health_scorecard c ON c.id = h.scorecard_id
            WHERE h.revision = 0 AND h.day >= %(since)s::date - 1 AND h.day < %(day)s
            WINDOW days AS (PARTITION BY h.account_id ORDER BY h.day)
        ), told AS (
            SELECT account_id, day, substr(subject, 6)::numeric AS value,
                (array_agg(from_band ORDER BY seq))[1] AS first_side,
                (array_agg(to_band ORDER BY seq DESC))[1] AS final_side
            FROM health_thresholdcrossing
            WHERE kind = 'line' AND subject ~ '^line:[0-9.]+$'
                AND day >= %(since)s AND day < %(day)s
            GROUP BY account_id, day, subject
        ), passed AS (
            SELECT s.account_id, s.day, l.value
            FROM scores s JOIN health_watchline l ON l.subject = 'score'
                AND l.registered_at::date + 1 < s.previous_day
                AND (s.previous_score >= l.value + s.margin AND s.score < l.value
                    OR s.previous_score < l.value AND s.score >= l.value + s.margin)
            WHERE NOT EXISTS (
                SELECT FROM health_thresholdcrossing u WHERE u.account_id = s.account_id
                    AND u.day = s.day AND u.cause IN ('first_score', 'unscored', 'scored'))
        )
        SELECT format('account %%s on %%s at %%s: from %%s to %%s, told from %%s to %%s',
            a.external_id, c.day, coalesce(t.value, p.value),
            coalesce(s.previous_score::text, 'no score'), coalesce(s.score::text, 'no score'),
            coalesce(t.first_side, 'nothing'), coalesce(t.final_side, 'nothing'))
        FROM told t
        FULL JOIN passed p ON p.account_id = t.account_id AND p.day = t.day AND p.value = t.value
        JOIN health_closedday c ON c.day = coalesce(t.day, p.day)
        JOIN accounts_account a ON a.id = coalesce(t.account_id, p.account_id)
        LEFT JOIN scores s ON s.account_id = a.id AND s.day = c.day
        LEFT JOIN accounts_installation i ON i.id = 1
        WHERE c.day IS DISTINCT FROM i.as_of AND c.day > (SELECT min(day) FROM health_closedday)
            AND NOT EXISTS (
                SELECT FROM health_watchline l WHERE l.subject = 'score' AND l.value = t.value
                    AND l.registered_at::date = c.day)
            AND (t.account_id IS NULL OR s.account_id IS NULL
                OR NOT CASE t.final_side WHEN 'below' THEN s.score < t.value + s.margin
                    ELSE s.score >= t.value END
                OR NOT CASE t.first_side WHEN 'below' THEN s.previous_score < t.value + s.margin
                    ELSE s.previous_score >= t.value END)
        ORDER BY c.day, a.id, 1
        """,
    ),
)
