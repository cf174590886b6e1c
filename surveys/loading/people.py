"""Who gave an answer that another tool recorded: found by their e-mail address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db.models.functions import Lower

from accounts.intake.errors import RecordError
from accounts.intake.records import Record
from accounts.loading.results import LoadResult
from accounts.models import AccountId, Contact


class KnownPerson(NamedTuple):
    contact: str
    account: str


def find_people(records: Sequence[Record], source: str, result: LoadResult) -> Sequence[Record]:
    """Records with the contact and, where none is said, the account that the address belongs to.

    An address that several accounts know says which of them only where the record names one of
    them. Without an account a record is refused.
    """
    known = _people_by_address({_address_of(record) for record in records} - {""})
    further = _accounts_by_further_id(records)
    named = [_with_person(record, known, further) for record in records]
    lost = [record for record in named if not record.values.get("account")]
    result.reject(_unknown_person_error(record) for record in lost)
    return [record for record in named if record.values.get("account")]


def _address_of(record: Record) -> str:
    return str(record.values.get("email") or "").lower()


def _people_by_address(addresses: set[str]) -> Mapping[str, list[KnownPerson]]:
    """Uses index: contact_email"""
    found: dict[str, list[KnownPerson]] = defaultdict(list)
    rows = Contact.objects.annotate(address=Lower("email")).filter(
        address__in=addresses, joined_into=None, erased_at=None
    )
    for address, contact, account in rows.order_by("pk").values_list(
        "address", "external_id", "account__external_id"
    ):
        found[address].append(KnownPerson(contact, account))
    return found


def _accounts_by_further_id(records: Sequence[Record]) -> Mapping[str, set[str]]:
    """Accounts that sources call by the id a record gives."""
    given = {str(account) for record in records if (account := record.values.get("account"))}
    found: dict[str, set[str]] = defaultdict(set)
    rows = AccountId.objects.filter(value__in=given)
    for value, account in rows.values_list("value", "account__external_id"):
        found[value].add(account)
    return found


def _with_person(
    record: Record,
    known: Mapping[str, Sequence[KnownPerson]],
    further: Mapping[str, set[str]],
) -> Record:
    people = known.get(_address_of(record), ())
    values = dict(record.values)
    if account := values.get("account"):
        meant = {str(account), *further.get(str(account), ())}
        people = [person for person in people if person.account in meant]
    elif len({person.account for person in people}) == 1:
        values["account"] = people[0].account
    else:
        people = ()
    if people and not values.get("contact"):
        values["contact"] = people[0].contact
    return replace(record, values=values)


def _unknown_person_error(record: Record) -> RecordError:
    address = _address_of(record)
    if not address:
        return RecordError(record.position, "account", "required", "is missing, and so is email")
    message = f"“{address}” is no contact of one account; name the account, or import the person"
    return RecordError(record.position, "email", "unknown", message)
