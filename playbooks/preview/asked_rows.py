"""A preview is asked for once, however often its button is pressed: its row, and the job that fills
it. What an earlier turn finds after it was asked for anew is thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import transaction

from accounts.models import User
from accounts.work import jobs
from playbooks.models import Playbook
from playbooks.models.previews import AskedPreview

# So few accounts are looked at while the page waits.
AT_ONCE = 3_000

PreviewRow = TypeVar("PreviewRow", bound=AskedPreview)


def ask(
    model: type[PreviewRow], *, playbook: Playbook, by: User, now: datetime, **what: Any
) -> tuple[PreviewRow, bool]:
    """In a transaction. The row, and whether it was asked for with this: not where the same is
    awaited already. `what` is what it is asked about, beside the revision."""
    wanted = {"revision": playbook.revision, **what}
    # Who presses at the same time waits here.
    Playbook.objects.select_for_update(no_key=True).get(pk=playbook.pk)
    earlier = model._default_manager.filter(playbook=playbook).first()
    if earlier is not None and earlier.is_awaited and _is_about(earlier, wanted):
        return earlier, False
    asked, _ = model._default_manager.update_or_create(
        playbook=playbook,
        defaults={
            **wanted,
            "turn": 1 if earlier is None else earlier.turn + 1,
            "asked_by": by,
            "asked_at": now,
            "finished_at": None,
            "failure": "",
            "total": 0,
            "done": 0,
        },
    )
    return asked, True


def _is_about(asked: AskedPreview, wanted: Mapping[str, Any]) -> bool:
    return all(getattr(asked, name) == value for name, value in wanted.items())


def enqueue_turn(asked: AskedPreview, *, kind: str) -> None:
    key, told = f"{asked.pk}:{asked.turn}", {"row": asked.pk, "turn": asked.turn}
    jobs.enqueue(kind=kind, key=key, payload=told, next_at=real_now())


def awaited(model: type[PreviewRow], claim: jobs.Claim) -> PreviewRow | None:
    """None: it was thrown away, asked for anew, or filled by another worker."""
    told = claim.payload
    # A dry run that was asked for before turns were counted is the first of its row.
    pk, turn = told.get("row", told.get("dry_run")), told.get("turn", 1)
    rows = model._default_manager.filter(pk=pk, turn=turn)
    return rows.filter(finished_at=None).first()


def store_progress(asked: AskedPreview, claim: jobs.Claim | None, *, done: int, total: int) -> None:
    """Where a page waits for it, nobody would see it."""
    if claim is not None:
        rows = type(asked)._default_manager.filter(pk=asked.pk, turn=asked.turn)
        rows.update(done=done, total=total)
        jobs.heartbeat(claim, now=real_now())


def store_finding(asked: AskedPreview, claim: jobs.Claim | None, **found: Any) -> bool:
    """In a transaction with whatever else is found. False where it was asked for anew."""
    rows = type(asked)._default_manager.filter(pk=asked.pk, turn=asked.turn, finished_at=None)
    is_kept = bool(rows.update(**found))
    if claim is not None:
        jobs.heartbeat(claim, now=real_now())
    return is_kept


def give_up(model: type[PreviewRow], claim: jobs.Claim, *, reason: str) -> None:
    asked = awaited(model, claim)
    if asked is not None:
        type(asked)._default_manager.filter(pk=asked.pk).update(failure=reason[:300])


def revive(model: type[PreviewRow], claim: jobs.Claim) -> None:
    with transaction.atomic():
        asked = awaited(model, claim)
        if asked is None:
            raise jobs.SettledError("That preview is finished, or was asked for anew.")
        type(asked)._default_manager.filter(pk=asked.pk).update(failure="")


def real_now() -> datetime:
    """Jobs live in real time, also where the installation is frozen on a day."""
    return datetime.now(UTC)
