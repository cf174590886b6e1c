"""A small company with a past, in a database that other processes can see."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts import clock
from accounts.demo.shape import Shape
from accounts.models import Account, Installation, OutreachPolicy
from cs_platform.demo.fact_loader import Load, load_facts
from cs_platform.models import StepRun
from cs_platform.scheduling import schedule
from health import publishing as scorecards
from health.models import HealthScore, ThresholdCrossing
from playbooks import publishing as playbooks
from playbooks.models import Play, PlayStart, Task
from surveys.models import SurveyBranding, SurveyPolicy
from surveys.publishing import install_surveys

ACCOUNTS = 12


@pytest.fixture
def company(transactional_db) -> list[int]:
    """Ids of its accounts. Nothing is scored yet and no night has been closed."""
    Installation.objects.get_or_create(pk=1)
    for rules in (OutreachPolicy, SurveyPolicy, SurveyBranding):
        rules.objects.get_or_create(pk=1)
    scorecards.install_library(now=clock.now())
    playbooks.install_library(now=clock.now())
    install_surveys(now=clock.now())
    shape = Shape(last_day=clock.today() - timedelta(days=1), accounts=ACCOUNTS, years=0.5)
    load_facts(Load(shape=shape), on_progress=lambda line: None)
    return list(Account.objects.order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def day(company) -> date:
    """The latest day that is over."""
    return schedule.day_to_close(now=datetime.now(UTC), installation=Installation.current())


def closed(*, day: date) -> None:
    """As if the nights up to this day had run."""
    now = datetime.now(UTC)
    StepRun.objects.create(step="verify", day=day, position=9, finished_at=now, count=0, seconds=0)


def days_before(day: date, *, count: int) -> date:
    return day - timedelta(days=count)


def results() -> dict[str, list]:
    """Everything a night decides, without ids and times of computing."""
    scores = HealthScore.objects.values_list(
        "account__external_id", "day", "revision", "score", "band"
    )
    crossings = ThresholdCrossing.objects.values_list(
        "account__external_id", "day", "subject", "seq", "from_band", "to_band"
    )
    starts = PlayStart.objects.values_list("account__external_id", "playbook_key", "result")
    plays = Play.objects.values_list("account__external_id", "playbook_key", "state")
    tasks = Task.objects.values_list("account__external_id", "title", "state")
    return {
        "scores": sorted(scores),
        "crossings": sorted(crossings),
        "starts": sorted(starts),
        "plays": sorted(plays),
        "tasks": sorted(tasks),
    }
