"""What follows from written records, in the same transaction: history, money, marks, signals."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import Sum

from accounts.catalogue import AccountStatus, RevenueSource
from accounts.intake.backfill import learned_on
from accounts.intake.errors import RecordError
from accounts.intake.records import Record
from accounts.intake.specs import Kind
from accounts.loading.change_signals import emit_escalations, emit_events, emit_letters, mark_dirty
from accounts.loading.composed_sql import array
from accounts.loading.derived import refresh_accounts
from accounts.loading.history import record_contact_history
from accounts.loading.loaded import Loaded
from accounts.loading.notices import Notice
from accounts.loading.participants import known_participants, write_participants
from accounts.loading.results import DueRecord, LoadResult, Status
from accounts.loading.revenue_sources import name_source, sources_of
from accounts.loading.stored_kinds import StoredKind
from accounts.loading.tables import TABLES
from accounts.loading.teams import place_named
from accounts.models import (
    Account,
    Attendance,
    BusinessEventKind,
    Contract,
    CurrencyRate,
    Installation,
    InteractionKind,
    Plan,
)
from accounts.models.vocabulary import MOST_KINDS, KindRow

_LINES = """
    INSERT INTO accounts_contractline (contract_id, product, quantity, arr_minor)
    SELECT c.id, v.product, greatest(coalesce(c.quantity, 1), 1), c.arr_minor
    FROM unnest(%s::bigint[], %s::text[]) AS v (id, product) JOIN accounts_contract c ON c.id = v.id
"""


def name_missing_rates(records: Sequence[Record], *, result: LoadResult) -> None:
    """Once a run and currency: reports leave an amount out while nothing converts it."""
    base = Installation.current().currency
    foreign: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if result.statuses.get(record.position) != Status.REJECTED:
            foreign[str(record.values.get("currency") or base)].append(record)
    foreign.pop(base, None)
    if not foreign:
        return
    rates = CurrencyRate.objects.filter(base=base, currency__in=foreign)
    for currency in sorted(set(foreign) - set(rates.values_list("currency", flat=True))):
        message = f"has no rate from {currency} to {base}: in no sum until CS ops adds one"
        about = foreign[currency]
        arr = {currency: sum(_arr_of(record) for record in about)}
        notice = Notice(about[0].position, "currency", "no_rate", message, len(about), arr)
        result.note(notice, about=currency)


def _arr_of(record: Record) -> int:
    arr = record.values.get("arr")
    return arr if isinstance(arr, int) else 0


def make_plans(records: Sequence[Record], _: str, result: LoadResult) -> Sequence[Record]:
    keys = {str(r.values["plan"]) for r in records if r.values.get("plan")}
    plans = [Plan(key=key, name=key.replace("_", " ").capitalize()) for key in sorted(keys)]
    Plan.objects.bulk_create(plans, ignore_conflicts=True)
    return records


def _after_accounts(loaded: Loaded) -> None:
    place_named(loaded.records, day=loaded.day, now=loaded.now, result=loaded.result)
    refresh_accounts(account_ids=loaded.changed.account_ids, day=loaded.day, now=loaded.now)
    mark_dirty(loaded.changed.account_ids)
    loaded.result.reject(_contradicted_by_money(loaded))


def _contradicted_by_money(loaded: Loaded) -> list[RecordError]:
    said = {
        str(r.values["external_id"]): r
        for r in loaded.records
        if r.values.get("status") is not None
    }
    rows = Account.objects.filter(external_id__in=said).values_list("external_id", "status")
    errors = []
    for external_id, status in rows:
        record = said[external_id]
        if record.values["status"] != status:
            pays = "still pays" if status == AccountStatus.ACTIVE else "pays nothing any more"
            message = f"says {record.values['status']}, but the account {pays}; money decides"
            errors.append(
                RecordError(record.position, "status", "contradicts_money", message, warning=True)
            )
    return errors


def _after_contacts(loaded: Loaded) -> None:
    ids = list(loaded.changed.ids.values())
    said = {
        loaded.changed.ids[r.position]: day
        for r in loaded.records
        if r.position in loaded.changed.ids and (day := learned_on(r.values))
    }
    record_contact_history(ids, day=loaded.day, learned_at=loaded.now, learned_on=said)
    mark_dirty(loaded.changed.account_ids)


def _after_contracts(loaded: Loaded) -> None:
    if loaded.changed.ids:
        name_source(RevenueSource.CONTRACTS)
    _write_lines(loaded)
    ids, accounts = loaded.changed.ids, loaded.changed.accounts
    loaded.result.due += [DueRecord(accounts[place], pk, place) for place, pk in ids.items()]
    _note_not_counted(loaded)
    name_missing_rates(loaded.records, result=loaded.result)


def _note_not_counted(loaded: Loaded) -> None:
    """Once a run: contracts of accounts whose revenue comes from movements."""
    accounts = loaded.changed.accounts
    sources = sources_of(set(accounts.values()))
    without = sorted(
        place for place, pk in accounts.items() if sources[pk] == RevenueSource.MOVEMENTS
    )
    if not without:
        return
    ids = [loaded.changed.ids[place] for place in without]
    sums = Contract.objects.filter(pk__in=ids).values_list("currency").annotate(Sum("arr_minor"))
    message = "is kept for its dates, its ARR not counted: the revenue of this account comes from"
    message += " movements. Change the source on the account's revenue page"
    notice = Notice(without[0], "arr", "not_counted", message, len(without), dict(sums.order_by()))
    loaded.result.note(notice)


def _write_lines(loaded: Loaded) -> None:
    """A file knows one product a contract: its line carries the whole ARR.

    Not by the ORM: its deletion looks for each row first.
    """
    products = {
        loaded.changed.ids[r.position]: str(r.values["product"])
        for r in loaded.records
        if r.values.get("product") and r.position in loaded.changed.ids
    }
    if not products:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_contractline WHERE contract_id = ANY(%s::bigint[])",
            [array(products)],
        )
        cursor.execute(_LINES, [array(products), array(products.values())])


def _group_sessions(loaded: Loaded) -> None:
    """A session belongs to no account: it is marked on those whose people came."""
    came = Attendance.objects.filter(session__in=loaded.changed.ids.values())
    mark_dirty(came.values_list("account_id", flat=True))


def _after_events(loaded: Loaded) -> None:
    emit_events(list(loaded.changed.ids.values()))
    mark_dirty(loaded.changed.account_ids)


def _after_tickets(loaded: Loaded) -> None:
    emit_escalations(list(loaded.changed.ids.values()), now=loaded.now)
    mark_dirty(loaded.changed.account_ids)


def _after_interactions(loaded: Loaded) -> None:
    write_participants(loaded)
    emit_letters(list(loaded.changed.ids.values()), now=loaded.now)


def _make_kinds(
    model: type[KindRow], records: Sequence[Record], result: LoadResult
) -> Sequence[Record]:
    """A kind that nobody described yet is kept and said once, up to a sane number of them."""
    rows_of = model._default_manager
    first: dict[str, Record] = {}
    for record in records:
        first.setdefault(str(record.values["kind"]), record)
    known = set(rows_of.filter(pk__in=first).values_list("pk", flat=True))
    unknown = [key for key in first if key not in known]
    room = max(MOST_KINDS - rows_of.count(), 0) if unknown else 0
    new, beyond = unknown[:room], set(unknown[room:])
    rows = [model(key=key, name=_in_words(key), met_in_data=True) for key in sorted(new)]
    rows_of.bulk_create(rows, ignore_conflicts=True)
    kinds = model._meta.verbose_name_plural
    for key in new:
        message = f"“{key}” is new: it is kept; say what it means in Admin, {kinds}"
        position = first[key].position
        result.reject([RecordError(position, "kind", "new_kind", message, warning=True)])
    for record in records:
        if record.values["kind"] in beyond:
            message = f"“{record.values['kind']}” would be one kind too many; at most {MOST_KINDS}"
            result.reject([RecordError(record.position, "kind", "too_many_kinds", message)])
    return [record for record in records if record.values["kind"] not in beyond]


def _in_words(key: str) -> str:
    return key.replace("_", " ").replace("-", " ").capitalize()


def _interaction_kinds(records: Sequence[Record], _: str, result: LoadResult) -> Sequence[Record]:
    return _make_kinds(InteractionKind, records, result)


def _interactions_known(
    records: Sequence[Record], source: str, result: LoadResult
) -> Sequence[Record]:
    kept = _interaction_kinds(records, source, result)
    return known_participants(kept, source=source, result=result)


def _event_kinds(records: Sequence[Record], _: str, result: LoadResult) -> Sequence[Record]:
    return _make_kinds(BusinessEventKind, records, result)


STORED_KINDS = {
    Kind.ACCOUNTS: StoredKind(TABLES[Kind.ACCOUNTS], make_plans, _after_accounts),
    Kind.CONTACTS: StoredKind(TABLES[Kind.CONTACTS], after=_after_contacts),
    Kind.CONTRACTS: StoredKind(TABLES[Kind.CONTRACTS], after=_after_contracts),
    Kind.INVOICES: StoredKind(TABLES[Kind.INVOICES]),
    Kind.TICKETS: StoredKind(TABLES[Kind.TICKETS], after=_after_tickets),
    Kind.INTERACTIONS: StoredKind(
        TABLES[Kind.INTERACTIONS], _interactions_known, _after_interactions
    ),
    Kind.GROUP_SESSIONS: StoredKind(
        TABLES[Kind.GROUP_SESSIONS], _interaction_kinds, _group_sessions
    ),
    Kind.ATTENDANCES: StoredKind(TABLES[Kind.ATTENDANCES]),
    Kind.CSM_SENTIMENTS: StoredKind(TABLES[Kind.CSM_SENTIMENTS]),
    Kind.EVENTS: StoredKind(TABLES[Kind.EVENTS], _event_kinds, _after_events),
    Kind.ONBOARDING: StoredKind(TABLES[Kind.ONBOARDING]),
}
