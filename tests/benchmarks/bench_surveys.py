"""A night that plans 100,000 invitations before renewals, and NPS beside them, in 50,000 accounts
with two people each, a tenth of whom were asked before.
"""

import time
from datetime import datetime, timedelta

from tests.benchmarks.bench_playbooks import _ACCOUNTS, _PEOPLE, NOW, count, run
from tests.benchmarks.measuring import report, scaled, served

ACCOUNTS = scaled(50_000)
_CONTACTS = """
INSERT INTO accounts_contact (account_id, source_id, external_id, name, email, title, level,
    job_function, roles, strength, is_active, do_not_contact, met_on)
SELECT a.id, 'direct', 'c-' || n || '-' || a.id, 'Person ' || n,
    'p' || n || a.id || '@bench.example', '', 'user', '',
    CASE n WHEN 1 THEN ARRAY['champion'] ELSE '{}' END, n + 2, true, false, DATE '2023-01-01'
FROM accounts_account a CROSS JOIN generate_series(1, 2) n;
UPDATE accounts_account SET customer_since = %(now)s::date - 44
"""
_CONTRACTS = """
INSERT INTO accounts_contract (account_id, source_id, external_id, starts_on, ends_on, arr_minor,
    currency, term_months, auto_renew, state, learned_at)
SELECT id, 'direct', 'k-' || id, %(now)s::date - 305, %(now)s::date + 60, 100000, 'USD', 12, false,
    'active', %(now)s - interval '300 days'
FROM accounts_account
"""
_ASKED = """
INSERT INTO surveys_invitation (survey_id, account_id, contact_id, key, moment, occasion, state,
    reason, due_at, planned_at, language, nonce, sent_at, expires_at, asked_by)
SELECT (SELECT min(id) FROM surveys_survey), c.account_id, c.id, 'before-' || c.id, 'on_request',
    'before-' || c.id, 'sent', '', %(now)s - interval '40 days', %(now)s - interval '40 days', 'en',
    'n', %(now)s - interval '40 days', %(now)s - interval '10 days', ''
FROM accounts_contact c WHERE c.id %% 10 = 0
"""


def survey(key: str, kind: str, highest: int, moment: str, recipients: str, then: datetime):
    from surveys.models import Survey  # noqa: PLC0415 -- after django.setup()

    text = {"subject": "One question", "question": "How?", "reason": "Why?"}
    Survey.objects.create(
        key=key, version=1, state="published", name=key, kind=kind, lowest=0, highest=highest,
        moment=moment, recipients=recipients, texts={"en": text}, created_at=then,
        published_at=then,
    )  # fmt: skip


def prepare():
    from accounts.models import Installation  # noqa: PLC0415 -- after django.setup()

    Installation.objects.get_or_create(pk=1)
    then = NOW - timedelta(days=100)
    survey("renewal_csat", "csat", 5, "before_renewal", "everybody", then)
    survey("nps", "nps", 10, "rhythm", "everybody", then)
    run(_PEOPLE)
    run(_ACCOUNTS, accounts=ACCOUNTS)
    run(_CONTACTS, now=NOW)
    run(_CONTRACTS, _ASKED, now=NOW)
    run("VACUUM ANALYZE")


def bench_plan():
    from surveys.engine.planning import plan_day  # noqa: PLC0415 -- after django.setup()

    begun = time.perf_counter()
    counted = plan_day(day=NOW.date(), now=NOW)
    seconds = time.perf_counter() - begun
    assert counted.planned >= 1.5 * ACCOUNTS
    assert counted.total == count("surveys_invitation WHERE key NOT LIKE 'before-%%'")
    report(
        "surveys.plan",
        seconds * scaled(100_000) / counted.total,
        planned=counted.planned,
        held_back=counted.held_back,
        wall_seconds=seconds,
    )


def main():
    with served():
        prepare()
        bench_plan()


if __name__ == "__main__":
    main()
