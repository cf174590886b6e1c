"""Columns as tools export them, matched by name and by what stands in them."""

import pytest

from accounts.intake import german_names
from accounts.intake.cells import as_it_was, neutral
from accounts.intake.column_guesses import (
    guess_columns,
    guess_dates,
    guess_decimal_mark,
    guess_kind,
)
from accounts.intake.column_mapping import ColumnMapping, faults, mapping_of
from accounts.intake.dates import DateOrder
from accounts.intake.examples import example_of
from accounts.intake.fields import Kind
from accounts.intake.specs import SPECS
from accounts.intake.synonyms import EVERYWHERE, SYNONYMS

EXPORTS = {
    "all-companies.csv": (
        Kind.ACCOUNTS,
        {"record id": "external_id", "company name": "name", "company owner": "",
         "industry": "industry"},
    ),
    "people.csv": (
        Kind.CONTACTS,
        {"contact id": "external_id", "account id": "account", "full name": "name",
         "email": "email", "job title": "title", "preferred language": "language"},
    ),
    "hubspot_contacts.csv": (
        Kind.CONTACTS,
        {"record id": "external_id", "associated company": "account", "full name": "name",
         "hs_language": "language", "lifecycle stage": ""},
    ),
    "salesforce_contacts.csv": (
        Kind.CONTACTS,
        {"contact id": "external_id", "account id": "account", "name": "name",
         "LanguageLocaleKey": "language", "LocaleSidKey": ""},
    ),
    "all-accounts.csv": (
        Kind.ACCOUNTS,
        {"company id": "external_id", "company name": "name", "Language": "language",
         "country": "region"},
    ),
    "opps.csv": (
        Kind.CONTRACTS,
        {"contract number": "external_id", "account id": "account", "start date": "starts_on",
         "renewal date": "ends_on", "acv": "arr", "currency": "currency"},
    ),
    "cases.csv": (
        Kind.TICKETS,
        {"case number": "external_id", "account id": "account", "date opened": "opened_at",
         "case type": "category", "priority": "severity"},
    ),
    "support_tickets.csv": (
        Kind.TICKETS,
        {"ticket_id": "external_id", "account_id": "account", "submitted_at": "opened_at",
         "satisfaction_score": "satisfaction", "resolution_time_hours": ""},
    ),
    "subscriptions.csv": (
        Kind.CONTRACTS,
        {"subscription_id": "external_id", "account_id": "account", "start_date": "starts_on",
         "end_date": "ends_on", "arr_amount": "arr", "auto_renew_flag": "auto_renew",
         "mrr_amount": "", "contract amount": "amount"},
    ),
    "usage_events_2026.csv": (
        Kind.USAGE,
        {"usage_id": "", "account id": "account", "date": "day", "event name": "feature",
         "count": "events"},
    ),
    "warehouse.csv": (
        Kind.USAGE,
        {"customer_id": "account", "date": "day", "event name": "feature", "count": "events"},
    ),
    "billing.csv": (
        Kind.INVOICES,
        {"invoice number": "external_id", "customer id": "account", "invoice date": "issued_on",
         "due date": "due_on", "amount due": "amount", "currency": "currency",
         "invoice status": "state"},
    ),
    "Kunden.csv": (
        Kind.ACCOUNTS,
        {"Kundennummer": "external_id", "Firma": "name", "Branche": "industry", "Land": "region",
         "Kunde seit": "customer_since", "Tarif": "plan", "Lizenzen": "seats", "Fax": ""},
    ),
    "Verträge.csv": (
        Kind.CONTRACTS,
        {"Vertragsnummer": "external_id", "Kundennummer": "account", "Vertragsbeginn": "starts_on",
         "Vertragsende": "ends_on", "Jahreswert": "arr", "Währung": "currency",
         "Produkt": "product", "Anzahl": "quantity"},
    ),
    "Vertraege.csv": (
        Kind.CONTRACTS,
        {"VERTRAGS-NR": "external_id", "Kunden-Nr": "account", "Gueltig ab": "starts_on",
         "gu\u0308ltig bis": "ends_on", "Preis": "amount", "Waehrung": "currency"},
    ),
    "Nutzung.csv": (
        Kind.USAGE,
        {"Kundennummer": "account", "Datum": "day", "Funktion": "feature", "Anzahl": "events"},
    ),
    "Vorgaenge.csv": (
        Kind.TICKETS,
        {"Ticketnummer": "external_id", "Kundennummer": "account", "Erstellt am": "opened_at",
         "Gelöst am": "solved_at", "Kategorie": "category", "Priorität": "severity",
         "Betreff": "subject"},
    ),
    "Rechnungen.csv": (
        Kind.INVOICES,
        {"Rechnungsnummer": "external_id", "Kundennummer": "account", "Rechnungsdatum": "issued_on",
         "Fällig am": "due_on", "Betrag": "amount", "Währung": "currency", "Status": "state"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_other_tools_are_recognised(name):
    kind, columns = EXPORTS[name]
    assert guess_kind(name, list(columns)) == kind
    assert guess_columns(list(columns), kind=kind) == columns


def test_a_field_is_given_to_one_column_and_the_exact_name_wins():
    found = guess_columns(["company", "name", "account name"], kind=Kind.ACCOUNTS)
    assert found == {"company": "", "name": "name", "account name": ""}


def test_what_says_nothing_clearly_is_not_guessed():
    assert guess_kind("export.csv", ["colour", "size"]) is None


def test_the_files_name_says_what_it_holds():
    assert guess_kind("2025-03 user_days export.csv", ["a", "b"]) == Kind.USER_DAYS


def test_synonyms_name_fields_that_exist():
    for kind, names in (*SYNONYMS.items(), *german_names.NAMES.items()):
        assert set(names) <= set(SPECS[kind].by_name()), kind
    every = {name for spec in SPECS.values() for name in spec.by_name()}
    assert {*EVERYWHERE, *german_names.EVERYWHERE} <= every


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["2024-04-03", ""], DateOrder.ISO),
        (["03/04/2024", "17/04/2024"], DateOrder.DAY_FIRST),
        (["03/04/2024", "4/17/2024"], DateOrder.MONTH_FIRST),
        (["03/04/2024", "05/04/2024"], None),
        (["17/04/2024", "4/17/2024"], None),
        (["03.04.2024"], DateOrder.DAY_FIRST),
        ([], DateOrder.ISO),
    ],
)
def test_the_order_of_dates_is_told_by_days_past_the_twelfth(values, order):
    columns = {"due": "due_on"}
    assert guess_dates({"due": values}, columns=columns, kind=Kind.INVOICES) == order


def test_a_comma_before_two_digits_is_a_decimal_one():
    columns = {"total": "amount"}
    for values, mark in ((["1.200,50"], ","), (["1,200.50"], "."), (["1,200"], ".")):
        samples = {"total": values}
        assert guess_decimal_mark(samples, columns=columns, kind=Kind.INVOICES) == mark


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["12", "1.204"], ","),
        (["1.000"], ","),
        (["1.204.000"], ","),
        (["1,204"], "."),
        (["25.0", "1.000"], "."),  # a tool that writes counts with a decimal point
        (["1204"], "."),
        ([], "."),
    ],
)
def test_thousands_apart_say_which_mark_is_the_decimal_one(values, mark):
    columns = {"count": "events"}
    assert guess_decimal_mark({"count": values}, columns=columns, kind=Kind.USAGE) == mark


def test_a_manner_is_stored_and_read_back():
    mapping = ColumnMapping({"a": "name"}, DateOrder.DAY_FIRST, ",", "Europe/Paris", backfill=True)
    assert mapping_of(mapping.as_json()) == mapping
    assert mapping_of(ColumnMapping(date_order=None).as_json()).date_order is None


def test_a_mapping_says_what_it_lacks():
    assert faults({"a": "external_id", "b": "name"}, kind=Kind.ACCOUNTS) == []
    assert faults({"a": "name", "b": "name"}, kind=Kind.ACCOUNTS) == [
        "Choose a column for external_id: every record needs it.",
        "Two columns go to name: keep one of both.",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-x", "@acme", "\tx", "\rx"])
def test_a_cell_that_looks_like_a_formula_is_marked_and_comes_back(text):
    assert neutral(text) == f"'{text}"
    assert as_it_was(neutral(text)) == text


@pytest.mark.parametrize("text", ["-5", "-5.00", "-1.200,50", "Acme", "'quoted", "", "5"])
def test_other_cells_stay_as_they_are(text):
    assert neutral(text) == text
    assert as_it_was(text) == text


@pytest.mark.parametrize("kind", list(Kind))
def test_an_example_has_a_column_for_every_field_and_is_recognised(kind):
    header = example_of(kind).splitlines()[0].split(",")
    assert set(header) == set(SPECS[kind].by_name()) - {"mrr"}
    assert guess_columns(header, kind=kind) == {name: name for name in header}
