"""The same facts learned day by day: what was known at month-ends, and the same figures at last.

100 customers over 18 months. On each day on which a tool is told something it sends the rows that
changed; before that the ledger and the history steps of the night are run.
"""

from datetime import date, timedelta

import pytest
from django.db import transaction

from accounts.models import Account
from cs_platform.scheduling.nightly_steps import BY_NAME, Shard
from tests.golden.ledger import oracle_months
from tests.golden.ledger.exports import account_file, contract_files
from tests.golden.ledger.lives import customers
from tests.golden.ledger.product import bring, noon, store_rates, stored_movements, stored_spans
from tests.golden.ledger.truth import Truth

FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)
MONTH_ENDS = list(oracle_months.month_ends(LAST, 18))[::-1]
ATTRIBUTES = ("status", "segment", "touch_tier")
ORDER = "oldest first"


@pytest.fixture(scope="module")
def facts():
    return customers(count=100, first=FIRST, last=LAST, seed=5)


def known_at_once(facts, day):
    """What a fresh import makes of what the tools knew on that day."""
    with transaction.atomic():
        bring([account_file(facts)], day=day)
        bring(contract_files(facts, order=ORDER, renews=False, known_on=day), day=day)
        known = known_figures(day)
        transaction.set_rollback(True)
    return known


def known_figures(day):
    """History from the first paid day on: what an account was before is what its row said when it
    came."""
    moved = stored_movements(known_on=day)
    history = {
        name: {
            account: list(paying(spans, min(on for on, _, _ in moved[account])))
            for account, spans in stored_spans(name, known_on=day).items()
            if account in moved
        }
        for name in ATTRIBUTES
    }
    return {"movements": moved} | history


def paying(spans, first):
    for (since, value), (until, _) in zip(spans, [*spans[1:], (date.max, "")], strict=True):
        if until > first:
            yield max(since, first), value


def learn_day_by_day(facts):
    first = min(row.tellings[0].learned_on for customer in facts for row in customer.rows)
    bring([account_file(facts)], day=first)
    ids = Account.objects.order_by("pk").values_list("pk", flat=True)
    sent = {}
    for days in range((LAST - first).days + 1):
        day = first + timedelta(days=days)
        files = list(news(facts, day, sent))
        if files or day in MONTH_ENDS:
            run_night(day, ids)
            bring(files, day=day)


def run_night(opening, ids):
    """The steps that bring the ledger and the history to the day that opens."""
    yesterday = opening - timedelta(days=1)
    shard = Shard(yesterday, opening, noon(opening), ids[0], ids[len(ids) - 1])
    for name in ("contracts", "accounts"):
        BY_NAME[name].run(shard)


def news(facts, day, sent):
    """Of each tool the rows that say something else than before."""
    for file in contract_files(facts, order=ORDER, renews=False, known_on=day):
        file.rows[:] = [row for row in file.rows if sent.get(row["external_id"]) != row]
        sent.update({row["external_id"]: row for row in file.rows})
        if file.rows:
            yield file


def test_what_is_learned_day_by_day_is_what_is_imported_at_once(db, facts):
    store_rates()
    at_once = {day: known_at_once(facts, day) for day in MONTH_ENDS}
    learn_day_by_day(facts)
    for day in MONTH_ENDS:
        assert known_figures(day) == at_once[day], day
    truth = Truth(facts, last=LAST)
    assert at_once[LAST] == {"movements": truth.movements} | truth.history
