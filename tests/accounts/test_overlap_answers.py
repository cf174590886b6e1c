"""Whether a later contract replaces an earlier one: one question a file, with the ARR of both
answers, and one answer for the page, the command and the API."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from accounts.intake.parse_options import iso_reading
from accounts.intake.records import read_records
from accounts.intake.specs import SPECS, Kind
from accounts.loading import due_ledgers, load
from accounts.models import Contract, ImportRun, RejectedRecord, Source, SourceMapping
from accounts.queries.source_mappings import mapping_for
from accounts.uploads.answers import answer_overlaps
from tests.accounts.loading import account, contract, load_raw
from tests.accounts.test_ledger_runs import as_csv, run_file
from tests.accounts.test_loading_terms import TODAY, ledger, stored
from tests.accounts.uploads import checked, imported, matched, somebody, uploaded

pytestmark = pytest.mark.django_db
# The worked example of the specification: 60,000 to 2026-01-01, 70,000 from 2025-06-01.
OLD = contract("old", "2025-01-01", "2026-01-01", "60000.00")
NEW = contract("new", "2025-06-01", "2026-06-01", "70000.00")
IN_BOTH = date(2025, 12, 1)
HOW = "overlaps “old” by 214 days: $70,000.00 or $130,000.00 a year?"


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())


@pytest.mark.parametrize(
    ("answer", "arr", "movement"),
    [(True, 70_000_00, 10_000), (False, 130_000_00, 70_000)],
)
def test_an_answer_decides_and_is_not_asked_again(answer, arr, movement):
    new = NEW | {"replaces_earlier": answer}
    assert load_raw("contracts", OLD, new, day=IN_BOTH).problems == []
    assert stored().arr_minor == arr
    assert ledger()[1] == ("2025-06-01", "expansion", movement)


def test_an_answer_given_later_changes_the_ledger():
    (asked,) = load_raw("contracts", OLD, NEW, day=IN_BOTH).problems
    assert HOW in asked.message
    assert stored().arr_minor == 130_000_00
    result = load_raw("contracts", NEW | {"replaces_earlier": True}, day=IN_BOTH)
    assert (result.statuses[0].value, result.problems) == ("updated", [])
    assert stored().arr_minor == 70_000_00


def test_contracts_that_count_for_their_dates_only_are_not_asked_about():
    from accounts.models import Account  # noqa: PLC0415

    Account.objects.update(revenue_source="movements", revenue_source_reason="billed elsewhere")
    found = load_raw("contracts", OLD, NEW, day=IN_BOTH).problems
    assert [problem.code for problem in found] == ["not_counted"]


def file_of_three(year: int = 2026) -> list[dict]:
    """Of two accounts three contracts overlap an earlier one."""
    load_raw("accounts", account("globex"), account("quiet"))
    return [
        contract("g1", f"{year}-01-01", f"{year + 1}-01-01", "1000.00", account="globex"),
        contract("q1", f"{year}-01-01", f"{year + 1}-01-01", "500.00", account="quiet"),
        contract("g2", f"{year}-03-01", f"{year + 1}-03-01", "2000.00", account="globex"),
        contract("a1", f"{year}-01-01", f"{year + 1}-01-01", "10000.00"),
        contract("g3", f"{year}-05-01", f"{year + 1}-05-01", "4000.00", account="globex"),
        contract("a2", f"{year}-06-01", f"{year + 1}-06-01", "20000.00"),
    ]


@pytest.mark.parametrize("accounts_at_once", [1, 2_000])
def test_one_question_a_file_however_many_transactions_derive_it(monkeypatch, accounts_at_once):
    monkeypatch.setattr(due_ledgers, "_ACCOUNTS_AT_ONCE", accounts_at_once)
    run, asked = run_file(file_of_three())
    (kept,) = RejectedRecord.objects.filter(run=run)
    assert (kept.code, kept.position, kept.record["external_id"]) == ("overlap", 4, "g2")
    assert [(problem.position, problem.message) for problem in asked] == [(4, kept.message)]
    assert "overlaps “g1” by 306 days: $2,000.00 or $3,000.00 a year?" in kept.message
    # Globex 1,000 + 2,000 + 4,000 or 4,000; Acme 10,000 + 20,000 or 20,000.
    assert "2 more of these contracts" in kept.message
    assert "$37,000.00 today if all count, $24,000.00 if a later one replaces" in kept.message
    assert run.warnings == ImportRun.objects.get().warnings == 1


def test_the_check_asks_once_and_the_answer_is_kept_with_the_source(monkeypatch):
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 2)
    Source.objects.create(key="crm", name="CRM")
    file = matched(uploaded("contracts.csv", as_csv(file_of_three(2025))), "contracts")
    file.mapping = {**file.mapping, "source": "crm"}
    file.save()
    found = checked(file).outcome
    # On 2025-03-14 the third one of Globex and the second one of Acme have not begun.
    assert found["overlap"] == {
        "contracts": 3, "accounts": 2,
        "adding": {"USD": 13_000_00}, "replacing": {"USD": 12_000_00},
        "first": "overlaps “g1” by 306 days: $2,000.00 or $3,000.00",
    }  # fmt: skip
    assert (found["warnings"], found["codes"]) == (1, [["starts_on", "overlap", 1]])

    answer_overlaps(file, replaces=True, user=somebody(), now=datetime(2025, 3, 14, tzinfo=UTC))
    file.save()
    assert "overlap" not in checked(file).outcome
    run = imported(file)
    assert (run.created, run.warnings) == (6, 0)
    assert set(Contract.objects.values_list("replaces_earlier", flat=True)) == {True}
    assert SourceMapping.objects.get(source="crm").mapping["constants"] == {
        "replaces_earlier": "true"
    }


def test_the_same_answer_is_used_by_the_command_and_by_the_api(tmp_path, capsys):
    path = tmp_path / "contracts.csv"
    path.write_bytes(as_csv([OLD, NEW]))
    call_command("import", str(path))
    assert HOW in capsys.readouterr().out
    assert Contract.objects.get(external_id="new").replaces_earlier is None
    call_command("import", str(path), "--set", "replaces_earlier=true")
    assert "overlaps" not in capsys.readouterr().out
    assert Contract.objects.get(external_id="new").replaces_earlier is True

    Source.objects.create(key="crm", name="CRM")
    mapping = {"columns": {}, "constants": {"replaces_earlier": "false"}}
    SourceMapping.objects.create(
        source_id="crm", kind="contracts", mapping=mapping, user=somebody(),
        saved_at=datetime(2025, 3, 14, tzinfo=UTC),
    )  # fmt: skip
    call_command("import", str(path), "--source", "crm")
    assert "overlaps" not in capsys.readouterr().out
    assert Contract.objects.get(external_id="new").replaces_earlier is False

    # A request of an API key of that source reads its records by the same mapping.
    kept = mapping_for("crm", kind=Kind.CONTRACTS)
    reading = kept.meanings(iso_reading(now=datetime(2030, 1, 1, tzinfo=UTC)))
    intake = read_records(
        enumerate([OLD | {"external_id": "o2", "replaces_earlier": True}, NEW]),
        spec=SPECS[Kind.CONTRACTS],
        reading=reading,
    )
    assert [record.values["replaces_earlier"] for record in intake.records] == [True, False]
    loaded = load(
        kind=Kind.CONTRACTS,
        records=intake.records,
        day=TODAY,
        now=datetime(2026, 11, 28, tzinfo=UTC),
    )
    assert loaded.problems == []
