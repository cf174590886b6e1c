"""What firing reads, one set-based query a question, for any set of accounts."""

from playbooks.facts.accounts import AccountRow, account_rows, business_calendar, lock_accounts
from playbooks.facts.plays import RunningPlay, daily_budget, lock_caps, opened_on, running_plays
from playbooks.facts.rules import longest_window, published_rules, rules_of, silence_ends, steps_of
from playbooks.facts.signals import recent_signals, signals_received
from playbooks.facts.states import account_states, profiles, renewal_risk_of

__all__ = [
    "AccountRow",
    "RunningPlay",
    "account_rows",
    "account_states",
    "business_calendar",
    "daily_budget",
    "lock_accounts",
    "lock_caps",
    "longest_window",
    "opened_on",
    "profiles",
    "published_rules",
    "recent_signals",
    "renewal_risk_of",
    "rules_of",
    "running_plays",
    "signals_received",
    "silence_ends",
    "steps_of",
]
