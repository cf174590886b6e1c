"""Rows of the feature catalogue: which features are core, of which plans, and on which days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from accounts.intake.errors import RecordError, shown
from accounts.intake.records import Record
from accounts.loading.change_signals import mark_dirty
from accounts.loading.results import LoadResult, Status
from accounts.loading.usage_ids import MOST_FEATURES, title
from accounts.models import Account, Feature, Plan

# Nobody says since when: on every day there can be.
_ALWAYS = date(1900, 1, 1)
_COLUMNS = ("name", "is_core", "plans", "valid_from", "valid_to")


def load_features(records: Sequence[Record], *, result: LoadResult) -> None:
    """Writes the good records. One that is not there yet is made, whether it was used or not; what
    changes which are core changes every score."""
    keys = {str(record.values["key"]) for record in records}
    rows = Feature.objects.filter(key__in=keys).order_by("key")
    stored = {row.key: row for row in rows.select_for_update(no_key=True)}
    plans, room = set(Plan.objects.values_list("key", flat=True)), _free_feature_places()
    new: list[Feature] = []
    changed: list[Feature] = []
    for record in records:
        row = stored.get(str(record.values["key"])) or _new_feature(str(record.values["key"]))
        before = [getattr(row, name) for name in _COLUMNS]
        _take_said_columns(row, record.values)
        if error := _feature_fault(
            record, row, plans=plans, is_full=row.pk is None and len(new) >= room
        ):
            result.reject([error])
        elif row.pk is None:
            new.append(row)
            result.statuses[record.position] = Status.CREATED
        elif before != [getattr(row, name) for name in _COLUMNS]:
            changed.append(row)
            result.statuses[record.position] = Status.UPDATED
        else:
            result.statuses[record.position] = Status.UNCHANGED
    Feature.objects.bulk_create(new)
    Feature.objects.bulk_update(changed, _COLUMNS)
    if new or changed:
        mark_dirty(Account.objects.values_list("pk", flat=True))


@transaction.atomic
def set_core(wanted: Mapping[str, bool]) -> int:
    """By key whether a feature is core; how many were changed. Every score may change with them."""
    rows = Feature.objects.filter(key__in=wanted).order_by("key").select_for_update(no_key=True)
    changed = [row for row in rows if row.is_core != wanted[row.key]]
    for row in changed:
        row.is_core = wanted[row.key]
    Feature.objects.bulk_update(changed, ["is_core"])
    if changed:
        mark_dirty(Account.objects.values_list("pk", flat=True))
    return len(changed)


def _free_feature_places() -> int:
    return MOST_FEATURES - Feature.objects.count()


def _new_feature(key: str) -> Feature:
    return Feature(key=key, name=title(key), valid_from=_ALWAYS)


def _take_said_columns(row: Feature, values: Any) -> None:
    for name in _COLUMNS:
        if name in values:
            value = values[name]
            setattr(row, name, list(value or ()) if name == "plans" else value)


def _feature_fault(
    record: Record, row: Feature, *, plans: set[str], is_full: bool
) -> RecordError | None:
    unknown = sorted(set(row.plans) - plans)
    if unknown:
        message = f"{shown(unknown[0])} is not the key of a plan; add it in Admin, Plans"
        return RecordError(record.position, "plans", "unknown", message)
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        message = f"is not after valid_from, {row.valid_from}; correct one of both"
        return RecordError(record.position, "valid_to", "order", message)
    if is_full:
        message = f"{shown(row.key)} would be one feature too many; at most {MOST_FEATURES}"
        return RecordError(record.position, "key", "too_many_features", message)
    return None
