"""A measure with parameters is added to a draft, published, and told by what was chosen for it."""

import pytest
from django.urls import reverse

from health.models import Scorecard
from health.publishing import begin_draft, check, publish
from health.queries.scorecards import build_spec
from tests.health import builders as make
from tests.health.pages.test_draft_page import address, body, filled_in
from tests.page_house import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def reports(published):
    return make.make_feature(key="reports", name="Reports")


def stem_of(draft, key="engagement"):
    return f"new-measure-{draft.components.get(key=key).pk}"


def added(draft, key="feature_events", **typed):
    """What is sent to add this measure beside what the page says."""
    stem = stem_of(draft)
    fields = {"key": key, "weight": "10", "curve": "0 → 0, 5 → 100", **typed}
    return {f"{stem}-{name}": value for name, value in fields.items()}


def test_picking_a_measure_asks_for_what_there_is_to_choose(ops, draft, reports):
    engagement = draft.components.get(key="engagement")
    asked = {"component": engagement.pk, **added(draft, weight="15")}
    part = body(ops.get(reverse("admin:health_scorecard_adding", args=[draft.pk]), asked))

    for name in ("feature", "per", "days", "by"):
        assert f'name="{stem_of(draft)}-{name}"' in part
    assert f'name="{stem_of(draft)}-against"' not in part
    assert 'list="known-features"' in part
    assert 'value="15"' in part  # what was typed so far stays
    assert "Needed for" not in part
    assert '<option value="reports">Reports</option>' in body(ops.get(address(draft)))


def test_a_measure_with_parameters_is_added_under_its_name(ops, draft, reports):
    typed = added(draft, feature="reports", per="seats", days="28", by="people")
    ops.post(address(draft), filled_in(ops, draft) | typed)

    name = "feature_events(feature=reports, per=seats)"
    assert draft.measures.filter(key=name).exists()
    page = body(ops.get(address(draft)))
    assert "Events of a feature: reports, per seat, 28 days" in page
    assert "events per seat" in page


def test_one_measure_has_many_uses_and_each_counts_once(ops, draft, reports):
    for days in ("28", "56"):
        typed = added(draft, feature="reports", days=days)
        ops.post(address(draft), filled_in(ops, draft) | typed)
    again = added(draft, feature="reports", days="28", per="none")
    page = body(ops.post(address(draft), filled_in(ops, draft) | again))

    assert draft.measures.filter(key__startswith="feature_events").count() == 2
    assert "Events of a feature: reports, 28 days” is in “Product engagement” already" in page


def test_any_measure_may_be_compared_instead(ops, draft):
    """In one save: out with the value, in with its percentile."""
    gone = draft.measures.get(key="login_frequency")
    typed = added(draft, "login_frequency", percentile="segment", weight="20")
    remove = {"remove": [f"measure-{gone.pk}"]}
    ops.post(address(draft), filled_in(ops, draft) | typed | remove)

    keys = set(draft.measures.values_list("key", flat=True))
    assert "login_frequency" not in keys
    assert "login_frequency(percentile=segment)" in keys
    assert check(draft) == []
    page = body(ops.get(address(draft)))
    assert "Login frequency, percentile within its segment" in page


@pytest.mark.parametrize(
    ("key", "typed", "field", "words"),
    [
        ("feature_events", {}, "feature", "Choose a feature by its key."),
        ("feature_events", {"feature": "nothing"}, "feature", "There is no feature “nothing”."),
        ("event_count", {"kind": "party"}, "kind", "There is no kind of business event “party”."),
        (
            "event_count",
            {"kind": "upsell_declined", "days": "0"},
            "days",
            "Days is a whole number from 1 to 365, not “0”.",
        ),
        ("active_people", {"days": "30"}, "days", "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_a_choice_is_said_beside_it(ops, draft, key, typed, field, words):
    page = body(ops.post(address(draft), filled_in(ops, draft) | added(draft, key, **typed)))

    assert "Not saved. Everything you typed is still here." in page
    assert page.count(words) >= 2
    assert f'id="id_{stem_of(draft)}-{field}_error"' in page
    assert not draft.measures.filter(key__startswith=key).exists()


def test_a_gate_names_a_measure_with_what_was_chosen(ops, draft, reports):
    gate = {
        "new-gate-name": "No report",
        "new-gate-component": str(draft.components.get(key="engagement").pk),
        "new-gate-condition": "feature_events(days=28, feature=reports) = 0",
        "new-gate-cap": "49",
    }
    ops.post(address(draft), filled_in(ops, draft) | gate)
    spec = build_spec(draft)

    assert "feature_events(feature=reports)" in spec.raw_keys
    assert check(draft) == []
    wrong = gate | {"new-gate-name": "x", "new-gate-condition": "feature_events(days=28) = 0"}
    page = body(ops.post(address(draft), filled_in(ops, draft) | wrong))
    assert "“feature_events” needs feature: write feature_events(feature=…)" in page


def test_a_draft_that_names_what_does_not_exist_is_not_published(ops, draft, reports):
    gate = {
        "new-gate-name": "No report",
        "new-gate-component": str(draft.components.get(key="engagement").pk),
        "new-gate-condition": "event_count(kind=party) = 0",
        "new-gate-cap": "49",
    }
    ops.post(address(draft), filled_in(ops, draft) | gate)

    assert [str(problem) for problem in check(draft)] == [
        "Measure “Events of a kind: party, 90 days”: there is no kind of business event “party”"
    ]


def test_the_difference_of_two_versions_names_what_was_chosen(ops, published, reports):
    draft, _ = begin_draft(version=published, now=NOW)
    ops.post(address(draft), filled_in(ops, draft) | added(draft, feature="reports", weight="20"))
    trend = draft.measures.get(key="usage_trend")
    trend.weight = 20
    trend.save()
    publish(scorecard=draft, user=None, reason="Levels", now=NOW)

    assert Scorecard.objects.get(pk=draft.pk).is_published
    page = body(ops.get(address(draft, "compare")))
    assert "Events of a feature: reports, 28 days in Product engagement" in page


def test_what_is_picked_says_what_speaks_for_an_account(ops, draft):
    engagement = draft.components.get(key="engagement")
    asked = {"component": engagement.pk, **added(draft, "usage_against_baseline")}
    part = body(ops.get(reverse("admin:health_scorecard_adding", args=[draft.pk]), asked))

    assert "More is better." in part
    assert "Window: 84 closed days." in part
    assert "History it needs: 42 days." in part
    assert "not health" not in part


def test_a_measure_of_the_calendar_says_where_it_belongs(ops, draft):
    """It stands apart in the list, and says so when it is picked and where it is in a card."""
    page = body(ops.get(address(draft)))
    calendar = page.split('<optgroup label="Calendar: for cuts and the churn model">')[1]
    group = calendar.split("</optgroup>")[0]
    assert group.count("<option") == 3
    for key in ("contract_months", "days_to_decision", "tenure_days"):
        assert f'value="{key}"' in group
    said = "The contract calendar is not health"
    assert said not in page

    engagement = draft.components.get(key="engagement")
    asked = {"component": engagement.pk, **added(draft, "tenure_days")}
    assert said in body(ops.get(reverse("admin:health_scorecard_adding", args=[draft.pk]), asked))

    ops.post(address(draft), filled_in(ops, draft) | added(draft, "tenure_days"))
    assert draft.measures.filter(key="tenure_days").exists()
    assert said in body(ops.get(address(draft)))
