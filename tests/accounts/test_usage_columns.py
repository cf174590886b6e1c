"""Usage by the ten thousand says the same as usage row by row."""

import random
from datetime import UTC, date, datetime

import pytest

from accounts.intake.fields import Kind
from accounts.intake.parse_options import iso_reading
from accounts.intake.read_batches import ReadBatch
from accounts.intake.row_reader import RowReader
from accounts.intake.usage_blocks import NO_VALUE, BlockReader
from accounts.intake.usage_rows import UsageReader
from accounts.loading.pipeline import FactLoader
from accounts.models import DirtyAccount, Feature, UsageDay
from tests.accounts.loading import account, load_raw

HEADER = ("account", "day", "feature", "events")
HEADERS = (HEADER, (*HEADER, "actor"), (*HEADER, "actor", "total_value"))
DAY = date(2025, 3, 14)
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
READING = iso_reading(now=NOW, typed=False)
NAMES = ["acme", "bolt", "a" * 64, "a" * 65, "an account of eight", "nobody", "", "ac\x00me", "Ä"]
DAYS = [
    "2025-03-01",
    "2025-03-02",
    " 2025-03-02",
    "2025-02-30",
    "2031-01-01",
    "01.03.2025",
    "2024-12-31",
]
FEATURES = ["search", "f" * 80, "f" * 81, "Reports", "export", "exp\nort", "a,b", ""]
EVENTS = ["0", "7", "007", "1_000", "-1", "999999999", "1000000000", "２", "", " 3", "7.0", "+1"]

ACTORS = ["person", "agent", "service", "", "Agent", "robot"]
VALUES = [
    "12.5", "", "0", "-3", "12.3456", "12.34567", "1,204.50", "12.", ".5", "1.2.3", "-", "--1",
    "12-", "999999999999.9999", "10000000000000", "12 EUR", " 7",
]  # fmt: skip


def _messy(seed, *, rows, header):
    made = random.Random(seed)

    def pick(values, good):
        return made.choice(values[:good]) if made.random() < 0.9 else made.choice(values)

    for line in range(2, rows + 2):
        row = [pick(NAMES, 3), pick(DAYS, 2), pick(FEATURES, 2), pick(EVENTS, 2)]
        more = {"actor": pick(ACTORS, 3), "total_value": pick(VALUES, 5)}
        row += [more[name] for name in header[len(row) :]]
        yield line, row if made.random() < 0.99 else row[: made.randrange(4)]


def _as_set(columns):
    return {
        (
            int(columns.lines[n]),
            columns.accounts[columns.account[n]],
            columns.days[columns.day[n]],
            columns.features[columns.feature[n]],
            int(columns.events[n]),
            int(columns.actor[n]),
            None if columns.value[n] == NO_VALUE else int(columns.value[n]),
        )
        for n in range(len(columns.lines))
    }


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("seed", range(8))
def test_blocks_are_read_as_rows_are(seed, header):
    rows = list(_messy(seed, rows=600, header=header))
    slow, slow_errors = UsageReader(header, READING).read(rows)
    reader = BlockReader(header, READING)
    found, errors = set(), []
    for start in range(0, len(rows), 150):  # what one block taught, the next one uses
        columns, wrong = reader.read(rows[start : start + 150])
        found |= _as_set(columns)
        errors += wrong
    assert found == {
        (r.position, r.account, r.day, r.feature, r.events, r.actor, r.value) for r in slow
    }
    assert sorted(errors, key=repr) == sorted(slow_errors, key=repr)


def test_columns_may_stand_in_any_order():
    rows = [(2, ["5", "search", "2025-03-01", "acme"])]
    columns, errors = BlockReader(HEADER[::-1], READING).read(rows)
    assert (_as_set(columns), errors) == ({(2, "acme", date(2025, 3, 1), "search", 5, 0, None)}, [])


def _load(rows, *, reader, backfill=False):
    loader = FactLoader(day=DAY, now=NOW, backfill=backfill)
    batches = [reader(rows[start : start + 200]) for start in range(0, len(rows), 200)]
    results = [loader.load(batch) for batch in batches]
    counts = sum((result.counts() for result in results), start=results[0].counts().__class__())
    problems = sorted(repr(p) for result in results for p in result.problems)
    return counts, problems


def _row_by_row(header):
    reader = UsageReader(header, READING)

    def read(rows):
        usage, errors = reader.read(rows)
        return ReadBatch(Kind.USAGE, usage=usage, errors=errors, read=len(rows))

    return read


def _stored():
    features = dict(Feature.objects.values_list("pk", "key"))
    rows = UsageDay.objects.values_list(
        "account_id", "day", "feature_id", "actor", "learned_on", "events"
    )
    return {(a, d, features[f], *rest) for a, d, f, *rest in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("backfill", [False, True])
@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("seed", range(3))
def test_columns_are_stored_as_rows_are(seed, header, backfill):
    for name in NAMES[:3]:
        load_raw("accounts", account(name, name=name[:8]))
    rows = list(_messy(seed, rows=700, header=header))
    slow, slow_problems = _load(rows, reader=_row_by_row(header), backfill=backfill)
    expected = _stored()
    UsageDay.objects.all().delete()
    DirtyAccount.objects.all().delete()
    by_columns = RowReader(Kind.USAGE, header, READING).read
    fast, fast_problems = _load(rows, reader=by_columns, backfill=backfill)
    assert (fast, fast_problems, _stored()) == (slow, slow_problems, expected)
    assert DirtyAccount.objects.values("account_id").distinct().count() == 3
    again, _ = _load(rows, reader=by_columns, backfill=backfill)
    assert (again["created"], _stored()) == (0, expected)
