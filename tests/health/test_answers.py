"""What answers to surveys come to, by hand: who was asked, in which window, known by when."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from health.facts.sources import connected_sources, read_spans
from health.measures import FactSource
from surveys.models import Response
from tests.health import builders as make
from tests.health.builders import ago
from tests.health.reading import WAYS, raw

pytestmark = [pytest.mark.usefixtures("library"), pytest.mark.parametrize("way", WAYS)]
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def answer(account, kind, standing, *, days_ago, moment="rhythm", learned_days_ago=None):
    """At noon; the value itself is read by nobody here."""
    lowest, highest = SCALES[kind]
    learned = days_ago if learned_days_ago is None else learned_days_ago
    at = datetime.combine(ago(days_ago), time(12), tzinfo=ZoneInfo("UTC"))
    return Response.objects.create(
        account=account, external_id=f"R-{Response.objects.count()}", survey_key=kind, kind=kind,
        lowest=lowest, highest=highest, value=highest, standing=standing, moment=moment,
        answered_at=at, learned_at=at + timedelta(days=days_ago - learned),
    )  # fmt: skip


def test_nps_of_an_account(way):
    account = make.make_account()
    for standing, days_ago in ((1, 0), (1, 10), (0, 40), (-1, 364), (-1, 365)):
        answer(account, "nps", standing, days_ago=days_ago)
    # Two promoters, one passive, one detractor; the other detractor is older than the window.
    assert raw(account, "nps", way=way) == pytest.approx(25)
    assert raw(account, "nps(days=30)", way=way) == pytest.approx(100)


def test_who_was_never_asked_has_no_value(way):
    account, other = make.make_account(), make.make_account(external_id="other")
    answer(other, "nps", -1, days_ago=3)
    for name in ("nps", "nps_trend", "checkpoint_csat", "ces"):
        assert raw(account, name, way=way) is None


def test_the_trend_is_this_window_less_the_one_before(way):
    account = make.make_account()
    for standing, days_ago in ((1, 1), (-1, 99), (1, 100), (1, 199), (-1, 200)):
        answer(account, "nps", standing, days_ago=days_ago)
    assert raw(account, "nps_trend(days=100)", way=way) == pytest.approx(0 - 100)
    assert raw(account, "nps_trend(days=90)", way=way) == pytest.approx(100 - 0)


def test_satisfaction_is_that_of_checkpoints_and_effort_that_of_tasks(way):
    account = make.make_account()
    answer(account, "csat", 1, days_ago=5, moment="end_of_onboarding")
    answer(account, "csat", 0, days_ago=4, moment="first_value")
    answer(account, "csat", 1, days_ago=3, moment="before_renewal")
    answer(account, "csat", -1, days_ago=3, moment="after_ticket")
    answer(account, "csat", -1, days_ago=3, moment="on_request")
    answer(account, "ces", 1, days_ago=2, moment="after_event")
    answer(account, "ces", -1, days_ago=2, moment="after_ticket")
    assert raw(account, "checkpoint_csat", way=way) == pytest.approx(200 / 3)
    assert raw(account, "ces", way=way) == pytest.approx(100)


def test_a_past_day_knows_the_answers_that_were_known(way):
    account = make.make_account()
    answer(account, "nps", 1, days_ago=50)
    answer(account, "nps", -1, days_ago=50, learned_days_ago=10)
    for day, known, found in ((30, 100, 0), (10, 0, 0)):
        assert raw(account, "nps", day=ago(day), as_known=True, way=way) == pytest.approx(known)
        assert raw(account, "nps", day=ago(day), way=way) == pytest.approx(found)


def test_answers_are_a_source_of_their_own(way):
    assert FactSource.SURVEYS not in connected_sources()
    answer(make.make_account(), "nps", 1, days_ago=12)
    assert FactSource.SURVEYS in connected_sources()
    spans = {source: (first, latest) for source, first, latest in read_spans(zone="UTC")}
    assert spans[FactSource.SURVEYS.value] == (ago(12), ago(12))
