"""Nights, what the operations page shows, search and previews."""

from datetime import timedelta

from accounts.models import Account, ImportRun, Installation, SavedView, User
from accounts.money.rates import DayRates
from accounts.pages.imports import queries as imports_queries
from cs_platform.models import StepRun
from cs_platform.pages.account import timeline
from cs_platform.pages.ops import queries as ops_queries
from cs_platform.pages.palette import views as palette
from cs_platform.pages.portfolio.audience import members_of
from cs_platform.pages.scorecard_preview import queries as preview_page
from cs_platform.pages.today import moves, suggestions
from cs_platform.pages.today.portfolio import own_portfolio
from cs_platform.scheduling import schedule
from cs_platform.scheduling.nightly_steps import Shard
from cs_platform.scheduling.readings import reading
from health.models import Scorecard
from tests.benchmarks.large_company import CSM, DAY, EXECUTIVE, NOW, TODAY
from tests.plans.chosen import FEW


def an_open_night():
    StepRun.objects.filter(day=DAY, step="step-3").update(finished_at=None)


def newest_run():
    return ImportRun.objects.latest("pk")


def lists_of_jobs():
    for view in ("due", "later", "running", "dead", "done"):
        list(ops_queries.job_rows(view, kind="", now=NOW)[:50])


def lists_of_messages():
    for view in ("waiting", "dead", "suppressed"):
        list(ops_queries.message_rows(view, now=NOW)[:50])


def searching():
    for query in ("foods 4711", "zy"):
        palette.accounts(User.objects.get(email=EXECUTIVE), query)


def latest_day():
    an_open_night()
    schedule.latest_closed_day()


def next_steps():
    an_open_night()
    schedule.enqueue_next_steps(day=DAY, now=NOW)


def overtaken():
    left_out = StepRun(
        step="step-3",
        day=DAY - timedelta(days=2),
        first_account_id=FEW[0],
        final_account_id=FEW[0],
    )
    schedule._next_success(left_out)


def telling():
    reading(now=NOW)


def today_of_a_csm():
    book = own_portfolio(User.objects.get(email=CSM), today=TODAY, rates=DayRates("USD", TODAY, {}))
    moves.moves_since_yesterday(
        book, today=TODAY, calendar=Installation.current().business_calendar()
    )
    suggestions._silent_since(book.keys, now=NOW)


def who_is_in_an_audience():
    reader = User.objects.get(email=EXECUTIVE)
    for has_left in (False, True):
        list(members_of(SavedView.objects.earliest("pk"), user=reader, has_left=has_left)[:50])


EXECUTORS = {
    "cs_platform.pages.portfolio.audience:members_of": who_is_in_an_audience,
    "cs_platform.pages.account.timeline:sent_mail": lambda: timeline.sent_mail(
        Account.objects.get(pk=FEW[0]), 50
    ),
    "cs_platform.scheduling.nightly_steps:Shard.account_ids": Shard(
        DAY, TODAY, NOW, 5_001, 10_000
    ).account_ids,
    "cs_platform.scheduling.schedule:latest_closed_day": latest_day,
    "cs_platform.scheduling.schedule:enqueue_next_steps": next_steps,
    "cs_platform.scheduling.schedule:_next_success": overtaken,
    "accounts.pages.imports.queries:runs_of": lambda: list(
        imports_queries.runs_of("attention")[:50]
    ),
    "accounts.pages.imports.queries:waiting_files": imports_queries.waiting_files,
    "accounts.pages.imports.queries:record_counts": lambda: imports_queries.record_counts(
        newest_run()
    ),
    "accounts.pages.imports.queries:reasons": lambda: imports_queries.reasons(newest_run(), "open"),
    "cs_platform.pages.today.moves:_MOVED": today_of_a_csm,
    "cs_platform.pages.ops.queries:job_rows": lists_of_jobs,
    "cs_platform.pages.ops.queries:message_rows": lists_of_messages,
    "cs_platform.pages.palette.views:named": searching,
    "cs_platform.pages.today.suggestions:_SILENT": today_of_a_csm,
    "cs_platform.pages.scorecard_preview.queries:latest_preview": lambda: (
        preview_page.latest_preview(Scorecard(pk=1_050))
    ),
    "cs_platform.pages.scorecard_preview.queries:_movers_context": lambda: (
        preview_page._movers_context(preview_page.latest_preview(Scorecard(pk=1_050)), "", "", 1)
    ),
    "cs_platform.scheduling.readings:reading": telling,
    "cs_platform.scheduling.readings:_job_counts": telling,
    "cs_platform.scheduling.readings:_message_queue": telling,
}
