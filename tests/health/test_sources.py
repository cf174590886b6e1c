"""Since when each source delivers, and what it delivered last, as Operations shows it."""

from datetime import date

import pytest

from health.facts.sources import read_spans
from tests.health import builders as make
from tests.health.builders import DAY, ago

pytestmark = pytest.mark.django_db


def span(source):
    return {name: (first, latest) for name, first, latest in read_spans(zone="UTC")}.get(source)


@pytest.mark.parametrize("days_ago", [0, 1, 29, 30])
def test_activity_is_as_old_as_its_latest_active_day(days_ago):
    account = make.make_account()
    make.be_active(account, "ada", days_ago=[days_ago, 40, 60])
    make.be_active(account, "bo", days_ago=[days_ago + 5, 31])

    assert span("activity") == (date(2025, 5, 1), ago(days_ago))


def test_a_step_that_is_due_ahead_is_no_news():
    account = make.make_account()
    make.add_step(account, due_days_ago=-30)
    assert span("onboarding") == (ago(-30), None)

    make.add_step(account, due_days_ago=3, done_days_ago=5)
    assert span("onboarding") == (ago(3), ago(5))


def test_a_source_that_never_delivered_has_no_span():
    make.use(make.make_account(), make.make_feature(), days_ago=[0])

    assert read_spans(zone="UTC") == [("usage", DAY, DAY)]
