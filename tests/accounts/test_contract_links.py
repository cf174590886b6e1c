"""Links of contracts as SQL reads them and as the ledger does."""

import itertools
from datetime import date

import pytest
from django.db import connection

from accounts.intake.contract_terms import ContractTerm
from accounts.loading.stored_contracts import contracts_of, terms_of
from accounts.models import Account, Contract, Source
from accounts.queries.contract_links import names
from tests.accounts.loading import NOW, account, load_raw

pytestmark = pytest.mark.django_db
OLD = (  # source, id, deal
    ("direct", "1", ""),
    ("crm", "1", ""),
    ("crm", "2", ""),
    ("crm", "3", "d"),
    ("crm", "d", ""),
)
SETS = [some for n in (1, 2, 4, 5) for some in itertools.combinations(OLD, n)]


def linked_in_sql() -> set[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.id, c.id FROM accounts_contract n JOIN accounts_contract c"
            f" ON c.account_id = n.account_id AND c.id <> n.id AND {names('n', 'c')}"
        )
        return set(cursor.fetchall())


def linked_in_the_ledger() -> set[tuple[int, int]]:
    ids = list(Account.objects.values_list("pk", flat=True))
    accounts = terms_of(contracts_of(ids), grace_days=30).values()
    terms: list[ContractTerm] = [term for found in accounts for term in found.terms]
    return {(term.key, term.renews) for term in terms if term.renews is not None}


@pytest.mark.parametrize("there", SETS)
@pytest.mark.parametrize(("source", "renews"), [("crm", "1"), ("direct", "2"), ("direct", "d")])
def test_sql_and_ledger_read_a_link_alike(there, source, renews):
    load_raw("accounts", account())
    Source.objects.create(key="crm", name="CRM")
    common = {
        "account": Account.objects.get(),
        "arr_minor": 100,
        "currency": "USD",
        "learned_at": NOW,
    }
    for own, external_id, deal in there:
        Contract.objects.create(
            source_id=own, external_id=external_id, deal=deal,
            starts_on=date(2024, 1, 1), ends_on=date(2025, 1, 1), **common,
        )  # fmt: skip
    Contract.objects.create(
        source_id=source, external_id="new", renews=renews,
        starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1), **common,
    )  # fmt: skip
    assert linked_in_sql() == linked_in_the_ledger()
