"""Tables with a column for each feature, or for each day, as tools export them."""

import pytest

from accounts.intake.column_mapping import Columns, faults, our_names
from accounts.intake.errors import FileRefused
from accounts.intake.fields import Kind
from accounts.intake.numbers import plain_integer
from accounts.intake.specs.usage import USAGE
from accounts.intake.wide_rows import guess_spread, is_total, looks_like_counts, stands_for


def _columns(*names: str | None) -> Columns:
    return Columns.of(names, kind=Kind.USAGE)


def test_every_count_of_a_row_is_a_record_and_an_empty_cell_is_none():
    columns = _columns("account", "day", "feature:logins", None, "feature:exports")
    rows = [(2, ["acme", "2026-03-02", "12", "18", ""]), (3, ["beta", "2026-03-02", "0", "", "4"])]
    assert columns.fields == ("account", "day", "feature", "events")
    assert list(columns.records(rows)) == [
        (2003, ["acme", "2026-03-02", "logins", "12"]),
        (3003, ["beta", "2026-03-02", "logins", "0"]),
        (3005, ["beta", "2026-03-02", "exports", "4"]),
    ]
    assert [columns.line_of(n) for n in (2003, 3005)] == [2, 3]


def test_a_column_for_each_day_is_read_alike():
    columns = _columns("account", "feature", "day:2026-03-02", "day:2026-03-03")
    assert list(columns.records([(2, ["acme", "search", "3", "5"])])) == [
        (2003, ["acme", "search", "2026-03-02", "3"]),
        (2004, ["acme", "search", "2026-03-03", "5"]),
    ]


def test_a_row_with_cells_missing_is_never_taken_for_a_record():
    columns = _columns("account", "day", "feature:logins", "feature:exports", "feature:search")
    [(position, row)] = columns.records([(7, ["acme", "2026-03-02", "12", "3"])])
    assert position == 7000
    assert len(row) != len(columns.fields)


def test_columns_that_nobody_named_are_features_where_that_was_said():
    header = ("account", "date", "logins", "reports run", "total")
    names = our_names(header, kind=Kind.USAGE, columns={"*": "feature:"})
    assert names == ["account", "day", "feature:logins", "feature:reports_run", None]
    with pytest.raises(FileRefused):
        our_names(header, kind=Kind.USAGE, columns={})


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (["account", "day", "feature:a", "feature:a"], "Two columns go to feature:a"),
        (["account", "day", "feature", "events", "feature:a"], "A column goes to events"),
        (["account", "feature:a", "day:2026-03-02"], "either features or days"),
        (["account", "feature:a"], "Choose a column for day"),
    ],
)
def test_columns_that_cannot_be_read_together_are_told(named, said):
    columns = {str(n): ours for n, ours in enumerate(named)}
    assert said in " ".join(faults(columns, kind=Kind.USAGE))


def test_a_wide_file_needs_neither_a_column_of_features_nor_of_events():
    assert faults({"a": "account", "b": "day", "c": "feature:logins"}, kind=Kind.USAGE) == []


_SAMPLES = {
    "account": ["acme"], "date": ["2026-03-02"], "logins": ["1,204", "7"], "reports run": ["3"],
    "exports": [], "country": ["FR"], "total": ["1,214"],
}  # fmt: skip


def test_columns_of_whole_numbers_are_guessed_to_be_features():
    columns = {"account": "account", "date": "day"} | dict.fromkeys(list(_SAMPLES)[2:], "")
    found = guess_spread(columns, _SAMPLES, spec=USAGE, features={"reports_run": "reports"})
    assert found == columns | {"logins": "feature:logins", "reports run": "feature:reports"}


def test_nothing_is_guessed_beside_a_column_of_events():
    columns = {"account": "account", "date": "day", "count": "events", "seats": ""}
    samples = {"seats": ["5"], "count": ["3"]}
    assert guess_spread(columns, samples, spec=USAGE, features={}) == columns


def test_a_column_called_total_is_the_events_of_a_long_table():
    columns = {"account": "account", "event": "feature", "total": "events", "when": ""}
    samples = {"total": ["3"], "when": ["2026-03-02"]}
    assert guess_spread(columns, samples, spec=USAGE, features={}) == columns


def test_columns_called_after_days_are_guessed_to_be_days():
    columns = {"company": "account", "event": "feature", "2026-03-02t00:00:00": "", "total": ""}
    samples = {"2026-03-02t00:00:00": ["3"], "total": ["3"]}
    found = guess_spread(columns, samples, spec=USAGE, features={})
    assert found == columns | {"2026-03-02t00:00:00": "day:2026-03-02"}


def test_names_and_totals():
    assert stands_for("Reports run", "feature") == "feature:reports_run"
    assert stands_for("検索", "feature") is None
    assert stands_for("03/04/2026", "day") is None
    assert stands_for("2026-02-30", "day") is None
    assert [is_total(t) for t in ("Grand Total", "(sum)", "total_", "Totally")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert looks_like_counts(["12", "1 204", "7.0"])
    assert looks_like_counts(["12", "n/a", "7"])
    assert not looks_like_counts(["12", "n/a"])
    assert not looks_like_counts([])


@pytest.mark.parametrize(
    ("text", "mark", "plain"),
    [
        ("1,204", None, "1204"), ("1,204,000", ".", "1204000"), ("25.0", None, "25"),
        ("1.204", ",", "1204"), ("25,0", ",", "25"), ("1\u202f204", None, "1204"),
        ("1 204", ".", "1204"), ("1'204", None, "1204"), ("1,204.0", ".", "1204"),
        # None of these is a whole number that everybody reads alike.
        ("1.204", None, "1.204"), ("12,04", ".", "12,04"), ("1,204", ",", "1,204"),
    ],
)  # fmt: skip
def test_whole_numbers_are_read_as_tools_group_them(text, mark, plain):
    assert plain_integer(text, decimal_mark=mark) == plain
