"""A record is the same one whichever way it comes: its id counts within its source."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.intake.examples import example_of
from accounts.intake.specs import Kind
from accounts.keys import revoke_key
from accounts.models import (
    Account,
    ApiKey,
    Function,
    ImportFile,
    ImportRun,
    RevenueMovement,
    Source,
    User,
)
from tests.accounts.bulk import make_key, post
from tests.accounts.loading import account, load_raw, movement, problems, statuses
from tests.accounts.uploads import NOW, imported, matched, somebody, uploaded

pytestmark = pytest.mark.django_db
CSV = "text/csv"


@pytest.fixture
def stripe() -> Source:
    return Source.objects.create(key="stripe-eu", name="Stripe, EU entity")


def files(tmp_path, kind: str, content: str, **options) -> ImportRun:
    path = tmp_path / f"{kind}.csv"
    path.write_text(content)
    call_command("import", path, verbosity=0, **options)
    return ImportRun.objects.latest("pk")


def counts(run: ImportRun) -> dict[str, int]:
    named = ("created", "updated", "unchanged", "rejected")
    return {name: getattr(run, name) for name in named if getattr(run, name)}


def by_key(kind: str, content: str, token: str) -> dict[str, int]:
    answer = post(f"/api/v1/bulk/{kind}/", content.encode(), token, content_type=CSV).json()
    named = ("created", "updated", "unchanged", "rejected")
    return {name: answer[name] for name in named if answer[name]}


@pytest.mark.parametrize("kind", Kind)
def test_the_same_record_by_file_and_by_two_keys_is_one(tmp_path, kind):
    """Of every kind, so that the next one is held to it as well."""
    if kind != Kind.ACCOUNTS:
        load_raw("accounts", account("acme-1"))
    if kind == Kind.TEAM:
        User.objects.create_user("sam@acme.example", role="csm")
        Function.objects.create(key="reports", name="Reports")
    if kind == Kind.ATTENDANCES:
        load_raw("contacts", {"external_id": "person-1", "account": "acme-1", "name": "Sam"})
        session = {"external_id": "webinar-1", "starts_at": "2025-03-01T09:30:00+01:00"}
        load_raw("group_sessions", session | {"kind": "webinar"})
    content = example_of(kind)
    assert counts(files(tmp_path, kind, content)) == {"created": 1}
    first = make_key("ingest:*")
    assert by_key(kind, content, first) == {"unchanged": 1}
    ApiKey.objects.update(name="The one before")
    revoke_key(ApiKey.objects.get(), now=NOW)
    assert by_key(kind, content, make_key("ingest:*")) == {"unchanged": 1}


def test_a_movement_counts_once_by_csv_and_by_a_rotated_key(tmp_path):
    load_raw("accounts", account("acme"))
    content = (
        "external_id,account,effective_on,kind,arr,currency\n"
        "DUP-1,acme,2026-01-01,new,1200.00,USD\n"
    )
    assert counts(files(tmp_path, "movements", content)) == {"created": 1}
    for _ in range(2):
        assert by_key("movements", content, make_key()) == {"unchanged": 1}
        ApiKey.objects.update(name="Billing, rotated")
    assert RevenueMovement.objects.count() == 1
    assert Account.objects.get().arr_minor == 120_000


def test_two_declared_sources_may_number_alike(stripe):
    load_raw("accounts", account("acme"))
    first = movement("1", "2025-01-01", "new", "100.00")
    other = movement("1", "2025-02-01", "expansion", "50.00")
    assert statuses(load_raw("movements", first)) == ["created"]
    assert problems(load_raw("movements", other)) == {(0, "external_id", "posted_already")}
    assert statuses(load_raw("movements", other, source=stripe.key)) == ["created"]
    assert statuses(load_raw("movements", other, source=stripe.key)) == ["unchanged"]


def test_what_came_before_its_source_was_declared_is_not_posted_again(stripe):
    load_raw("accounts", account("acme"))
    said = movement("1", "2025-01-01", "new", "100.00")
    load_raw("movements", said)
    assert statuses(load_raw("movements", said, source=stripe.key)) == ["unchanged"]


def test_a_file_says_its_source_by_key_or_name(tmp_path, stripe):
    load_raw("accounts", account("acme-1"))
    content = example_of(Kind.MOVEMENTS)
    run = files(tmp_path, "movements", content, source="STRIPE, eu entity")
    assert run.declared_source == stripe
    assert RevenueMovement.objects.get().source == stripe


@pytest.mark.parametrize("name", ["nowhere", "contracts"])
def test_an_unknown_source_is_refused_with_advice(tmp_path, name):
    with pytest.raises(CommandError, match="is not a source; add it in Admin, Sources") as caught:
        files(tmp_path, "movements", example_of(Kind.MOVEMENTS), source=name)
    assert caught.value.returncode == 2
    assert not ImportRun.objects.exists()
    with pytest.raises(CommandError, match="Admin, Sources"):
        call_command("api_key", "create", name="K", scope=["ingest:*"], source=name)


def test_a_key_belongs_to_a_source(stripe):
    load_raw("accounts", account("acme-1"))
    call_command("api_key", "create", name="K", scope=["ingest:*"], source="stripe-eu", verbosity=0)
    token = make_key(source=stripe.key)
    assert set(ApiKey.objects.values_list("source", flat=True)) == {"stripe-eu"}
    by_key("movements", example_of(Kind.MOVEMENTS), token)
    assert RevenueMovement.objects.get().source == stripe
    assert ImportRun.objects.get().declared_source == stripe


def test_an_upload_belongs_to_the_source_that_is_chosen(stripe):
    load_raw("accounts", account("acme-1"))
    file = matched(uploaded("m.csv", example_of(Kind.MOVEMENTS).encode()), "movements")
    file.mapping = {**file.mapping, "source": stripe.key}
    file.save()
    run = imported(file)
    assert run.declared_source == stripe
    assert RevenueMovement.objects.get().source == stripe


def test_the_columns_page_asks_for_the_source_once_one_is_declared(stripe):
    file = uploaded("movements.csv", example_of(Kind.MOVEMENTS).encode())
    ops = Client()
    ops.force_login(somebody())
    page = reverse("imports_file", args=[file.pk])
    assert "These records come from" in ops.get(page).content.decode()
    columns = {f"c{place}": name for place, name in enumerate(file.header)}
    sent = {"kind": "movements", "date_order": "YYYY-MM-DD", "decimal_mark": ".", "zone": "UTC"}
    ops.post(page, {**columns, **sent, "source": "stripe-eu"})
    assert ImportFile.objects.get().mapping["source"] == "stripe-eu"


def test_a_name_is_taken_in_any_case(stripe):
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.create(key="other", name="STRIPE, eu ENTITY")


def test_a_source_is_declared_in_the_admin_and_its_key_stays():
    ops = Client()
    ops.force_login(somebody())
    ops.post(reverse("admin:accounts_source_add"), {"name": "Zendesk", "key": "zendesk"})
    source = Source.objects.get(key="zendesk")
    change = reverse("admin:accounts_source_change", args=["zendesk"])
    ops.post(change, {"name": "Zendesk, main desk", "key": "other"})
    source.refresh_from_db()
    assert (source.name, source.kind) == ("Zendesk, main desk", "system")
    assert not Source.objects.filter(key="other").exists()
    listed = ops.get(reverse("admin:accounts_source_changelist")).content.decode()
    assert "Direct" in listed
    assert "Contracts" not in listed.split("changelist")[-1]
