"""A preview says what publishing then does, and writes nothing."""

from decimal import Decimal

import numpy as np
import pytest

from accounts.models import Installation, User
from health import preview
from health.models import CurrentHealth, HealthScore, Scorecard, ThresholdCrossing
from health.publishing import copy_to_draft, publish
from health.queries.rules import RuleContent
from health.recompute import drain_dirty, recompute
from health.scoring import to_hundredths
from tests.cards import rules_from_before
from tests.health import builders as make
from tests.health.builders import DAY, NOW
from tests.permission_house import everything_stored

pytestmark = pytest.mark.usefixtures("library")
ACCOUNTS = 14


@pytest.fixture
def ola():
    return User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")


@pytest.fixture
def accounts():
    feature = make.make_feature()
    plan = make.make_plan(name="Pro")
    accounts = [make.make_account(plan=plan, arr_minor=100_00 * n) for n in range(ACCOUNTS)]
    for n, account in enumerate(accounts):
        make.use(account, feature, days_ago=range(0, 125, 1 + n), events=10 + n)
        for user in range(1 + n % 4):
            make.be_active(account, f"user-{user}", days_ago=range(0, 60, 2 + n % 3))
        make.move_arr(account, 30_000, days_ago=500)
        if n % 3 == 0:
            make.move_arr(account, -5_000, days_ago=90, kind="contraction")
        for ticket in range(n % 5):
            make.open_ticket(account, days_ago=10 + ticket, solved_days_ago=3, category="defect")
        ada = make.make_contact(account, level="vp", roles=["champion"] if n % 2 else [])
        make.talk(account, ada, days_ago=5 * n, is_commercial=n % 2 == 0)
        make.happen(account, "expansion_conversation", days_ago=20)
        if n != 5:  # whose payment stays unknown
            make.invoice(account, due_days_ago=300, paid_days_ago=300 - 3 * n)
    make.open_ticket(accounts[0], days_ago=400, solved_days_ago=399)
    make.talk(accounts[0], days_ago=400)
    recompute(day=DAY, now=NOW)
    return accounts


@pytest.fixture
def draft():
    return copy_to_draft(scorecard=Scorecard.objects.get(key="four_inputs", version=1), now=NOW)


def foreseen(draft):
    """Account → (score in hundredths, band) under the draft."""
    plan = preview.prepare(Scorecard.objects.get(pk=draft.pk), day=DAY)
    found = {}
    for outlook in preview.foresee(plan, plan.account_ids):
        for row, account_id in enumerate(outlook.account_ids.tolist()):
            found[account_id] = (int(outlook.new_score[row]), outlook.new_band[row])
    return found


def after_publishing(draft, ola):
    publish(scorecard=draft, user=ola, reason="Try", now=NOW)
    while drain_dirty(now=NOW):
        pass
    return {
        row.account_id: (-1 if row.score is None else to_hundredths(row.score), row.band)
        for row in CurrentHealth.objects.filter(scorecard=draft)
    }


def retune(draft, **weights):
    for key, weight in weights.items():
        draft.components.filter(key=key).update(weight=weight)


@pytest.fixture
def freeze_today(library):
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})


@pytest.mark.usefixtures("freeze_today")
def test_other_weights_bands_and_gates_come_out_as_foreseen(accounts, draft, ola):
    retune(draft, engagement=15, support=45)
    draft.bands.filter(key="watch").update(lower=60)
    draft.gates.filter(key="no_core_feature").update(cap=20)
    seen = foreseen(draft)

    assert len(seen) == ACCOUNTS
    assert seen == after_publishing(draft, ola)
    assert len({band for _, band in seen.values()}) > 1


@pytest.mark.usefixtures("freeze_today")
def test_a_measure_nobody_was_judged_by_is_read_from_facts(accounts, draft, ola):
    gone = draft.measures.get(key="users_active")
    draft.measures.create(
        component=gone.component,
        key="core_features_used_30d",
        weight=gone.weight,
        curve="0 → 0, 2 → 100",
    )
    draft.measures.create(
        component=gone.component, key="champions_left_60d", weight=5, curve="0 → 100, 2 → 0"
    )
    draft.measures.filter(key="login_frequency").update(weight=15)
    gone.delete()
    plan = preview.prepare(draft, day=DAY)
    old = plan.in_force.spec.raw_keys
    seen = foreseen(draft)

    assert "core_features_used_30d" in old  # a gate looks at it
    assert seen == after_publishing(draft, ola)


def test_a_preview_writes_nothing(accounts, draft):
    retune(draft, engagement=15, support=45)
    before = everything_stored()
    foreseen(draft)

    assert everything_stored() == before
    assert HealthScore.objects.filter(scorecard=draft).count() == 0


def test_the_number_of_questions_does_not_grow(accounts, draft, django_assert_num_queries):
    retune(draft, engagement=15, support=45)
    plan = preview.prepare(draft, day=DAY)
    preview.foresee(plan, plan.account_ids)
    for count in (1, ACCOUNTS):
        with django_assert_num_queries(3):
            preview.foresee(plan, plan.account_ids[:count])


def test_movers_have_a_reason_and_falls_are_told_like_crossings(accounts, draft):
    retune(draft, engagement=5, support=55)
    plan = preview.prepare(draft, day=DAY)
    (outlook,) = preview.foresee(plan, plan.account_ids)
    moved = {row for row in range(len(outlook)) if outlook.old_band[row] != outlook.new_band[row]}

    assert moved
    assert set(outlook.reasons) == moved
    assert {r for r in outlook.reasons.values() if "instead of" not in r} == set()
    for row in moved:
        (told,) = [each for each in outlook.crossings[row] if each.is_of_whole_score]
        assert (told.before, told.after) == (outlook.old_band[row], outlook.new_band[row])
        assert told.judged_by == "four_inputs v2"
    assert not ThresholdCrossing.objects.filter(scorecard=draft).exists()


def test_a_card_that_is_not_in_force_yet_is_compared_with_what_counts_now(accounts, draft, ola):
    """Of a new key: accounts that its rule would give it, under whatever judges them today."""
    Scorecard.objects.filter(pk=draft.pk).update(key="by_tier", version=1)
    draft.refresh_from_db()
    retune(draft, engagement=15, support=45)
    rules = [RuleContent("by_tier", stage="adoption"), RuleContent("four_inputs")]
    rules_from_before(rules, now=NOW)
    other = accounts[0]
    other.stage = "expansion"
    other.save(update_fields=["stage"])
    seen = foreseen(draft)

    assert preview.prepare(draft, day=DAY).in_force is None
    assert set(seen) == {account.pk for account in accounts[1:]}


def test_unscored_stays_its_own_state(accounts, draft):
    Scorecard.objects.filter(pk=draft.pk).update(minimum_confidence=Decimal(100))
    plan = preview.prepare(Scorecard.objects.get(pk=draft.pk), day=DAY)
    (outlook,) = preview.foresee(plan, plan.account_ids)
    lost = np.flatnonzero(outlook.new_score == -1)

    assert len(lost)
    assert {outlook.new_band[row] for row in lost} == {"unscored"}
    assert all("100% is needed" in outlook.reasons[int(row)] for row in lost)
