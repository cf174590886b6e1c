"""The drawn customers are what the comparisons need: every scenario, each tool, each currency."""

from collections import Counter
from datetime import date

from tests.golden.ledger import oracle
from tests.golden.ledger.facts import Paid, Tool
from tests.golden.ledger.lives import customers

SCENARIOS = {
    *("free_months", "one_term", "monthly_terms", "upgraded", "with_add_on", "two_departments"),
    *("open_ended", "renewing_itself", "broken_off", "on_time", "late", "leaves", "swaps"),
    *("cancels", "cancels_late", "changes_currency", "ramped"),
}


def test_every_scenario_is_lived_ten_times():
    drawn = customers(count=300, first=date(2021, 7, 1), last=date(2026, 6, 30), seed=1)
    lived = Counter(scenario for customer in drawn for scenario in customer.lived)
    assert lived.keys() == SCENARIOS
    assert min(lived.values()) >= 10
    assert {c.tool for c in drawn} == set(Tool)
    assert {c.currency for c in drawn} == {"USD", "EUR", "JPY"}
    late = [row for c in drawn for row in c.rows if row.tellings[0].learned_on > row.starts_on]
    assert len(late) > 100


def test_the_oracle_says_what_the_specification_does():
    """60,000 for a year; nothing for 40 days; 66,000, and 5,000 beside it for its last half."""
    paid = [
        Paid("core", date(2025, 1, 1), date(2026, 1, 1), 60_000, "USD"),
        Paid("core", date(2026, 2, 10), None, 66_000, "USD"),
        Paid("more", date(2026, 8, 10), date(2027, 2, 10), 5_000, "USD"),
    ]
    assert oracle.movements(paid, last=date(2027, 3, 1)) == {
        (date(2025, 1, 1), "USD", "new"): 60_000,
        (date(2026, 1, 1), "USD", "churn"): -60_000,
        (date(2026, 2, 10), "USD", "reactivation"): 66_000,
        (date(2026, 8, 10), "USD", "expansion"): 5_000,
        (date(2027, 2, 10), "USD", "contraction"): -5_000,
    }
