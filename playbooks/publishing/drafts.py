"""A draft is saved as a whole, from the revision somebody looked at, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from playbooks.library.definition_reader import read_yaml
from playbooks.library.draft_columns import head_columns, step_columns
from playbooks.models import Playbook, PlaybookStep
from playbooks.models.playbook import known_roles
from playbooks.publishing.versions import PlaybookError, draft_of

Content = dict[str, Any]


class DraftMovedOnError(ValueError):
    """Somebody saved the draft after it was opened here; nothing was written."""


class DraftGoneError(ValueError):
    """It was published or thrown away meanwhile; nothing was written."""


@transaction.atomic
def save_draft(
    *, draft: Playbook, revision: int, content: Mapping[str, Any], by: User, now: datetime
) -> Playbook:
    """`content` has the shape of the YAML and need not be complete; its key stays the draft's.

    Raises DraftMovedOnError, DraftGoneError.
    """
    row = _locked_draft(draft)
    if row.revision != revision:
        raise DraftMovedOnError
    if {**content, "key": row.key} == row.as_mapping():
        return row
    for name, value in head_columns(content).items():
        setattr(row, name, value)
    row.revision += 1
    row.edited_at, row.edited_by = now, by
    row.save()
    row.steps.all().delete()
    PlaybookStep.objects.bulk_create(
        PlaybookStep(playbook=row, position=position, **step_columns(step))
        for position, step in enumerate(content["steps"], start=1)
    )
    return row


def _locked_draft(draft: Playbook) -> Playbook:
    row = Playbook.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None or row.state != Playbook.State.DRAFT:
        raise DraftGoneError
    return row


@transaction.atomic
def begin_draft(*, version: Playbook, now: datetime) -> tuple[Playbook, bool]:
    """The draft of this key that was begun already, or a copy of this version and True."""
    versions = Playbook.objects.select_for_update().filter(key=version.key).order_by("-version")
    begun = next((each for each in versions if each.state == Playbook.State.DRAFT), None)
    if begun is not None:
        return begun, False
    return draft_of(version.definition(), now), True


@transaction.atomic
def take_text(*, text: str, replaces: bool, by: User, now: datetime) -> Playbook:
    """A draft of what this YAML says; one that was begun goes only where it `replaces` it.

    Raises PlaybookError.
    """
    definition = read_yaml(text, roles=known_roles())
    begun = Playbook.objects.filter(key=definition.key, state=Playbook.State.DRAFT)
    if not replaces and (other := begun.first()):
        raise PlaybookError([f"{other} is a draft already: say that this takes its place."])
    begun.delete()
    draft = draft_of(definition, now)
    draft.edited_at, draft.edited_by = now, by
    draft.save(update_fields=["edited_at", "edited_by"])
    return draft


@transaction.atomic
def new_draft(*, key: str, name: str, by: User, now: datetime) -> Playbook:
    """An empty one, to be filled. Raises PlaybookError where the key is taken."""
    if Playbook.objects.filter(key=key).exists():
        raise PlaybookError([f"There is a playbook “{key}” already: edit that one."])
    return Playbook.objects.create(
        key=key,
        version=1,
        name=name,
        family=key,
        category="intervention",
        owner_role="csm",
        review_cadence="quarterly",
        cooldown_days=30,
        created_at=now,
        edited_at=now,
        edited_by=by,
    )


@transaction.atomic
def discard_draft(*, draft: Playbook) -> None:
    """Raises DraftGoneError."""
    _locked_draft(draft).delete()
