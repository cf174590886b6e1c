"""Who serves which account of the demo company beside its CSM."""

from __future__ import annotations

from django.db import connection

from accounts.demo.staff import (
    EXECUTIVE_ID,
    FIRST_ONBOARDER_ID,
    FIRST_SELLER_ID,
    ONBOARDERS,
    RENEWALS_ID,
    SELLERS,
)

# All have the account executive who sold to them, and somebody who began with them; the large
# ones a sponsor and a renewals manager. The other functions have nobody: their steps fall.
_TEAMS = """
INSERT INTO accounts_teammember (account_id, person_id, function_id, since, until)
SELECT a.id, given.person_id, f.id, a.customer_since, given.until
FROM accounts_account a,
LATERAL (VALUES
    ('account_executive', %(seller)s + a.id %% %(sellers)s, NULL::date, true),
    ('onboarding_specialist', %(onboarder)s + a.id %% %(onboarders)s,
        CASE WHEN a.stage NOT IN ('hand_off', 'onboarding') THEN a.customer_since + 90 END,
        a.stage IN ('hand_off', 'onboarding') OR a.segment NOT IN ('smb', 'self_serve')),
    ('renewals_manager', %(renewals)s, NULL, a.segment IN ('strategic', 'enterprise')),
    ('executive_sponsor', %(executive)s, NULL, a.segment IN ('strategic', 'enterprise'))
) AS given(key, person_id, until, is_served)
JOIN accounts_function f ON f.key = given.key
WHERE given.is_served
ORDER BY a.id, f.id
"""


def load_teams() -> int:
    """Rows added."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TEAMS,
            {
                "seller": FIRST_SELLER_ID,
                "sellers": SELLERS,
                "onboarder": FIRST_ONBOARDER_ID,
                "onboarders": ONBOARDERS,
                "renewals": RENEWALS_ID,
                "executive": EXECUTIVE_ID,
            },
        )
        return int(cursor.rowcount)
