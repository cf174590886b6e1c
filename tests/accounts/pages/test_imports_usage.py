"""Tables of counts on the import page: guessed, shown, asked about, checked, imported, mended."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import (
    Account,
    ActiveUsersDay,
    Feature,
    ImportFile,
    ImportRun,
    PlannedChange,
    UsageDay,
    UsageWeek,
)
from accounts.pages.imports.refused_rows import refused_rows
from accounts.uploads.resolve import open_records
from tests.accounts.pages.test_imports import ops, send, text, work

__all__ = ["ops"]

pytestmark = pytest.mark.django_db

PIVOT = (
    b"Account,Date,Logins,Reports Run,Exports,Country,Total\n"
    b'acme,2025-02-03,"1,204",7,,FR,1211\n'
    b"acme,2025-02-04,980,3,2,FR,985\n"
    b"beta,2025-02-04,0,n/a,5,DE,5\n"
)


@pytest.fixture(autouse=True)
def accounts(ops):
    for name in ("acme", "beta"):
        Account.objects.create(external_id=name, name=name.title())
    Feature.objects.create(key="reports", name="Reports run", valid_from="2020-01-01")


def chosen(file):
    return {name: ours for name, ours in file.mapping["columns"].items() if ours}


def agree(client, file, **changes):
    """Sends the page of the columns as it is shown."""
    kept = {f"c{n}": file.mapping["columns"].get(name, "") for n, name in enumerate(file.header)}
    said = {"kind": file.kind, "date_order": "YYYY-MM-DD", "decimal_mark": ".", "zone": "UTC"}
    return client.post(reverse("imports_file", args=[file.pk]), {**kept, **said, **changes})


def stored():
    rows = UsageDay.objects.values_list("account__external_id", "day", "feature__key", "events")
    return sorted((account, day.day, key, events) for account, day, key, events in rows)


def test_a_column_for_each_event_is_guessed_and_shown(ops):
    page = text(ops.get(send(ops, PIVOT.replace(b"n/a", b""), name="weekly export.csv").url))
    file = ImportFile.objects.get()
    assert (file.kind, chosen(file)) == (
        "usage",
        {
            "account": "account", "date": "day", "logins": "feature:logins",
            "reports run": "feature:reports", "exports": "feature:exports",
        },
    )  # fmt: skip
    assert 'value="feature:logins" data-gives="events" selected>Counts of feature logins' in page
    # What the file is called is offered beside the feature that was found.
    assert 'value="feature:reports_run" data-gives="events" >' in page
    assert 'data-need="events" class="is-there"' in page
    assert 'data-need="feature" class="is-there"' in page


def test_what_is_checked_is_imported_and_mended(ops):
    send(ops, PIVOT, name="usage.csv")
    agree(ops, ImportFile.objects.get())
    file = ImportFile.objects.get()
    assert (file.outcome["created"], file.outcome["rejected"]) == (7, 1)
    planned = PlannedChange.objects.get(file=file, status="rejected")
    assert (planned.position, planned.record["key"]) == (4004, "beta · 2025-02-04 · reports")
    page = text(ops.get(reverse("imports_check", args=[file.pk]), {"show": "rejected"}))
    assert '<td class="num faint nowrap">4 · 4</td>' in page
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    page = text(ops.get(reverse("imports_run", args=[ImportRun.objects.get().pk])))
    assert '<td class="num faint nowrap">4 · 4</td>' in page
    assert stored() == [
        ("acme", 3, "logins", 1204), ("acme", 3, "reports", 7),
        ("acme", 4, "exports", 2), ("acme", 4, "logins", 980), ("acme", 4, "reports", 3),
        ("beta", 4, "exports", 5), ("beta", 4, "logins", 0),
    ]  # fmt: skip
    run = ImportRun.objects.get()
    lines = "".join(refused_rows(run)).splitlines()
    assert lines[1].startswith("4004,Events,")
    assert lines[1].endswith(",beta,2025-02-04,reports,n/a,,,day")
    mended = lines[0].removeprefix("\ufeff") + "\n" + lines[1].replace("n/a,", "3,") + "\n"
    send(ops, mended.encode(), name="usage-to-fix.csv", fixes=run.pk)
    again = ImportFile.objects.latest("pk")
    agree(ops, again)
    ops.post(reverse("imports_start", args=[again.pk]))
    work()
    assert ("beta", 4, "reports", 3) in stored()
    assert not open_records(run).exists()


WEEKS = b"Account,Week,Logins\nacme,2025-02-03,70\nacme,2025-02-10,35\nbeta,2025-02-10,7\n"


def test_dates_of_one_weekday_are_asked_about(ops):
    page = text(ops.get(send(ops, WEEKS, name="usage.csv").url))
    file = ImportFile.objects.get()
    assert "The week that begins on the date" in page
    refused = text(agree(ops, file))
    assert "Choose one value of “What is counted” for all rows" in refused
    agree(ops, file, **{"fixed-covers": "week_from"})
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    assert [(day, events) for _, day, _, events in stored()] == [(9, 70), (16, 35), (16, 7)]
    assert UsageWeek.objects.count() == 3


MONTHS = b"Account,Date,Logins\nacme,2024-12-01,300\nacme,2025-01-01,280\n"


@pytest.mark.parametrize(
    "content", [MONTHS, MONTHS.replace(b"12-01", b"11-30").replace(b"01-01", b"01-31")]
)
def test_sums_over_months_are_not_taken_for_those_of_a_day(ops, content):
    page = text(ops.get(send(ops, content, name="usage.csv").url))
    assert "Sums over months are not read" in page
    refused = text(agree(ops, ImportFile.objects.get()))
    assert "Choose one value of “What is counted” for all rows" in refused


def test_days_of_a_week_are_days_unless_somebody_says_otherwise(ops):
    send(ops, PIVOT.replace(b"n/a", b""), name="usage.csv")
    file = ImportFile.objects.get()
    page = text(ops.get(reverse("imports_file", args=[file.pk])))
    assert '<option value="day" selected>The day of the date' in page
    assert agree(ops, file).status_code == 302


def test_an_account_in_each_row_and_a_day_in_each_column_are_counts_of_users(ops):
    send(ops, b"Company,2025-02-03,2025-02-04,Average\nacme,4,,4\nbeta,,6,6\n", name="wau.csv")
    file = ImportFile.objects.get()
    assert (file.kind, chosen(file)) == (
        "active_users",
        {"company": "account", "2025-02-03": "day:2025-02-03", "2025-02-04": "day:2025-02-04"},
    )
    agree(ops, file)
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    rows = ActiveUsersDay.objects.order_by("day").values_list("account__external_id", "users")
    assert list(rows) == [("acme", 4), ("beta", 6)]


def test_a_table_that_is_whole_is_not_taken_for_one_of_counts(ops):
    send(ops, b"account,date,sessions,minutes,seats\nacme,2025-02-03,3,40,5\n", name="x.csv")
    file = ImportFile.objects.get()
    assert (file.kind, "seats" in chosen(file)) == ("sessions", False)
