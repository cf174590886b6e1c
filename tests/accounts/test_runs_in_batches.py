"""What is said of a file does not depend on how many of its rows are loaded at once."""

import csv
import io
from datetime import UTC, datetime

import pytest

from accounts.catalogue import RevenueSource
from accounts.intake.parse_options import iso_reading
from accounts.intake.specs import Kind
from accounts.loading import files
from accounts.loading.files import FileImport, import_file
from accounts.models import (
    Account,
    Contract,
    HeldMovement,
    Installation,
    RejectedRecord,
    RevenueMovement,
)
from tests.accounts.loading import account, contract, load_raw, movement
from tests.accounts.test_loading_terms import TODAY

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True, params=[1, 2, 100])
def rows_at_once(request, monkeypatch):
    monkeypatch.setattr(files, "_SMALL_BATCH", request.param)


def said_of(kind, rows):
    """Position, code and whether it is a warning, of all that was reported; and the run."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows({name: value or "" for name, value in row.items()} for row in rows)
    said = []
    file = FileImport(
        name=f"{kind}.csv",
        source=io.BytesIO(out.getvalue().encode()),
        kind=Kind(kind),
        reading=iso_reading(now=NOW, typed=False),
        day=TODAY,
        now=NOW,
    )
    run = import_file(file, progress=lambda read, of: None, report=said.append)
    return [(p.position, p.code, p.message) for p in said], run


def codes(said):
    return [(position, code) for position, code, _ in said]


def test_a_contract_that_comes_again_with_other_values_is_refused():
    load_raw("accounts", account())
    first = contract("c-1", "2025-01-01", "2026-01-01", "100.00")
    between = contract("c-2", "2024-01-01", "2025-01-01", "100.00")
    said, run = said_of("contracts", [first, between, {**first, "arr": "900.00"}, first])
    assert codes(said) == [(4, "duplicate")]
    assert "“c-1” is in row 2 already with other values" in said[0][2]
    assert (run.created, run.unchanged, run.rejected) == (2, 1, 1)
    assert Contract.objects.get(external_id="c-1").arr_minor == 100_00


def test_a_movement_that_comes_again_with_other_values_is_refused():
    load_raw("accounts", account())
    first = movement("m-1", "2025-01-01", "new", "100.00")
    between = movement("m-2", "2025-02-01", "expansion", "10.00")
    said, run = said_of("movements", [first, between, {**first, "arr": "900.00"}, first])
    assert codes(said) == [(4, "duplicate")]
    assert (run.created, run.unchanged, run.rejected) == (2, 1, 1)
    assert RevenueMovement.objects.get(external_id="m-1").amount_minor == 100_00


def test_another_file_may_change_what_a_file_has_said():
    load_raw("accounts", account())
    first = contract("c-1", "2025-01-01", "2026-01-01", "100.00")
    said_of("contracts", [first])
    said, run = said_of("contracts", [{**first, "arr": "900.00"}])
    assert (said, run.updated) == ([], 1)


def test_a_currency_without_a_rate_is_named_once_a_file():
    load_raw("accounts", account())
    rows = [
        contract(f"c-{n}", f"202{n}-01-01", f"202{n}-02-01", "1.00", currency=currency)
        for n, currency in enumerate(("USD", "EUR", "CHF", "EUR", "CHF"), start=1)
    ]
    said, run = said_of("contracts", rows)
    assert sorted(codes(said)) == [(3, "no_rate"), (4, "no_rate")]
    assert run.warnings == 2
    (of_swiss,) = (message for position, _, message in said if position == 4)
    assert of_swiss.endswith("; so it is for 1 more: together CHF 2.00 a year")


def test_contracts_that_do_not_count_are_named_once_a_file():
    Installation.objects.update(revenue_source=RevenueSource.MOVEMENTS)
    load_raw("accounts", account(), account("other"))
    terms = (("acme", 3), ("other", 4), ("acme", 5))
    rows = [
        contract(f"c-{n}", f"202{n}-01-01", f"202{n}-02-01", "1.00", account=name)
        for name, n in terms
    ]
    said, run = said_of("contracts", rows)
    assert (codes(said), run.warnings) == ([(2, "not_counted")], 1)
    assert said[0][2].endswith("; so it is for 2 more: together $3.00 a year")
    assert RejectedRecord.objects.get(run=run).message == said[0][2]


def test_held_movements_are_named_once_a_file():
    Installation.objects.update(revenue_source=RevenueSource.CONTRACTS)
    load_raw("accounts", account(), account("other"))
    rows = [
        movement(f"m-{n}", f"2025-0{n}-01", "expansion", "1.00", account=name)
        for n, name in enumerate(("acme", "other", "acme", "other"), start=1)
    ]
    said, run = said_of("movements", rows)
    assert (codes(said), run.warnings) == ([(2, "held")], 1)
    assert said[0][2].endswith("; so it is for 3 more: together $4.00 a year")
    assert RejectedRecord.objects.get(run=run).message == said[0][2]
    assert HeldMovement.objects.count() == 4
    assert Account.objects.filter(arr_minor=0).count() == 2
