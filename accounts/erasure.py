"""Erase a contact: the person goes, the counts stay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final
from uuid import uuid4

import pgtrigger
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.declarations import personal_data
from accounts.intake.mentions import MentionedPerson
from accounts.models import Contact, ErasedUser, FileChunk, ImportFile, PlannedChange
from accounts.personal_data import ERASED_NAME
from accounts.queries.erased_users import digest_of

# Shorter parts of a name (de, Jr) are looked for in the whole name only.
_SHORTEST_ALONE: Final = 3
# How a row leads to its account, where not by a field of that name.
_OWN_ACCOUNT: Final = {"accounts.Account": "pk", "accounts.AccountAudit": "pgh_obj"}


@transaction.atomic
def erase_contact(*, external_id: str, source: str = "", now: datetime) -> dict[str, int]:
    """Replace every personal column of the contact; returns rows changed by column.

    The row stays as a tombstone: it keeps level and dates for the counts, is never written to
    again, and so an import of the same file cannot bring the person back. Asking twice is fine.

    Raises:
        Contact.DoesNotExist: no contact has this external id (in the `source`).
        Contact.MultipleObjectsReturned: contacts of several sources have it.
    """
    named = Contact.objects.filter(external_id=external_id)
    contact = (named.filter(source=source) if source else named).select_for_update().get()
    changed: Counter[str] = Counter()
    for same in _records_of(contact):
        changed.update(_erase_in_all_columns(same, now=now))
    return dict(changed)


def _records_of(contact: Contact) -> list[Contact]:
    """The person once more, where accounts were merged and their people joined."""
    first = contact.joined_into_id or contact.pk
    records = Contact.objects.filter(Q(pk=first) | Q(joined_into=first))
    return list(records.order_by("pk").select_for_update())


def _erase_in_all_columns(contact: Contact, *, now: datetime) -> dict[str, int]:
    person = MentionedPerson(contact.name, contact.email)
    if contact.erased_at is not None:
        person = MentionedPerson("")  # the name is that of nobody
    changed = _delete_quotes(contact, person)
    changed |= _cut_mentions(contact, person) | _forget_uploads(contact, now=now)
    for column in personal_data().contact_columns:
        rows = apps.get_model(column.model)._base_manager.filter(**{column.via: contact.pk})
        key = list(rows.values_list("pk", flat=True))
        changed[column.label] = changed.get(column.label, 0) + (
            apps.get_model(column.model)
            ._base_manager.filter(pk__in=key)
            .exclude(**{column.column: column.replacement})
            .update(**{column.column: column.replacement})
        )
    Contact.objects.filter(pk=contact.pk, erased_at__isnull=True).update(
        erased_at=now, do_not_contact=True, consent_at=None, language=""
    )
    return changed


def _accounts_of(contact: Contact) -> set[int]:
    """Where the person is known: as this contact, earlier or under another id, and by meetings."""
    accounts = {contact.account_id}
    audit = apps.get_model("accounts.ContactAudit")
    accounts |= set(audit._base_manager.filter(pgh_obj=contact).values_list("account", flat=True))
    accounts |= set(contact.interactions.values_list("account", flat=True))
    if contact.email:
        same = Contact.objects.filter(email__iexact=contact.email)
        accounts |= set(same.values_list("account", flat=True))
    return accounts


def _cut_mentions(contact: Contact, person: MentionedPerson) -> dict[str, int]:
    """Takes the name and the address out of what was written about the accounts."""
    accounts, declared = _accounts_of(contact), personal_data()
    known = replace(person, alone=_names_alone(contact, accounts))
    changed = _rename_users(contact, accounts)
    for label in declared.searched:
        name, _, column = label.rpartition(".")
        rows = apps.get_model(name)._base_manager.all()
        guards, looked_for = declared.guards_of(name), person
        if label in declared.account_texts:
            rows = rows.filter(**{f"{_OWN_ACCOUNT.get(name, 'account')}__in": accounts})
            looked_for = known
        changed[label] = _cut_column(rows, column, person=looked_for, guards=guards)
    return changed


def _names_alone(contact: Contact, accounts: Collection[int]) -> tuple[str, ...]:
    """Parts of the name that no other contact of these accounts bears."""
    if contact.erased_at is not None:
        return ()
    others = Contact.objects.filter(account__in=accounts).exclude(name__iexact=contact.name)
    borne = {
        word.lower() for name in others.values_list("name", flat=True) for word in name.split()
    }
    words = dict.fromkeys(contact.name.split())
    return tuple(w for w in words if len(w) >= _SHORTEST_ALONE and w.lower() not in borne)


def _rename_users(contact: Contact, accounts: Collection[int]) -> dict[str, int]:
    """A product user whose id is the address, the name or the id of the person stays one user, also
    where its usage goes on coming under that id."""
    ids = [text for text in (contact.email, contact.name, contact.external_id) if text]
    named = Q()
    for text in ids if contact.erased_at is None else ():
        named |= Q(user_key__iexact=text)
    changed = {}
    for label in personal_data().user_keys:
        rows = apps.get_model(label.rpartition(".")[0])._base_manager.filter(account__in=accounts)
        found = rows.filter(named).order_by("user_key") if named else rows.none()
        known = [*ids, *found.values_list("user_key", flat=True)]
        # Two ids of one person may have been active in the same month: they stay two users.
        erased = {key: f"erased-{uuid4().hex}" for key in known if contact.erased_at is None}
        changed[label] = sum(
            rows.filter(user_key=key).update(user_key=new) for key, new in erased.items()
        )
        _remember_erased_users(erased, accounts)
    return changed


def _remember_erased_users(erased: Mapping[str, str], accounts: Collection[int]) -> None:
    """By hashes: usage that comes under these ids later is folded into the same users."""
    of_any_case = {key.casefold(): new for key, new in erased.items()}
    for key, new in of_any_case.items():
        for account_id in sorted(accounts):
            salt = token_bytes(32)
            ErasedUser.objects.create(
                account_id=account_id,
                salt=salt,
                digest=digest_of(key, salt=salt),
                user_key=new,
            )


def _cut_column(
    rows: QuerySet[Any], column: str, *, person: MentionedPerson, guards: Sequence[str]
) -> int:
    """The number of rows in which the person was mentioned."""
    changed = 0
    for pk, value in _rows_that_may_mention(rows, column, person=person):
        cut = person.cut(value, by=ERASED_NAME)
        if cut == value:
            continue
        fitting = _cut_to_column(cut, field=rows.model._meta.get_field(column))
        with pgtrigger.ignore(*guards) if guards else nullcontext():
            changed += rows.model._base_manager.filter(pk=pk).update(**{column: fitting})
    return changed


def _cut_to_column(value: object, *, field: Any) -> object:
    """What replaces a name may be longer than it: the end of what was written is cut off."""
    if isinstance(field, ArrayField) and isinstance(value, list):
        return [_cut_to_column(part, field=field.base_field) for part in value]
    return value[: field.max_length] if isinstance(value, str) else value


def _rows_that_may_mention(
    rows: QuerySet[Any], column: str, *, person: MentionedPerson
) -> list[tuple[Any, Any]]:
    """Key and value of rows that may mention the person, found by the database."""
    if not person.hints:
        return []
    words = Q()
    for hint in person.hints:
        words |= Q(words__icontains=hint)
    hinted = rows.annotate(words=Cast(column, TextField())).filter(words)
    return list(hinted.order_by().values_list("pk", column))


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
    columns = personal_data().forgotten_columns
    return dict.fromkeys(columns, forgotten.update(forgotten_at=now))


def _delete_quotes(contact: Contact, person: MentionedPerson) -> dict[str, int]:
    """Records as they were sent: those that are the contact's, and those that mention it."""
    changed = {}
    for label in personal_data().quoting_columns:
        name, _, column = label.rpartition(".")
        rows = apps.get_model(name)._base_manager.annotate(quoted=Cast(column, TextField()))
        own = rows.filter(quoted__contains=json.dumps(contact.external_id))
        keys = set(own.values_list("pk", flat=True))
        hinted = _rows_that_may_mention(
            apps.get_model(name)._base_manager.all(), column, person=person
        )
        keys |= {pk for pk, value in hinted if person.is_in(value)}
        changed[label] = apps.get_model(name)._base_manager.filter(pk__in=keys).delete()[0]
    return changed
