"""What answers were before they were changed, from the audit trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from surveys.models import Response

SHOWN = 50
"""Of each answer, the newest: whoever has the link may change it as often as they like."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """`value` and `standing` until `at`; where another value did not follow, only words or the
    like were changed, which the trail does not keep. `by`: who of us, or None: the person who
    answered, by their link, or an import."""

    at: datetime
    by: str | None
    value: int | None
    standing: int | None
    highest: int
    is_other_value: bool


def changes_of_answer(response: Response) -> list[AnswerChange]:
    return changes_of_answers([response])[response.pk]


def changes_of_answers(responses: Iterable[Response]) -> defaultdict[int, list[AnswerChange]]:
    """By id, the newest first, in one statement, and one for the names of ours."""
    rows = {each.pk: each for each in responses}
    place = Window(RowNumber(), partition_by=F("pgh_obj"), order_by=F("pgh_id").desc())
    trail = apps.get_model("surveys.ResponseAudit").objects.select_related("pgh_context")
    entries = trail.filter(pgh_obj__in=rows).annotate(place=place).filter(place__lte=SHOWN)
    by_answer: dict[int, list[Any]] = defaultdict(list)
    for entry in entries.order_by("pgh_obj", "-pgh_id"):
        by_answer[entry.pgh_obj_id].append(entry)
    names = _names_of(each for found in by_answer.values() for each in found)
    changes: defaultdict[int, list[AnswerChange]] = defaultdict(list)
    for pk, found in by_answer.items():
        changes[pk] = list(_changes_of_trail(rows[pk], found, names))
    return changes


def _changes_of_trail(
    response: Response, entries: Iterable[Any], names: dict[int, str]
) -> Iterator[AnswerChange]:
    later: Any = response
    for entry in entries:
        # Our own clock where the change was dated by it: today may be frozen.
        is_dated = later.changed_at is not None and later.changed_at != entry.changed_at
        yield AnswerChange(
            at=later.changed_at if is_dated else entry.pgh_created_at,
            by=names.get(_author_id(entry) or 0),
            value=entry.value,
            standing=entry.standing,
            highest=response.highest,
            is_other_value=entry.value != later.value,
        )
        later = entry


def _names_of(entries: Iterable[Any]) -> dict[int, str]:
    ids = {author for each in entries if (author := _author_id(each)) is not None}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _author_id(entry: Any) -> int | None:
    return entry.pgh_context.metadata.get("user") if entry.pgh_context else None
