"""Erase a contact: the person goes, the counts stay."""

from __future__ import annotations

import json
from datetime import datetime

from django.apps import apps
from django.db import transaction
from django.db.models import JSONField, TextField, Value
from django.db.models.functions import Cast, Replace

from accounts.models import Contact, FileChunk, ImportFile, PlannedChange
from accounts.personal_data import (
    CONTACT_COLUMNS,
    ERASED_NAME,
    FORGOTTEN_COLUMNS,
    MENTIONING_COLUMNS,
    QUOTING_COLUMNS,
)


@transaction.atomic
def erase_contact(*, external_id: str, now: datetime) -> dict[str, int]:
    """Replace every personal column of the contact; returns rows changed by column.

    The row stays as a tombstone: it keeps level and dates for the counts, is never written to
    again, and so an import of the same file cannot bring the person back. Asking twice is fine.

    Raises:
        Contact.DoesNotExist: no contact has this external id.
    """
    contact = Contact.objects.select_for_update().get(external_id=external_id)
    changed = _delete_quotes(contact) | _cut_mentions(contact) | _forget_uploads(contact, now=now)
    for column in CONTACT_COLUMNS:
        rows = apps.get_model(column.model)._base_manager.filter(**{column.via: contact.pk})
        key = list(rows.values_list("pk", flat=True))
        changed[column.label] = (
            apps.get_model(column.model)
            ._base_manager.filter(pk__in=key)
            .exclude(**{column.column: column.replacement})
            .update(**{column.column: column.replacement})
        )
    Contact.objects.filter(pk=contact.pk, erased_at__isnull=True).update(
        erased_at=now, do_not_contact=True, consent_at=None
    )
    return changed


def _cut_mentions(contact: Contact) -> dict[str, int]:
    """Takes the name and the address out of what was written about the account."""
    changed = dict.fromkeys(MENTIONING_COLUMNS, 0)
    for label in MENTIONING_COLUMNS:
        name, _, column = label.rpartition(".")
        model = apps.get_model(name)
        field = model._meta.get_field(column)
        rows = model._base_manager.filter(account=contact.account_id)
        rows = rows.annotate(words=Cast(column, TextField()))
        for text in filter(None, (contact.name, contact.email)):
            if isinstance(field, JSONField):  # quotes and the like stand escaped in it
                text = json.dumps(text, ensure_ascii=False)[1:-1]
            cut = Replace(Cast(column, TextField()), Value(text), Value(ERASED_NAME))
            changed[label] += rows.filter(words__contains=text).update(
                **{column: Cast(cut, field.__class__())}
            )
    return changed


def _forget_uploads(contact: Contact, *, now: datetime) -> dict[str, int]:
    """Drops the content of files that mention the person: it is packed, so it is looked into."""
    needles = [text for text in (contact.external_id, contact.email, contact.name) if text]
    quoting = {
        chunk.file_id
        for chunk in FileChunk.objects.only("file_id", "stage", "body").iterator(chunk_size=1)
        if chunk.mentions(needles)
    }
    FileChunk.objects.filter(file__in=quoting).delete()
    PlannedChange.objects.filter(file__in=quoting).delete()
    forgotten = ImportFile.objects.filter(pk__in=quoting, forgotten_at=None)
    return dict.fromkeys(FORGOTTEN_COLUMNS, forgotten.update(forgotten_at=now))


def _delete_quotes(contact: Contact) -> dict[str, int]:
    changed = {}
    needles = [text for text in (contact.external_id, contact.email) if text]
    for label in QUOTING_COLUMNS:
        model, _, column = label.rpartition(".")
        quoting = apps.get_model(model)._base_manager.annotate(quoted=Cast(column, TextField()))
        deleted = 0
        for needle in needles:
            deleted += quoting.filter(quoted__icontains=f'"{needle}"').delete()[0]
        changed[label] = deleted
    return changed
