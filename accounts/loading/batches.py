"""One batch of records of one kind, in one transaction, with everything that follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.backfill import NO_SESSIONS, learned_on, recorded_at_the_time
from accounts.intake.errors import RecordError
from accounts.intake.field_values import Value
from accounts.intake.records import Record
from accounts.intake.specs import SPECS, Kind, RecordSpec
from accounts.intake.usage_rows import usage_row
from accounts.loading import follow_ups
from accounts.loading.account_history import load_account_history
from accounts.loading.account_names import keep_further_ids, one_form, renamed, without_merged
from accounts.loading.active_days import load_active_users, load_sessions, load_user_days
from accounts.loading.chains import CHAINS, without_loops
from accounts.loading.due_ledgers import derive_due
from accounts.loading.erased_users import without_erased
from accounts.loading.features import load_features
from accounts.loading.loaded import Loaded
from accounts.loading.movements import post_movements
from accounts.loading.notices import problems_of
from accounts.loading.results import DueRecord, LoadResult, Place, Status
from accounts.loading.run_memory import RunMemory, contradiction, key_of
from accounts.loading.stored_kinds import stored_kinds
from accounts.loading.teams import load_team
from accounts.loading.upsert import Changed, upsert
from accounts.loading.usage import load_usage
from accounts.loading.usage_ids import UsageIds
from accounts.models import GroupSession, Installation


@dataclass(frozen=True, slots=True)
class LoadContext:
    """`source`: key of the source whose ids the records carry; `backfill`: known on its own day."""

    day: date
    now: datetime
    source: str
    backfill: bool
    directory: UsageIds
    memory: RunMemory
    is_part: bool


def load(
    *,
    kind: Kind,
    records: Sequence[Record],
    day: date,
    now: datetime,
    source: str = DIRECT_SOURCE,
    backfill: bool = False,
    directory: UsageIds | None = None,
    memory: RunMemory | None = None,
    place: Place = Place.ROW,
    is_part: bool = False,
    by_ops: bool = True,
) -> LoadResult:
    """Writes the good records and says what became of each; the others are problems.

    `day` is today in the installation's zone. Loading the same records again is `unchanged`.
    Without `by_ops` nobody may say when a fact was learned.
    `is_part` of a run, which has a `memory` of its batches: its end derives the ledgers that `due`
    of the result names, posts what is `waiting`, and tells its `notices`; else it is done here.
    """
    result = LoadResult(place=place)
    memory = memory or RunMemory()
    batch = LoadContext(day, now, source, backfill, directory or UsageIds(), memory, is_part)
    spec = SPECS[kind]
    if not by_ops:
        records = _without_learned_dates(records, result)
    records = _under_one_name(records, spec=spec, source=source, result=result)
    records = memory.agreeing(records, spec=spec, result=result)
    distinct = _without_repeats(records, spec=spec, result=result)
    if backfill:
        distinct = _recorded_at_the_time(distinct, kind=kind, batch=batch)
    with transaction.atomic(savepoint=False):
        _WRITERS.get(kind, _upsert_records)(spec, distinct, batch, result)
        if kind == Kind.ACCOUNTS:
            keep_further_ids(distinct, source=source, result=result)
        if result.due and not is_part:
            result.reject(derive_due(result.due, day=day, now=now).problems())
    for position, first in _first_positions(records, distinct, spec=spec).items():
        result.statuses.setdefault(position, _status_of_repeat(result.statuses.get(first)))
    _report_warnings(records, result, is_part=is_part)
    return result


def _report_warnings(records: Sequence[Record], result: LoadResult, *, is_part: bool) -> None:
    """Of what was taken; what is said once a run comes with its end."""
    for record in records:
        if result.statuses.get(record.position) != Status.REJECTED:
            result.reject(record.warnings)
    if not is_part:
        result.reject(problems_of(result.notices.values()))


def remember(kind: Kind, records: Sequence[Record], *, source: str, memory: RunMemory) -> None:
    """What an earlier worker of the run has loaded: nothing is written."""
    unused = LoadResult()
    records = _under_one_name(records, spec=SPECS[kind], source=source, result=unused)
    memory.agreeing(records, spec=SPECS[kind], result=unused)


def _recorded_at_the_time(
    records: Sequence[Record], *, kind: Kind, batch: LoadContext
) -> list[Record]:
    sessions = NO_SESSIONS
    if kind == Kind.ATTENDANCES:
        sessions = _session_starts(records, source=batch.source)
    zone = Installation.current().zone
    return recorded_at_the_time(records, kind=kind, sessions=sessions, day=batch.day, zone=zone)


def _session_starts(records: Sequence[Record], *, source: str) -> dict[str, datetime]:
    """By id; one of the same source counts before those of others."""
    named = GroupSession.objects.filter(external_id__in={r.values["session"] for r in records})
    columns = ("external_id", "starts_at")
    others = dict(named.exclude(source=source).values_list(*columns))
    return others | dict(named.filter(source=source).values_list(*columns))


def _without_learned_dates(records: Sequence[Record], result: LoadResult) -> list[Record]:
    message = "is for CS ops: import the history on the page Imports, or leave the field out"
    dated = [record for record in records if learned_on(record.values)]
    result.reject(RecordError(r.position, "learned_on", "not_allowed", message) for r in dated)
    return [record for record in records if not learned_on(record.values)]


def _under_one_name(
    records: Sequence[Record], *, spec: RecordSpec, source: str, result: LoadResult
) -> Sequence[Record]:
    """By whichever name a source knows an account, the record names it by its external id."""
    if spec.kind == Kind.ACCOUNTS:
        kept = one_form(without_merged(records, result=result), source=source)
        return renamed(kept, field="parent", source=source)
    has_account = "account" in spec.by_name()
    return renamed(records, field="account", source=source) if has_account else records


def _status_of_repeat(first: Status | None) -> Status:
    return Status.REJECTED if first == Status.REJECTED else Status.UNCHANGED


def _without_repeats(
    records: Sequence[Record], *, spec: RecordSpec, result: LoadResult
) -> list[Record]:
    """The first record of each key; another one that says otherwise is refused, not merged."""
    first: dict[tuple[Value, ...], Record] = {}
    for record in records:
        seen = first.setdefault(key_of(record, spec), record)
        if seen is not record and seen.values != record.values:
            place = result.seen_at(seen.position)
            result.reject([contradiction(record, place, spec=spec)])
    return list(first.values())


def _first_positions(
    records: Sequence[Record], distinct: Sequence[Record], *, spec: RecordSpec
) -> dict[int, int]:
    if len(records) == len(distinct):
        return {}
    first = {key_of(record, spec): record.position for record in distinct}
    return {r.position: first[key_of(r, spec)] for r in records}


def _parents_first(records: Sequence[Record], kind: Kind) -> list[list[Record]]:
    """Records after those they name (a parent): no loop is among them."""
    chain = CHAINS.get(kind)
    if chain is None:
        return [list(records)]
    rounds: list[list[Record]] = []
    waiting = list(records)
    while waiting:
        names = {record.values["external_id"] for record in waiting}
        rounds.append([r for r in waiting if r.values.get(chain.field) not in names])
        waiting = [r for r in waiting if r.values.get(chain.field) in names]
    return rounds


def _upsert_records(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    stored = stored_kinds()[spec.kind]
    kept = stored.before(records, batch.source, result)
    kept = without_loops(spec.kind, kept, result=result)
    changed = Changed()
    for group in _parents_first(kept, spec.kind):
        some = upsert(
            spec,
            group,
            table=stored.table,
            day=batch.day,
            now=batch.now,
            source=batch.source,
            result=result,
        )
        changed.ids.update(some.ids)
        changed.stored.update(some.stored)
        changed.accounts.update(some.accounts)
    loaded = Loaded(kept, changed, batch.day, batch.now, batch.source, result)
    stored.after(loaded)


def _load_movements(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    accounts = post_movements(
        records,
        source=batch.source,
        day=batch.day,
        now=batch.now,
        result=result,
        is_part=batch.is_part,
    )
    result.due += [DueRecord(pk) for pk in accounts]
    follow_ups.name_missing_rates(records, result=result)


def _load_usage_records(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    load_usage(
        [usage_row(record) for record in records],
        directory=batch.directory,
        day=batch.day,
        result=result,
        backfill=batch.backfill,
    )


def _load_session_records(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    load_sessions(
        records,
        directory=batch.directory,
        day=batch.day,
        result=result,
        backfill=batch.backfill,
    )


def _user_days(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    load_user_days(without_erased(records), directory=batch.directory, result=result)


def _load_team_records(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    load_team(records, day=batch.day, now=batch.now, result=result)


def _load_feature_records(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    load_features(records, result=result)


def _active_users(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    load_active_users(
        records,
        directory=batch.directory,
        day=batch.day,
        result=result,
        backfill=batch.backfill,
    )


def _account_history(
    spec: RecordSpec, records: Sequence[Record], batch: LoadContext, result: LoadResult
) -> None:
    load_account_history(
        follow_ups.make_plans(records, batch.source, result),
        day=batch.day,
        now=batch.now,
        result=result,
    )


_WRITERS: dict[Kind, Callable[[RecordSpec, Sequence[Record], LoadContext, LoadResult], None]] = {
    Kind.ACCOUNT_HISTORY: _account_history,
    Kind.TEAM: _load_team_records,
    Kind.FEATURES: _load_feature_records,
    Kind.MOVEMENTS: _load_movements,
    Kind.USAGE: _load_usage_records,
    Kind.SESSIONS: _load_session_records,
    Kind.USER_DAYS: _user_days,
    Kind.ACTIVE_USERS: _active_users,
}
