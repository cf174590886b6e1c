"""A preview of other rules says what publishing them then does."""

import pytest

from accounts.models import Installation
from health import preview
from health.models import CurrentHealth
from health.publishing import publish_rules
from health.queries.rules import RuleContent
from health.recompute import drain_dirty, recompute
from health.scoring import to_hundredths
from tests.cards import draft_rules, rules_from_before
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
SMALL_BY_TIER = [
    RuleContent("onboarding", stage="onboarding"),
    RuleContent("four_inputs", minimum_arr=25_000),
    RuleContent("tech_touch"),
]


@pytest.fixture
def accounts():
    """Eight of other sizes, and one whose relationship is twelve days old."""
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})
    feature = make.make_feature()
    plan = make.make_plan(name="Pro")
    found = []
    for n in range(9):
        since = ago(12 if n == 8 else 700)
        stage = "onboarding" if n in (0, 8) else "adoption"
        arr = 5_000 * (n + 1)
        account = make.make_account(
            plan=plan, arr_minor=arr * 100, customer_since=since, stage=stage
        )
        make.use(account, feature, days_ago=range(0, 12 if n == 8 else 125, 1 + n), events=10 + n)
        make.be_active(account, "ada", days_ago=range(0, 12 if n == 8 else 60, 2))
        make.move_arr(account, arr, days_ago=12 if n == 8 else 500)
        make.talk(
            account, make.make_contact(account, level="vp"), days_ago=n, is_commercial=n % 2 == 0
        )
        make.invoice(account, due_days_ago=100, paid_days_ago=90 - 10 * n)
        for ticket in range(n % 4):
            make.open_ticket(account, days_ago=10 + ticket, solved_days_ago=3, category="defect")
        found.append(account)
    recompute(day=DAY, now=NOW)
    return found


def foreseen(draft):
    """Account → (score in hundredths, band, scorecard, or "" where it stays)."""
    plan = preview.prepare(draft, day=DAY)
    return {
        account_id: (int(outlook.new_score[row]), outlook.new_band[row], outlook.cards[1])
        for outlook in preview.foresee(plan, plan.account_ids)
        for row, account_id in enumerate(outlook.account_ids.tolist())
    }


def after_publishing(draft):
    before = dict(CurrentHealth.objects.values_list("pk", "scorecard__name"))
    publish_rules(draft=draft, user=None, reason="Try", now=NOW)
    while drain_dirty(now=NOW):
        pass
    return {
        row.pk: (
            -1 if row.score is None else to_hundredths(row.score),
            row.band,
            "" if row.scorecard.name == before.get(row.pk) else row.scorecard.name,
        )
        for row in CurrentHealth.objects.select_related("scorecard")
    }


def test_scores_bands_and_scorecards_come_out_as_foreseen(accounts):
    draft = draft_rules(SMALL_BY_TIER, now=NOW)
    seen = foreseen(draft)

    # 10,000 to 20,000: those of 5,000 and 45,000 are onboarded, 25,000 and more keep Four inputs
    moved = [accounts[n].pk for n in (1, 2, 3)]
    assert {pk for pk, (_, _, card) in seen.items() if card} == set(moved)
    assert {seen[pk][2] for pk in moved} == {"Tech touch"}
    assert seen == after_publishing(draft)


def test_who_becomes_or_stops_being_too_new_is_foreseen(accounts):
    """Twelve days old: looked at under the onboarding card, too new under any other."""
    young = accounts[8]
    assert young.health.band == "unscored"
    draft = draft_rules([RuleContent("four_inputs")], now=NOW)
    seen = foreseen(draft)

    assert seen[young.pk] == (-1, "too_new", "Four inputs")
    assert seen == after_publishing(draft)

    back = draft_rules(SMALL_BY_TIER, now=NOW)
    seen = foreseen(back)
    assert seen[young.pk] == (-1, "unscored", "Onboarding")  # it has no steps, and little else
    assert seen == after_publishing(back)


def test_who_has_no_rule_today_is_among_them(accounts):
    rules_from_before([RuleContent("onboarding", stage="onboarding")], now=NOW)
    never = make.make_account(customer_since=ago(700), arr_minor=9_000_00)
    draft = draft_rules(SMALL_BY_TIER, now=NOW)
    seen = foreseen(draft)

    assert seen[never.pk][2] == "Tech touch"
    assert seen[never.pk] == after_publishing(draft)[never.pk]


def test_who_lost_their_rule_is_judged_from_facts_again(accounts):
    """Also by the scorecard they had: what is stored of the days without a rule says nothing."""
    rules_from_before([RuleContent("onboarding", stage="onboarding")], now=NOW)
    recompute(day=DAY, now=NOW)
    lost = accounts[5]
    draft = draft_rules(SMALL_BY_TIER, now=NOW)
    seen = foreseen(draft)

    assert CurrentHealth.objects.get(pk=lost.pk).lacks_rule
    assert seen[lost.pk][0] > 0
    assert seen[lost.pk][2] == "Four inputs"
    assert {pk: told[:2] for pk, told in seen.items()} == {
        pk: told[:2] for pk, told in after_publishing(draft).items()
    }


def test_a_preview_writes_nothing_about_accounts(accounts):
    before = list(CurrentHealth.objects.order_by("pk").values())
    foreseen(draft_rules(SMALL_BY_TIER, now=NOW))

    assert list(CurrentHealth.objects.order_by("pk").values()) == before


def test_a_rise_past_the_margin_is_told_by_what_lifted_the_score(accounts):
    """Both cards have the same bands, so that no account is judged afresh."""
    plan = preview.prepare(draft_rules([RuleContent("high_touch")], now=NOW), day=DAY)
    told = [
        reason
        for outlook in preview.foresee(plan, plan.account_ids)
        for row, reason in outlook.reasons.items()
        if outlook.old_band[row] != outlook.new_band[row]
    ]

    assert told
    assert not [reason for reason in told if "afresh" in reason]
