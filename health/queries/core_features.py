"""Which features a rule would call core: used in so many weeks by so many of the accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.catalogue import AccountStatus

WEEKS = 12
# A share of so many accounts is right to three points; all of a large company take minutes.
MOST_ACCOUNTS = 1_000

# Of accounts that used anything at all; of whom a feature is no part of the plan, they say nothing
# about it. A week is a bit.
_USED = """
    WITH asked AS (
        SELECT a.id, p.key AS plan FROM accounts_account a
        LEFT JOIN accounts_plan p ON p.id = a.plan_id
        WHERE a.status = %(active)s AND a.merged_into_id IS NULL AND (%(segment)s = ''
            OR COALESCE(NULLIF(a.segment_override, ''), a.segment) = %(segment)s)
        ORDER BY hashint8(a.id) LIMIT %(most)s
    ), used AS (
        SELECT u.account_id, u.feature_id,
            bit_count(bit_or(1 << ((%(last)s::date - u.day) / 7))::bit(12)) AS weeks
        FROM asked JOIN accounts_usageday u ON u.account_id = asked.id
        WHERE u.day > %(last)s::date - %(days)s AND u.day <= %(last)s::date
            AND u.actor = 0 AND u.events > 0
        GROUP BY 1, 2
    ), users AS (
        SELECT asked.* FROM asked WHERE id IN (SELECT account_id FROM used)
    )
    SELECT f.key, f.name, f.is_core, count(users.id),
        count(*) FILTER (WHERE used.weeks >= %(weeks)s)
    FROM accounts_feature f
    LEFT JOIN users ON f.plans = '{}' OR users.plan = ANY (f.plans)
    LEFT JOIN used ON used.account_id = users.id AND used.feature_id = f.id
    WHERE f.valid_from <= %(last)s::date AND (f.valid_to IS NULL OR f.valid_to > %(last)s::date)
    GROUP BY f.id
"""


@dataclass(frozen=True, slots=True)
class CoreRule:
    """Used in `weeks_percent` of the last 12 weeks or more, by `accounts_percent` of the accounts
    or more; of all, or of a `segment`."""

    weeks_percent: int = 50
    accounts_percent: int = 30
    segment: str = ""

    @property
    def least_weeks(self) -> int:
        return -(-self.weeks_percent * WEEKS // 100)


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """`accounts` used something and have the feature in their plan; `used_by` of them used it in
    enough weeks."""

    key: str
    name: str
    is_core: bool
    accounts: int
    used_by: int
    is_proposed: bool

    @property
    def percent(self) -> int:
        """Rounded down, so that no share below the rule reads as one that is enough."""
        return self.used_by * 100 // self.accounts if self.accounts else 0


def features_by_use(rule: CoreRule, *, last: date) -> list[FeatureUse]:
    """Features on offer, the most used first; `last` is the last day that is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            _USED,
            {
                "active": AccountStatus.ACTIVE,
                "segment": rule.segment,
                "most": MOST_ACCOUNTS,
                "last": last,
                "days": WEEKS * 7,
                "weeks": rule.least_weeks,
            },
        )
        found = [
            FeatureUse(key, name, is_core, accounts, used_by, _is_enough(rule, accounts, used_by))
            for key, name, is_core, accounts, used_by in cursor.fetchall()
        ]
    return sorted(found, key=lambda each: (-each.percent, -each.used_by, each.key))


def _is_enough(rule: CoreRule, accounts: int, used_by: int) -> bool:
    return accounts > 0 and used_by * 100 >= rule.accounts_percent * accounts
