"""The job of a preview: batch by batch, with its progress, and at the end all rows at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from accounts import clock
from accounts.models import Job, User
from accounts.work import jobs
from cs_platform.models.previews import Draft, Preview, subject_of
from cs_platform.previews.preview_rows import write
from cs_platform.previews.tally import Tally
from health import preview as health_preview
from health.models import CurrentHealth, Publication, RuleSet
from health.publishing import check, check_rules
from health.queries.rules import rules_in_force
from health.recompute import CatchingUpError, rescore_now
from health.scoring import BandSpec, Problem

JOB_KIND = "scorecard.preview"
BATCH = 10_000
# So few accounts are looked at while the page waits: well under a second.
AT_ONCE = 3_000
_PLANNED = [
    *("revision", "compared_with", "rules", "publication", "total", "done"),
    *("before_bands", "after_bands"),
]


class NotPreviewable(ValueError):
    """The draft has problems; each says what is wrong and where."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.problems = found


@transaction.atomic
def request_preview(*, draft: Draft, user: User, now: datetime) -> Preview:
    """The row and the job that fills it. Raises NotPreviewable."""
    found = check_rules(draft) if isinstance(draft, RuleSet) else check(draft)
    if found:
        raise NotPreviewable(found)
    preview = Preview.objects.create(
        **subject_of(draft),
        revision=draft.revision,
        day=clock.today(),
        requested_by=user,
        requested_at=now,
        total=health_preview.count_accounts(draft),
    )
    jobs.enqueue(
        kind=JOB_KIND, key=str(preview.pk), payload={"preview": preview.pk}, next_at=_real_now()
    )
    return preview


def job_of(preview: Preview) -> Job | None:
    return Job.objects.filter(kind=JOB_KIND, key=str(preview.pk)).first()


def work_preview(claim: jobs.Claim) -> None:
    """The handler. Begun again after a worker died, it begins at the start."""
    preview = Preview.objects.filter(pk=claim.payload["preview"], finished_at=None).first()
    if preview is None:  # done by another worker, or given way to a newer one
        return
    plan = _plan_of_draft(preview)
    tally = Tally()
    for start in range(0, len(plan.account_ids), BATCH):
        ids = plan.account_ids[start : start + BATCH]
        _bring_up_to_date(ids.tolist(), day=plan.day)
        for outlook in health_preview.foresee(plan, ids):
            tally.add(outlook)
        tally.add_calm(health_preview.foresee_flapping(plan, ids))
        _store_progress(preview, claim, done=start + len(ids))
    with transaction.atomic():
        write(preview=preview, plan=plan, tally=tally, now=clock.now())
        jobs.heartbeat(claim, now=_real_now())


def _bring_up_to_date(account_ids: list[int], *, day: date) -> None:
    """Scores accounts as of `day` whose score is of an earlier one: publication will judge that
    day. While many nights are missing it waits for them, and so does this."""
    behind = CurrentHealth.objects.filter(pk__in=account_ids, day__lt=day)
    waiting = list(behind.values_list("pk", flat=True))
    if waiting:
        with suppress(CatchingUpError):
            rescore_now(account_ids=waiting, now=clock.now())


def _plan_of_draft(preview: Preview) -> health_preview.PreviewPlan:
    """The draft as it stands now: the revision that was read is the one the preview names."""
    with transaction.atomic():
        # What is in force is asked first: a publication in between makes the preview stale.
        preview.rules = rules_in_force()
        if isinstance(preview.draft, RuleSet):
            preview.publication = Publication.objects.order_by("-pk").first()
        drafts = type(preview.draft)._default_manager.select_for_update(no_key=True)
        plan = health_preview.prepare(drafts.get(pk=preview.draft.pk), day=preview.day)
    preview.revision = plan.revision
    preview.compared_with_id = plan.in_force.id if plan.in_force else None
    preview.total, preview.done = len(plan.account_ids), 0
    preview.before_bands = _bands_as_json(plan.bands_before)
    preview.after_bands = _bands_as_json(plan.bands_after)
    preview.save(update_fields=_PLANNED)
    return plan


def _bands_as_json(bands: tuple[BandSpec, ...]) -> list[list[Any]]:
    return [[band.key, band.name, band.at_risk, band.tone.value] for band in bands]


def _store_progress(preview: Preview, claim: jobs.Claim, *, done: int) -> None:
    Preview.objects.filter(pk=preview.pk).update(done=done)
    jobs.heartbeat(claim, now=_real_now())


def give_up(claim: jobs.Claim, *, reason: str) -> None:
    Preview.objects.filter(pk=claim.payload["preview"], finished_at=None).update(
        failure=reason[:300]
    )


def revive(claim: jobs.Claim) -> None:
    waiting = Preview.objects.filter(pk=claim.payload["preview"], finished_at=None)
    if not waiting.update(failure=""):
        raise jobs.SettledError("That preview is finished, or has given way to a newer one.")


def _real_now() -> datetime:
    """Jobs live in real time, also where the installation is frozen on a day."""
    return datetime.now(UTC)
