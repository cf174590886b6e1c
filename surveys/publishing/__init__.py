"""Surveys come in as text, are drafts first, and are published as versions that never change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import BusinessEventKind, SavedView, User
from surveys.library.definition import SurveyDefinition
from surveys.library.definition_reader import SurveyError, read_survey, read_survey_yaml
from surveys.library.shipped import KEYS, shipped_survey
from surveys.library.survey_yaml import as_mapping
from surveys.models import Survey

State = Survey.State


class SurveyNotADraftError(ValueError):
    """Only a draft is published or edited; a published version is copied to a draft first."""


class SurveyNotInForceError(ValueError):
    """Only a published version is taken out of force."""


class SurveyMovedOnError(ValueError):
    """Somebody saved the draft after it was opened here; nothing was written."""


@transaction.atomic
def install_surveys(*, now: datetime) -> int:
    """The shipped surveys as drafts, in an installation that has none: nobody is asked anything
    before somebody publishes one. Returns how many there are."""
    if Survey.objects.exists():
        return 0
    for key in KEYS:
        draft_of(shipped_survey(key), now=now)
    return len(KEYS)


@transaction.atomic
def import_survey(*, text: str, replaces: bool, by: User | None, now: datetime) -> Survey:
    """A draft of what this YAML says; one that was begun goes only where it `replaces` it.

    Raises SurveyError.
    """
    definition = read_survey_yaml(text)
    begun = Survey.objects.filter(key=definition.key, state=State.DRAFT)
    if not replaces and (other := begun.first()):
        raise SurveyError([f"{other} is a draft already: say that this takes its place."])
    begun.delete()
    return draft_of(definition, now=now, by=by)


@transaction.atomic
def begin_draft(*, version: Survey, by: User | None, now: datetime) -> Survey:
    """The draft of this key that was begun already, or a copy of this version."""
    versions = Survey.objects.select_for_update().filter(key=version.key)
    begun = versions.filter(state=State.DRAFT).first()
    return begun or draft_of(version.definition(), now=now, by=by)


@transaction.atomic
def save_draft(
    *, draft: Survey, revision: int, content: Mapping[str, Any], by: User, now: datetime
) -> Survey:
    """`content` has the shape of the YAML; its key stays the draft's.

    Raises SurveyError where it is not complete, SurveyNotADraftError, SurveyMovedOnError.
    """
    row = Survey.objects.select_for_update().get(pk=draft.pk)
    if row.state != State.DRAFT:
        raise SurveyNotADraftError
    if row.revision != revision:
        raise SurveyMovedOnError
    definition = read_survey({**content, "key": row.key})
    for name, value in _columns_of(definition).items():
        setattr(row, name, value)
    row.revision += 1
    row.edited_at, row.edited_by = now, by
    row.save()
    return row


@transaction.atomic
def publish(*, survey: Survey, by: User | None, now: datetime, reason: str = "") -> Survey:
    """The version that is asked from now on; who was invited before answers theirs. `reason` is
    kept with a draft that comes into force. A retired version may be published again.

    Raises SurveyError where it is not complete or names what is not there, SurveyNotADraftError
    where it is in force already.
    """
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    if locked.state == State.PUBLISHED:
        raise SurveyNotADraftError
    if problems := _unknown_names(locked.definition()):
        raise SurveyError(problems)
    in_force = Survey.objects.filter(key=locked.key, state=State.PUBLISHED)
    in_force.update(state=State.RETIRED)
    if locked.state == State.DRAFT:
        locked.published_at, locked.published_by, locked.reason = now, by, reason[:250]
    locked.state = State.PUBLISHED
    locked.save(update_fields=["state", "published_at", "published_by", "reason"])
    return locked


@transaction.atomic
def retire(*, survey: Survey) -> Survey:
    """Nobody is asked by it from now on. Raises SurveyNotInForceError."""
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    if locked.state != State.PUBLISHED:
        raise SurveyNotInForceError
    locked.state = State.RETIRED
    locked.save(update_fields=["state"])
    return locked


@transaction.atomic
def roll_back(*, version: Survey, by: User, reason: str, now: datetime) -> Survey:
    """A new version in force that says what this earlier one said; a draft stays as it is.

    Raises SurveyError where it names what is gone meanwhile.
    """
    definition = version.definition()
    if problems := _unknown_names(definition):
        raise SurveyError(problems)
    in_force = Survey.objects.filter(key=version.key, state=State.PUBLISHED)
    in_force.update(state=State.RETIRED)
    words = f"Back to v{version.version}: {reason}"
    return Survey.objects.create(
        state=State.PUBLISHED,
        version=_next_version(version.key),
        created_at=now,
        published_at=now,
        published_by=by,
        reason=words[:250],
        **_columns_of(definition),
    )


def draft_of(definition: SurveyDefinition, *, now: datetime, by: User | None = None) -> Survey:
    """The next version of the survey of that key."""
    return Survey.objects.create(
        version=_next_version(definition.key),
        created_at=now,
        edited_at=now if by else None,
        edited_by=by,
        **_columns_of(definition),
    )


def _next_version(key: str) -> int:
    latest = Survey.objects.filter(key=key).aggregate(latest=Max("version"))["latest"] or 0
    return int(latest) + 1


def _columns_of(definition: SurveyDefinition) -> dict[str, Any]:
    written = as_mapping(definition)
    same = (
        "key", "name", "kind", "lowest", "highest", "is_reversed", "moment", "event_kind",
        "delay_hours", "recipients", "delivery", "needs_consent", "audience", "expires_days",
    )  # fmt: skip
    columns = {name: getattr(definition, name) for name in same}
    columns["first_language"] = next(iter(definition.texts))
    return columns | {"further": written.get("further", []), "texts": written["texts"]}


def _unknown_names(definition: SurveyDefinition) -> list[str]:
    """What it names that is not there: it would ask nobody, for ever."""
    problems = []
    if definition.audience:
        shared = SavedView.objects.audiences().filter(key=definition.audience)
        if not shared.exists():
            problems.append(f"audience: “{definition.audience}” is no shared view in use")
    if definition.event_kind:
        known = BusinessEventKind.objects.filter(pk=definition.event_kind)
        if not known.exists():
            problems.append(f"event_kind: “{definition.event_kind}” is no kind of business event")
    return problems
