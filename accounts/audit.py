"""What the audit trail says about a row: who changed it when, each field from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.admin.utils import display_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model
from django.utils.text import capfirst

from accounts.models import User

# The newest ones; older ones stay in the tables.
SHOWN = 200
NOTHING = "empty"
ACTIONS = {"insert": "Added", "update": "Changed", "delete": "Deleted"}


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """`by` is None for imports, nights and commands. No differences where the state before the
    first recorded change is not known."""

    at: datetime
    by: str | None
    action: str
    differences: tuple[Difference, ...]


def is_tracked(model: type[Model]) -> bool:
    return hasattr(model, "pgh_event_models")


def changes_of(row: Any) -> list[Change]:
    """The newest first, 200 at most, of a row whose model is tracked."""
    found = [*_of_fields(row), *_of_links(row)]
    people = _names_by_user_id(entry for entry, _ in found)
    changes = [
        Change(
            entry.pgh_created_at, _author_name(entry, people), ACTIONS[entry.pgh_label], differences
        )
        for entry, differences in found
    ]
    return sorted(changes, key=lambda change: change.at, reverse=True)[:SHOWN]


def _of_fields(row: Any) -> Iterator[tuple[Any, tuple[Difference, ...]]]:
    newest = row.audit.select_related("pgh_context").order_by("-pgh_id")
    entries = list(newest[: SHOWN + 1])
    for entry, before in pairwise([*entries, None]):
        if entry is None or entry.pgh_label not in ACTIONS:
            continue
        if entry.pgh_label == "update" and before is not None:
            yield entry, tuple(_field_differences(row, before, entry))
        elif len(entries) <= SHOWN or before is not None:
            yield entry, ()


def _field_differences(row: Any, before: Any, after: Any) -> Iterator[Difference]:
    for field in row._meta.concrete_fields:
        try:
            recorded: Any = after._meta.get_field(field.name)
        except FieldDoesNotExist:  # left out of the trail
            continue
        old, new = (getattr(entry, recorded.attname) for entry in (before, after))
        if old != new:
            words = (_in_words(field, value) for value in (old, new))
            yield Difference(capfirst(field.verbose_name), *words)


def _of_links(row: Any) -> Iterator[tuple[Any, tuple[Difference, ...]]]:
    """Who was added to a team or pool, and who was taken out."""
    for field in row._meta.many_to_many:
        through = field.remote_field.through
        for proxy in (proxy for proxy in through.__subclasses__() if is_tracked(proxy)):
            trail = proxy.pgh_event_model.objects.filter(**{field.m2m_field_name(): row.pk})
            newest = trail.select_related("pgh_context").order_by("-pgh_id")[:SHOWN]
            other = through._meta.get_field(field.m2m_reverse_field_name())
            for entry in newest:
                name = _in_words(other, getattr(entry, other.attname))
                pair = (NOTHING, name) if entry.pgh_label == "insert" else (name, NOTHING)
                yield entry, (Difference(capfirst(field.verbose_name), *pair),)


def _in_words(field: Field[Any, Any], value: Any) -> str:
    if value in (None, "", []):
        return NOTHING
    if isinstance(field, ForeignKey):
        target = field.remote_field.model._base_manager.filter(pk=value).first()
        return str(target or f"{field.verbose_name} {value}, which is gone")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(display_for_field(value, field, NOTHING))


def _names_by_user_id(entries: Iterable[Any]) -> dict[int, str]:
    ids = {person for entry in entries if (person := _user_id_of(entry)) is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}


def _user_id_of(entry: Any) -> int | None:
    return entry.pgh_context.metadata.get("user") if entry.pgh_context else None


def _author_name(entry: Any, people: dict[int, str]) -> str | None:
    person = _user_id_of(entry)
    return None if person is None else people.get(person, f"Person {person}, who is gone")
