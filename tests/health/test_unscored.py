"""Why accounts have no score: which source their scorecard waits for, or that none is for them."""

from decimal import Decimal

import pytest

from accounts.models import Account
from health.models import CurrentHealth
from health.publishing import import_draft, publish
from health.publishing.yaml_import import library_scorecards
from health.queries.unscored import CardGap, why_unscored
from health.recompute import recompute
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago


def why():
    return why_unscored(Account.objects.all())


@pytest.fixture
def company(library):
    """Two customers of whom only tickets are known, one that is too new."""
    for _ in range(2):
        make.open_ticket(make.make_account(), days_ago=60, solved_days_ago=59)
    make.make_account(customer_since=ago(5))
    recompute(day=DAY, now=NOW)


def test_a_card_says_what_its_accounts_wait_for(company):
    found = why()

    assert (found.accounts, found.active, found.waiting) == (2, 3, 0)
    (gap,) = found.cards
    assert (gap.name, gap.accounts, gap.points, gap.needed) == ("Four inputs", 2, 25, 60)
    assert not gap.is_enough
    # engagement 35 × 65 %; commercial 25 × 25 % + relationship 15 × 65 %; commercial 25 × 50 %
    assert gap.lacking[:3] == (
        ("usage", Decimal("22.75")),
        ("interactions", Decimal(16)),
        ("revenue", Decimal("12.5")),
    )


def test_nothing_is_said_where_everybody_has_a_score_or_is_too_new(company):
    CurrentHealth.objects.exclude(band="too_new").update(score=80)

    assert why() is None


def test_who_was_never_judged_waits(company):
    make.make_account()

    assert (why().accounts, why().waiting, why().has_rule) == (3, 1, True)


def test_without_a_rule_for_everybody_that_is_the_reason(db):
    for _, text in library_scorecards():
        publish(scorecard=import_draft(text, now=NOW), user=None, reason="No rules", now=NOW)
    make.make_account()
    recompute(day=DAY, now=NOW)

    assert (why().waiting, why().has_rule) == (1, False)


def test_what_is_connected_may_say_too_little_of_some():
    gap = CardGap("Four inputs", 3, Decimal(65), Decimal(60), (), ())

    assert gap.is_enough


def test_an_account_that_left_is_not_counted(company):
    judged = CurrentHealth.objects.exclude(band="too_new").values("pk")
    Account.objects.filter(pk__in=judged).update(status="churned")

    assert why() is None
