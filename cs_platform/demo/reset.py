"""Whether the database may be filled or emptied, and emptying it: only ever a demo company."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from enum import Enum

import pgtrigger
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from psycopg2 import sql

from accounts.models import (
    Account,
    Feature,
    Holiday,
    Installation,
    Job,
    Plan,
    Pool,
    Team,
    User,
)
from cs_platform.demo.fact_loader import Load
from cs_platform.models import StepRun
from health.models import RuleSet, Scorecard
from surveys.models import Survey, SurveyBaseline

LOADED = "demo.load"
# Account data without a foreign key to the account, and what the machinery did with it.
_TABLES_WITHOUT_KEY = (
    "accounts_usageday",
    "accounts_usageseal",
    "accounts_sessionday",
    "accounts_usageweek",
    "accounts_activeusersday",
    "accounts_usermonth",
    "accounts_groupsession",
    "accounts_job",
    "accounts_importrun",
    "accounts_inboxbatch",
    "accounts_inboxreceipt",
    "cs_platform_preview",
    "cs_platform_intervention",
    "cs_platform_invariantrun",
    "cs_platform_steprun",
    "health_healthscore",
    "health_closedday",
    "health_sourcefeed",
    "health_usagepack",
    "health_usagepacking",
    "metrics_factchange",
    "metrics_reportday",
    "metrics_retentionmonth",
    "metrics_reportedmonth",
    "metrics_snapshotmonth",
)
_OWN_ACCOUNTS = "ACC-"


class Present(Enum):
    NOTHING = "nothing"
    COMPLETE = "complete"
    HALF = "half"


class ForeignDataError(CommandError):
    """The database holds accounts that the demo did not make; the message says what to do."""


def what_is_there() -> Present:
    """Raises ForeignDataError where real accounts would be touched.

    A complete company may hold accounts that somebody added to try the platform: it is kept.
    """
    if Installation.current().is_demo and Job.objects.filter(kind=LOADED).exists():
        return Present.COMPLETE
    _refuse_foreign_accounts()
    begun = Installation.current().is_demo or _demo_people().exists()
    return Present.HALF if begun else Present.NOTHING


def _refuse_foreign_accounts() -> None:
    foreign = Account.objects.order_by()
    if Installation.current().is_demo:
        foreign = foreign.exclude(external_id__startswith=_OWN_ACCOUNTS)
    if found := foreign.count():
        raise ForeignDataError(
            f"This database holds {found:,} accounts that are not the demo company's; nothing was"
            " changed. Choose another database (DATABASE_URL) or state folder (CS_HOME)."
        )


def empty() -> None:
    """Takes the demo company away, with all that was made of it; playbooks stay, and scorecards
    and surveys unless its people tuned them: then the shipped ones are installed anew.

    Needs the owner's rights: the ledger and the audit trail are append-only for everybody else.
    Raises ForeignDataError where somebody's own accounts are beside it.
    """
    _refuse_foreign_accounts()
    with transaction.atomic():
        _truncate_tables(("accounts_account", *_TABLES_WITHOUT_KEY))
        if _tuned_scorecards().exists() or _tuned_rules().exists():
            _truncate_tables(("health_scorecard", "health_ruleset"))
        if _tuned_surveys().exists():
            _truncate_tables(("surveys_survey",))
        SurveyBaseline.objects.filter(set_by__in=_demo_people()).delete()
        Team.managers.through.objects.all().delete()
        with pgtrigger.ignore("accounts.AdminEntry:admin_entries_are_append_only"):
            _demo_people().delete()  # with what they did in the admin
        for model in (Pool, Team, Plan, Feature, Holiday):
            model._base_manager.all().delete()
        Installation.objects.filter(pk=1).update(is_demo=False, as_of=None, revenue_source="")


def remember(load: Load, *, now: datetime) -> None:
    """The row that says that the company is complete, and which one it is."""
    shape = asdict(load.shape) | {"last_day": load.shape.last_day.isoformat()}
    Job.objects.create(
        kind=LOADED,
        key="company",
        payload=shape,
        state=Job.State.DONE,
        next_at=now,
        finished_at=now,
    )


def keep_its_day(*, today: date) -> date | None:
    """Freezes the clock of a company that ended some days ago, and says on which day.

    Nobody used the product since: with the real day all scores would fall. None where the company
    is of today, or nights of its own have passed since.
    """
    payload = Job.objects.get(kind=LOADED).payload
    day = date.fromisoformat(payload["last_day"]) + timedelta(days=1)
    if day >= today or StepRun.objects.filter(day__gte=day).exists():
        return None
    Installation.objects.filter(pk=1).update(as_of=day)
    return day


def _tuned_scorecards() -> QuerySet[Scorecard]:
    by_hand = Q(published_by__in=_demo_people()) | Q(edits__edited_by__in=_demo_people())
    return Scorecard.objects.filter(by_hand)


def _tuned_rules() -> QuerySet[RuleSet]:
    by_hand = Q(published_by__in=_demo_people()) | Q(edited_by__in=_demo_people())
    return RuleSet.objects.filter(by_hand)


def _tuned_surveys() -> QuerySet[Survey]:
    by_hand = Q(published_by__in=_demo_people()) | Q(edited_by__in=_demo_people())
    return Survey.objects.filter(by_hand)


def _demo_people() -> QuerySet[User]:
    return User.objects.filter(email__endswith="@demo.example")


def _truncate_tables(tables: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, tables)))
        )
