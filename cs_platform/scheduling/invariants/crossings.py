"""The questions of the invariants about crossings: each is a move between two scores."""

from __future__ import annotations

from cs_platform.scheduling.invariants.work import Check

CROSSINGS = (
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
)
