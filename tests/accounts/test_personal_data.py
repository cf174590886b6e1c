from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.loading.marks import ring_events
from accounts.models import (
    Account,
    BusinessEvent,
    Contact,
    ImportRun,
    Interaction,
    OutboxMessage,
    RejectedRecord,
)
from accounts.models.relationship import InteractionContact
from accounts.personal_data import (
    CONTACT_COLUMNS,
    ERASED_NAME,
    FORGOTTEN_COLUMNS,
    IMPERSONAL_COLUMNS,
    MENTIONING_COLUMNS,
    QUOTING_COLUMNS,
    STAFF_COLUMNS,
)
from playbooks.firing import fire_signals
from playbooks.models import Play
from playbooks.publishing import install_library

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
OURS = {"accounts", "surveys", "health", "playbooks", "metrics", "cs_platform"}


def _roomy_columns(app_labels):
    """Columns with room for a person's name or words."""
    for model in apps.get_models():
        if model._meta.app_label not in app_labels or model.__name__.endswith("Audit"):
            continue
        for field in model._meta.local_fields:
            roomy = isinstance(field, models.TextField | models.JSONField | models.BinaryField) or (
                isinstance(field, models.CharField) and field.max_length >= 100
            )
            if roomy and not field.choices:
                yield f"{model._meta.label}.{field.name}"


def test_every_roomy_column_is_decided():
    decided = {column.label for column in CONTACT_COLUMNS} | {*QUOTING_COLUMNS}
    decided |= {*FORGOTTEN_COLUMNS, *MENTIONING_COLUMNS} | STAFF_COLUMNS | IMPERSONAL_COLUMNS
    assert {*_roomy_columns(OURS)} == decided


def _starts_a_play(event):
    """The note goes wherever firing takes it."""
    install_library(now=NOW)
    ring_events([event.pk])
    fire_signals(limit=10, now=NOW)
    assert "Canary Quill" in Play.objects.get().why


@pytest.fixture
def canary(db):
    account = Account.objects.create(external_id="A-1", name="Brass Lantern")
    contact = Contact.objects.create(
        account=account,
        external_id="C-1",
        name="Canary Quill",
        email="canary.quill@example.com",
        title="Head of Canaries",
        met_on=NOW.date(),
    )
    talk = Interaction.objects.create(
        account=account,
        external_id="I-1",
        occurred_at=NOW,
        kind="call",
        subject="Call with Canary Quill",
        notes="Canary Quill wants reports.",
        next_step="Write to canary.quill@example.com",
    )
    InteractionContact.objects.create(interaction=talk, contact=contact)
    OutboxMessage.objects.create(
        key="m-1", channel="email", contact=contact, subject="Hello Canary Quill", next_at=NOW
    )
    BusinessEvent.objects.create(
        account=account,
        external_id="E-1",
        kind="cancellation_notice",
        occurred_on=NOW.date(),
        note="Canary Quill has given notice",
        learned_at=NOW,
    )
    _starts_a_play(BusinessEvent.objects.get())
    run = ImportRun.objects.create(kind="contacts", source="contacts.csv", started_at=NOW)
    RejectedRecord.objects.create(
        run=run,
        position=2,
        code="level",
        message="level: unknown",
        record={"external_id": "C-1", "name": "Canary Quill"},
    )
    return contact


def _dump_of_all_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        text = ""
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text += "\n".join(row[0] for row in cursor.fetchall())
    return text.lower()


def test_an_erased_person_is_found_nowhere(canary):
    assert "canary" in _dump_of_all_tables()

    call_command("erase_contact", "C-1", verbosity=0)

    assert "canary" not in _dump_of_all_tables()
    canary.refresh_from_db()
    assert (canary.name, canary.do_not_contact) == (ERASED_NAME, True)
    assert canary.erased_at is not None
    assert Interaction.objects.count() == 1
    assert BusinessEvent.objects.get().note == "Erased person has given notice"


def test_erasing_twice_changes_nothing_more(canary):
    call_command("erase_contact", "C-1", verbosity=0)
    canary.refresh_from_db()
    first = canary.erased_at
    call_command("erase_contact", "C-1", verbosity=0)
    canary.refresh_from_db()
    assert canary.erased_at == first


@pytest.mark.django_db
def test_an_unknown_contact_is_named():
    with pytest.raises(CommandError, match="'C-404'"):
        call_command("erase_contact", "C-404")
