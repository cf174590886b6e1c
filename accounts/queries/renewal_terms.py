"""SQL about terms whose end is a renewal: of six months or more, or ending with one that is."""

from accounts.catalogue import LEAST_RENEWAL_MONTHS
from accounts.queries.contract_links import line_of

_LEAST = f"interval '{LEAST_RENEWAL_MONTHS} months'"


def is_long(term: str) -> str:
    """Whether it runs six months or more, by itself or with the price steps before it; `term` is an
    alias of a contract."""
    return f"""
        (({term}.term_months >= {LEAST_RENEWAL_MONTHS}
                AND {term}.ends_on >= ({term}.starts_on + {_LEAST})::date - 1)
            OR coalesce({term}.ends_on >= ({term}.deal_starts_on + {_LEAST})::date - 1, false))
    """


def is_renewable(term: str) -> str:
    """Whether its end is a renewal. One that was bought later and ends on the day of a longer one
    of its account is decided with that; a month of its line just before says that it is paid month
    to month."""
    return f"""
        ({is_long(term)} OR EXISTS (
            SELECT FROM accounts_contract longer
            WHERE longer.account_id = {term}.account_id AND longer.ends_on = {term}.ends_on
                AND longer.starts_on < {term}.starts_on AND {is_long("longer")}
        ) AND NOT EXISTS (
            SELECT FROM accounts_contract month
            WHERE month.account_id = {term}.account_id AND month.id <> {term}.id
                AND month.ends_on BETWEEN {term}.starts_on - 1 AND {term}.starts_on + 1
                AND NOT {is_long("month")} AND {line_of("month")} = {line_of(term)}
        ))
    """  # noqa: S608 -- constant expressions, no input
