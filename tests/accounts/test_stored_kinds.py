"""Each app declares which kinds of records are stored in its tables; the loader asks no list of its
own."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.intake.specs import SPECS, Kind
from accounts.loading.batches import _WRITERS
from accounts.loading.follow_ups import STORED_KINDS
from accounts.loading.stored_kinds import StoredKind, mark_accounts_dirty, stored_kinds
from accounts.loading.tables.fact_table import ACCOUNT, ACCOUNT_ID, FactTable, plain
from accounts.models import DirtyAccount
from tests.accounts.loading import account, load_raw, problems, statuses
from tests.accounts.uploads import checked, matched, uploaded

pytestmark = pytest.mark.django_db

STEPS = FactTable(
    "surveys_step",
    (ACCOUNT_ID, *plain("key", "name", "due_on")),
    references=(ACCOUNT,),
    key=("account_id", "key"),
)
told = []


def tell(loaded):
    told.append([record.values["key"] for record in loaded.records])
    mark_accounts_dirty(loaded)


def only_named(records, source, result):
    return [record for record in records if record.values["name"] != "Nobody"]


WITHOUT_STEPS = {kind: one for kind, one in STORED_KINDS.items() if kind != Kind.ONBOARDING}
ABOVE = {Kind.ONBOARDING: StoredKind(STEPS, only_named, tell)}


@pytest.fixture(autouse=True)
def asked_anew():
    told.clear()
    stored_kinds.cache_clear()
    yield
    stored_kinds.cache_clear()


@pytest.fixture
def stored_above(monkeypatch):
    """The app above stores a kind that `accounts` knows nothing of but what is valid."""
    names = {"accounts": "WITHOUT_STEPS", "surveys": "ABOVE"}
    for app, name in names.items():
        monkeypatch.setattr(apps.get_app_config(app), "fact_tables", f"{__name__}.{name}")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE surveys_step (id bigserial PRIMARY KEY, account_id bigint NOT NULL,"
            " key text NOT NULL, name text NOT NULL, due_on date, UNIQUE (account_id, key))"
        )


def step(key, name="Kick-off", **fields):
    return {"account": "acme", "key": key, "name": name, "due_on": "2025-04-01", **fields}


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, name, due_on::text FROM surveys_step ORDER BY key")
        return cursor.fetchall()


def test_every_kind_is_stored_in_one_way():
    assert sorted([*stored_kinds(), *_WRITERS]) == sorted(SPECS)


def test_a_kind_is_stored_in_the_table_that_an_app_above_declares(stored_above):
    load_raw("accounts", account("acme"))
    DirtyAccount.objects.all().delete()
    result = load_raw("onboarding", step("kick_off"), step("go_live", "Nobody"))
    assert statuses(result) == ["created"]
    assert rows() == [("kick_off", "Kick-off", "2025-04-01")]
    assert told == [["kick_off"]]
    assert DirtyAccount.objects.count() == 1


def test_it_is_loaded_like_any_other(stored_above):
    load_raw("accounts", account("acme"))
    load_raw("onboarding", step("kick_off"))
    assert statuses(load_raw("onboarding", step("kick_off"))) == ["unchanged"]
    assert statuses(load_raw("onboarding", step("kick_off", "Start"))) == ["updated"]
    unknown = load_raw("onboarding", step("kick_off") | {"account": "beta"})
    assert problems(unknown) == {(0, "account", "unknown")}
    assert rows() == [("kick_off", "Start", "2025-04-01")]


def test_a_check_shows_what_is_stored_there(stored_above):
    load_raw("accounts", account("acme"))
    load_raw("onboarding", step("kick_off"))
    content = b"account,key,name,due_on\nacme,kick_off,Start,2025-04-01\n"
    file = matched(uploaded("steps.csv", content), "onboarding")
    checked(file)
    assert file.planned.get(status="updated").record["changes"] == [["name", "Kick-off", "Start"]]
    assert rows() == [("kick_off", "Kick-off", "2025-04-01")]


def test_two_apps_do_not_store_one_kind(monkeypatch):
    monkeypatch.setattr(apps.get_app_config("surveys"), "fact_tables", f"{__name__}.ABOVE")
    with pytest.raises(ImproperlyConfigured, match="stores onboarding, as another app"):
        stored_kinds()
