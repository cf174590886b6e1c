"""A company with a ledger of three years, its health and its contracts."""

from datetime import date

from tests.benchmarks.bench_health import NOW
from tests.benchmarks.measuring import empty_database

DAY = date(2025, 6, 15)

_FACTS = [
    """
    INSERT INTO accounts_account (
        external_id, name, domain, industry, region, time_zone, currency, customer_since, status,
        stage, tags, is_strategic, arr_minor, segment, touch_tier, segment_override,
        touch_tier_override, override_reason, tier_pending, created_at
    )
    SELECT 'bench-' || a, 'Account ' || a, '', '', '', 'UTC', 'USD', DATE '2022-07-01', 'active',
        'adoption', '{}', false, 1470000, (ARRAY['enterprise', 'mid_market', 'smb'])[1 + a %% 3],
        'tech', '', '', '', '', now()
    FROM generate_series(1, %(accounts)s) a
    """,
    """
    INSERT INTO accounts_attributehistory (account_id, attribute, value, valid_from, learned_at)
    SELECT id, 'segment', segment, DATE '2022-07-01', now() FROM accounts_account
    """,
    # Ten movements an account; every tenth account leaves with the last one.
    """
    INSERT INTO accounts_revenuemovement (
        account_id, effective_on, kind, amount_minor, currency, subtype, reason, product,
        recorded_at, source_id, external_id
    )
    SELECT a.id, DATE '2022-07-01' + (m * 110 + a.id %% 90)::int,
        CASE WHEN m = 0 THEN 'new' WHEN m = 9 AND a.id %% 10 = 0 THEN 'churn'
            WHEN m %% 2 = 1 THEN 'expansion' ELSE 'contraction' END,
        CASE WHEN m = 0 THEN 1200000 WHEN m = 9 AND a.id %% 10 = 0 THEN -1440000
            WHEN m %% 2 = 1 THEN 120000 ELSE -60000 END,
        'USD', '', '', '', now(), 'direct', a.id || '-m' || m
    FROM accounts_account a, generate_series(0, 9) m
    """,
    """
    INSERT INTO accounts_contract (
        account_id, external_id, starts_on, ends_on, arr_minor, amount_per, currency, term_months,
        auto_renew, state, learned_at
    )
    SELECT id, id || '-k', ends_on - 365, ends_on, 1200000, '', 'USD', 12, false, 'active', now()
    FROM accounts_account, LATERAL (SELECT DATE '2025-04-01' + (id %% 365)::int AS ends_on) term
    """,
    """
    INSERT INTO health_currenthealth (
        account_id, day, scorecard_id, score, band, effective_band, at_risk, confidence, components,
        component_bands, lines, line_sides, spark, crossing_seq, computed_at
    )
    SELECT a.id, %(day)s, (SELECT min(id) FROM health_scorecard), 30 + a.id %% 70, b.band, b.band,
        b.band = 'intervene', 100, '{}', '{}', '{}', '{}', '{}', 0, now()
    FROM accounts_account a,
        LATERAL (SELECT CASE WHEN a.id %% 70 >= 45 THEN 'healthy' WHEN a.id %% 70 >= 20 THEN 'watch'
            ELSE 'intervene' END AS band) b
    """,
    """
    INSERT INTO health_healthscore (
        account_id, day, revision, scorecard_id, score, band, confidence, raw, readings, weights,
        components, gate_hits, computed_at
    )
    SELECT account_id, closed, 0, scorecard_id, score, band, 100, '{}', '{}', '{}', '{}', 0,
        closed + interval '1 day'
    FROM health_currenthealth,
        unnest(ARRAY[DATE '2025-05-31', DATE '2025-06-14']) AS days (closed)
    """,
    """
    INSERT INTO health_closedday (day, closed_at)
    SELECT closed, closed + interval '1 day'
    FROM unnest(ARRAY[DATE '2025-05-31', DATE '2025-06-14']) AS days (closed)
    """,
    # Every fiftieth account changed its band in the week.
    """
    INSERT INTO health_thresholdcrossing (
        account_id, day, subject, seq, kind, cause, direction, from_band, to_band, score_before,
        score_after, scorecard_id, is_overridden, created_at
    )
    SELECT account_id, DATE '2025-06-08' + (account_id %% 7)::int, 'score', 1, 'band', 'moved',
        'down', 'watch', 'intervene', 55, 45, scorecard_id, false, now()
    FROM health_currenthealth WHERE account_id %% 50 = 0
    """,
]


def prepare(accounts):
    from django.core.management import call_command  # noqa: PLC0415 -- after django.setup()
    from django.db import connection  # noqa: PLC0415 -- after django.setup()

    from accounts.models import Installation  # noqa: PLC0415 -- after django.setup()
    from health.publishing import install_library  # noqa: PLC0415 -- after django.setup()

    empty_database()
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})
    install_library(now=NOW)
    with connection.cursor() as cursor:
        for statement in _FACTS:
            cursor.execute(statement, {"accounts": accounts, "day": DAY})
        cursor.execute("VACUUM ANALYZE")
