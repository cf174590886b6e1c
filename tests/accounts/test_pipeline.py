"""Every door carries records the same way: what they leave does not depend on which one they came
by, and whatever interrupts a run leaves whole batches only."""

import csv
import io
import json

import pytest
from django.db.models import F

from accounts.intake.errors import RecordError
from accounts.intake.parse_options import iso_reading
from accounts.intake.read_batches import ReadBatch
from accounts.intake.records import read_records
from accounts.intake.specs import SPECS, Kind
from accounts.loading import files, start_run
from accounts.loading.files import FileImport, import_file
from accounts.loading.pipeline import FactLoader, SourceGone, load_run
from accounts.models import (
    Account,
    Contract,
    DirtyAccount,
    ImportRun,
    LedgerDue,
    RejectedRecord,
    RevenueMovement,
    Ticket,
    UsageDay,
)
from tests.accounts.bulk import make_key, post
from tests.accounts.loading import account, contract, load_raw, movement
from tests.accounts.uploads import DAY, NOW, imported, uploaded

pytestmark = pytest.mark.django_db

ROWS = {
    Kind.CONTRACTS: [
        contract("c-1", "2024-01-01", "2025-01-01", "100.00", product="Desk"),
        contract("c-2", "2024-01-01", "2025-01-01", "50.00", product="Chat", currency="CHF"),
        contract("c-3", "2024-01-01", "2025-01-01", "70.00", account="nobody"),
        contract("c-1", "2024-01-01", "2025-01-01", "100.00", product="Desk"),
        contract("c-2", "2024-01-01", "2025-01-01", "60.00", product="Chat", currency="CHF"),
        contract("c-4", "2025-01-01", "2024-01-01", "10.00", product="Talk"),
        contract("c-5", "2025-01-01", "2026-01-01", "150.00", product="Desk", account="beta"),
    ],
    Kind.MOVEMENTS: [
        movement("m-2", "2024-06-01", "contraction", "-40.00"),
        movement("m-1", "2024-01-01", "new", "100.00"),
        movement("m-3", "2024-07-01", "contraction", "-400.00"),
        movement("m-4", "2024-01-01", "new", "30.00", account="beta"),
        movement("m-5", "2024-01-01", "new", "money", account="beta"),
    ],
    Kind.TICKETS: [
        {
            "external_id": f"t-{n}",
            "account": "acme" if n % 2 else "beta",
            "opened_at": "2025-01-02T09:00:00Z" if n != 4 else "some day",
            "category": "defect",
            "severity": "high" if n != 3 else "hair on fire",
        }
        for n in range(6)
    ],
    Kind.USAGE: [
        {"account": name, "day": day, "feature": "search", "events": events}
        for name, day, events in [
            ("acme", "2025-03-01", "5"),
            ("beta", "2025-03-01", "7"),
            ("acme", "2025-03-01", "5"),
            ("acme", "2025-03-01", "6"),
            ("nobody", "2025-03-02", "1"),
            ("beta", "2025-03-02", "many"),
        ]
    ],
}
STORED = {
    Kind.CONTRACTS: (Contract, ("external_id", "account__external_id", "arr_minor", "currency")),
    Kind.MOVEMENTS: (RevenueMovement, ("external_id", "account__external_id", "amount_minor")),
    Kind.TICKETS: (Ticket, ("external_id", "account__external_id", "opened_at", "severity")),
    Kind.USAGE: (UsageDay, ("account_id", "day", "events")),
}


def as_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows({name: value or "" for name, value in row.items()} for row in rows)
    return out.getvalue().encode()


def by_command(kind, rows):
    file = FileImport(
        name=f"{kind}.csv",
        source=io.BytesIO(as_csv(rows)),
        kind=kind,
        reading=iso_reading(now=NOW, typed=False),
        day=DAY,
        now=NOW,
    )
    return import_file(file, progress=lambda read, of: None, report=lambda problem: None)


def by_upload(kind, rows):
    return imported(uploaded(f"{kind}.csv", as_csv(rows)))


def by_csv_request(kind, rows):
    return by_request(kind, as_csv(rows), content_type="text/csv")


def by_json_request(kind, rows):
    plain = [{name: typed(name, value) for name, value in row.items()} for row in rows]
    return by_request(kind, json.dumps(plain).encode(), content_type="application/json")


def typed(name, value):
    return int(value) if name == "events" and value.isdigit() else value


def by_request(kind, body, *, content_type):
    answer = post(f"/api/v1/bulk/{kind}/", body, make_key(), content_type=content_type)
    assert answer.status_code == 200, answer.content
    return ImportRun.objects.get(pk=answer.json()["import"])


DOORS = [by_command, by_upload, by_csv_request, by_json_request]


@pytest.fixture(autouse=True)
def customers(monkeypatch):
    """Files come in batches of two rows; a request is one."""
    monkeypatch.setattr(files, "_SMALL_BATCH", 2)
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 2)
    load_raw("accounts", account("acme"), account("beta"))
    DirtyAccount.objects.all().delete()


def left_by(kind, run):
    """Facts, sums and refusals, each of these at the place its record has among those sent."""
    run.refresh_from_db()
    model, columns = STORED[kind]
    first = 0 if run.via == ImportRun.Via.API else 2
    kept = RejectedRecord.objects.filter(run=run).annotate(place=F("position") - first)
    return {
        "facts": sorted(map(repr, model.objects.values_list(*columns))),
        "arr": dict(Account.objects.values_list("external_id", "arr_minor")),
        "marked": set(DirtyAccount.objects.values_list("account__external_id", flat=True)),
        "sums": (run.state, run.read, run.created, run.unchanged, run.rejected, run.warnings),
        "refused": sorted(kept.values_list("place", "level", "field", "code")),
        "due": LedgerDue.objects.count(),
    }


EXPECTED = {
    Kind.CONTRACTS: {
        "sums": ("done", 7, 3, 1, 3, 1),
        "refused": [
            (1, "warning", "currency", "no_rate"),
            (2, "rejected", "account", "unknown"),
            (4, "rejected", "external_id", "duplicate"),
            (5, "rejected", "ends_on", "order"),
        ],
        "marked": {"acme", "beta"},
    },
    Kind.MOVEMENTS: {
        "arr": {"acme": 60_00, "beta": 30_00},
        "sums": ("done", 5, 3, 0, 2, 0),
        "refused": [(2, "rejected", "arr", "below_zero"), (4, "rejected", "arr", "amount")],
    },
    Kind.TICKETS: {
        "sums": ("done", 6, 5, 0, 1, 1),
        "marked": {"acme", "beta"},
    },
    Kind.USAGE: {"sums": ("done", 6, 2, 1, 3, 0), "marked": {"acme", "beta"}},
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ROWS)
def test_a_record_leaves_the_same_by_every_door(kind, door):
    left = left_by(kind, door(kind, ROWS[kind]))
    assert left["due"] == 0
    assert {name: left[name] for name in EXPECTED[kind]} == EXPECTED[kind]


@pytest.mark.parametrize("kind", ROWS)
def test_what_came_by_one_door_is_unchanged_by_another(kind):
    good = [row for row in ROWS[kind] if row["account"] != "nobody"]
    before = left_by(kind, by_command(kind, good))
    for door in DOORS:
        after = left_by(kind, door(kind, good))
        assert (after["facts"], after["arr"]) == (before["facts"], before["arr"]), door
        assert after["sums"][2] == 0, door


def new_run():
    return start_run(kind="tickets", source="test", now=NOW)


def read_of(*names):
    rows = [{**ROWS[Kind.TICKETS][1], "external_id": name} for name in names]
    reading = iso_reading(now=NOW, typed=False)
    records = read_records(enumerate(rows), spec=SPECS[Kind.TICKETS], reading=reading).records
    return ReadBatch(Kind.TICKETS, records=records, read=len(rows))


def stored_tickets():
    return set(Ticket.objects.values_list("external_id", flat=True))


def test_a_source_that_breaks_off_leaves_the_batches_before():
    def batches():
        yield read_of("a", "b")
        raise OSError("the disk is gone")

    run = new_run()
    with pytest.raises(OSError, match="disk"):
        load_run(run, batches(), loader=FactLoader(DAY, NOW))
    run.refresh_from_db()
    assert (run.state, run.read, run.created, stored_tickets()) == ("running", 2, 2, {"a", "b"})


def test_a_batch_whose_transaction_fails_leaves_nothing_of_it():
    def fails_at_the_second(batch):
        if batch.reached == 2:
            raise OSError("the connection is gone")

    first, second = read_of("a", "b"), read_of("c")
    first.reached, second.reached = 1, 2
    second.errors = [RecordError(7, "", "ragged", "is short")]
    run = new_run()
    with pytest.raises(OSError, match="connection"):
        load_run(run, [first, second], loader=FactLoader(DAY, NOW), in_batch=fails_at_the_second)
    run.refresh_from_db()
    assert (run.read, run.rejected, stored_tickets()) == (2, 0, {"a", "b"})
    assert not RejectedRecord.objects.filter(run=run).exists()


def test_a_source_that_is_gone_ends_the_run_with_what_was_loaded():
    def batches():
        yield read_of("a")
        raise SourceGone("It was erased.")

    run, ended = new_run(), []
    load_run(run, batches(), loader=FactLoader(DAY, NOW), before_end=ended.append)
    run.refresh_from_db()
    assert (run.state, run.reason, stored_tickets()) == ("failed", "It was erased.", {"a"})
    assert ended == [run]


def test_records_of_which_nothing_is_stored_are_counted():
    batch = ReadBatch(
        Kind.EVENTS,
        as_sent=lambda positions: {n: {"n": n} for n in positions},
        unchanged=[3, 4],
        errors=[RecordError(4, "day", "odd", "is odd", warning=True),
                RecordError(5, "day", "wrong", "is wrong")],
    )  # fmt: skip
    run = new_run()
    load_run(run, [batch], loader=FactLoader(DAY, NOW))
    run.refresh_from_db()
    assert (run.read, run.unchanged, run.rejected, run.warnings) == (3, 2, 1, 1)
    kept = RejectedRecord.objects.filter(run=run).values_list("position", "record")
    assert dict(kept) == {4: {"n": 4}, 5: {"n": 5}}
