"""Who does a job of which kind, who says that it was given up, and who takes that back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from accounts import clock
from accounts.api import inbox
from accounts.loading.due_ledgers import derive_overdue
from accounts.uploads import jobs as uploads
from accounts.work import jobs
from cs_platform.previews import job as previews
from cs_platform.scheduling import purge, schedule
from cs_platform.scheduling.invariants import record_invariants
from metrics.snapshots import take_snapshots
from playbooks.engine import advance_plays
from playbooks.preview import bulk_lists, bulk_starts, dry_runs
from surveys.engine import deliveries, letters
from surveys.models import SurveyPolicy

INVARIANTS = "invariants.ask"
LEDGERS = "ledgers.derive"
SURVEYS = "surveys.send"


@dataclass(frozen=True, slots=True)
class End:
    """What else is written when a job is given up, where somebody waits for its work.

    Both are called in the transaction that changes the job. `give_up` may be called again.
    `revive` raises SettledError where there is nothing left to take up.
    """

    give_up: Callable[..., None]
    revive: Callable[[jobs.Claim], None]


@dataclass(frozen=True, slots=True)
class Handler:
    run: Callable[[jobs.Claim], None]
    end: End | None = None


def _advance_plays(claim: jobs.Claim) -> None:
    advance_plays(limit=10_000, now=clock.now())


def _send_surveys(claim: jobs.Claim) -> None:
    deliveries.sync_deliveries()
    letters.write_due(limit=SurveyPolicy.current().per_minute, now=clock.now())
    deliveries.expire(now=clock.now())


def _refresh_report(claim: jobs.Claim) -> None:
    take_snapshots(day=date.fromisoformat(claim.payload["day"]))


def _ask_invariants(claim: jobs.Claim) -> None:
    record_invariants(day=clock.today(), now=datetime.now(UTC), by_id=claim.payload["by"])


def _derive_ledgers(claim: jobs.Claim) -> None:
    derive_overdue(day=clock.today(), now=clock.now(), real_now=datetime.now(UTC))


def _forget_outdated_rows(claim: jobs.Claim) -> None:
    purge.forget(kinds=HANDLERS, now=datetime.now(UTC))


HANDLERS = {
    schedule.JOB_KIND: Handler(schedule.run_step, End(schedule.give_up, schedule.revive)),
    "plays.advance": Handler(_advance_plays),
    "metrics.refresh": Handler(_refresh_report),
    SURVEYS: Handler(_send_surveys),
    LEDGERS: Handler(_derive_ledgers),
    INVARIANTS: Handler(_ask_invariants),
    inbox.JOB_KIND: Handler(inbox.work_batch, End(inbox.give_up, inbox.revive)),
    previews.JOB_KIND: Handler(previews.work_preview, End(previews.give_up, previews.revive)),
    dry_runs.JOB_KIND: Handler(dry_runs.work_dry_run, End(dry_runs.give_up, dry_runs.revive)),
    bulk_lists.JOB_KIND: Handler(bulk_lists.work_list, End(bulk_lists.give_up, bulk_lists.revive)),
    bulk_starts.JOB_KIND: Handler(
        bulk_starts.work_start, End(bulk_starts.give_up, bulk_starts.revive)
    ),
    uploads.READ: Handler(
        uploads.work_reading, End(uploads.give_up_reading, uploads.revive_reading)
    ),
    uploads.CHECK: Handler(uploads.work_check, End(uploads.give_up_check, uploads.revive_check)),
    uploads.IMPORT: Handler(
        uploads.work_import, End(uploads.give_up_import, uploads.revive_import)
    ),
    purge.JOB_KIND: Handler(_forget_outdated_rows),
}
ENDED = frozenset(kind for kind, handler in HANDLERS.items() if handler.end)
