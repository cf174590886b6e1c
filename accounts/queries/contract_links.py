"""SQL about contracts that name another one or a line, as the ledger reads them."""


def names(renewing: str, renewed: str) -> str:
    """Whether `renewing` names `renewed`, aliases of two contracts of one account.

    An id is one of its source: only where that has none of this name, another source's is meant.
    What names a deal names its last row.
    """
    of_account = f"SELECT FROM accounts_contract o WHERE o.account_id = {renewing}.account_id"
    of_name = f"o.external_id = {renewing}.renews"
    own = f"{of_account} AND {of_name} AND o.source_id = {renewing}.source_id"
    return f"""
        ({renewing}.renews = {renewed}.external_id
            AND ({renewing}.source_id = {renewed}.source_id OR NOT EXISTS ({own}))
        OR {renewed}.deal <> '' AND {renewing}.renews = {renewed}.deal
            AND {renewed}.steps_on IS NULL AND NOT EXISTS ({of_account} AND {of_name}))
    """


def line_of(contract: str) -> str:
    """Its subscription, else its one product; empty where it names none or several."""
    return f"""
        coalesce(nullif({contract}.subscription, ''), (
            SELECT min(l.product) FROM accounts_contractline l
            WHERE l.contract_id = {contract}.id HAVING count(*) = 1
        ), '')
    """  # noqa: S608 -- an alias of ours
