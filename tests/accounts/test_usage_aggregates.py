"""Usage as tools export it once it is added up: a column for each event or day, weeks, people a
day."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts import clock
from accounts.intake.column_mapping import ColumnMapping
from accounts.models import (
    Account,
    ActiveUsersDay,
    DirtyAccount,
    Feature,
    ImportRun,
    RejectedRecord,
    Source,
    SourceMapping,
    UsageDay,
    UsageWeek,
)
from tests.accounts.bulk import USAGE, make_key, post

pytestmark = pytest.mark.django_db

# As analytics tools pivot: thousands separators, empty cells, a row and a column of sums.
PIVOT = (
    "Account,Date,Logins,Reports Run,Exports,Total\n"
    'acme,2026-11-02,"1,204",7,,1211\n'
    "acme,2026-11-03,980,,2,982\n"
    "beta,2026-11-02,0,n/a,5,5\n"
    'Grand Total,,"2,184",7,7,2198\n'
)
SAYS_ALL = ["--kind", "usage", "--map", "*=feature:"]


@pytest.fixture(autouse=True)
def accounts():
    for name in ("acme", "beta"):
        Account.objects.create(external_id=name, name=name.title())


@pytest.fixture
def imported(tmp_path):
    def run(text, *options, name="export.csv"):
        (tmp_path / name).write_text(text)
        call_command("import", str(tmp_path / name), *options)

    return run


def stored():
    return sorted(
        UsageDay.objects.values_list("account__external_id", "day", "feature__key", "events")
    )


def test_a_column_for_each_event_is_read_cell_by_cell(imported):
    with pytest.raises(CommandError, match="4 rows were refused"):
        imported(PIVOT, *SAYS_ALL)
    assert stored() == [
        ("acme", date(2026, 11, 2), "logins", 1204),
        ("acme", date(2026, 11, 2), "reports_run", 7),
        ("acme", date(2026, 11, 3), "exports", 2),
        ("acme", date(2026, 11, 3), "logins", 980),
        ("beta", date(2026, 11, 2), "exports", 5),
        ("beta", date(2026, 11, 2), "logins", 0),
    ]
    # What could not be read is kept by the cell, and the row of sums is no account to import.
    refused = RejectedRecord.objects.order_by("position").values_list("position", "code")
    assert list(refused) == [(4004, "integer"), *((n, "required") for n in (5003, 5004, 5005))]
    assert not Feature.objects.filter(key="total").exists()


def test_a_row_of_sums_with_a_day_is_told_to_be_no_account(imported, capsys):
    with pytest.raises(CommandError):
        imported("account,day,logins\nTotal,2026-11-02,5\n", *SAYS_ALL)
    assert "is the sum of other rows and no account; remove the row" in capsys.readouterr().out


def test_the_same_again_is_nothing_and_a_filled_cell_is_added(imported):
    imported("account,day,logins,exports\nacme,2026-11-02,5,\n", *SAYS_ALL)
    imported("account,day,logins,exports\nacme,2026-11-02,5,3\n", *SAYS_ALL)
    assert [events for *_, events in stored()] == [3, 5]
    runs = ImportRun.objects.order_by("pk").values_list("created", "unchanged")
    assert list(runs) == [(1, 0), (1, 1)]


def test_columns_of_days_are_read_alike(imported):
    text = "Account,Event,2026-11-02,2026-11-03\nacme,Report Viewed,4,\nacme,Search,,1\n"
    imported(text, "--kind", "usage", "--map", "*=day:")
    assert stored() == [
        ("acme", date(2026, 11, 2), "report_viewed", 4),
        ("acme", date(2026, 11, 3), "search", 1),
    ]


WEEKS = "account,day,feature,events\nacme,2026-11-02,search,70\nacme,2026-11-09,search,35\n"


@pytest.mark.parametrize("covers", ["week_from", "week_to"])
def test_a_week_stands_on_its_last_day_and_is_known_to_be_one(imported, covers):
    imported(WEEKS, "--kind", "usage", "--set", f"covers={covers}")
    last = [8, 15] if covers == "week_from" else [2, 9]
    assert stored() == [
        ("acme", date(2026, 11, day), "search", events)
        for day, events in zip(last, (70, 35), strict=True)
    ]
    weeks = UsageWeek.objects.order_by("day").values_list("day", flat=True)
    assert list(weeks) == [date(2026, 11, day) for day in last]
    imported(WEEKS, "--kind", "usage", "--set", f"covers={covers}")
    assert ImportRun.objects.latest("pk").unchanged == 2


def test_a_wide_file_of_weeks(imported):
    imported("account,week,logins,exports\nacme,2026-11-02,70,7\n", *SAYS_ALL,
             "--set", "covers=week_from")  # fmt: skip
    assert [(day.day, events) for _, day, _, events in stored()] == [(8, 7), (8, 70)]
    assert UsageWeek.objects.count() == 2


def test_a_week_that_runs_is_sent_when_it_has_ended(imported, capsys):
    ahead = clock.today() - timedelta(days=2)
    with pytest.raises(CommandError):
        imported(f"account,day,feature,events\nacme,{ahead},search,7\n", "--kind", "usage",
                 "--set", "covers=week_from")  # fmt: skip
    assert f"ends on {ahead + timedelta(days=6)}; send it when" in capsys.readouterr().out
    assert not stored()


DAY_OF_IT = "account,day,feature,events\nacme,2026-11-04,search,9\n"


def test_a_day_within_a_week_that_is_told_counts_once(imported, capsys):
    imported(WEEKS, "--kind", "usage", "--set", "covers=week_from")
    with pytest.raises(CommandError):
        imported(DAY_OF_IT, "--kind", "usage")
    assert "is in the week up to 2026-11-08" in capsys.readouterr().out
    assert sum(events for *_, events in stored()) == 105
    # Another feature, and a day of no week, are not concerned.
    imported(DAY_OF_IT.replace("search", "export"), "--kind", "usage")
    imported(DAY_OF_IT.replace("-11-04", "-11-16"), "--kind", "usage")


def test_a_week_of_which_a_day_is_told_counts_once(imported, capsys):
    imported(DAY_OF_IT, "--kind", "usage")
    with pytest.raises(CommandError, match="1 rows"):
        imported(WEEKS, "--kind", "usage", "--set", "covers=week_from")
    assert "some days are told already" in capsys.readouterr().out
    assert [(day.day, events) for _, day, _, events in stored()] == [(4, 9), (15, 35)]


def test_weeks_that_overlap_count_once(imported):
    imported(WEEKS, "--kind", "usage", "--set", "covers=week_from")
    shifted = WEEKS.replace("-11-02", "-11-05").replace("-11-09", "-11-16")
    with pytest.raises(CommandError, match="1 rows"):
        imported(shifted, "--kind", "usage", "--set", "covers=week_from")
    assert [day.day for _, day, *_ in stored()] == [8, 15, 22]


def test_what_was_said_for_all_rows_counts_at_any_speed(imported):
    """Rows that look alike are recognised by their bytes: a value for all of them is no byte."""
    imported(WEEKS, "--kind", "usage", "--set", "actor=service")
    assert set(UsageDay.objects.values_list("actor", flat=True)) == {1}


def test_counts_of_users_are_kept_by_day_and_by_when_they_were_learned(imported):
    imported("Account ID,Date,DAU\nacme,2026-11-02,12\nbeta,2026-11-02,\"1,204\"\n",
             "--kind", "active_users", "--backfill")  # fmt: skip
    imported("account,day,users\nacme,2026-11-02,15\n", "--kind", "active_users")
    rows = ActiveUsersDay.objects.order_by("account", "learned_on").values_list(
        "learned_on", "users"
    )
    assert list(rows) == [
        (date(2026, 11, 2), 12), (clock.today(), 3), (date(2026, 11, 2), 1204),
    ]  # fmt: skip
    assert set(DirtyAccount.objects.values_list("account__external_id", flat=True)) >= {"acme"}


def test_one_column_a_day_of_users(imported):
    imported("account,2026-11-02,2026-11-03\nacme,4,\nbeta,,6\n",
             "--kind", "active_users", "--map", "*=day:")  # fmt: skip
    rows = ActiveUsersDay.objects.order_by("day").values_list("day", "users")
    assert list(rows) == [(date(2026, 11, 2), 4), (date(2026, 11, 3), 6)]


def kept(columns, *, kind="usage", **parts):
    source = Source.objects.create(key="tracker", name="Tracker")
    mapping = ColumnMapping(columns=columns, source="tracker", **parts)
    SourceMapping.objects.create(
        source=source, kind=kind, mapping=mapping.as_json(), saved_at=clock.now()
    )
    return make_key(source="tracker")


def test_a_request_reads_columns_of_events_as_its_source_said(imported):
    columns = {"account": "account", "date": "day", "logins": "feature:logins", "country": ""}
    token = kept(columns, constants={"covers": "week_from"})
    body = b"Account,Date,Logins,Country\nacme,2026-11-02,70,FR\nbeta,2026-11-02,x,FR\n"
    answer = post(USAGE, body, token, content_type="text/csv").json()
    assert [record["index"] for record in answer["records"]] == [3, 1003]
    assert (answer["created"], answer["rejected"]) == (1, 1)
    assert answer["records"][1]["errors"][0]["code"] == "integer"
    assert stored() == [("acme", date(2026, 11, 8), "logins", 70)]


def test_the_next_export_has_other_days_and_is_read_alike():
    token = kept({"account": "account", "event": "feature", "2026-11-02": "day:2026-11-02"})
    body = b"account,event,2026-11-09,2026-11-10,total\nacme,Search,4,5,9\n"
    answer = post(USAGE, body, token, content_type="text/csv").json()
    assert (answer["created"], answer["rejected"]) == (2, 0)
    assert [(day.day, events) for _, day, _, events in stored()] == [(9, 4), (10, 5)]


MONTHS = "account,day,feature,events\nacme,2026-09-01,search,900\nacme,2026-10-01,search,700\n"


def test_sums_over_months_are_refused_by_the_command_as_on_the_page(imported):
    with pytest.raises(CommandError, match=r"Sums over months are not read.*--set covers=day"):
        imported(MONTHS, "--kind", "usage")
    assert not UsageDay.objects.exists()
    imported(MONTHS, "--kind", "usage", "--set", "covers=day")
    assert [row[1:] for row in stored()] == [
        (date(2026, 9, 1), "search", 900),
        (date(2026, 10, 1), "search", 700),
    ]


def test_days_of_which_some_are_no_end_of_a_month_are_days(imported):
    rows = "".join(f"acme,2026-09-{day:02},search,5\n" for day in (2, 3))
    imported(MONTHS + rows, "--kind", "usage")
    assert UsageDay.objects.count() == 4


@pytest.mark.parametrize("content_type", ["application/json", "text/csv"])
def test_sums_over_months_are_refused_by_requests_as_on_the_page(content_type):
    header, *rows = MONTHS.split()
    records = [dict(zip(header.split(","), row.split(","), strict=True)) for row in rows]
    records = [{**record, "events": int(record["events"])} for record in records]
    body = MONTHS.encode() if content_type == "text/csv" else records
    answer = post(USAGE, body, make_key(), content_type=content_type)
    assert answer.status_code == 400
    assert "covers" in answer.json()["detail"]
    assert not UsageDay.objects.exists()
    told = [{**record, "covers": "day"} for record in records]
    lines = [",".join([header, "covers"]), *(f"{row},day" for row in rows), ""]
    body = "\n".join(lines).encode() if content_type == "text/csv" else told
    assert post(USAGE, body, make_key(), content_type=content_type).json()["created"] == 2
