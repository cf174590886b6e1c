"""A RavenStack folder to facts: accounts, subscriptions, usage, tickets, then what contradicts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from accounts.catalogue import MovementKind
from accounts.intake import csv_files, dates, ravenstack
from accounts.intake.dates import DateOptions, DateOrder
from accounts.intake.errors import FieldError, FileRefused, RecordError
from accounts.intake.parse_options import ParseOptions
from accounts.intake.ravenstack import Adapted, Subscription
from accounts.intake.read_batches import ReadBatch
from accounts.intake.records import Record, RecordReader
from accounts.intake.specs import SPECS, Kind
from accounts.intake.streams import FILE_LIMITS
from accounts.intake.usage_rows import UsageRow
from accounts.loading.pipeline import FactLoader, load_batch, load_run
from accounts.loading.runs import start_run
from accounts.models import Account, ImportRun, RevenueMovement, Source

AS_OF = date(2024, 12, 31)
_BATCH = 20_000
FILES = {
    "accounts": ("account_id", "account_name", "signup_date", "plan_tier", "seats", "churn_flag"),
    "subscriptions": ("subscription_id", "account_id", "start_date", "end_date", "arr_amount"),
    "feature_usage": ("usage_id", "subscription_id", "usage_date", "feature_name", "usage_count"),
    "support_tickets": ("ticket_id", "account_id", "submitted_at", "closed_at", "priority"),
    "churn_events": ("churn_event_id", "account_id", "churn_date", "reason_code"),
}

Row = Mapping[str, str]
Rows = list[tuple[int, Row]]


@dataclass(slots=True)
class Export:
    """What of the folder is needed by more than one file."""

    folder: Path
    day: date
    now: datetime
    signed_up: dict[str, date] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    @property
    def reading(self) -> ParseOptions:
        """Days are DD-MM-YYYY; times have no offset and count as UTC."""
        zone = ZoneInfo("UTC")
        return ParseOptions(DateOptions(self.now, DateOrder.DAY_FIRST, zone), typed=False)

    def loader(self) -> FactLoader:
        """Of one run."""
        return FactLoader(self.day, self.now, ravenstack.SOURCE)


def import_folder(
    folder: Path, *, day: date, now: datetime, on_progress: Callable[[str], None]
) -> list[ImportRun]:
    """One finished run a file, every oddity kept row by row. FileRefused before any is stored."""
    export = Export(folder, day, now)
    content = {name: _read_export_rows(folder, name) for name in FILES}
    runs = {name: importer(export, content[name]) for name, importer in _IMPORTERS.items()}
    _check_churn_flags(export, content["accounts"], runs["accounts"])
    for name, run in runs.items():
        on_progress(_run_summary(name, run))
    return list(runs.values())


def _run_summary(name: str, run: ImportRun) -> str:
    codes = Counter(run.problems.values_list("level", "code"))
    odd = "".join(f"\n  {n} {level}: {code}" for (level, code), n in sorted(codes.items()))
    return (
        f"{name}: {run.read} read, {run.created} created, {run.updated} updated, "
        f"{run.unchanged} unchanged, {run.rejected} rejected, {run.warnings} warnings{odd}"
    )


def _read_export_rows(folder: Path, name: str) -> Rows:
    with _open_export_file(folder, name) as source:
        layout = csv_files.inspect(source, limits=FILE_LIMITS)
        missing = set(FILES[name]) - set(layout.header)
        if missing:
            raise FileRefused("missing_column", f"{name}: the column {min(missing)} is missing")
        rows = csv_files.rows(source, layout=layout, limits=FILE_LIMITS)
        return [(line, _named_cells(line, row, layout.header, name)) for line, row in rows]


def _named_cells(line: int, row: list[str], header: tuple[str, ...], name: str) -> Row:
    found = csv_files.as_mapping(row, header=header)
    if found is None:
        raise FileRefused("ragged", f"{name}: {csv_files.ragged(row, header=header)}", line=line)
    return found


def _open_export_file(folder: Path, name: str) -> BinaryIO:
    for file in (folder / f"{name}.csv.gz", folder / f"{name}.csv"):
        if file.exists():
            return file.open("rb")
    raise FileRefused("missing_file", f"{folder}: {name}.csv or {name}.csv.gz is missing")


def _import_on_record(export: Export, *, name: str, batches: Iterable[ReadBatch]) -> ImportRun:
    source, _ = Source.objects.get_or_create(key=ravenstack.SOURCE, defaults={"name": "RavenStack"})
    run = start_run(
        kind=name,
        source=f"{ravenstack.SOURCE}/{name}",
        now=export.now,
        declared_source=source.key,
    )
    load_run(run, batches, loader=export.loader())
    return run


def _row_batches(rows: Rows) -> Iterator[Rows]:
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _batch_of(rows: Rows, kind: Kind) -> ReadBatch:
    """Of which nothing is read yet."""
    return ReadBatch(
        kind,
        as_sent=lambda positions: {line: row for line, row in rows if line in positions},
        read=len(rows),
    )


def _read_adapted(
    rows: Rows, kind: Kind, *, export: Export, adapt: Callable[[Row, int], Adapted]
) -> Iterator[ReadBatch]:
    """Reads each adapted row by the rules of its kind."""
    reading = _plain_times(export.reading) if kind == Kind.TICKETS else export.reading
    reader = RecordReader(spec=SPECS[kind], reading=reading)
    for some in _row_batches(rows):
        batch = _batch_of(some, kind)
        records: list[Record] = []
        for line, row in some:
            try:
                adapted = adapt(row, line)
            except FieldError as error:
                batch.errors.append(RecordError(line, "", error.code, error.message))
                continue
            batch.errors += adapted.problems
            if adapted.raw is None:
                continue
            outcome = reader.read(adapted.raw, position=line)
            if isinstance(outcome, Record):
                records.append(outcome)
            else:
                batch.errors += outcome
        batch.records = records
        yield batch


def _plain_times(reading: ParseOptions) -> ParseOptions:
    """Tickets come with moments that the adapter has written the ISO way already."""
    return ParseOptions(DateOptions(reading.calendar.now, zone=reading.calendar.zone), typed=False)


def _import_accounts(export: Export, rows: Rows) -> ImportRun:
    def adapt(row: Row, line: int) -> Adapted:
        export.signed_up[row["account_id"]] = dates.day(
            row["signup_date"], calendar=export.reading.calendar
        )
        return ravenstack.account(row, position=line)

    batches = _read_adapted(rows, Kind.ACCOUNTS, export=export, adapt=adapt)
    return _import_on_record(export, name="accounts", batches=batches)


def _import_subscriptions(export: Export, rows: Rows) -> ImportRun:
    calendar = export.reading.calendar

    def adapt(row: Row, line: int) -> Adapted:
        export.subscriptions[row["subscription_id"]] = ravenstack.term(row, calendar=calendar)
        return ravenstack.subscription(row, position=line, calendar=calendar)

    batches = _read_adapted(rows, Kind.CONTRACTS, export=export, adapt=adapt)
    return _import_on_record(export, name="subscriptions", batches=batches)


def _import_usage(export: Export, rows: Rows) -> ImportRun:
    return _import_on_record(export, name="feature_usage", batches=_read_usage(export, rows))


def _read_usage(export: Export, rows: Rows) -> Iterator[ReadBatch]:
    """Rows of several subscriptions on one day and feature are one number of the account: those
    sums are the last batch."""
    seen: dict[str, int] = {}
    totals: dict[tuple[str, date, str], UsageRow] = {}
    for some in _row_batches(rows):
        batch = _batch_of(some, Kind.USAGE)
        for line, row in some:
            batch.errors += _add_usage(line, row, export=export, seen=seen, totals=totals)
        yield batch
    yield ReadBatch(Kind.USAGE, usage=list(totals.values()), read=0)


def _add_usage(
    line: int,
    row: Row,
    *,
    export: Export,
    seen: dict[str, int],
    totals: dict[tuple[str, date, str], UsageRow],
) -> Sequence[RecordError]:
    """What is wrong with the row, or odd about it."""
    try:
        found = ravenstack.usage(
            row,
            position=line,
            calendar=export.reading.calendar,
            subscriptions=export.subscriptions,
        )
        first = seen.setdefault(found.row_id, line)
        if first != line:
            raise FieldError("duplicate_id", f"{found.row_id} is on line {first} already")
    except FieldError as error:
        return [RecordError(line, "usage_id", error.code, error.message)]
    key = (found.account, found.day, found.feature)
    total = totals.setdefault(key, UsageRow(line, *key, 0))
    total.events += found.events
    return found.problems


def _import_tickets(export: Export, rows: Rows) -> ImportRun:
    def adapt(row: Row, line: int) -> Adapted:
        return ravenstack.ticket(
            row,
            position=line,
            calendar=export.reading.calendar,
            signed_up=export.signed_up.get(row["account_id"]),
        )

    batches = _read_adapted(rows, Kind.TICKETS, export=export, adapt=adapt)
    return _import_on_record(export, name="support_tickets", batches=batches)


def _churn_events(export: Export, rows: Rows) -> ImportRun:
    return _import_on_record(export, name="churn_events", batches=_read_churn(export, rows))


def _read_churn(export: Export, rows: Rows) -> Iterator[ReadBatch]:
    """Nothing is stored of them: the ledger knows who left, and when they disagree we say so."""
    churned = set(
        RevenueMovement.objects.filter(kind=MovementKind.CHURN).values_list(
            "account__external_id", "effective_on"
        )
    )
    for some in _row_batches(rows):
        batch = _batch_of(some, Kind.EVENTS)
        batch.unchanged = [line for line, _ in some]
        for line, row in some:
            day = dates.day(row["churn_date"], calendar=export.reading.calendar)
            problem = ravenstack.churn_problem(
                row,
                position=line,
                churned_on=day,
                paying=_arr_on(row["account_id"], day) > 0,
                ended_that_day=(row["account_id"], day) in churned,
            )
            batch.errors += [problem] if problem else []
        yield batch


def _arr_on(external_id: str, day: date) -> int:
    # Uses index: movement_account_day
    rows = RevenueMovement.objects.filter(account__external_id=external_id, effective_on__lte=day)
    return rows.aggregate(arr=Sum("amount_minor"))["arr"] or 0


def _check_churn_flags(export: Export, rows: Rows, run: ImportRun) -> None:
    """Warnings on the accounts' run, once the money is known."""
    paying = dict(Account.objects.values_list("external_id", "arr_minor"))
    batch = _batch_of(rows, Kind.ACCOUNTS)
    batch.read = 0
    for line, row in rows:
        problem = ravenstack.churn_flag_problem(
            row, position=line, paying=paying.get(row["account_id"], 0) > 0
        )
        batch.errors += [problem] if problem else []
    with transaction.atomic():
        load_batch(run, batch, loader=export.loader())


_IMPORTERS: dict[str, Callable[[Export, Rows], ImportRun]] = {
    "accounts": _import_accounts,
    "subscriptions": _import_subscriptions,
    "feature_usage": _import_usage,
    "support_tickets": _import_tickets,
    "churn_events": _churn_events,
}
