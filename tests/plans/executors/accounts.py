"""Intake, the ledger and work that waits."""

from datetime import date, timedelta

from accounts import delivery, jobs, notices
from accounts.api import idempotency
from accounts.intake.records import Record
from accounts.loading import contracts, derived, movements, ravenstack, renewals, usage
from accounts.models import ImportFile, ImportRun, User
from accounts.uploads import keeping, settling
from tests.benchmarks.large_company import CSM, DAY, NOW
from tests.plans.chosen import FEW


def forgetting_a_day_of_answers():
    oldest = NOW - timedelta(minutes=20_000 * 10)
    idempotency.forget_answers(now=oldest + timedelta(days=1) + idempotency.KEPT_FOR)


def forgetting_a_day_of_work():
    jobs.forget_done(kinds=["score"], before=NOW - timedelta(minutes=30_000 - 24 * 60))


def posting_again():
    values = {"external_id": "7-m1", "account": "unknown"}
    record = Record(position=1, values=values)
    movements._plan([record], {}, source="direct", now=NOW)


def reading_a_piece():
    keeping.bytes_of(ImportFile.objects.latest("pk")).read()


EXECUTORS = {
    "accounts.api.idempotency:forget_answers": forgetting_a_day_of_answers,
    "accounts.delivery:waiting": lambda: (
        delivery.waiting(now=NOW).order_by("next_at", "pk").first()
    ),
    "accounts.jobs:due": lambda: jobs.due_ids(now=NOW),
    "accounts.jobs:dead": lambda: jobs.dead(kind="score"),
    "accounts.jobs:dead_ids": lambda: jobs.dead_ids(
        kinds=["score"], since=NOW - timedelta(days=3), limit=10
    ),
    "accounts.jobs:forget_done": forgetting_a_day_of_work,
    "accounts.loading.contracts:_contracts": lambda: contracts._contracts(FEW),
    "accounts.loading.contracts:_due": lambda: contracts._due(by=date(2025, 4, 2)),
    "accounts.loading.derived:_money": lambda: derived._money(FEW, day=DAY),
    "accounts.loading.derived:_renewals": lambda: derived._renewals(FEW),
    "accounts.loading.movements:_plan": posting_again,
    "accounts.loading.movements:_posted_by_day": lambda: movements._posted_by_day(FEW),
    "accounts.loading.ravenstack:_arr_on": lambda: ravenstack._arr_on("large-7", DAY),
    "accounts.loading.renewals:ring_renewal_dates": lambda: renewals.ring_renewal_dates(day=DAY),
    "accounts.uploads.keeping:KeptBytes._load": reading_a_piece,
    "accounts.uploads.keeping:forget_old": lambda: keeping.forget_old(now=NOW),
    "accounts.uploads.settling:open_records": lambda: list(
        settling.open_records(ImportRun.objects.latest("pk"))
    ),
    "accounts.loading.usage:told_before": lambda: usage.told_before({(pk, DAY) for pk in FEW}),
    "accounts.notices:notices_of": lambda: list(
        notices.notices_of(User.objects.get(email=CSM))[:20]
    ),
    "accounts.notices:unread_count": lambda: notices.unread_count(User.objects.get(email=CSM)),
}
