"""A draft without what no connected source can judge scores whom the card in force cannot."""

from decimal import Decimal

import pytest

from accounts.models import User
from health.models import CurrentHealth, DraftEdit, Scorecard
from health.publishing import NothingToFit, begin_draft, begin_fitted_draft, check, publish
from health.queries.scorecards import build_spec
from health.recompute import recompute
from tests.health import builders as make
from tests.health.builders import DAY, NOW

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")


def fitted(ola, *connected):
    version = Scorecard.objects.get(key="four_inputs", version=1)
    return begin_fitted_draft(version=version, connected=connected, user=ola, now=NOW)


def weights(parts):
    return {part.key: part.weight for part in parts.order_by("pk")}


def test_measures_go_with_their_source_and_the_rest_adds_up_to_100(ola):
    found = fitted(ola, "support", "revenue", "payment")
    draft = found.draft

    assert (found.is_new, check(draft)) == (True, [])
    # support 25 : commercial 25, and of that ARR 50 : payment 25
    assert weights(draft.components) == {"support": 50, "commercial": 50}
    assert weights(draft.measures) == {
        "ticket_load": 40,
        "defect_share": 20,
        "days_to_resolution": 40,
        "arr_movement": Decimal("66.67"),
        "worst_days_overdue_180d": Decimal("33.33"),
    }
    # ARR flat over three terms needs to know of no conversation, which is a business event.
    assert [gate.key for gate in draft.gates.all()] == ["topic_unsolved"]
    assert {"Trend of core-feature use", "Champions"} <= set(found.dropped)
    assert draft.reason.startswith("Fitted to what is connected. Dropped: ")
    assert len(draft.reason) <= 300


def test_what_was_dropped_is_kept_as_an_edit_of_the_draft(ola):
    draft = fitted(ola, "support").draft

    edit = DraftEdit.objects.get(scorecard=draft, revision=2)
    assert (edit.edited_by, draft.revision) == (ola, 2)
    assert "Product engagement: removed" in edit.changes
    assert "Support burden: weight: 25 → 100" in edit.changes


def test_points_taken_off_for_what_nobody_delivers_go(ola):
    draft = fitted(ola, "revenue", "interactions").draft

    assert draft.measures.get(key="commercial_conversations_90d").penalties == ""


def test_a_card_whose_sources_all_deliver_is_copied(ola):
    version = Scorecard.objects.get(key="four_inputs", version=1)
    everything = (
        *("usage", "activity", "support", "revenue", "payment", "contacts"),
        *("interactions", "events", "onboarding"),
    )
    found = fitted(ola, *everything)

    assert found.dropped == ()
    assert build_spec(found.draft).components == build_spec(version).components


def test_a_draft_that_somebody_works_on_is_left_alone(ola):
    version = Scorecard.objects.get(key="four_inputs", version=1)
    draft, _ = begin_draft(version=version, now=NOW)
    found = fitted(ola, "support")

    assert (found.draft, found.is_new) == (draft, False)
    assert found.draft.measures.count() == version.measures.count()


def test_nothing_is_made_where_nothing_is_connected(ola):
    with pytest.raises(NothingToFit):
        fitted(ola)

    assert not Scorecard.objects.filter(state="draft").exists()


def test_an_account_that_had_no_score_gets_one_under_the_fitted_card(ola):
    account = make.make_account()
    make.open_ticket(account, days_ago=60, solved_days_ago=59)
    recompute(day=DAY, now=NOW)
    assert CurrentHealth.objects.get().band == "unscored"

    found = fitted(ola, "support")
    publish(scorecard=found.draft, user=ola, reason="Only support is connected", now=NOW)
    recompute(day=DAY, now=NOW)

    # no tickets in 30 days 100, no defect 100, one day to resolve 100
    assert CurrentHealth.objects.get().score == 100


def test_what_no_account_has_a_value_of_goes_although_its_source_delivers(ola):
    """Usage comes in, but no feature of it is core: depth and trend say nothing of anybody."""
    account = make.make_account()
    make.move_arr(account, 1_000_00, days_ago=500)
    make.open_ticket(account, days_ago=60, solved_days_ago=59)
    make.use(account, make.make_feature(is_core=False), days_ago=10)
    recompute(day=DAY, now=NOW)
    assert CurrentHealth.objects.get().band == "unscored"

    found = fitted(ola, "usage", "support", "revenue")
    assert {"Trend of core-feature use", "Core-feature depth"} <= set(found.dropped)
    assert weights(found.draft.components) == {"support": 50, "commercial": 50}
    publish(scorecard=found.draft, user=ola, reason="No feature is core yet", now=NOW)
    recompute(day=DAY, now=NOW)
    assert CurrentHealth.objects.get().score is not None
