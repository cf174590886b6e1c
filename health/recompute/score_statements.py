"""The statements that move judged rows from the staging table to their places."""

SPARK_DAYS = 90

STAGING = """
    CREATE TEMP TABLE IF NOT EXISTS health_scored (
        account_id bigint, day date, scorecard_id bigint, score smallint, band smallint,
        effective smallint, confidence integer, raw double precision[], readings smallint[],
        weights smallint[], components smallint[], component_bands smallint[],
        gate_hits bigint, line_sides smallint[], crossing_seq integer, crossing_day integer,
        is_present smallint, is_final smallint, last_band smallint, is_new smallint,
        lacks_rule smallint
    ) ON COMMIT DELETE ROWS;
    DELETE FROM health_scored
"""

CARDS = """
    cards AS (
        SELECT b.scorecard_id, array_agg(b.key::text ORDER BY b.lower DESC) AS keys,
            array_agg(b.at_risk ORDER BY b.lower DESC) AS risks
        FROM health_band b GROUP BY 1
    )
"""

VALUES = """
    s.scorecard_id,
    CASE WHEN s.score >= 0 THEN (s.score / 100.0)::numeric(5, 2) END AS score,
    COALESCE(k.keys[s.band + 1], CASE s.is_new WHEN 1 THEN 'too_new' ELSE 'unscored' END) AS band,
    (s.confidence / 100.0)::numeric(5, 2) AS confidence
"""

HISTORY_COLUMNS = """
    account_id, day, revision, scorecard_id, score, band, confidence,
    raw, readings, weights, components, gate_hits, computed_at
"""

# A day that is open has one row an account, replaced as facts come in until a later day is judged.
OPEN_DAYS = f"""
    WITH {CARDS}
    INSERT INTO health_healthscore AS h ({HISTORY_COLUMNS})
    SELECT s.account_id, s.day, 0, {VALUES},
        s.raw, s.readings, s.weights, s.components, s.gate_hits, %(now)s
    FROM health_scored s JOIN cards k USING (scorecard_id)
    WHERE NOT s.day = ANY (%(closed)s::date[]) AND s.is_final = 0
    ON CONFLICT (account_id, day, revision) DO UPDATE SET
        scorecard_id = EXCLUDED.scorecard_id, score = EXCLUDED.score, band = EXCLUDED.band,
        confidence = EXCLUDED.confidence, raw = EXCLUDED.raw, readings = EXCLUDED.readings,
        weights = EXCLUDED.weights, components = EXCLUDED.components,
        gate_hits = EXCLUDED.gate_hits, computed_at = EXCLUDED.computed_at
"""  # noqa: S608 -- constants of this module only

# A closed day is never touched, nor one that a later score of the account was compared with: what
# differs from its latest revision becomes the next one. Whoever had no score when the day closed,
# or when a later one was scored, begins at 1: copies of the day may have been made without it, and
# no crossing was compared with it.
FINAL_DAYS = f"""
    WITH {CARDS}
    INSERT INTO health_healthscore ({HISTORY_COLUMNS})
    SELECT s.account_id, s.day, COALESCE(o.revision, 0) + 1, {VALUES},
        s.raw, s.readings, s.weights, s.components, s.gate_hits, %(now)s
    FROM health_scored s JOIN cards k USING (scorecard_id)
    LEFT JOIN LATERAL (
        SELECT h.revision, h.scorecard_id, h.raw, h.readings FROM health_healthscore h
        WHERE h.account_id = s.account_id AND h.day = s.day ORDER BY h.revision DESC LIMIT 1
    ) o ON true
    WHERE (s.is_final = 1 OR s.day = ANY (%(closed)s::date[]))
        AND (o.scorecard_id, o.raw, o.readings) IS DISTINCT FROM (s.scorecard_id, s.raw, s.readings)
"""  # noqa: S608 -- constants of this module only

# A state that is there is locked, so its own spark can be carried on: days without a score in
# between read -1. A week ago lies within the old spark for a gap of seven days at most.
CURRENT = f"""
    WITH {CARDS}
    INSERT INTO health_currenthealth AS c (
        account_id, day, scorecard_id, score, band, confidence, last_band, effective_band, at_risk,
        lacks_rule, components, component_bands, lines, line_sides, spark,
        crossing_day, crossing_seq, computed_at
    )
    SELECT s.account_id, s.day, {VALUES},
        COALESCE(k.keys[s.last_band + 1], ''),
        COALESCE(k.keys[s.effective + 1], CASE s.is_new WHEN 1 THEN 'too_new' ELSE 'unscored' END),
        COALESCE(k.risks[s.effective + 1], false), s.lacks_rule = 1,
        s.components, s.component_bands, %(lines)s::integer[], s.line_sides,
        array_fill(-1::smallint, ARRAY[{SPARK_DAYS - 1}]) || s.score,
        CASE WHEN s.crossing_day >= 0 THEN DATE '1970-01-01' + s.crossing_day END,
        s.crossing_seq, %(now)s
    FROM health_scored s JOIN cards k USING (scorecard_id)
    WHERE s.is_present = 1 ORDER BY s.account_id
    ON CONFLICT (account_id) DO UPDATE SET
        day = EXCLUDED.day, scorecard_id = EXCLUDED.scorecard_id, score = EXCLUDED.score,
        band = EXCLUDED.band, last_band = EXCLUDED.last_band,
        effective_band = EXCLUDED.effective_band,
        at_risk = EXCLUDED.at_risk, lacks_rule = EXCLUDED.lacks_rule,
        confidence = EXCLUDED.confidence,
        week_change = CASE
            WHEN EXCLUDED.score IS NOT NULL AND EXCLUDED.day - c.day <= 7
                AND c.spark[EXCLUDED.day - c.day + {SPARK_DAYS - 7}] >= 0
            THEN EXCLUDED.score - c.spark[EXCLUDED.day - c.day + {SPARK_DAYS - 7}] / 100.0 END,
        components = EXCLUDED.components, component_bands = EXCLUDED.component_bands,
        lines = EXCLUDED.lines, line_sides = EXCLUDED.line_sides,
        spark = CASE
            WHEN EXCLUDED.day - c.day >= {SPARK_DAYS} THEN EXCLUDED.spark
            WHEN EXCLUDED.day = c.day
                THEN c.spark[1:{SPARK_DAYS - 1}] || EXCLUDED.spark[{SPARK_DAYS}]
            ELSE c.spark[EXCLUDED.day - c.day + 1:{SPARK_DAYS}]
                || EXCLUDED.spark[{SPARK_DAYS + 1} - (EXCLUDED.day - c.day):{SPARK_DAYS}]
        END,
        crossing_day = EXCLUDED.crossing_day, crossing_seq = EXCLUDED.crossing_seq,
        computed_at = EXCLUDED.computed_at
"""  # noqa: S608 -- constants of this module only

# After a block of days: the spark of the last 90 days from the history that was written.
SPARKS = f"""
    UPDATE health_currenthealth c SET spark = n.spark, week_change =
        CASE WHEN c.score IS NOT NULL AND n.spark[{SPARK_DAYS - 7}] >= 0
            THEN c.score - n.spark[{SPARK_DAYS - 7}] / 100.0 END
    FROM (
        SELECT a.account_id, array_agg(COALESCE((h.score * 100)::smallint, -1::smallint)
            ORDER BY d.day) AS spark
        FROM (SELECT account_id, day FROM health_currenthealth WHERE account_id = ANY (%(ids)s)) a
        CROSS JOIN LATERAL (
            SELECT a.day - back AS day FROM generate_series(0, {SPARK_DAYS - 1}) back
        ) d
        LEFT JOIN LATERAL (
            SELECT score FROM health_healthscore h
            WHERE h.account_id = a.account_id AND h.day = d.day ORDER BY h.revision DESC LIMIT 1
        ) h ON true
        GROUP BY 1
    ) n
    WHERE n.account_id = c.account_id
"""  # noqa: S608 -- constants of this module only

CROSSINGS = """
    INSERT INTO health_thresholdcrossing (
        account_id, day, subject, seq, kind, cause, direction, from_band, to_band,
        score_before, score_after, scorecard_id, is_overridden, created_at
    ) VALUES %s ON CONFLICT DO NOTHING RETURNING account_id, day, subject, seq
"""
