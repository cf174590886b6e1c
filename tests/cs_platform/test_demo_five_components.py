"""The demo company has what Five components asks for: a rule that gives it scores everyone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.demo.shape import Shape
from accounts.models import CsmSentiment, Installation
from cs_platform.demo.fact_loader import Load, load_facts
from health.facts.sources import connected_sources
from health.models import CurrentHealth
from health.publishing import install_library
from health.queries.coverage import card_coverage
from health.queries.rules import RuleContent
from health.queries.scorecards import in_force
from health.recompute import recompute, refresh_feeds
from health.scoring import TOO_NEW, UNSCORED
from surveys.publishing import install_surveys
from tests.cards import put_rules_in_force

pytestmark = pytest.mark.django_db(transaction=True)
SHAPE = Shape(last_day=date(2025, 3, 14), seed=19, accounts=60, years=1.1)


def test_a_rule_that_gives_it_to_everybody_scores_everybody():
    now = datetime.combine(SHAPE.last_day + timedelta(days=1), time(6), tzinfo=UTC)
    Installation.objects.update_or_create(pk=1, defaults={"as_of": SHAPE.last_day + timedelta(1)})
    install_library(now=now)
    install_surveys(now=now)
    load_facts(Load(shape=SHAPE), on_progress=lambda line: None)
    refresh_feeds()
    put_rules_in_force([RuleContent("five_components")], now=now)
    recompute(day=SHAPE.last_day, now=now)

    judged = CurrentHealth.objects.filter(account__status="active")
    bands = set(judged.values_list("band", flat=True))
    assert judged.count() > 40
    assert UNSCORED not in bands
    assert len(bands - {TOO_NEW}) >= 3
    assert set(judged.values_list("scorecard__key", flat=True)) == {"five_components"}
    card = in_force()["five_components"]
    assert not card_coverage(card.id, card.spec, connected=connected_sources()).lacking
    # Ids go on after those of the past: what is said on a page is kept beside it.
    account = judged.first().account
    CsmSentiment.objects.create(account=account, external_id="new", said_at=now, value=3)
