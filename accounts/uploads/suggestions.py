"""What a file probably is: as the same header was read before, else by its names and values."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from accounts.intake.column_guesses import (
    guess_columns,
    guess_dates,
    guess_decimal_mark,
    guess_kind,
)
from accounts.intake.column_mapping import NOTES, ColumnMapping, faults, mapping_of
from accounts.intake.fields import Kind
from accounts.intake.kept_rows import Row
from accounts.intake.specs import SPECS
from accounts.intake.texts import as_key
from accounts.intake.wide_rows import guess_spread, spread_of
from accounts.models import Feature, ImportFile, ImportMapping, Installation, SourceMapping


def header_digest(header: Sequence[str]) -> str:
    """Of the columns that say something, in their order."""
    names = [name for name in header if name not in NOTES]
    return hashlib.sha256("\x00".join(names).encode("utf-8", "replace")).hexdigest()


def suggest(file: ImportFile, *, sample: Sequence[Row]) -> None:
    """Sets the kind and the mapping of the file; a person looks at both before anything is read."""
    known = _earlier_mapping(file)
    if known is not None:
        file.kind, file.mapping = known
        return
    header = file.header
    mended = file.fixes.kind if file.fixes else ""
    kind = Kind(mended) if mended in set(Kind) else _likely_kind(file.name, header, sample=sample)
    file.kind = kind or ""
    mapping = _of_source(header, kind=kind) or guessed(header, kind=kind, sample=sample)
    if file.fixes:
        mapping = replace(mapping, source=str(file.fixes.declared_source_id))
    file.mapping = mapping.as_json()


def _likely_kind(name: str, header: Sequence[str], *, sample: Sequence[Row]) -> Kind | None:
    """By its name and columns; where those bring no whole record, but columns of counts do, it is
    what they count."""
    kind = guess_kind(name, header)
    columns = guess_columns([name for name in header if name not in NOTES], kind=kind or Kind.USAGE)
    if kind is not None and not SPECS[kind].not_given(columns.values()):
        return kind
    for counted in (k for k in SPECS if SPECS[k].counted):
        found = guessed(header, kind=counted, sample=sample).columns
        spread = [ours for ours in found.values() if spread_of(ours, spec=SPECS[counted])]
        if spread and not faults(found, kind=counted):
            return counted
    return kind


def _earlier_mapping(file: ImportFile) -> tuple[str, dict[str, object]] | None:
    """Of the import it mends, of a mapping somebody saved, or of the latest import like it."""
    digest = header_digest(file.header)
    mended = file.fixes.file if file.fixes else None
    if mended is not None and header_digest(mended.header) == digest:
        return mended.kind, mended.mapping
    saved = ImportMapping.objects.filter(header=digest).order_by("-saved_at").first()
    if saved is not None:
        return saved.kind, saved.mapping
    # Titles are compared as stored: the same export writes the same header.
    earlier = ImportFile.objects.filter(titles=file.titles, state=ImportFile.State.STARTED)
    latest = earlier.order_by("-pk").first()
    return (latest.kind, latest.mapping) if latest else None


def _of_source(header: Sequence[str], *, kind: Kind | None) -> ColumnMapping | None:
    """Of the one declared source all of whose columns are there; None where none or several are."""
    rows = SourceMapping.objects.filter(kind=kind or "").order_by("source")
    known = [mapping_of(row.mapping) for row in rows]
    fitting = [
        m for m in known if {name for name, ours in m.columns.items() if ours} <= set(header)
    ]
    return fitting[0] if len(fitting) == 1 else None


def guessed(header: Sequence[str], *, kind: Kind | None, sample: Sequence[Row]) -> ColumnMapping:
    zone = Installation.current().zone.key
    if kind is None:
        return ColumnMapping(zone=zone)
    columns = guess_columns([name for name in header if name not in NOTES], kind=kind)
    samples = samples_of(header, sample=sample)
    spec = SPECS[kind]
    if spec.counted and spec.not_given(columns.values()):
        columns = guess_spread(columns, samples, spec=spec, features=features_by_name())
    return ColumnMapping(
        columns=columns,
        date_order=guess_dates(samples, columns=columns, kind=kind),
        decimal_mark=guess_decimal_mark(samples, columns=columns, kind=kind),
        zone=zone,
        end_date=None,
    )


def features_by_name() -> dict[str, str]:
    """Keys of the catalogue by what their features are called."""
    rows = list(Feature.objects.values_list("key", "name"))
    return {as_key(name): key for key, name in rows} | {as_key(key): key for key, _ in rows}


def samples_of(header: Sequence[str], *, sample: Sequence[Row]) -> dict[str, list[str]]:
    """Values of each column, without empty ones."""
    return {
        name: [row[place] for _, row in sample if len(row) > place and row[place]]
        for place, name in enumerate(header)
    }
