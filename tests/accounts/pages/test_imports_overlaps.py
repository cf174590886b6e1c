"""Contracts that overlap: asked on the page of the check, before anything is imported."""

import pytest
from django.urls import reverse

from accounts.models import Account, Contract, ImportFile, ImportMapping
from tests.accounts.pages.test_imports import send, text, work
from tests.accounts.test_ledger_runs import as_csv
from tests.accounts.test_overlap_answers import NEW, OLD
from tests.page_house import sign_in

COLUMNS = ("external_id", "account", "starts_on", "ends_on", "arr", "currency", "renews", "product")


@pytest.fixture
def ops(client, house):
    sign_in(client, house.people["ops"])
    Account.objects.create(external_id="acme", name="Acme")
    return client


@pytest.fixture
def file(ops):
    send(ops, as_csv([OLD, NEW]), name="contracts.csv")
    file = ImportFile.objects.latest("pk")
    match(ops, file, save_as="CRM export")
    return file


def match(client, file, **changes):
    said = {f"c{number}": name for number, name in enumerate(COLUMNS)} | {
        "kind": "contracts", "date_order": "YYYY-MM-DD", "decimal_mark": ".", "zone": "UTC",
        "end_date": "renewal", **changes,
    }  # fmt: skip
    return client.post(reverse("imports_file", args=[file.pk]), said)


def test_nothing_is_imported_before_it_is_answered(ops, file):
    check = reverse("imports_check", args=[file.pk])
    page = text(ops.get(check))
    assert "overlaps “old” by 214 days: $70,000.00 or $130,000.00 a year" in page
    assert "A later one replaces: " in page
    assert "All count: " in page
    assert "Import 2 contracts" not in page
    answer = ops.post(reverse("imports_start", args=[file.pk]), follow=True)
    assert "Say first what it means that contracts overlap." in text(answer)
    assert not Contract.objects.exists()


@pytest.mark.parametrize("said", ["true", "false"])
def test_the_answer_is_kept_and_shown_and_imported(ops, file, said):
    answer = ops.post(reverse("imports_overlaps", args=[file.pk]), {"replaces": said}, follow=True)
    page = text(answer)
    assert "Import 2 contracts" in page
    assert "Does a later contract replace" not in page
    assert ImportMapping.objects.get().mapping["constants"] == {"replaces_earlier": said}
    page = text(ops.get(reverse("imports_file", args=[file.pk])))
    assert f'<option value="{said}" selected>' in page
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    kept = Contract.objects.get(external_id="new").replaces_earlier
    assert kept is (said == "true")


def test_an_answer_can_be_taken_back_on_the_page_of_the_columns(ops, file):
    ops.post(reverse("imports_overlaps", args=[file.pk]), {"replaces": "true"})
    match(ops, file, **{"fixed-replaces_earlier": ""})
    assert "Does a later contract replace" in text(
        ops.get(reverse("imports_check", args=[file.pk]))
    )
    match(ops, file, **{"fixed-replaces_earlier": "false"})
    assert "Import 2 contracts" in text(ops.get(reverse("imports_check", args=[file.pk])))


@pytest.mark.parametrize("said", ["", "perhaps"])
def test_another_word_answers_nothing(ops, file, said):
    ops.post(reverse("imports_overlaps", args=[file.pk]), {"replaces": said})
    file.refresh_from_db()
    assert (file.state, file.mapping["constants"]) == ("checked", {})
    assert file.outcome["overlap"]["contracts"] == 1


def test_a_file_that_was_imported_meanwhile_keeps_its_mapping(ops, file):
    ImportFile.objects.filter(pk=file.pk).update(state="started")
    ops.post(reverse("imports_overlaps", args=[file.pk]), {"replaces": "true"})
    assert ImportMapping.objects.get().mapping["constants"] == {}
