"""What became of the contracts that plays are about."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# One that renewed itself has a next end, whose decision lies beyond the date that was seen.
_RENEWED = """
SELECT p.id, bool_or(c.state = 'renewed'
    OR (c.state = 'active'
        AND c.renewal_on - coalesce(c.notice_days, 0) > (p.saw->>'on')::date))
FROM playbooks_play p
JOIN accounts_contract c ON c.account_id = p.account_id AND c.external_id = p.saw->>'contract'
WHERE p.id = ANY (%(plays)s)
GROUP BY p.id
"""


def contracts_renewed(play_ids: Collection[int]) -> dict[int, bool]:
    """By play; those that saw no contract are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEWED, {"plays": list(play_ids)})
        return {play_id: bool(is_renewed) for play_id, is_renewed in cursor.fetchall()}
