"""An installation that lives on a day of the past: chosen before its first facts, and sound."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import clock
from accounts.models import Account, Installation
from cs_platform.management.commands.prepare import Command as Prepare
from cs_platform.models import StepRun
from health.models import ClosedDay
from metrics.models import ReportDay

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2025, 3, 15)
COMPANY = {"accounts": 12, "years": 0.5, "processes": 1, "play_days": 20}


def prepare() -> str:
    said = StringIO()
    Prepare(stdout=said).execute(without_files=True, verbosity=0, force_color=False, no_color=True)
    return said.getvalue()


def test_the_first_start_takes_the_day_from_the_environment(settings):
    settings.AS_OF = DAY.isoformat()
    prepare()
    assert clock.today() == DAY
    Account.objects.create(external_id="acme", name="Acme", customer_since=DAY)
    assert "not looked at" not in prepare()
    settings.AS_OF = "2025-04-01"
    assert "lives on 2025-03-15" in prepare()
    assert clock.today() == DAY


def test_a_day_that_is_none_stops_the_start(settings):
    settings.AS_OF = "15.3.2025"
    with pytest.raises(CommandError, match="AS_OF has to be a day such as 2024-12-31"):
        prepare()
    assert Installation.current().as_of is None


def test_a_company_with_accounts_is_not_frozen():
    Account.objects.create(external_id="acme", name="Acme", customer_since=DAY)
    with pytest.raises(CommandError, match="lives on the real day"):
        call_command("as_of", "2025-03-15")
    assert Installation.current().as_of is None


def test_nights_of_a_frozen_company_leave_nothing_broken():
    """The days around its last one, and one of the past, which writes nothing of the present."""
    call_command("as_of", DAY.isoformat(), verbosity=0)
    call_command("demo", stdout=StringIO(), **COMPANY)
    call_command("verify_invariants", verbosity=0)
    yesterday = DAY - timedelta(days=1)
    for day in (yesterday, DAY, DAY - timedelta(days=30)):
        call_command("nightly", day=day, stdout=StringIO())
        call_command("verify_invariants", verbosity=0)
    assert clock.today() == DAY
    assert ClosedDay.objects.latest("day").day == DAY
    assert ReportDay.objects.filter(day__in=(yesterday, DAY)).exists()
    past = StepRun.objects.filter(day=DAY - timedelta(days=30))
    about_the_day = {"score", "close", "readiness", "verify"}
    assert set(past.values_list("step", flat=True)) == about_the_day


def test_a_day_that_would_leave_a_gap_is_refused_with_what_to_do():
    call_command("as_of", DAY.isoformat(), verbosity=0)
    call_command("demo", stdout=StringIO(), history_days=20, **COMPANY)
    early = DAY - timedelta(days=60)
    with pytest.raises(CommandError, match=f"rescore --since {early} writes the past"):
        call_command("nightly", day=early, stdout=StringIO())
    call_command("rescore", since=early, stdout=StringIO())
    call_command("verify_invariants", verbosity=0)
