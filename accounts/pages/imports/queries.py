"""What the import pages list: runs, files that wait, refused records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from accounts.intake.specs import SPECS
from accounts.models import ImportFile, ImportRun, RejectedRecord

VIEWS = (
    ("all", gettext_lazy("All")),
    ("attention", gettext_lazy("Needs attention")),
    ("running", gettext_lazy("Running")),
)
RECORD_VIEWS = (
    ("open", gettext_lazy("To fix")),
    ("settled", gettext_lazy("Fixed")),
    ("warning", gettext_lazy("Warnings")),
)
_REJECTED, _WARNING = RejectedRecord.Level.REJECTED, RejectedRecord.Level.WARNING


def runs_of(view: str) -> QuerySet[ImportRun]:
    runs = ImportRun.objects.select_related("user", "api_key").order_by("-pk")
    still = RejectedRecord.objects.filter(run=OuterRef("pk"), level=_REJECTED, settled_at=None)
    # Uses index: rejected_of_run
    runs = runs.annotate(has_open=Exists(still))
    if view == "attention":
        return runs.filter(Q(state=ImportRun.State.FAILED) | Q(rejected__gt=0, has_open=True))
    return runs.filter(state=ImportRun.State.RUNNING) if view == "running" else runs


def waiting_files() -> list[ImportFile]:
    """Uploads that nobody has imported or discarded yet."""
    # Uses index: import_file_kept
    files = ImportFile.objects.filter(run=None, forgotten_at=None).exclude(
        state=ImportFile.State.STARTED
    )
    return list(files.select_related("user").order_by("-uploaded_at")[:10])


@dataclass(frozen=True, slots=True)
class Refused:
    """All that was wrong with one record of a run."""

    position: int
    name: str
    problems: list[RejectedRecord]
    is_settled: bool
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def can_be_edited(self) -> bool:
        return bool(self.record) and "row" not in self.record and self.problems[0].is_whole


def record_counts(run: ImportRun) -> dict[str, int]:
    # Uses index: rejected_of_run
    rows = RejectedRecord.objects.filter(run=run)
    return rows.aggregate(
        open=Count("position", distinct=True, filter=Q(level=_REJECTED, settled_at=None)),
        settled=Count(
            "position", distinct=True, filter=Q(level=_REJECTED, settled_at__isnull=False)
        ),
        warning=Count("position", distinct=True, filter=Q(level=_WARNING)),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """Which refused records are listed; field and code narrow them down to one reason."""

    view: str
    field: str = ""
    code: str = ""


def reasons(run: ImportRun, view: str) -> list[tuple[str, str, int]]:
    """Field, code and how many records, the most frequent first."""
    # Uses index: rejected_of_run
    rows = of_view(run, view).values_list("field", "code")
    counted = rows.annotate(number=Count("position", distinct=True))
    return list(counted.order_by("-number", "field", "code")[:6])


def of_view(run: ImportRun, view: str) -> QuerySet[RejectedRecord]:
    rows = RejectedRecord.objects.filter(run=run)
    if view == "warning":
        return rows.filter(level=_WARNING)
    return rows.filter(level=_REJECTED, settled_at__isnull=view != "settled")


def positions(run: ImportRun, shown: Shown) -> QuerySet[RejectedRecord, int]:
    rows = of_view(run, shown.view)
    if shown.code:
        rows = rows.filter(field=shown.field, code=shown.code)
    return rows.order_by("position").values_list("position", flat=True).distinct()


def refused_at(run: ImportRun, view: str, places: Sequence[int]) -> list[Refused]:
    found: dict[int, list[RejectedRecord]] = {place: [] for place in places}
    for row in of_view(run, view).filter(position__in=places).order_by("position", "pk"):
        found[row.position].append(row)
    return [_refused_record(run, place, rows) for place, rows in found.items() if rows]


def _refused_record(run: ImportRun, position: int, rows: list[RejectedRecord]) -> Refused:
    record = rows[0].record
    return Refused(
        position, name_of(run.kind, record), rows, rows[0].settled_at is not None, record
    )


def name_of(kind: str, record: dict[str, Any]) -> str:
    """The name somebody would look for, else the record's key."""
    if record.get("name"):
        return str(record["name"])[:80]
    keys = next((spec.key for spec in SPECS.values() if spec.kind == kind), ("external_id",))
    return " · ".join(str(record[key])[:60] for key in keys if record.get(key))
