"""Intake, the ledger and work that waits."""

from datetime import date, timedelta

from accounts.api import idempotency
from accounts.catalogue import CONTRACTS_SOURCE, HistoryAttribute
from accounts.loading import (
    account_names,
    contracts,
    derived,
    history,
    movement_parts,
    movements,
    ravenstack,
    revenue_sources,
    stored_contracts,
    usage,
)
from accounts.models import (
    Account,
    Endpoint,
    ImportFile,
    ImportRun,
    OutboxMessage,
    RevenueMovement,
    Signal,
    SignalDelivery,
    User,
)
from accounts.pages.customer_mail.views import seen_by
from accounts.pages.in_app import views as in_app_pages
from accounts.queries.movement_parts import ShownMovement, parts_beside
from accounts.queries.rates import only_other_currency
from accounts.uploads import resolve, storage
from accounts.work import customer_mail, in_product, jobs, notices, outbox, outreach, signals
from tests.benchmarks.large_company import CSM, DAY, NOW
from tests.plans.chosen import FEW

# On the teams of some 300 accounts, of which they own none.
SELLER = "seller-7@demo.example"


def forgetting_a_day_of_answers():
    oldest = NOW - timedelta(minutes=20_000 * 10)
    idempotency.forget_answers(now=oldest + timedelta(days=1) + idempotency.KEPT_FOR)


def forgetting_a_day_of_work():
    jobs.forget_done(kinds=["score"], before=NOW - timedelta(minutes=30_000 - 24 * 60))


def posting_again():
    row = RevenueMovement.objects.filter(account__in=FEW).exclude(external_id="").first()
    movements._posting_plan([(1, row)], source="direct", is_part=False)


def why_a_page_of_movements():
    rows = RevenueMovement.objects.filter(account__in=FEW, kind="expansion")
    columns = ("account_id", "effective_on", "currency", "kind", "amount_minor")
    parts_beside(
        [
            ShownMovement(*key, source=CONTRACTS_SOURCE, amount_minor=amount)
            for *key, amount in rows.values_list(*columns)
        ]
    )


def reading_a_piece():
    storage.bytes_of(ImportFile.objects.latest("pk")).read()


def emitting():
    signals.emit(signals.NewSignal(pk, "event", "plans", NOW, {}) for pk in FEW)


def claiming():
    emitting()
    assert set(signals.claim_accounts("playbooks", limit=100)) == set(FEW)


def reading_what_is_pending():
    emitting()
    assert len(signals.pending_of("playbooks", account_ids=FEW)) == len(FEW)


def stamping():
    emitting()
    ids = Signal.objects.filter(kind="event", key="plans").values_list("pk", flat=True)
    signals.stamp(
        "playbooks", signal_ids=list(ids), outcome=SignalDelivery.Outcome.HANDLED, now=NOW
    )


EXECUTORS = {
    "accounts.api.idempotency:forget_answers": forgetting_a_day_of_answers,
    "accounts.work.outbox:waiting": lambda: (
        outbox.waiting(now=NOW).order_by("next_at", "pk").first()
    ),
    "accounts.work.jobs:due": lambda: jobs.due_ids(now=NOW),
    "accounts.work.jobs:dead": lambda: jobs.dead(kind="score"),
    "accounts.work.jobs:dead_ids": lambda: jobs.dead_ids(
        kinds=["score"], since=NOW - timedelta(days=3), limit=10
    ),
    "accounts.work.jobs:forget_done": forgetting_a_day_of_work,
    "accounts.loading.account_names:_by_name": lambda: account_names._by_name(["Large 7"]),
    "accounts.loading.stored_contracts:contracts_of": lambda: stored_contracts.contracts_of(FEW),
    "accounts.loading.movement_parts:_parts_in_force": lambda: movement_parts._parts_in_force(
        FEW, day=DAY
    ),
    "accounts.queries.rates:only_other_currency": lambda: only_other_currency("EUR"),
    "accounts.queries.movement_parts:parts_beside": why_a_page_of_movements,
    "accounts.loading.contracts:_accounts_with_ended_terms": lambda: (
        contracts._accounts_with_ended_terms(by=date(2025, 4, 2))
    ),
    "accounts.loading.derived:_ledgers_until": lambda: derived._ledgers_until(FEW, day=DAY),
    "accounts.loading.derived:_RENEWALS": lambda: derived._next_renewals(FEW, day=date(2025, 4, 2)),
    "accounts.loading.history:known_rows": lambda: history.known_rows(FEW, list(HistoryAttribute)),
    "accounts.loading.movements:_posting_plan": posting_again,
    "accounts.loading.revenue_sources:posted_by_day": lambda: revenue_sources.posted_by_day(
        FEW, is_derived=False
    ),
    "accounts.loading.ravenstack:_arr_on": lambda: ravenstack._arr_on("large-7", DAY),
    "accounts.uploads.storage:KeptBytes._load_piece": reading_a_piece,
    "accounts.uploads.storage:forget_old": lambda: storage.forget_old(now=NOW),
    "accounts.uploads.resolve:open_records": lambda: list(
        resolve.open_records(ImportRun.objects.latest("pk"))
    ),
    "accounts.loading.usage:told_before": lambda: usage.told_before({(pk, DAY) for pk in FEW}),
    "accounts.models.scope:_accounts_of": lambda: list(
        Account.objects.for_user(User.objects.get(email=SELLER)).values_list("pk")
    ),
    "accounts.pages.customer_mail.views:seen_by": lambda: list(
        seen_by(User.objects.get(email=CSM)).filter(state="held").order_by("-pk")[:50]
    ),
    "accounts.work.customer_mail:suppress_threads": lambda: customer_mail.suppress_threads(
        ["play:1", "play:2"], reason="ended", now=NOW
    ),
    "accounts.pages.in_app.views:_message_counts": in_app_pages._message_counts,
    "accounts.work.in_product:open_messages": lambda: list(
        in_product.open_messages([1, 2], now=NOW)
    ),
    "accounts.work.outbox:_claim_oldest_message": lambda: outbox._claim_oldest_message(now=NOW),
    "accounts.work.outbox:_delay_endpoint_messages": lambda: outbox._delay_endpoint_messages(
        Endpoint(pk=1), now=NOW
    ),
    "accounts.work.outreach:_more_urgent": lambda: list(
        outreach._more_urgent(OutboxMessage(contact_id=1, priority=5), 1, now=NOW)
    ),
    "accounts.work.signals:_CLAIM": claiming,
    "accounts.work.signals:oldest_pending": lambda: signals.oldest_pending("playbooks"),
    "accounts.work.signals:pending_of": reading_what_is_pending,
    "accounts.work.signals:stamp": stamping,
    "accounts.work.notices:notices_of": lambda: list(
        notices.notices_of(User.objects.get(email=CSM))[:20]
    ),
    "accounts.work.notices:unread_count": lambda: notices.unread_count(User.objects.get(email=CSM)),
}
