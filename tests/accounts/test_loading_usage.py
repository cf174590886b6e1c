"""Usage by the day: repeats are nothing, late facts are rows of their own."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.loading import ensure_partitions
from accounts.loading.usage import told_before
from accounts.models import Account, DirtyAccount, Feature, SessionDay, UsageDay, UserMonth
from tests.accounts.loading import DAY, account, load_raw, problems, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())
    DirtyAccount.objects.all().delete()


def usage(day: str = "2025-03-14", events: int = 5, feature: str = "search", **fields):
    return {"account": "acme", "day": day, "feature": feature, "events": events, **fields}


def stored() -> list[tuple[str, str, int]]:
    rows = UsageDay.objects.order_by("day", "learned_on", "feature_id")
    return [(str(row.day), str(row.learned_on), row.events) for row in rows]


def test_sessions_and_user_days_come_on_one_connection():
    day = {"account": "acme", "day": "2025-03-14"}
    for _ in range(2):
        load_raw("sessions", {**day, "sessions": 2, "minutes": 9})
        load_raw("user_days", {**day, "user": "u-1"})
    assert (SessionDay.objects.count(), UserMonth.objects.count()) == (1, 1)


def test_an_open_day_is_replaced():
    assert statuses(load_raw("usage", usage(events=5))) == ["created"]
    assert statuses(load_raw("usage", usage(events=5))) == ["unchanged"]
    assert statuses(load_raw("usage", usage(events=3))) == ["updated"]
    assert stored() == [("2025-03-14", "2025-03-14", 3)]
    assert DirtyAccount.objects.count() == 2


def test_what_is_learned_late_is_a_row_of_the_difference():
    load_raw("usage", usage(events=5))
    late = usage(events=8)
    assert statuses(load_raw("usage", late, day=date(2025, 3, 20))) == ["updated"]
    assert statuses(load_raw("usage", late, day=date(2025, 3, 20))) == ["unchanged"]
    assert statuses(load_raw("usage", late, day=date(2025, 3, 21))) == ["unchanged"]
    assert stored() == [("2025-03-14", "2025-03-14", 5), ("2025-03-14", "2025-03-20", 3)]


def values() -> list[tuple[str, int, int | None]]:
    rows = UsageDay.objects.order_by("day", "learned_on", "feature_id")
    return [(str(row.learned_on), row.events, row.value) for row in rows]


def test_a_value_is_kept_where_nobody_says_another_one():
    load_raw("usage", usage(events=5, total_value="1204.5"))
    assert values() == [("2025-03-14", 5, 12_045_000)]
    assert statuses(load_raw("usage", usage(events=5))) == ["unchanged"]
    assert statuses(load_raw("usage", usage(events=6))) == ["updated"]
    assert values() == [("2025-03-14", 6, 12_045_000)]
    assert statuses(load_raw("usage", usage(events=6, total_value="0"))) == ["updated"]
    assert values() == [("2025-03-14", 6, 0)]


def test_a_value_that_is_learned_late_is_a_row_of_the_difference():
    """And may fall: what was paid back was worth less."""
    load_raw("usage", usage(events=5, total_value="100"))
    late = date(2025, 3, 20)
    corrected = usage(events=5, total_value="80.25")
    assert statuses(load_raw("usage", corrected, day=late)) == ["updated"]
    assert statuses(load_raw("usage", corrected, day=late)) == ["unchanged"]
    assert statuses(load_raw("usage", usage(events=7), day=late)) == ["updated"]
    assert values() == [("2025-03-14", 5, 1_000_000), ("2025-03-20", 2, -197_500)]


def test_a_value_that_comes_after_its_events_is_one_all_the_same():
    load_raw("usage", usage(events=5))
    load_raw("usage", usage(events=5, total_value="9"), day=date(2025, 3, 20))
    assert values() == [("2025-03-14", 5, None), ("2025-03-20", 0, 90_000)]


def test_a_closed_day_only_grows():
    load_raw("usage", usage(events=5))
    result = load_raw("usage", usage(events=4), usage(feature="other"), day=date(2025, 3, 20))
    assert statuses(result) == ["rejected", "created"]
    assert problems(result) == {(0, "", "closed_day")}


def test_what_was_told_before_is_known_by_the_day():
    load_raw("accounts", account("bolt", name="Bolt"))
    load_raw("usage", usage(day="2025-02-27"), usage(day="2025-03-14"), usage(day="2025-03-10"))
    acme, bolt = Account.objects.order_by("external_id").values_list("pk", flat=True)
    told, between = date(2025, 3, 10), date(2025, 3, 12)
    asked = {(acme, told), (acme, between), (acme, DAY), (bolt, told)}
    with CaptureQueriesContext(connection) as queries:
        assert told_before(asked) == {(acme, told), (acme, DAY)}
    assert len(queries) == 1
    assert told_before([]) == set()


def test_history_recorded_at_the_time_keeps_its_days():
    load_raw("usage", usage(day="2024-11-05"), backfill=True)
    assert stored() == [("2024-11-05", "2024-11-05", 5)]


def test_people_services_and_agents_are_counted_apart():
    rows = [usage(events=5), usage(events=90, actor="agent"), usage(events=7, actor="service")]
    assert statuses(load_raw("usage", *rows)) == ["created"] * 3
    assert statuses(load_raw("usage", usage(events=95, actor="agent"))) == ["updated"]
    assert statuses(load_raw("usage", usage(events=5, actor="person"))) == ["unchanged"]
    found = UsageDay.objects.order_by("actor").values_list("actor", "events")
    assert list(found) == [(0, 5), (1, 7), (2, 95)]


def test_one_id_of_a_person_and_of_an_agent_are_two_users():
    def seen(**fields):
        return {"account": "acme", "day": "2025-03-01", "user": "u-1", **fields}

    assert statuses(load_raw("user_days", seen(), seen(actor="agent"))) == ["created"] * 2
    assert statuses(load_raw("user_days", seen(actor="agent"))) == ["unchanged"]
    found = UserMonth.objects.order_by("actor").values_list("actor", "days")
    assert list(found) == [(0, 1), (2, 1)]


def test_new_features_are_made_as_not_core():
    load_raw("usage", usage(feature="bulk_export"))
    feature = Feature.objects.get()
    assert (feature.key, feature.name, feature.is_core) == ("bulk_export", "Bulk export", False)


def test_an_unknown_account_is_named():
    result = load_raw("usage", usage(account="ghost"), usage())
    assert statuses(result) == ["rejected", "created"]
    assert problems(result) == {(0, "account", "unknown")}


def test_each_month_has_its_partition():
    load_raw("usage", usage(day="2023-02-05"), usage(day="2023-04-05"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM accounts_usageday ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall()]
    assert tables == ["accounts_usageday_202302", "accounts_usageday_202304"]


def test_partitions_of_a_day_are_made_once():
    assert ensure_partitions(day=date(2031, 12, 5)) >= 2
    assert ensure_partitions(day=date(2031, 12, 5)) == 0


def test_sessions_follow_the_same_rule():
    raw = {"account": "acme", "day": "2025-03-14", "sessions": 3, "minutes": 40}
    assert statuses(load_raw("sessions", raw)) == ["created"]
    late = raw | {"sessions": 4, "minutes": 40}
    assert statuses(load_raw("sessions", late, day=date(2025, 3, 20))) == ["updated"]
    rows = SessionDay.objects.order_by("learned_on").values_list("sessions", "minutes")
    assert list(rows) == [(3, 40), (1, 0)]


def test_active_days_are_bits_of_their_month():
    def seen(day: str):
        return {"account": "acme", "day": day, "user": "u-1"}

    result = load_raw("user_days", seen("2025-03-01"), seen("2025-03-03"), seen("2025-02-28"))
    assert statuses(result) == ["created"] * 3
    assert statuses(load_raw("user_days", seen("2025-03-01"), seen("2025-03-31"))) == [
        "unchanged",
        "updated",
    ]
    rows = UserMonth.objects.order_by("month").values_list("month", "days")
    assert list(rows) == [(date(2025, 2, 1), 1 << 27), (date(2025, 3, 1), 0b101 | 1 << 30)]
    assert DAY.month == 3


@pytest.mark.parametrize("days", [["2024-02-01", "2024-01-05"], ["2024-01-05", "2024-02-01"]])
def test_a_feature_is_valid_from_its_first_use_in_whatever_order_it_is_told(days):
    for day in days:
        load_raw("usage", usage(day=day), backfill=True)
    assert Feature.objects.get().valid_from == date(2024, 1, 5)


def test_a_feature_that_somebody_described_keeps_its_days():
    Feature.objects.create(key="search", name="Search", is_core=True, valid_from=date(2024, 7, 1))
    load_raw("usage", usage(day="2024-01-05"), backfill=True)
    assert Feature.objects.get().valid_from == date(2024, 7, 1)


def test_sessions_and_active_days_come_over_one_connection():
    day = {"account": "acme", "day": "2025-03-01"}
    assert statuses(load_raw("sessions", day | {"sessions": 2, "minutes": 9})) == ["created"]
    assert statuses(load_raw("user_days", day | {"user": "ada"})) == ["created"]
