"""What a source calls an account: by a further id, the other form of a CRM's id, its domain or its
name."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.db.models.functions import Coalesce, Upper

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.crm_ids import other_form
from accounts.intake.errors import RecordError, shown
from accounts.intake.mail_providers import MAIL_PROVIDERS
from accounts.intake.records import Record
from accounts.intake.usage_blocks import UsageColumns
from accounts.intake.usage_rows import UsageRow
from accounts.loading.composed_sql import among_texts
from accounts.loading.results import LoadResult, Status
from accounts.loading.usage_ids import UsageIds
from accounts.models import Account, AccountId

_GOES_ON = Coalesce("merged_into__external_id", "external_id")


def external_ids(names: Collection[str], *, source: str) -> dict[str, str]:
    """By name the external id of its account, where that is another one. What the source itself
    calls an account goes before the external ids of accounts."""
    found, unknown = _by_id(names, source=source)
    if not unknown:
        return found
    return _by_name(unknown) | _by_domain(unknown) | found


def _by_id(names: Collection[str], *, source: str) -> tuple[dict[str, str], set[str]]:
    """And the names that are no id of an account."""
    own = {} if source == DIRECT_SOURCE else _by_further_id(names, source)
    unknown = _names_without_account(set(names) - own.keys())
    if not unknown:
        return own, unknown
    found = _by_other_form(unknown) | _by_further_id(unknown, DIRECT_SOURCE)
    found |= _by_merged(unknown)
    return found | own, unknown - found.keys()


def _by_merged(names: Collection[str]) -> dict[str, str]:
    """An account that was merged is the one that goes on."""
    rows = Account.objects.filter(external_id__in=names, merged_into__isnull=False)
    return dict(rows.values_list("external_id", "merged_into__external_id"))


def _names_without_account(names: set[str]) -> set[str]:
    known = Account.objects.filter(external_id__in=among_texts(names), merged_into=None)
    return names - set(known.values_list("external_id", flat=True))


def _by_further_id(names: Collection[str], source: str) -> dict[str, str]:
    rows = AccountId.objects.filter(source=source, value__in=names)
    return dict(rows.values_list("value", "account__external_id"))


def _by_other_form(names: Collection[str]) -> dict[str, str]:
    forms = {other: name for name in names if (other := other_form(name))}
    rows = Account.objects.filter(external_id__in=forms)
    return {forms[own]: goes_on for own, goes_on in rows.values_list("external_id", _GOES_ON)}


def _by_domain(names: Collection[str]) -> dict[str, str]:
    """A domain that several accounts or a mail provider have finds none."""
    domains = {name.lower(): name for name in names if "." in name}
    domains = {d: name for d, name in domains.items() if d not in MAIL_PROVIDERS}
    if not domains:
        return {}
    rows = Account.objects.filter(domain__in=domains)
    return _only_ones(rows.values_list("domain", _GOES_ON), said=domains)


def _only_ones(rows: Iterable[tuple[str, str]], *, said: Mapping[str, str]) -> dict[str, str]:
    """By name as it was said, where all rows of it are one account."""
    found: dict[str, set[str]] = {}
    for name, external_id in rows:
        found.setdefault(name, set()).add(external_id)
    return {said[name]: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}


def _by_name(names: Collection[str]) -> dict[str, str]:
    """In any case; a name that several accounts bear finds none."""
    said = {name.upper(): name for name in names}
    # Uses index: account_name_start
    rows = Account.objects.annotate(upper=Upper("name")).filter(upper__in=said)
    return _only_ones(rows.values_list("upper", _GOES_ON), said=said)


def renamed(records: Sequence[Record], *, field: str, source: str) -> list[Record]:
    """With the external id in place of another name of the account."""
    said = {str(r.values[field]) for r in records if r.values.get(field) is not None}
    names = external_ids(said, source=source) if said else {}
    return [
        replace(r, values={**r.values, field: names[str(r.values[field])]})
        if str(r.values.get(field)) in names
        else r
        for r in records
    ]


def without_merged(records: Sequence[Record], *, result: LoadResult) -> Sequence[Record]:
    """Of accounts: what still comes of one that was merged changes nothing, and says so."""
    names = _by_merged({str(r.values["external_id"]) for r in records})
    kept = []
    for record in records:
        own = str(record.values["external_id"])
        if own not in names:
            kept.append(record)
            continue
        message = f"was merged into “{names[own]}”; its row changes nothing"
        result.statuses[record.position] = Status.UNCHANGED
        error = RecordError(record.position, "external_id", "merged", message, warning=True)
        result.reject([error])
    return kept


def one_form(records: Sequence[Record], *, source: str) -> list[Record]:
    """Of accounts: one whose id is stored, or stands before it, in its other form is that one, and
    so is one that the source calls by this id."""
    ids = [str(r.values["external_id"]) for r in records]
    names, _ = _by_id(ids, source=source)
    seen: dict[str, str] = {}
    found = []
    for record, own in zip(records, ids, strict=True):
        other = other_form(own)
        name = names.get(own) or (seen.get(other) if other else None) or own
        seen[own] = name
        values = {**record.values, "external_id": name}
        found.append(record if name == own else replace(record, values=values))
    return found


def renamed_rows(rows: list[UsageRow], *, source: str, directory: UsageIds) -> list[UsageRow]:
    names = _of_usage({row.account for row in rows}, source=source, directory=directory)
    if not names:
        return rows
    return [replace(row, account=names.get(row.account, row.account)) for row in rows]


def renamed_columns(columns: UsageColumns, *, source: str, directory: UsageIds) -> UsageColumns:
    names = _of_usage(set(columns.accounts), source=source, directory=directory)
    if not names:
        return columns
    called = [names.get(name, name) for name in columns.accounts]
    places = {name: place for place, name in enumerate(dict.fromkeys(called))}
    moved = np.array([places[name] for name in called], np.int64)
    return replace(columns, accounts=list(places), account=moved[columns.account])


def _of_usage(names: set[str], *, source: str, directory: UsageIds) -> dict[str, str]:
    """Only of names the run has not met yet: there are millions of rows, and few accounts."""
    directory.learn_accounts(names)
    unknown = names - directory.accounts.keys() if source == DIRECT_SOURCE else names
    return external_ids(unknown, source=source) if unknown else {}


def keep_further_ids(records: Sequence[Record], *, source: str, result: LoadResult) -> None:
    """Ids that rows of accounts bring along. One of another account stays there: a warning."""
    said = {
        str(r.values["external_id"]): r
        for r in records
        if r.values.get("further_ids") and result.statuses.get(r.position) != Status.REJECTED
    }
    if not said:
        return
    accounts = dict(Account.objects.filter(external_id__in=said).values_list("external_id", "pk"))
    wanted = [
        AccountId(account_id=accounts[key], source_id=source, value=value)
        for key, record in said.items()
        if key in accounts
        for value in _further_ids_of(record)
    ]
    AccountId.objects.bulk_create(wanted, ignore_conflicts=True)
    rows = AccountId.objects.filter(source=source, value__in=[one.value for one in wanted])
    owners = dict(rows.values_list("value", "account__external_id"))
    for key, record in said.items():
        for value in _further_ids_of(record):
            if owners.get(value, key) != key:
                message = f"{shown(value)} is an id of “{owners[value]}” already; remove it there"
                result.reject(
                    [RecordError(record.position, "further_ids", "id_taken", message, warning=True)]
                )


def _further_ids_of(record: Record) -> tuple[str, ...]:
    ids = record.values.get("further_ids")
    return ids if isinstance(ids, tuple) else ()
