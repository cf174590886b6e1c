"""Facts from CSV files: `manage.py import accounts.csv contracts.csv usage.csv.gz`."""

from __future__ import annotations

import argparse
import csv
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts import clock
from accounts.catalogue import DIRECT_SOURCE
from accounts.intake import csv_files
from accounts.intake.cells import neutral
from accounts.intake.column_guesses import guess_kind
from accounts.intake.column_mapping import ColumnMapping
from accounts.intake.dates import DateOrder
from accounts.intake.errors import FileRefused, RecordError
from accounts.intake.parse_options import EmptyCell, EndDate, ParseOptions, iso_reading
from accounts.intake.specs import SPECS, Kind
from accounts.intake.streams import COMMAND_LIMITS
from accounts.intake.word_meanings import plain_word
from accounts.loading.files import FileImport, import_file
from accounts.models import ImportRun
from accounts.models.source import UnknownSourceError, source_named
from accounts.queries.source_mappings import mapping_for

_SHOWN = 10
_DATE_ORDERS = {order.value: order for order in DateOrder}
_ORDER = list(SPECS)


class Command(BaseCommand):
    help = (
        "Import facts from CSV files. Good rows are kept, the others are listed by line, field and "
        "reason. The kind is told by the file's name or columns. Exit code 1: some rows were "
        "refused; 2: a file could not be read, and nothing of it was stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--kind", choices=[kind.value for kind in Kind])
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument(
            "--backfill",
            action="store_true",
            help="history recorded at the time: what does not say its learned_on counts as known"
            " on its own day",
        )
        parser.add_argument(
            "--source",
            default=DIRECT_SOURCE,
            metavar="SOURCE",
            help="the source whose ids the records carry, by key or name (Admin, Sources)",
        )
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write problems as CSV")
        _add_reading_options(parser)
        _add_column_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        _take_time()
        rejected = 0
        with ExitStack() as stack:
            report = _Report(options["errors"], stack=stack)
            files = [
                self._file_import(path, options=options, stack=stack) for path in options["files"]
            ]
            if options["dry_run"]:
                stack.enter_context(transaction.atomic())
            for file in sorted(files, key=lambda f: _ORDER.index(f.kind)):
                rejected += self._import_and_report(file, report=report).rejected
            if options["dry_run"]:
                transaction.set_rollback(True)
                self.stdout.write("Dry run: nothing was stored.")
        if rejected:
            raise CommandError(f"{rejected} rows were refused.", returncode=1)

    def _file_import(self, path: Path, *, options: dict[str, Any], stack: ExitStack) -> FileImport:
        try:
            source = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
        columns = dict(_column_and_field(pair) for pair in options["map"])
        declared = _declared_source(options["source"])
        kind = self._guessed_kind(path, source, columns=columns, options=options)
        stored = mapping_for(declared, kind=kind)
        if stored is not None:
            columns = {name: ours or None for name, ours in stored.columns.items()} | columns
        return FileImport(
            name=path.name,
            source=source,
            kind=kind,
            reading=_parse_options(options, stored=stored, kind=kind),
            day=clock.today(),
            now=clock.now(),
            encoding=options["encoding"],
            columns=columns,
            backfill=options["backfill"],
            declared_source=declared,
            ignores_rest=options["ignore_rest"] or bool(stored and stored.ignores_rest),
        )

    def _guessed_kind(
        self,
        path: Path,
        source: BinaryIO,
        *,
        columns: dict[str, str | None],
        options: dict[str, Any],
    ) -> Kind:
        if options["kind"]:
            return Kind(options["kind"])
        try:
            header = csv_files.header_of(
                source, limits=COMMAND_LIMITS, encoding=options["encoding"]
            )
        except FileRefused as refused:
            raise CommandError(f"{path.name}: {refused.message}", returncode=2) from refused
        ours = [columns.get(name, name) for name in header]
        kind = guess_kind(path.name, [name for name in ours if name])
        if kind is None:
            kinds = ", ".join(Kind)
            raise CommandError(f"{path.name}: say its --kind, one of {kinds}", returncode=2)
        return kind

    def _import_and_report(self, file: FileImport, *, report: _Report) -> ImportRun:
        begun = time.monotonic()
        report.begin(file.name)
        try:
            run = import_file(file, progress=self._progress_printer(file), report=report.add)
        except FileRefused as refused:
            raise CommandError(f"{file.name}: {refused.message}", returncode=2) from refused
        seconds = time.monotonic() - begun
        self.stdout.write(
            f"{file.name}: {run.read} {file.kind} in {seconds:.1f} s: {run.created} created, "
            f"{run.updated} updated, {run.unchanged} unchanged, {run.rejected} rejected, "
            f"{run.warnings} warnings"
        )
        for problem in report.first:
            self.stdout.write(f"  {_in_words(problem)}")
        if report.count > len(report.first):
            self.stdout.write(f"  … and {report.count - len(report.first)} more (--errors FILE)")
        return run

    def _progress_printer(self, file: FileImport) -> Any:
        if not self.stderr.isatty():
            return lambda done, total: None
        return lambda done, total: self.stderr.write(
            f"\r{file.name}: {done} of {total}", ending="\n" if done >= total else ""
        )


class _Report:
    """Problems as they come: the first few to show, all of them to a file."""

    def __init__(self, path: Path | None, *, stack: ExitStack) -> None:
        self._writer = None
        if path is not None:
            target = stack.enter_context(path.open("w", newline="", encoding="utf-8"))
            self._writer = csv.writer(target)
            self._writer.writerow(["file", "line", "level", "field", "code", "message"])
        self.begin("")

    def begin(self, name: str) -> None:
        self._name, self.first, self.count = name, list[RecordError](), 0

    def add(self, problem: RecordError) -> None:
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(problem)
        if self._writer:
            level = "warning" if problem.warning else "rejected"
            text = (problem.field, problem.code, problem.message)
            self._writer.writerow(
                [neutral(self._name), problem.position, level, *map(neutral, text)]
            )


def _add_reading_options(parser: CommandParser) -> None:
    """How the text of a cell is read."""
    parser.add_argument("--date-format", choices=_DATE_ORDERS)
    parser.add_argument("--decimal", choices=[".", ","], help="decimal mark")
    parser.add_argument("--encoding", choices=csv_files.ENCODINGS)
    parser.add_argument("--time-zone", type=_time_zone_argument, help="of times without an offset")
    parser.add_argument(
        "--ends",
        choices=[end.value for end in EndDate],
        help="what the end of a contract is: its renewal date, the last day it covers, or the"
        " day it was cancelled",
    )
    parser.add_argument(
        "--empty",
        choices=[cell.value for cell in EmptyCell],
        help="what an empty cell says: nothing (keep), that there is no value (clear), or a"
        " question (hold)",
    )


def _add_column_options(parser: CommandParser) -> None:
    """Which field a column is, and what stands in none."""
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="a column under another name; COLUMN= leaves it out",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a value for rows that have none, such as currency=EUR or amount_per=month",
    )
    parser.add_argument(
        "--word",
        action="append",
        default=[],
        metavar="FIELD:WORD=VALUE",
        help="what a word of the file means, such as category:problem=defect; empty: no value",
    )
    parser.add_argument(
        "--ignore-rest",
        action="store_true",
        help="leave out columns that are no field, instead of refusing the file",
    )


def _in_words(problem: RecordError) -> str:
    level = "warning, " if problem.warning else ""
    return f"{level}line {problem.position}: {problem.field} {problem.message}".replace("  ", " ")


def _parse_options(
    options: dict[str, Any], *, stored: ColumnMapping | None, kind: Kind
) -> ParseOptions:
    """What an option says goes before what is kept of the source."""
    plain = iso_reading(now=clock.now(), typed=False)
    if stored is not None:
        plain = stored.reading(now=clock.now())
    order = _DATE_ORDERS.get(options["date_format"] or "", plain.calendar.order)
    zone = options["time_zone"] or plain.calendar.zone
    constants = dict(_name_and_value("--set", pair) for pair in options["set"])
    words = {name: dict(told) for name, told in plain.words.items()}
    for said in options["word"]:
        place, meaning = _name_and_value("--word", said)
        name, _, word = place.partition(":")
        words.setdefault(name, {})[plain_word(word)] = meaning
    for name in [*constants, *words]:
        if name not in SPECS[kind].by_name():
            raise CommandError(f"{name} is not a field of {kind}", returncode=2)
    return replace(
        plain,
        calendar=replace(plain.calendar, order=order, zone=zone),
        decimal_mark=options["decimal"] or plain.decimal_mark,
        constants={**plain.constants, **constants},
        words=words,
        end_date=EndDate(options["ends"]) if options["ends"] else plain.end_date,
        empty_cells=EmptyCell(options["empty"]) if options["empty"] else plain.empty_cells,
    )


def _name_and_value(option: str, text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise CommandError(f"{option} {text}: write it with =", returncode=2)
    return name.strip(), value.strip()


def _column_and_field(pair: str) -> tuple[str, str | None]:
    theirs, separator, ours = pair.partition("=")
    if not separator:
        raise CommandError(f"--map {pair}: write COLUMN=FIELD", returncode=2)
    return theirs.strip().lower(), ours.strip() or None


def _time_zone_argument(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{name} is not a time zone") from error


def _declared_source(text: str) -> str:
    try:
        return source_named(text).key
    except UnknownSourceError as error:
        raise CommandError(f"--source: {error}", returncode=2) from error


def _take_time() -> None:
    """A batch of a command may take longer than a page."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '5min'; SET lock_timeout = '30s'")
