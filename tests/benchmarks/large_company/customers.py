"""People, accounts, and what is recorded about them."""

from tests.benchmarks.large_company.rows import Rows

PEOPLE = [
    Rows(
        "accounts_team",
        "generate_series(1, {csms} / {team} + 1) n",
        {"id": "n", "name": "'Team ' || n"},
    ),
    Rows(
        "accounts_user",
        "(SELECT 'csm-' || n AS name, 'csm' AS role, 1 + n / {team} AS team"
        " FROM generate_series(1, {csms}) n"
        " UNION ALL SELECT 'seller-' || n, 'csm', NULL FROM generate_series(1, {csms}) n"
        " UNION ALL VALUES ('manager', 'manager', NULL::int),"
        " ('executive', 'executive', NULL), ('ops', 'ops', NULL)) p",
        {
            "email": "name || '@demo.example'",
            "name": "initcap(name)",
            "role": "role",
            "team_id": "team",
            "is_active": "true",
            "joined_at": "{day}::timestamptz - interval '3 years'",
        },
    ),
    Rows(
        "accounts_team_managers",
        "accounts_user WHERE email = 'manager@demo.example'",
        {"team_id": "1", "user_id": "id"},
    ),
]

ACCOUNTS = [
    Rows("accounts_plan", "(VALUES (1)) v", {"key": "'pro'", "name": "'Pro'"}),
    Rows(
        "accounts_feature",
        "generate_series(1, 3) f",
        {
            "key": "'feature-' || f",
            "name": "'Feature ' || f",
            "is_core": "true",
            "valid_from": "DATE '2020-01-01'",
        },
    ),
    Rows(
        "accounts_account",
        "generate_series(1, {accounts}) a JOIN accounts_user u"
        " ON u.email = 'csm-' || 1 + a % {csms} || '@demo.example'",
        {
            "id": "a",
            "external_id": "'large-' || a",
            "name": "(ARRAY['Vel', 'Tor', 'Quin', 'Mar', 'Hol', 'Bri', 'Sand', 'Wex', 'Pel',"
            " 'Nor'])[1 + a % 10] || (ARRAY['ora', 'ben', 'tide', 'low', 'ker', 'mond', 'vane'])"
            "[1 + a / 10 % 7] || ' ' || (ARRAY['Labs', 'Foods', 'Freight', 'Systems', 'Paper'])"
            "[1 + a / 70 % 5] || ' ' || a",
            "time_zone": "'UTC'",
            "currency": "'USD'",
            "plan_id": "(SELECT id FROM accounts_plan LIMIT 1)",
            "seats": "10 + a % 40",
            "customer_since": "{day}::date - 1080",
            "status": "'active'",
            "stage": "CASE WHEN a % 20 = 0 THEN 'onboarding' ELSE 'adoption' END",
            "owner_id": "u.id",
            "arr_minor": "400000 + (a::bigint * 7919 % 9000000)",
            "renews_on": "{day}::date - 10 + (a::bigint * 31 % 365)::int",
            "segment": "(ARRAY['enterprise', 'mid_market', 'smb'])[1 + a % 3]",
            "touch_tier": "'tech'",
            "created_at": "{day}::timestamptz - interval '3 years'",
        },
    ),
    Rows(
        "accounts_teammember",
        "accounts_account a JOIN accounts_function f ON f.key = 'account_executive'"
        " JOIN accounts_user u ON u.email = 'seller-' || 1 + a.id % {csms} || '@demo.example'",
        {
            "account_id": "a.id",
            "person_id": "u.id",
            "function_id": "f.id",
            "since": "a.customer_since",
        },
    ),
    Rows(
        "accounts_attributehistory",
        "accounts_account a, LATERAL (VALUES ('segment', a.segment),"
        " ('owner', a.owner_id::text)) h (attribute, value)",
        {
            "account_id": "a.id",
            "attribute": "h.attribute",
            "value": "h.value",
            "valid_from": "{day}::date - 1080",
            "learned_at": "{day}::timestamptz - interval '1080 days' + interval '12 hours'",
        },
    ),
    Rows(
        "accounts_contact",
        "accounts_account a, generate_series(1, 2) n",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-c' || n",
            "name": "'Contact ' || n",
            "title": "'Head of work'",
            "level": "(ARRAY['c_level', 'vp', 'director', 'manager', 'user'])[1 + (a.id + n) % 5]",
            "roles": "CASE WHEN n = 1 THEN ARRAY['champion'] ELSE ARRAY['end_user'] END",
            "is_active": "true",
            "met_on": "DATE '2023-02-01'",
        },
    ),
]

MONEY = [
    # Five movements an account; every tenth account leaves with the last one.
    Rows(
        "accounts_revenuemovement",
        "accounts_account a, generate_series(0, 4) n,"
        " LATERAL (SELECT {day}::date - 1080 + (n * 245 + a.id % 90)::int AS effective) d",
        {
            "account_id": "a.id",
            "effective_on": "d.effective",
            "kind": "CASE WHEN n = 0 THEN 'new' WHEN n = 4 AND a.id % 10 = 0 THEN 'churn'"
            " WHEN n % 2 = 1 THEN 'expansion' ELSE 'contraction' END",
            "amount_minor": "CASE WHEN n = 0 THEN 1200000 WHEN n = 4 AND a.id % 10 = 0"
            " THEN -1320000 WHEN n % 2 = 1 THEN 120000 ELSE -60000 END",
            "currency": "'USD'",
            "recorded_at": "d.effective",
            "source_id": "'direct'",
            "external_id": "a.id || '-m' || n",
        },
    ),
    # Why those in between happened.
    Rows(
        "accounts_movementpart",
        "accounts_revenuemovement m",
        {
            "account_id": "m.account_id",
            "effective_on": "m.effective_on",
            "currency": "m.currency",
            "cause": "CASE WHEN m.kind = 'expansion' THEN 'seats' ELSE 'price' END",
            "amount_minor": "m.amount_minor",
            "recorded_at": "m.recorded_at",
        },
    ),
    # The present term and the one before.
    Rows(
        "accounts_contract",
        "accounts_account a, generate_series(0, 1) n,"
        " LATERAL (SELECT {day}::date - 75 + (a.id % 365)::int - 365 * n AS ends_on) d",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-k' || n",
            "starts_on": "d.ends_on - 365",
            "ends_on": "d.ends_on",
            "arr_minor": "1200000",
            "currency": "'USD'",
            "term_months": "12",
            "state": "CASE n WHEN 0 THEN 'active' ELSE 'renewed' END",
            "closed_on": "CASE WHEN n > 0 THEN d.ends_on END",
            "learned_at": "d.ends_on - 365",
        },
    ),
    Rows(
        "accounts_invoice",
        "accounts_account a, LATERAL (SELECT {day}::date - 60 AS issued) d",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-v'",
            "issued_on": "d.issued",
            "due_on": "d.issued + 30",
            "paid_on": "d.issued + 30 + (a.id % 20)::int",
            "amount_minor": "100000",
            "currency": "'USD'",
            "state": "'paid'",
        },
    ),
]

CARE = [
    Rows(
        "accounts_ticket",
        "accounts_account a, generate_series(1, 3) n, LATERAL (SELECT"
        " {day}::timestamptz - make_interval(days => (a.id * n % 170)::int) AS opened) d",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-t' || n",
            "opened_at": "d.opened",
            "solved_at": "CASE WHEN (a.id + n) % 7 > 0 THEN d.opened + interval '3 days' END",
            "category": "(ARRAY['how_to', 'defect', 'request', 'billing'])[1 + (a.id + n) % 4]",
            "severity": "'normal'",
            "topic": "'topic-' || (a.id + n) % 9",
        },
    ),
    # Every fourth account was promised something in each conversation.
    Rows(
        "accounts_onboardingstep",
        "accounts_account a, generate_series(1, 5) n WHERE a.id % 10 = 0",
        {
            "account_id": "a.id",
            "key": "'step-' || n",
            "name": "'Step ' || n",
            "due_on": "{day}::date + 7 * (n - 3)",
            "done_on": "CASE WHEN n < 3 THEN {day}::date + 7 * (n - 3) END",
        },
    ),
    Rows(
        "accounts_interaction",
        "accounts_account a, generate_series(1, 2) n",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-i' || n",
            "occurred_at": "{day}::timestamptz - make_interval(days => (a.id * n % 150)::int)",
            "kind": "'call'",
            "is_commercial": "n = 1",
            "subject": "'Weekly call'",
            "notes": "'Notes.'",
            "next_step": "CASE WHEN a.id % 4 = 0 THEN 'Send the plan' ELSE '' END",
        },
    ),
    Rows(
        "accounts_interactioncontact",
        "accounts_interaction i JOIN accounts_contact c"
        " ON c.external_id = i.account_id || '-c1' WHERE i.is_commercial",
        {"interaction_id": "i.id", "contact_id": "c.id"},
    ),
    Rows(
        "accounts_businessevent",
        "accounts_account a",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-e'",
            "kind": "(ARRAY['champion_left', 'new_use_case', 'upsell_declined'])[1 + a.id % 3]",
            "occurred_on": "{day}::date - (a.id % 300)::int",
            "learned_at": "{day}::timestamptz - make_interval(days => (a.id % 300)::int)",
        },
    ),
    # A person of every account came to one of a thousand webinars.
    Rows(
        "accounts_groupsession",
        "generate_series(1, 1000) n",
        {
            "external_id": "n || '-g'",
            "kind": "'webinar'",
            "starts_at": "{day}::timestamptz - make_interval(days => n % 300)",
        },
    ),
    Rows(
        "accounts_attendance",
        "accounts_contact c JOIN accounts_groupsession s"
        " ON c.external_id = c.account_id || '-c1'"
        " AND s.external_id = 1 + c.account_id % 1000 || '-g'",
        {"session_id": "s.id", "contact_id": "c.id", "account_id": "c.account_id"},
    ),
    Rows(
        "accounts_csmsentiment",
        "accounts_account a",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-s'",
            "said_at": "{day}::timestamptz - make_interval(days => (a.id % 120)::int)",
            "value": "1 + a.id % 5",
        },
    ),
    Rows(
        "surveys_response",
        "accounts_account a",
        {
            "account_id": "a.id",
            "external_id": "a.id || '-r'",
            "survey_key": "'nps'",
            "kind": "'nps'",
            "moment": "'rhythm'",
            "lowest": "0",
            "highest": "10",
            "value": "a.id % 11",
            "standing": "CASE WHEN a.id % 11 < 7 THEN -1 WHEN a.id % 11 < 9 THEN 0 ELSE 1 END",
            "answered_at": "{day}::timestamptz - make_interval(days => (a.id % 400)::int)",
            "learned_at": "{day}::timestamptz - make_interval(days => (a.id % 400)::int)",
        },
    ),
]

# Each account used the product every third of these days: half of them in the present month.
USAGE = [
    Rows(
        "accounts_usageday",
        "unnest(ARRAY[0, 2, 4, 6, 8, 10, 12, 14, 20, 40, 60, 80]) n JOIN accounts_account a"
        " ON (a.id + n / 2) % 3 = 0, LATERAL (SELECT {day}::date - n AS day) d",
        {
            "account_id": "a.id",
            "day": "d.day",
            "feature_id": "(SELECT min(id) FROM accounts_feature)",
            "learned_on": "d.day",
            "events": "(a.id * 7 + n) % 50",
        },
    ),
    # Of every third account: enough to see that not all are read.
    Rows(
        "health_usagepack",
        "accounts_account a WHERE a.id % 3 = 0",
        {
            "until": "{day}::date - 3",
            "account_id": "a.id",
            "feature_id": "(SELECT min(id) FROM accounts_feature)",
            "first_day": "{day}::date - 80",
            "events": "decode(repeat('00', 480), 'hex')",
        },
    ),
    Rows(
        "health_usagepacking",
        "(SELECT array_agg(id) AS features FROM accounts_feature) f",
        {"until": "{day}::date - 3", "seal_number": "1", "features": "f.features"},
    ),
    Rows(
        "accounts_usermonth",
        "accounts_account a, generate_series(date_trunc('month', {day}::date - 30),"
        " {day}::date, '1 month') m",
        {
            "account_id": "a.id",
            "month": "m::date",
            "user_key": "'user-1'",
            "days": "(a.id * 7919) % 268435455",
        },
    ),
]

# Every account uses every feature on each of 180 days, and has six users.
DENSE_USAGE = [
    Rows(
        "accounts_usageday",
        "generate_series({day}::date - 179, {day}::date, '1 day') d, accounts_account a,"
        " accounts_feature f",
        {
            "account_id": "a.id",
            "day": "d::date",
            "feature_id": "f.id",
            "learned_on": "d::date",
            "events": "(a.id * 7 + f.id * 13 + (d::date - DATE '2020-01-01')) % 50",
        },
        drops_key=True,
    ),
    Rows(
        "accounts_usermonth",
        "accounts_account a, generate_series(1, 6) u,"
        " generate_series(date_trunc('month', {day}::date - 179), {day}::date, '1 month') m",
        {
            "account_id": "a.id",
            "month": "m::date",
            "user_key": "'user-' || u",
            "days": "(a.id * 7919 + u * 104729) % 268435455",
        },
    ),
]

CUSTOMERS = (*PEOPLE, *ACCOUNTS, *MONEY, *CARE)
FACTS = (*CUSTOMERS, *USAGE)
