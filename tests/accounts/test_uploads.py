"""An uploaded file: kept, read, checked without a trace, imported piece by piece."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.intake.errors import TooLarge
from accounts.intake.streams import FILE_LIMITS
from accounts.models import (
    Account,
    Contract,
    CurrencyRate,
    DirtyAccount,
    FileChunk,
    ImportFile,
    ImportRun,
    PlannedChange,
    RejectedRecord,
    UsageDay,
)
from accounts.uploads import (
    FileMovedOn,
    check,
    discard,
    forget_old,
    import_upload,
    keep_upload,
    shards,
    start_import,
    storage,
)
from tests.accounts.loading import account, load_raw
from tests.accounts.uploads import (
    DAY,
    NOW,
    checked,
    day_first,
    imported,
    matched,
    pieces,
    somebody,
    uploaded,
)
from tests.permission_house import everything_stored

pytestmark = pytest.mark.django_db
CRM = b"""Company ID,Company name,Website,Seats,Create Date,Remark
acme,Acme Instruments,https://www.acme.example/about,12,03/04/2024,=cmd
bolt,,bolt.example,many,17/04/2024,
"""


def test_a_file_is_kept_in_pieces_and_read_to_rows():
    file = uploaded("companies.csv", CRM)
    assert (file.state, file.rows, file.titles[0], file.size) == (
        "ready",
        2,
        "Company ID",
        len(CRM),
    )
    assert set(file.pieces.values_list("stage", flat=True)) == {"rows"}
    assert storage.rows_of(file, number=0)[1] == (
        3,
        ["bolt", "", "bolt.example", "many", "17/04/2024", ""],
    )


def test_columns_dates_and_kind_are_guessed_by_name_and_value():
    file = uploaded("companies.csv", CRM)
    assert file.kind == "accounts"
    assert file.mapping["columns"] == {
        "company id": "external_id",
        "company name": "name",
        "website": "domain",
        "seats": "seats",
        "create date": "customer_since",
        "remark": "",
    }
    assert file.mapping["date_order"] == "DD-MM-YYYY"  # 17/04 has no seventeenth month


def test_dates_that_read_in_two_ways_are_left_to_a_person():
    file = uploaded("companies.csv", CRM.replace(b"17/04/2024", b"05/04/2024"))
    assert file.mapping["date_order"] == ""


def test_bytes_come_out_of_their_pieces_as_they_went_in(monkeypatch):
    monkeypatch.setattr(storage, "_PIECE", 64)
    content = bytes(range(256)) * 5
    file = keep_upload(name="x", pieces=pieces(content), user=somebody(), now=NOW)
    stream = storage.bytes_of(file)
    assert stream.read() == content
    assert stream.seek(-10, 2) == len(content) - 10
    assert stream.read(4) == content[-10:-6]
    assert FileChunk.objects.count() == 20


def test_a_file_over_the_limit_leaves_nothing(monkeypatch):
    monkeypatch.setattr(storage, "FILE_LIMITS", type(FILE_LIMITS)(records=10, size=1_000))
    monkeypatch.setattr(storage, "_PIECE", 512)
    with pytest.raises(TooLarge, match="split it"):
        keep_upload(name="x", pieces=pieces(b"x" * 1_001), user=somebody(), now=NOW)
    assert (ImportFile.objects.count(), FileChunk.objects.count()) == (0, 0)


def test_a_check_says_what_would_change_and_writes_no_fact():
    load_raw("accounts", account("acme", name="Acme", seats=10))
    file = uploaded("companies.csv", CRM)
    DirtyAccount.objects.all().delete()
    before = everything_stored()
    checked(file)
    after = everything_stored()
    mine = {"accounts_importfile", "accounts_plannedchange"}
    changed = {table for table in after if before[table] != after[table]}
    assert changed == mine
    assert {name: file.outcome.get(name) for name in ("created", "updated", "rejected")} == {
        "created": None,
        "updated": 1,
        "rejected": 1,
    }
    change = PlannedChange.objects.get(file=file, status="updated")
    assert change.record["key"] == "acme"
    assert change.record["changes"] == [
        ["name", "Acme", "Acme Instruments"],
        ["domain", "", "acme.example"],
        ["seats", "10", "12"],
        ["customer_since", "", "2024-04-03"],
    ]
    refused = PlannedChange.objects.get(file=file, status="rejected")
    assert refused.record["problems"][0][:2] == ["name", "required"]


def test_what_a_check_says_is_what_the_import_does():
    load_raw("accounts", account("acme", name="Acme", seats=10))
    file = uploaded("companies.csv", CRM)
    outcome = checked(file).outcome
    run = imported(file)
    assert (run.state, run.read) == ("done", 2)
    assert (run.created, run.updated, run.unchanged, run.rejected) == (0, 1, 0, 1)
    assert (outcome["updated"], outcome["rejected"]) == (run.updated, run.rejected)
    assert Account.objects.get(external_id="acme").domain == "acme.example"
    problem = RejectedRecord.objects.get(run=run)
    assert (problem.position, problem.field, problem.record["seats"]) == (3, "name", "many")


def test_the_effect_on_arr_is_told_account_by_account():
    load_raw("accounts", account("acme"), account("bolt"))
    file = uploaded(
        "contracts.csv",
        b"Contract number,Customer ID,Start date,End date,ACV,Currency\n"
        b"c-1,acme,2025-01-01,2026-01-01,1200.50,USD\n"
        b"c-2,bolt,2025-01-01,2026-01-01,800,USD\n"
        b"c-3,nobody,2025-01-01,2026-01-01,800,USD\n",
    )
    outcome = checked(file).outcome
    assert (outcome["created"], outcome["rejected"]) == (2, 1)
    arr = outcome["arr"]
    assert (arr["before"], arr["after"], arr["accounts"]) == (0, 2000_50, 2)
    assert arr["movers"][0] == ["acme", "Acme", 0, 1200_50]
    assert not Contract.objects.exists()


def test_the_effect_on_arr_names_what_no_rate_converts_and_what_an_early_one_does():
    """Bolt is billed in francs, its contract is in crowns, and nothing converts either."""
    load_raw("accounts", account("acme"), account("bolt", currency="CHF"))
    CurrencyRate.objects.create(
        currency="EUR", base="USD", valid_from=DAY + timedelta(days=1), rate=Decimal("1.1")
    )
    file = uploaded(
        "contracts.csv",
        b"Contract number,Customer ID,Start date,End date,ACV,Currency\n"
        b"c-1,acme,2025-01-01,2026-01-01,1000,EUR\n"
        b"c-2,acme,2025-01-01,2026-01-01,300,SEK\n"
        b"c-3,bolt,2025-01-01,2026-01-01,800,CHF\n"
        b"c-4,bolt,2025-01-01,2026-01-01,50,SEK\n",
    )
    arr = checked(file).outcome["arr"]
    assert (arr["before"], arr["after"]) == (0, 1100_00)
    assert arr["left_out"] == {"CHF": [800_00, 1], "SEK": [350_00, 2]}
    assert arr["early"] == {"EUR": "2025-03-15"}


def _contracts_of_a_file(seed: int) -> bytes:
    """Terms of nine accounts in no order: chains of renewals, some of which overlap."""
    made = random.Random(seed)
    rows = []
    for number in range(9):
        for year in range(2022, 2026):
            arr = made.choice([12_000, 24_000, 90_000])
            start = f"{year}-{made.choice(['01', '07'])}-01"
            rows.append(f"c-{number}-{year},a-{number},{start},{year + 1}-01-01,{arr},USD")
    made.shuffle(rows)
    header = "external_id,account,starts_on,ends_on,arr,currency"
    return "\n".join([header, *rows, ""]).encode()


@pytest.mark.parametrize("seed", range(3))
def test_a_check_says_the_same_of_a_file_however_its_rows_are_divided(monkeypatch, seed):
    load_raw("accounts", *(account(f"a-{n}") for n in range(9)))
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 5)
    content = _contracts_of_a_file(seed)
    file = uploaded("contracts.csv", content)
    asked = ("status", "record__key", "record__moves")
    found = []
    for most, rows in ((20_000, 10_000), (0, 10_000), (0, 4)):
        monkeypatch.setattr(check, "ONE_TRANSACTION", most)
        monkeypatch.setattr(shards, "_ROWS", rows)
        monkeypatch.setattr(shards, "BATCH", 3)
        outcome = checked(file).outcome
        moved = PlannedChange.objects.filter(file=file, status="account")
        found.append((outcome, sorted(moved.values_list(*asked), key=repr)))
    whole, *divided = found
    assert whole[0]["created"] == 36
    assert whole[0]["standing"]["segment"] > 0
    assert whole[0]["arr"]["accounts"] > 1
    for other in divided:
        assert other[0] == whole[0]
        assert other[1] == whole[1]
    assert not Contract.objects.exists()


def test_of_accounts_families_are_judged_together(monkeypatch):
    """A chain and a loop whose rows are far apart."""
    monkeypatch.setattr(shards, "_ROWS", 1)
    rows = ["a,A,b", "d,D,e", "x,X,", "b,B,c", "e,E,d", "y,Y,", "c,C,"]
    file = uploaded("accounts.csv", "\n".join(["external_id,name,parent", *rows, ""]).encode())
    whole = checked(file).outcome
    assert (whole["created"], whole["rejected"]) == (5, 2)
    assert whole["codes"] == [["parent", "loop", 2]]
    monkeypatch.setattr(check, "ONE_TRANSACTION", 0)
    assert checked(file).outcome == whole


def test_usage_is_checked_without_dividing_its_table():
    load_raw("accounts", account("acme"))
    file = uploaded(
        "usage.csv", b"account,day,feature,events\nacme,2021-03-01,search,5\nacme,x,search,5\n"
    )
    outcome = checked(file).outcome
    assert (outcome["created"], outcome["rejected"]) == (1, 1)
    assert PlannedChange.objects.get(status="created").record["changes"] == [["events", "", "5"]]
    assert not UsageDay.objects.exists()


class _KilledError(RuntimeError):
    pass


def test_a_killed_import_goes_on_at_the_next_row(monkeypatch):
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 2)
    rows = "".join(f"a-{n},{'' if n == 3 else 'Account'},{n}\n" for n in range(7))
    file = checked(uploaded("accounts.csv", f"ID,Name,Seats\n{rows}".encode()))
    run = start_import(file, user=somebody(), now=NOW)
    place = [0]

    def killed_after_two(piece):
        place[0] = piece
        if piece == 3:
            raise _KilledError

    with pytest.raises(_KilledError):
        import_upload(run, piece=0, day=DAY, now=NOW, on_progress=killed_after_two)
    # The third piece was under way: nothing of it, neither rows nor sums, is half there.
    run.refresh_from_db()
    assert (run.read, Account.objects.count(), run.state) == (4, 3, "running")

    import_upload(run, piece=2, day=DAY, now=NOW, on_progress=lambda piece: None)
    run.refresh_from_db()
    assert (run.read, run.created, run.rejected, run.state) == (7, 6, 1, "done")
    assert RejectedRecord.objects.filter(run=run).count() == 1


def test_who_takes_a_killed_import_over_knows_what_it_has_said(monkeypatch):
    """c-1 comes again with another price, after the kill; of the same price it is nothing new. What
    is said once counts all of them."""
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 2)
    load_raw("accounts", account("acme"))
    rows = [("c-1", 100), ("c-2", 200), ("c-3", 300), ("c-1", 900), ("c-2", 200), ("c-4", 400)]
    text = "".join(f"{key},acme,2025-01-01,2026-01-01,{arr},CHF\n" for key, arr in rows)
    head = "external_id,account,starts_on,ends_on,arr,currency\n"
    file = checked(uploaded("contracts.csv", (head + text).encode()))
    run = start_import(file, user=somebody(), now=NOW)

    def killed_after_one(piece):
        if piece == 2:
            raise _KilledError

    with pytest.raises(_KilledError):
        import_upload(run, piece=0, day=DAY, now=NOW, on_progress=killed_after_one)
    run.refresh_from_db()
    import_upload(run, piece=1, day=DAY, now=NOW, on_progress=lambda piece: None)
    run.refresh_from_db()
    assert (run.created, run.unchanged, run.rejected) == (4, 1, 1)
    refused = RejectedRecord.objects.get(run=run, code="duplicate")
    assert (refused.position, refused.record["external_id"]) == (5, "c-1")
    said = RejectedRecord.objects.get(run=run, code="no_rate")
    assert said.position == 2
    assert said.message.endswith("; so it is for 4 more: together CHF 1,200.00 a year")


def test_an_import_is_started_once():
    file = checked(uploaded("companies.csv", CRM))
    start_import(file, user=somebody(), now=NOW)
    with pytest.raises(FileMovedOn):
        start_import(file, user=somebody(), now=NOW)
    assert ImportRun.objects.count() == 1


def test_an_answer_to_an_old_question_is_dropped():
    file = uploaded("companies.csv", CRM)
    ImportFile.objects.filter(pk=file.pk).update(state="checking", version=2)
    file.version = 1
    check.check_upload(file, day=DAY, now=NOW, on_progress=lambda piece: None)
    file.refresh_from_db()
    assert (file.state, file.outcome, PlannedChange.objects.count()) == ("checking", {}, 0)


def test_the_same_header_is_matched_as_before():
    first = matched(uploaded("companies.csv", CRM), "accounts", remark="industry")
    imported(day_first(first))
    again = uploaded("companies.csv", CRM.replace(b"acme,", b"arrow,"))
    assert again.mapping["columns"]["remark"] == "industry"


def test_the_content_of_a_file_is_forgotten_after_a_month():
    file = uploaded("companies.csv", CRM)
    assert forget_old(now=NOW) == 0
    ImportFile.objects.update(uploaded_at=NOW - (storage.timedelta(days=31)))
    assert forget_old(now=NOW) == 1
    file.refresh_from_db()
    assert (file.forgotten_at, FileChunk.objects.count()) == (NOW, 0)
    assert forget_old(now=NOW) == 0


def test_a_file_is_discarded_only_before_it_is_imported():
    assert discard(uploaded("companies.csv", CRM))
    assert FileChunk.objects.count() == 0
    file = uploaded("companies.csv", CRM)
    imported(file)
    assert not discard(file)
