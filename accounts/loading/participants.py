"""Who took part in an interaction: known contacts of its account; others are left out and named."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from accounts.intake.errors import RecordError, shown
from accounts.intake.records import Record
from accounts.loading.change_signals import mark_dirty
from accounts.loading.identity import participants_of
from accounts.loading.loaded import Loaded
from accounts.loading.results import LoadResult, Status
from accounts.loading.tables.fact_table import ACCOUNT
from accounts.models import Account, Interaction, InteractionContact


def known_participants(
    records: Sequence[Record], *, source: str, result: LoadResult
) -> list[Record]:
    """Without the participants who are no contacts of the account, each with a warning. That the
    account itself is unknown is said first."""
    contacts, undecided = participants_of(_named_participants(records), source=source)
    accounts = Account.objects.filter(
        external_id__in={str(r.values["account"]) for r in records if _participants_of(r)}
    )
    known = set(accounts.values_list("external_id", flat=True))
    kept = []
    for record in records:
        account = str(record.values["account"])
        strangers = [c for c in _participants_of(record) if (account, c) not in contacts]
        several = {c for c in strangers if (account, c) in undecided}
        if strangers and account not in known:
            message = f"“{account}” {ACCOUNT.missing}"
            result.reject([RecordError(record.position, ACCOUNT.field, "unknown", message)])
        elif strangers:
            kept.append(_without_strangers(record, strangers, several, result=result))
        else:
            kept.append(record)
    return kept


def _named_participants(records: Sequence[Record]) -> set[tuple[str, str]]:
    return {(str(r.values["account"]), name) for r in records for name in _participants_of(r)}


def _without_strangers(
    record: Record, strangers: Sequence[str], several: Collection[str], *, result: LoadResult
) -> Record:
    for name in strangers:
        what = "a contact in several sources" if name in several else "not a contact of the account"
        message = f"{shown(name)} is {what}; the row is taken without it"
        result.reject([RecordError(record.position, "contacts", "unknown", message, warning=True)])
    known = tuple(c for c in _participants_of(record) if c not in strangers)
    return replace(record, values={**record.values, "contacts": known})


def _participants_of(record: Record) -> tuple[str, ...]:
    contacts = record.values.get("contacts")
    return contacts if isinstance(contacts, tuple) else ()


def write_participants(loaded: Loaded) -> None:
    """Sets who took part wherever it was said, and differs."""
    stored = loaded.changed.stored
    said = {
        stored[r.position]: r
        for r in loaded.records
        if "contacts" in r.values and r.position in stored
    }
    contacts, _ = participants_of(_named_participants(list(said.values())), source=loaded.source)
    rows = Interaction.objects.in_bulk(said)
    before: dict[int, set[int]] = {pk: set() for pk in rows}
    took_part = InteractionContact.objects.filter(interaction__in=rows)
    for pk, contact_id in took_part.values_list("interaction", "contact"):
        before[pk].add(contact_id)
    wanted = {
        pk: {contacts[str(r.values["account"]), name] for name in _participants_of(r)}
        for pk, r in said.items()
    }
    differing = sorted(pk for pk in rows if wanted[pk] != before[pk])
    InteractionContact.objects.filter(interaction__in=differing).delete()
    InteractionContact.objects.bulk_create(
        InteractionContact(interaction_id=pk, contact_id=contact_id)
        for pk in differing
        for contact_id in sorted(wanted[pk])
    )
    for pk in differing:
        position = said[pk].position
        if loaded.result.statuses[position] == Status.UNCHANGED:
            loaded.result.statuses[position] = Status.UPDATED
    mark_dirty([*loaded.changed.account_ids, *(rows[pk].account_id for pk in differing)])
