"""Migrations meet rows: what an empty database hides."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from health.publishing.actions import install_library
from tests.cs_platform.pages.conftest import NOW

BEFORE = [("cs_platform", "0004_operations")]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_drops_previews_that_lack_a_figure():
    install_library(now=NOW)
    try:
        old = migrate(BEFORE)
        person = old.get_model("accounts", "User").objects.create(email="ola@example.test")
        preview = old.get_model("cs_platform", "Preview").objects.create(
            scorecard_id=old.get_model("health", "Scorecard").objects.values("pk")[:1],
            revision=1,
            day=NOW.date(),
            requested_by=person,
            requested_at=NOW,
        )
        old.get_model("cs_platform", "PreviewCell").objects.create(
            preview=preview, from_band="watch", to_band="healthy", accounts=1, arr_minor=1
        )
    finally:
        latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
        new = migrate(latest)
    assert not new.get_model("cs_platform", "Preview").objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_looks_again_at_days_that_may_lack_a_late_score():
    try:
        old = migrate([("metrics", "0004_fact_changes")])
        figures = {"rates": {}, "chances": {}, "figures": {}, "ledger_through": 0}
        old.get_model("metrics", "ReportDay").objects.create(
            day=NOW.date(), currency="USD", accounts_through=0, **figures
        )
    finally:
        new = migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    changes = new.get_model("metrics", "FactChange").objects
    assert list(changes.values_list("source", "day")) == [("scores", NOW.date())]


LEDGER = """
    INSERT INTO accounts_revenuemovement (account_id, effective_on, kind, amount_minor, currency,
        subtype, reason, product, recorded_at, source, external_id)
    SELECT a.id, '2025-01-01', 'new', m.amount, 'USD', '', '', '', now(), m.source, m.external_id
    FROM accounts_account a, (VALUES
        ('import', 'm-1', 100), ('Billing', 'm-1', 100), ('Billing', 'm-2', 200),
        ('Billing, new', 'm-1', 100), ('Billing, new', 'm-2', 200), ('Billing, new', 'm-3', 300),
        ('EU', 'm-1', 111), ('EU', 'm-9', 900), ('contracts', 'm-1', 7), ('ravenstack', 'm-1', 8)
    ) m (source, external_id, amount)
"""


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_names_the_sources_of_movements_and_loses_none():
    """One name contradicts the others and keeps its ids; the others are one source and copies."""
    try:
        old = migrate([("accounts", "0010_settings_audit")])
        old.get_model("accounts", "Account").objects.create(external_id="a", name="A")
        made = {"scopes": [], "created_at": NOW, "expires_at": NOW}
        for name in ("EU", "Billing"):
            old.get_model("accounts", "ApiKey").objects.create(name=name, digest=name, **made)
        with connection.cursor() as cursor:
            cursor.execute(LEDGER)
    finally:
        new = migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    ledger = new.get_model("accounts", "RevenueMovement").objects
    found = sorted(ledger.values_list("source", "external_id", "amount_minor"))
    assert found == [
        ("billing-copies", "m-1", 100),
        ("billing-new-copies", "m-1", 100),
        ("billing-new-copies", "m-2", 200),
        ("contracts", "m-1", 7),
        ("direct", "m-1", 100),
        ("direct", "m-2", 200),
        ("direct", "m-3", 300),
        ("eu", "m-1", 111),
        ("eu", "m-9", 900),
        ("ravenstack", "m-1", 8),
    ]
    keys = dict(new.get_model("accounts", "ApiKey").objects.values_list("name", "source"))
    assert keys == {"EU": "eu", "Billing": "direct"}
