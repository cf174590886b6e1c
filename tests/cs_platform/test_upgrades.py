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
