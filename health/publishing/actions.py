"""Drafts, publication and rollback. A published version never changes; the latest publication
of a key decides which version is in force."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from accounts.models import DirtyAccount, User
from health import models
from health.measures import MEASURES
from health.publishing.draft_edits import DraftChanged
from health.publishing.lines import line_owner, register_lines
from health.publishing.measure_names import misnamed
from health.publishing.yaml_import import next_version
from health.queries.scorecards import build_spec
from health.scoring import NotationError, Problem, problems

Part = TypeVar("Part", bound=Model)


class NotPublishable(ValueError):
    """The draft has problems; each says what is wrong and where."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.problems = found


def check(draft: models.Scorecard) -> list[Problem]:
    """Everything that forbids publishing this draft."""
    try:
        card = build_spec(draft)
    except NotationError as problem:
        return [Problem("Notation", str(problem))]
    return [*problems(card, known_measures=MEASURES, why_unknown=MEASURES.problem), *misnamed(card)]


@transaction.atomic
def publish(
    *,
    scorecard: models.Scorecard,
    user: User | None,
    reason: str,
    now: datetime,
    revision: int | None = None,
) -> models.Publication:
    """Brings a version into force: a draft for the first time, or an older version again.

    Raises NotPublishable, and DraftChanged where it is not at `revision` any more. Accounts are
    scored under it by the next drain: all are marked.
    """
    row = models.Scorecard.objects.select_for_update().get(pk=scorecard.pk)
    if revision is not None and row.revision != revision:
        raise DraftChanged(f"revision {row.revision}, not {revision}")
    if not reason.strip():
        raise NotPublishable([Problem("Reason", "say why this version is published")])
    if not row.is_published:
        _seal_version(row, user=user, reason=reason, now=now)
    publication = models.Publication.objects.create(
        scorecard=row, published_at=now, published_by=user, reason=reason.strip()
    )
    lines = build_spec(row).watch_lines
    register_lines(owner=line_owner(row.key), lines=lines, now=now)
    _mark_scored_accounts()
    scorecard.refresh_from_db()
    return publication


def _seal_version(row: models.Scorecard, *, user: User | None, reason: str, now: datetime) -> None:
    found = check(row)
    if found:
        raise NotPublishable(found)
    row.state = models.Scorecard.State.PUBLISHED
    row.published_at, row.published_by, row.reason = now, user, reason.strip()
    row.save(update_fields=["state", "published_at", "published_by", "reason"])


def _mark_scored_accounts() -> None:
    scored = models.CurrentHealth.objects.filter(account__status="active").order_by("account_id")
    marks = [DirtyAccount(account_id=pk) for pk in scored.values_list("account_id", flat=True)]
    DirtyAccount.objects.bulk_create(marks, batch_size=5_000)


@transaction.atomic
def roll_back(
    *, version: models.Scorecard, user: User | None, reason: str, now: datetime
) -> models.Scorecard:
    """Publishes a new version that says what an earlier one said; history stays as it is.

    A draft that somebody works on is not touched, and becomes the version after. Raises
    NotPublishable.
    """
    number = _make_room(version.key)
    copy = copy_to_draft(scorecard=version, now=now, number=number, content_of=version)
    publish(scorecard=copy, user=user, reason=reason, now=now)
    return copy


def _make_room(key: str) -> int:
    """The number after the newest published version; drafts move up by one."""
    _lock_versions(key)
    rows = list(models.Scorecard.objects.filter(key=key).order_by("-version"))
    published = [row.version for row in rows if row.is_published]
    number = max(published, default=0) + 1
    for row in rows:
        if not row.is_published and row.version >= number:
            row.version += 1
            row.save(update_fields=["version"])
    return number


def _lock_versions(key: str) -> None:
    """Versions of a key are numbered by one transaction at a time; what another one has added
    meanwhile is seen by the next question."""
    rows = models.Scorecard.objects.filter(key=key).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))


@transaction.atomic
def begin_draft(
    *, version: models.Scorecard, now: datetime, content_of: models.Scorecard | None = None
) -> tuple[models.Scorecard, bool]:
    """The draft of this key that is being worked on, or a copy of the version; whether it is new.

    Two who begin at once get the same one.
    """
    _lock_versions(version.key)
    draft = draft_of(version.key)
    if draft is not None:
        return draft, False
    return copy_to_draft(scorecard=version, now=now, content_of=content_of), True


def draft_of(key: str) -> models.Scorecard | None:
    """The draft of this key that was begun last."""
    drafts = models.Scorecard.objects.filter(key=key, state=models.Scorecard.State.DRAFT)
    return drafts.order_by("-version").first()


@transaction.atomic
def copy_to_draft(
    *,
    scorecard: models.Scorecard,
    now: datetime,
    number: int | None = None,
    content_of: models.Scorecard | None = None,
) -> models.Scorecard:
    """A new draft, the next version of the same key, with the same parts."""
    draft = models.Scorecard.objects.create(
        key=scorecard.key,
        version=number or next_version(scorecard.key),
        content_of=content_of,
        name=scorecard.name,
        description=scorecard.description,
        recovery_margin=scorecard.recovery_margin,
        rising_dwell=scorecard.rising_dwell,
        minimum_confidence=scorecard.minimum_confidence,
        handled_first=scorecard.handled_first,
        created_at=now,
    )
    copies = _copy_components(scorecard, draft)
    for measure in scorecard.measures.order_by("pk"):
        _copy_part(measure, draft, component=copies[measure.component_id])
    for gate in scorecard.gates.order_by("pk"):
        _copy_part(gate, draft, component=copies[gate.component_id])
    for plain in (*scorecard.bands.order_by("pk"), *scorecard.alert_lines.order_by("pk")):
        _copy_part(plain, draft)
    return draft


def _copy_components(
    scorecard: models.Scorecard, draft: models.Scorecard
) -> dict[int, models.Component]:
    """Parents first: a child is written when its parent has its new row."""
    copies: dict[int, models.Component] = {}
    waiting = list(scorecard.components.order_by("pk"))
    while waiting:
        ready = [row for row in waiting if row.parent_id is None or row.parent_id in copies]
        for row in ready:
            old = row.pk
            parent = None if row.parent_id is None else copies[row.parent_id]
            copies[old] = _copy_part(row, draft, parent=parent)
        waiting = [row for row in waiting if row not in ready]
    return copies


def _copy_part(part: Part, draft: models.Scorecard, **changes: object) -> Part:
    values = {
        field.name: getattr(part, field.name)
        for field in part._meta.concrete_fields
        if not field.primary_key
    }
    return type(part)._default_manager.create(**{**values, "scorecard": draft, **changes})
