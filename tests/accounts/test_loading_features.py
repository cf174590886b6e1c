"""The feature catalogue by file: what was core on which days, whenever the usage came."""

from datetime import date

import pytest

from accounts.models import DirtyAccount, Feature, Plan
from tests.accounts.loading import account, load_raw, problems, statuses

pytestmark = pytest.mark.django_db


def core():
    rows = Feature.objects.filter(is_core=True).order_by("key")
    return list(rows.values_list("key", "plans", "valid_from", "valid_to"))


def use(day):
    load_raw(
        "usage", {"account": "acme", "day": day, "feature": "search", "events": 3}, backfill=True
    )


def test_a_file_says_what_is_core_of_which_plans_and_when():
    Plan.objects.create(key="pro", name="Pro")
    row = {"key": "search", "is_core": True, "plans": ["pro"], "valid_from": "2024-02-01",
           "valid_to": "2025-01-01"}  # fmt: skip
    assert statuses(load_raw("features", row)) == ["created"]
    assert statuses(load_raw("features", row)) == ["unchanged"]
    assert core() == [("search", ["pro"], date(2024, 2, 1), date(2025, 1, 1))]
    assert statuses(load_raw("features", {"key": "search", "valid_to": None})) == ["updated"]
    assert core() == [("search", ["pro"], date(2024, 2, 1), None)]
    assert Feature.objects.get().name == "Search"


@pytest.mark.parametrize("comes_first", [True, False])
def test_without_a_day_it_is_core_on_every_day_of_its_use(comes_first):
    load_raw("accounts", account())
    row = {"key": "search", "is_core": True}
    if comes_first:
        load_raw("features", row)
    use("2024-03-01")
    if not comes_first:
        load_raw("features", row)
    ((_, _, since, until),) = core()
    assert since <= date(2024, 3, 1)
    assert until is None


def test_a_change_of_the_catalogue_scores_everybody_again():
    load_raw("accounts", account(), account("other"))
    DirtyAccount.objects.all().delete()
    load_raw("features", {"key": "search", "is_core": True})
    assert DirtyAccount.objects.count() == 2
    load_raw("features", {"key": "search", "is_core": True})
    assert DirtyAccount.objects.count() == 2


def test_what_cannot_be_is_refused_beside_what_is_taken():
    result = load_raw(
        "features",
        {"key": "search"},
        {"key": "reports", "plans": ["gold"]},
        {"key": "boards", "valid_from": "2024-02-01", "valid_to": "2024-02-01"},
    )
    assert problems(result) == {(1, "plans", "unknown"), (2, "valid_to", "order")}
    assert list(Feature.objects.values_list("key", flat=True)) == ["search"]
