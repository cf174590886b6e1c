"""Accounts that may be one customer."""

from dataclasses import dataclass

from django.db import connection

from accounts.intake.mail_providers import MAIL_PROVIDERS


@dataclass(frozen=True, slots=True)
class LikelyDouble:
    one: str
    one_name: str
    other: str
    other_name: str
    reasons: tuple[str, ...]


# Legal forms say nothing about who it is. What more than a few have in common is no sign: the
# domain of a group, a name such as "Test". An account above another one is another account.
_PAIRS = r"""
    WITH a AS (
        SELECT id, external_id, name, parent_id, lower(domain) AS domain,
            regexp_replace(regexp_replace(lower(name), '\y(inc|incorporated|ltd|limited|llc|llp'
                '|gmbh|mbh|ag|kg|corp|corporation|co|company|plc|sa|sas|sarl|srl|spa|bv|nv|ab|oy'
                '|aps|pty)\y', '', 'g'), '[^[:alnum:]]+', '', 'g') AS stem
        FROM accounts_account WHERE merged_into_id IS NULL
    ), told AS (
        SELECT id, 'same domain' AS reason, domain AS value FROM a
        WHERE domain <> '' AND domain <> ALL (%(providers)s)
        UNION ALL SELECT id, 'same name', stem FROM a WHERE stem <> ''
        UNION ALL SELECT id, 'same id', external_id FROM a
        UNION ALL SELECT id, 'same id', left(external_id, 15) FROM a
            WHERE external_id ~ '^[A-Za-z0-9]{18}$'
        UNION ALL SELECT i.account_id, 'same id', i.value FROM accounts_accountid i
            JOIN a ON a.id = i.account_id
    ), few AS (
        SELECT DISTINCT reason, value, id FROM told WHERE (reason, value) IN (
            SELECT reason, value FROM told GROUP BY reason, value
            HAVING count(DISTINCT id) BETWEEN 2 AND 5)
    )
    SELECT one.external_id, one.name, other.external_id, other.name,
        array_agg(DISTINCT f.reason ORDER BY f.reason)
    FROM few f JOIN few g ON g.reason = f.reason AND g.value = f.value AND g.id > f.id
    JOIN a one ON one.id = f.id JOIN a other ON other.id = g.id
    WHERE one.parent_id IS DISTINCT FROM other.id AND other.parent_id IS DISTINCT FROM one.id
    GROUP BY one.id, one.external_id, one.name, other.id, other.external_id, other.name
    ORDER BY count(DISTINCT f.reason) DESC, one.name, one.id, other.id
    OFFSET %(first)s LIMIT %(count)s
"""


def likely_doubles(*, first: int, count: int) -> list[LikelyDouble]:
    """The surest first. Reads all accounts once."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PAIRS, {"providers": sorted(MAIL_PROVIDERS), "first": first, "count": count}
        )
        rows = cursor.fetchall()
    return [
        LikelyDouble(one, one_name, other, other_name, tuple(reasons))
        for one, one_name, other, other_name, reasons in rows
    ]
