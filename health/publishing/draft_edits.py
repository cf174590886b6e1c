"""A draft is saved as a whole, from the revision somebody looked at, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from accounts.models import User
from health import models
from health.publishing.content import (
    CARD_FIELDS,
    PART_FIELDS,
    RELATIONS,
    Content,
    changes_in_words,
    content_of,
    labels_of,
    part_field,
    typed,
)
from health.publishing.yaml_import import ORDER_STEP, default_tone


class DraftChanged(ValueError):
    """Somebody saved the draft after it was opened here; nothing was written."""


class NoDraft(ValueError):
    """It has been published or thrown away in the meantime; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part to be added; `values` are columns, with `component` as a component's id."""

    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a saved form says: fields as `content_of` names them, parts to remove and to add."""

    content: Content
    lines: Sequence[Decimal]
    removed: Sequence[tuple[str, int]] = ()
    added: Sequence[NewPart] = field(default_factory=list)


@transaction.atomic
def save_draft(
    *, draft: models.Scorecard, revision: int, edit: Edit, user: User, now: datetime
) -> models.DraftEdit | None:
    """None when nothing differs. Raises DraftChanged, NoDraft."""
    row = _locked_draft(draft)
    if row.revision != revision:
        raise DraftChanged(f"revision {row.revision}, not {revision}")
    before, labels = content_of(row), labels_of(row)
    _apply_edit(row, edit)
    after = content_of(row)
    if after == before:
        return None
    changes = changes_in_words(before, after, labels | labels_of(row))
    return _note_edit(row, before, after, changes, user, now)


def _locked_draft(draft: models.Scorecard) -> models.Scorecard:
    row = models.Scorecard.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None or row.is_published:
        raise NoDraft
    return row


def _note_edit(
    row: models.Scorecard,
    before: Content,
    after: Content,
    changes: list[str],
    user: User,
    now: datetime,
) -> models.DraftEdit:
    """The revision it was is kept as well, so that the next one who comes from there is merged."""
    models.DraftEdit.objects.get_or_create(
        scorecard=row,
        revision=row.revision,
        defaults={"content": before, "edited_at": row.created_at},
    )
    row.revision += 1
    row.edited_at, row.edited_by = now, user
    row.save(update_fields=["revision", "edited_at", "edited_by"])
    return models.DraftEdit.objects.create(
        scorecard=row,
        revision=row.revision,
        content=after,
        changes=changes,
        edited_by=user,
        edited_at=now,
    )


def content_at(draft: models.Scorecard, *, revision: int) -> Content | None:
    """What the draft said at a revision; None where nobody has saved since."""
    found = models.DraftEdit.objects.filter(scorecard=draft, revision=revision).first()
    return None if found is None else dict(found.content)


def edits_since(draft: models.Scorecard, *, revision: int) -> list[models.DraftEdit]:
    edits = models.DraftEdit.objects.filter(scorecard=draft, revision__gt=revision)
    return list(edits.select_related("edited_by").order_by("revision"))


def _apply_edit(row: models.Scorecard, edit: Edit) -> None:
    for name in CARD_FIELDS:
        setattr(row, name, typed(name, edit.content[name]))
    row.save(update_fields=list(CARD_FIELDS))
    for kind, pk in edit.removed:
        getattr(row, RELATIONS[kind]).filter(pk=pk).delete()
    for kind, names in PART_FIELDS.items():
        _apply_parts(row, kind, names, edit.content)
    _apply_lines(row, edit.lines)
    for part in edit.added:
        _add_part(row, part)


def _apply_parts(
    row: models.Scorecard, kind: str, names: tuple[str, ...], content: Content
) -> None:
    parts = list(getattr(row, RELATIONS[kind]).order_by("pk"))
    kept = [part for part in parts if part_field(kind, part.pk, names[0]) in content]
    # Bounds are unique: two that change places pass through values nothing else has.
    if kind == "band":
        _step_aside(kept)
    for part in kept:
        for name in names:
            setattr(part, name, typed(name, content[part_field(kind, part.pk, name)]))
        part.save(update_fields=list(names))


def _step_aside(bands: Sequence[models.Band]) -> None:
    for place, band in enumerate(bands):
        models.Band.objects.filter(pk=band.pk).update(lower=Decimal(-1 - place))


def _apply_lines(row: models.Scorecard, values: Sequence[Decimal]) -> None:
    wanted = set(values)
    row.alert_lines.exclude(value__in=wanted).delete()
    known = set(row.alert_lines.values_list("value", flat=True))
    for value in sorted(wanted - known, reverse=True):
        row.alert_lines.create(value=value)


def _add_part(row: models.Scorecard, part: NewPart) -> None:
    values = dict(part.values)
    relation = getattr(row, RELATIONS[part.kind])
    if part.kind != "band":
        latest = relation.aggregate(latest=Max("position"))["latest"]
        values["position"] = 0 if latest is None else latest + 1
    if part.kind == "band":
        values["order"] = _order_between(row, values["lower"])
        better = row.bands.filter(lower__gt=values["lower"]).count()
        at_risk = bool(values["at_risk"])
        values["tone"] = values.get("tone") or default_tone("", at_risk=at_risk, place=better)
    if part.kind != "measure":
        values["key"] = _free_key(row, part.kind, str(values["name"]))
    relation.create(**values)


def _order_between(row: models.Scorecard, lower: Decimal) -> int:
    """In the middle of the bands above and below; where there is no room the check says so."""
    orders = row.bands.order_by("lower")
    worse = orders.filter(lower__lt=lower).values_list("order", flat=True).last()
    better = orders.filter(lower__gt=lower).values_list("order", flat=True).first()
    if worse is None:
        return (better or 0) + ORDER_STEP
    return ((better or 0) + worse) // 2


def _free_key(row: models.Scorecard, kind: str, name: str) -> str:
    """A key is made once from the name and kept when the name changes: history hangs on it."""
    taken = set(getattr(row, RELATIONS[kind]).values_list("key", flat=True))
    longest = 14 if kind == "band" else 34
    stem = slugify(name).replace("-", "_")[:longest] or kind
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 1000))) if key not in taken)
