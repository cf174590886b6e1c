"""Facts of accounts, their scores and previews."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
from django.db import connection

from accounts.models import BusinessEventKind, Feature, Plan, User
from accounts.queries.rates import rates_on
from health import models, recompute
from health.facts import FactScope, departures, load_base, load_facts, readiness, usage_packs
from health.facts.features import load_catalogue
from health.facts.sources import remembered_feeds
from health.pages.expansion import rows
from health.preview import judged_accounts, plan
from health.queries import expansion_signs, explanations, figures, groups
from health.queries import readiness as readiness_looks
from health.recompute import past_states
from health.recompute import readiness as looks
from health.recompute import usage_packs as packing
from tests.benchmarks.large_company import DAY
from tests.plans.chosen import FEW


def scope(ids=FEW, *, as_known=False):
    return FactScope(np.array(ids, dtype=np.int64), DAY, DAY, "UTC", as_known)


def facts():
    """Of some accounts, from packs and as known on the day."""
    few = scope(as_known=True)
    base = load_base(few, with_history=True)
    load_facts(few, base=base, feeds=remembered_feeds(), since_start=np.ones(len(few), dtype=bool))


def chosen_facts():
    """Of measures with parameters: on one day, and in a block of days."""
    feature, kind = Feature.objects.earliest("pk").key, BusinessEventKind.objects.earliest("pk").key
    names = [
        f"feature_events(feature={feature}, per=people)",
        f"feature_weeks(feature={feature})",
        f"feature_value(feature={feature})",
        f"event_count(kind={kind})",
        "nps",
        "repeat_tickets",
        "first_reply_hours",
        "interaction_count(kind=webinar)",
        "functions_engaged",
        "ticket_sentiment",
        "csm_sentiment",
        "days_to_decision",
        "employees_growth",
    ]
    few = scope(as_known=True)
    block = FactScope(few.account_ids, DAY - timedelta(days=9), DAY, "UTC", as_known=True)
    for asked in (few, block):
        base = load_base(asked, with_history=True)
        nobody = np.zeros(len(asked), dtype=bool)
        feeds = remembered_feeds()
        load_facts(asked, base=base, feeds=feeds, since_start=nobody, names=names)


def facts_without_packs():
    models.UsagePacking.objects.all().delete()
    facts()


def learned_since_the_packs():
    """For a batch of a night, and for a few accounts."""
    catalogue = load_catalogue(list(Plan.objects.all()))
    for ids in (range(1, recompute.BATCH + 1), FEW):
        assert usage_packs.sum_packs(scope(ids), catalogue) is not None


def packing_anew_and_on():
    features = list(models.UsagePacking.objects.get().features)
    before = usage_packs.in_force()
    packing._usage_learned_since(
        scope(range(1, packing._ROLLED + 1), as_known=True), before, features
    )
    packing._usage_learned_since(scope(as_known=True), None, features)


def judged_before():
    few = np.array(FEW, dtype=np.int64)

    with connection.cursor() as cursor:
        cursor.execute(past_states._BEFORE, {"ids": few.tolist(), "day": DAY})


def previewing():
    draft = models.Scorecard.objects.earliest("pk")
    prepared = plan.prepare(draft, day=DAY)
    judged_accounts.read_groups(prepared, prepared.draft, np.array(FEW, dtype=np.int64))


def kept_looks():
    """Of two weeks, of a share of the accounts."""
    now = datetime.combine(DAY, time(), UTC) + timedelta(days=1)
    for day in (DAY - timedelta(days=7), DAY):
        looks.look_at_readiness(day=day, account_ids=range(1, 20_001), now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE health_readinesslook")


def reviewing_readiness():
    kept_looks()
    day = readiness_looks.latest_look_day(today=DAY)
    rates = rates_on(DAY, base="USD")
    someone = User.objects.filter(role="ops").first() or User(role="ops")
    rows.page_after(
        rows.looks_listed(someone, scope="all", day=day, which="ready", rates=rates), None
    )
    readiness_looks.look_at_account(account_id=7, today=DAY)


def looking_at_readiness():
    """At few accounts, of which there are looks of the week before, as of many others."""
    now = datetime.combine(DAY, time(), UTC) + timedelta(days=1)
    everybody = range(1, 20_001)
    looks.look_at_readiness(day=DAY - timedelta(days=7), account_ids=everybody, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE health_readinesslook")
    looks.look_at_readiness(day=DAY, account_ids=FEW, now=now)


EXECUTORS = {
    "health.facts.activity:_DAY": facts,
    "health.facts.activity:_FIRST_MONTH": facts,
    "health.facts.chosen_facts:_EVENTS": chosen_facts,
    "health.queries.groups:_BELOW": lambda: groups.group_ids(FEW[0]),
    "health.facts.departures:_GONE": lambda: departures.departures(end=DAY),
    "health.facts.chosen_facts:_VALUED": chosen_facts,
    "health.facts.chosen_facts:_ANSWERS": chosen_facts,
    "health.facts.chosen_contracts:_ENDS": chosen_facts,
    "health.facts.chosen_sizes:_PRESENT": chosen_facts,
    "health.facts.chosen_sizes:_HISTORY": chosen_facts,
    "health.facts.chosen_tickets:_TICKETS": chosen_facts,
    "health.facts.chosen_tickets:_REPLIED_SINCE": chosen_facts,
    "health.facts.chosen_contact:_TALKS": chosen_facts,
    "health.facts.chosen_contact:_SESSIONS": chosen_facts,
    "health.facts.chosen_contact:_TICKETS": chosen_facts,
    "health.facts.chosen_contact:_SAID": chosen_facts,
    "health.facts.usage_days:_DAILY": chosen_facts,
    "health.facts.chosen_usage:_SUMS": chosen_facts,
    "health.facts.profiles:_PRESENT": facts,
    "health.facts.profiles:_HISTORY": facts,
    "health.facts.profiles:_RECORDED": facts,
    "health.facts.relationship:_CHAMPIONS": facts,
    "health.facts.relationship:_CONVERSATIONS": facts,
    "health.facts.relationship:_PARTICIPANTS": facts,
    "health.facts.relationship:_EVENTS": facts,
    "health.facts.readiness:_WEEKS": looking_at_readiness,
    "health.facts.readiness:_CONVERSATIONS": looking_at_readiness,
    "health.facts.readiness:_STAKEHOLDERS": looking_at_readiness,
    "health.facts.readiness:_AGENTS": lambda: readiness.agent_weeks(end=DAY),
    "health.recompute.readiness:_KEEP": looking_at_readiness,
    "health.pages.expansion.rows:looks_listed": reviewing_readiness,
    "health.queries.expansion_signs:_SIGNS": lambda: expansion_signs.expansion_signs(
        account_ids=FEW, day=DAY
    ),
    "health.queries.readiness:latest_look_day": reviewing_readiness,
    "health.queries.readiness:look_at_account": reviewing_readiness,
    "health.facts.revenue:_LEDGER": facts,
    "health.facts.revenue:_CONTRACTS": facts,
    "health.facts.revenue:_INVOICES": facts,
    "health.facts.support:_TICKETS": facts,
    "health.facts.usage_packs:_PACKS": facts,
    "health.facts.usage_packs:_LEARNED_SINCE": learned_since_the_packs,
    "health.facts.usage_sums:_SUMS": facts_without_packs,
    "health.facts.usage_sums:_FIRST_DAYS": facts_without_packs,
    "health.preview.judged_accounts:_STORED": previewing,
    "health.queries.explanations:stored_day": lambda: explanations.stored_day(
        account_id=7, until=DAY
    ),
    "health.queries.figures:_FLAPPED": lambda: figures.scoring_figures(day=DAY),
    "health.recompute.usage_packs:_LEARNED": packing_anew_and_on,
    "health.recompute.past_states:_BEFORE": judged_before,
}
