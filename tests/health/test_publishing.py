"""Scorecards from files, and what may be published."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from django.db import InternalError, transaction

from health.models import AssignmentRule, Publication, Scorecard
from health.publishing import (
    FileProblem,
    NotPublishable,
    check,
    export_card,
    import_draft,
    install_library,
    publish,
)
from health.publishing.yaml_import import library_scorecards
from health.queries.scorecards import build_spec, in_force, published_card
from health.recompute import recompute
from health.scoring import evaluate
from tests.health.builders import DAY, NOW, make_account, make_feature, move_arr

pytestmark = pytest.mark.django_db
SHIPPED = dict(library_scorecards())


def document(**changes):
    return yaml.safe_dump({**yaml.safe_load(SHIPPED["four_inputs"]), **changes}, allow_unicode=True)


def test_the_library_is_published_once_and_is_repeatable():
    keys = [
        "five_components",
        "four_inputs",
        "high_touch",
        "low_touch",
        "onboarding",
        "tech_touch",
    ]
    assert [card.key for card in install_library(now=NOW)] == keys
    assert install_library(now=NOW) == []
    assert Publication.objects.count() == 6
    assert AssignmentRule.objects.count() == 6
    assert sorted(in_force()) == keys


@pytest.mark.parametrize(
    ("key", "weights"),
    [
        ("high_touch", [30, 25, 15, 15, 15]),
        ("low_touch", [35, 15, 20, 15, 15]),
        ("tech_touch", [50, 5, 25, 10, 10]),
    ],
)
def test_each_touch_tier_has_the_weights_of_the_specification(key, weights):
    install_library(now=NOW)
    spec = in_force()[key].spec
    names = ["usage", "relationship", "support", "growth", "financial"]
    assert [component.key for component in spec.components] == names
    assert [int(component.weight) for component in spec.components] == weights
    # Their curves and gates are those of the card whose measures they share.
    shared = {measure.key: measure.curve for measure in in_force()["four_inputs"].spec.measures}
    assert all(shared[measure.key] == measure.curve for measure in spec.measures)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"stage": "onboarding", "arr_minor": 90_000_00, "touch_tier": "high"}, "onboarding"),
        ({"arr_minor": 25_000_00, "touch_tier": "low"}, "four_inputs"),
        ({"arr_minor": 24_999_00, "touch_tier": "high"}, "high_touch"),
        ({"arr_minor": 24_999_00, "touch_tier": "low"}, "low_touch"),
        ({"arr_minor": 9_000_00, "touch_tier": "tech"}, "tech_touch"),
    ],
)
def test_shipped_rules_give_the_card_of_the_specification(changes, key):
    install_library(now=NOW)
    arr = changes.pop("arr_minor")
    account = make_account(**changes)
    move_arr(account, arr // 100, days_ago=400)
    recompute(day=DAY, now=NOW)
    assert account.health.scorecard.key == key


def test_the_shipped_weights_are_those_of_the_specification():
    install_library(now=NOW)
    spec = in_force()["four_inputs"].spec

    weights = {component.key: int(component.weight) for component in spec.components}
    assert weights == {"engagement": 35, "support": 25, "commercial": 25, "relationship": 15}
    assert [(band.key, int(band.lower), band.at_risk) for band in spec.bands] == [
        ("healthy", 75, False),
        ("watch", 50, False),
        ("intervene", 0, True),
    ]
    assert spec.alert_lines == (40, 20)
    assert len(spec.measures) == 14
    assert (int(spec.recovery_margin), int(spec.minimum_confidence)) == (3, 60)


def test_five_components_is_there_to_be_chosen_with_the_weights_of_the_specification():
    install_library(now=NOW)
    spec = in_force()["five_components"].spec
    points = {
        component.key: [float(component.weight * m.weight / 100) for m in component.measures]
        for component in spec.components
    }
    assert points == {
        "usage": pytest.approx([10, 10, 10], abs=0.003),
        "engagement": [10, 10, 5],
        "relationship": [10, 5, 5],
        "support": pytest.approx([5, 5, 5], abs=0.002),
        "growth": [5, 5],
    }
    bands = [(b.key, int(b.lower), b.at_risk, b.tone.value, b.order) for b in spec.bands]
    assert bands == [
        ("healthy", 80, False, "healthy", 10),
        ("stable", 60, False, "healthy", 15),
        ("at_risk", 40, True, "watch", 25),
        ("critical", 20, True, "intervene", 35),
        ("emergency", 0, True, "intervene", 40),
    ]
    assert not AssignmentRule.objects.filter(scorecard_key="five_components").exists()


def test_the_tech_touch_card_to_the_cent():
    """Each reading is that of the curve in the specification."""
    install_library(now=NOW)
    spec = in_force()["tech_touch"].spec
    raw = {
        "login_frequency": 12,  # 80 × .2 = 16
        "users_active": 0.35,  # (40 + 75) ÷ 2 = 57.5 × .3 = 17.25
        "core_feature_depth": 0.75,  # 85 × .5 = 42.5; usage 75.75
        "champions": 1,  # 50 × .35 = 17.5
        "days_since_executive": 180,  # 60 × .25 = 15
        "days_since_conversation": 90,  # 30 × .2 = 6
        "levels_engaged_180d": 1,  # 35 × .2 = 7; relationship 45.5
        "ticket_load": 2,  # 72.5 × .4 = 29
        "defect_share": 0.5,  # 45 × .2 = 9
        "days_to_resolution": 5,  # 65 × .4 = 26; support 64
        "usage_trend": -0.1,  # growth 52.5
        "arr_movement": 0.1,  # 85 − one upsell declined 30 = 55 × .6 = 33
        "upsells_declined_90d": 1,
        "worst_days_overdue_180d": 7,  # 75 × .4 = 30; financial 63
    }
    values = [[raw.get(key, 0.0) for key in spec.raw_keys]]
    # The gate of no core feature holds nobody: three are used.
    values[0][spec.raw_keys.index("core_features_used_30d")] = 3
    result = evaluate(spec, np.array(values))
    assert result.components.tolist() == [[7575, 4550, 6400, 5250, 6300]]
    # 37.875 + 2.275 + 16 + 5.25 + 6.3
    assert result.score.tolist() == [6770]


def test_an_import_makes_the_next_version_as_a_draft():
    install_library(now=NOW)
    draft = import_draft(document(recovery_margin=4), now=NOW)

    assert (draft.version, draft.state) == (2, "draft")
    assert in_force()["four_inputs"].spec.version == 1
    publish(scorecard=draft, user=None, reason="Calmer", now=NOW)
    assert in_force()["four_inputs"].spec.version == 2


def test_publishing_an_older_version_again_brings_it_back():
    install_library(now=NOW)
    draft = import_draft(document(recovery_margin=4), now=NOW)
    publish(scorecard=draft, user=None, reason="Calmer", now=NOW)
    publish(
        scorecard=Scorecard.objects.get(key="four_inputs", version=1),
        user=None,
        reason="Too calm",
        now=NOW,
    )

    assert in_force()["four_inputs"].spec.version == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bands": [{"key": "a", "name": "A", "lower": 50}]}, "two bands"),
        ({"alert_lines": [120]}, "Alert lines"),
        ({"recovery_margin": 60}, "Recovery margin"),
        ({"minimum_confidence": 0}, "Minimum confidence"),
    ],
)
def test_a_draft_with_problems_is_refused_in_words(changes, words):
    draft = import_draft(document(**changes), now=NOW)
    with pytest.raises(NotPublishable, match=words):
        publish(scorecard=draft, user=None, reason="A try", now=NOW)

    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not Publication.objects.exists()


def test_each_problem_says_where_and_what():
    draft = import_draft(SHIPPED["four_inputs"], now=NOW)
    draft.measures.filter(key="users_active").update(weight=10, curve="0.5 → 40, 0.2 → 140")
    draft.measures.filter(key="champions").update(key="charm")
    draft.gates.filter(key="champion_gone").update(cap=101)

    assert {str(problem) for problem in check(draft)} == {
        "Component “Product engagement”, its measures: weights must add up to 100;"
        " they add up to 95 (5 missing)",
        "Measure “users_active”: the values of its curve must rise from left to right",
        "Measure “users_active”: the readings of its curve lie between 0 and 100",
        "Measure “charm”: “charm” is not in the measure catalogue",
        "Gate “The only champion left within 60 days”: the cap lies between 0 and 100",
    }


def test_publishing_needs_a_reason():
    draft = import_draft(SHIPPED["four_inputs"], now=NOW)

    with pytest.raises(NotPublishable, match="say why"):
        publish(scorecard=draft, user=None, reason=" ", now=NOW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "not YAML"),
        ("just words", "begins with"),
        ("key: x", "“name” is missing"),
        ("key: x\nname: X\ncomponents: 3", "must be a list"),
        ("key: x\nname: X\nrecovery_margin: much", "not a number"),
        (document(gates=[{"key": "g", "component": "nowhere"}]), "no component nowhere"),
    ],
)
def test_a_file_that_is_no_scorecard_is_refused_whole(text, words):
    with pytest.raises(FileProblem, match=words):
        import_draft(text, now=NOW)

    assert not Scorecard.objects.exists()


def test_a_published_version_never_changes():
    install_library(now=NOW)
    card = Scorecard.objects.get(key="four_inputs")
    before = build_spec(card)
    changes = [
        lambda: Scorecard.objects.filter(pk=card.pk).update(name="Other"),
        lambda: card.components.update(weight=1),
        lambda: card.measures.all().delete(),
        lambda: card.bands.update(at_risk=True),
        lambda: card.gates.update(cap=1),
        lambda: card.alert_lines.create(value=55),
        lambda: Publication.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(InternalError), transaction.atomic():
            change()

    assert build_spec(card) == before == published_card(card.pk).spec


def test_nested_components_survive_import_and_copy():
    nested = [
        {
            "key": "top",
            "name": "Top",
            "weight": 100,
            "components": [
                {
                    "key": "left",
                    "name": "Left",
                    "weight": 40,
                    "measures": [{"key": "champions", "weight": 100, "curve": "0 → 0, 1 → 100"}],
                },
                {
                    "key": "right",
                    "name": "Right",
                    "weight": 60,
                    "measures": [{"key": "ticket_load", "weight": 100, "curve": "0 → 100, 1 → 0"}],
                },
            ],
        }
    ]
    from health.publishing import copy_to_draft  # noqa: PLC0415 -- only here

    draft = import_draft(document(components=nested, gates=[]), now=NOW)
    publish(scorecard=draft, user=None, reason="Nested", now=NOW)
    copy = copy_to_draft(scorecard=draft, now=NOW)

    assert build_spec(copy).components == build_spec(draft).components
    assert build_spec(copy).component_keys == ("top", "left", "right")


def test_a_band_without_a_tone_gets_that_of_its_key_or_of_what_it_means():
    bands = [
        {"key": "green", "name": "Green", "lower": 80},
        {"key": "yellow", "name": "Yellow", "lower": 60},
        {"key": "critical", "name": "Critical", "lower": 40},
        {"key": "red", "name": "Red", "lower": 0, "at_risk": True},
    ]
    card = import_draft(document(bands=bands), now=NOW)

    looks = card.bands.order_by("-lower").values_list("key", "tone", "order")
    assert list(looks) == [
        ("green", "healthy", 10),
        ("yellow", "watch", 20),
        ("critical", "intervene", 30),
        ("red", "intervene", 40),
    ]
    assert check(card) == []
    card.bands.filter(key="yellow").update(order=35)
    assert [str(problem) for problem in check(card)] == [
        "Bands: their order must rise from the best band to the worst"
    ]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("tone", "pink", "is none of healthy, watch, intervene"),
        ("order", -1, "whole number from 0"),
    ],
)
def test_a_file_with_a_look_that_is_none_is_refused(column, value, says):
    bands = [{"key": "good", "name": "Good", "lower": 0, column: value}]

    with pytest.raises(FileProblem, match=says):
        import_draft(document(bands=bands), now=NOW)


LEVELS = [
    {
        "key": "feature_events",
        "parameters": {"feature": "reports", "days": 28, "per": "seats"},
        "weight": 60,
        "curve": "0 → 0, 5 → 100",
        "penalties": "event_count(days=30, kind=upsell_declined) × 10, champions × 1",
    },
    {"key": "active_people(days=56)", "weight": 40, "curve": "0 → 0, 9 → 100"},
]
OF_LEVELS = {
    "components": [{"key": "use", "name": "Use", "weight": 100, "measures": LEVELS}],
    "gates": [
        {
            "key": "quiet",
            "name": "Quiet",
            "component": "use",
            "when": "feature_weeks(by=people, feature=reports) < 3 and champions = 0",
            "cap": 40,
        }
    ],
}


def test_a_file_chooses_what_a_measure_is_of():
    make_feature(key="reports")
    draft = import_draft(document(**OF_LEVELS), now=NOW)

    assert check(draft) == []
    assert build_spec(draft).raw_keys == (
        "feature_events(feature=reports, per=seats)",
        "active_people(days=56)",
        "event_count(kind=upsell_declined, days=30)",
        "champions",
        "feature_weeks(feature=reports)",
    )


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"per": "seats"}, "“feature_events” needs feature"),
        ({"feature": "reports", "per": "head"}, "per is none, seats, arr or people, not “head”"),
        ({"feature": "reports", "colour": "red"}, "“feature_events” has no parameter “colour”"),
        ({"feature": "unheard-of"}, "there is no feature “unheard-of”"),
    ],
)
def test_what_a_file_chooses_wrong_is_said(parameters, words):
    make_feature(key="reports")
    rows = [{**LEVELS[0], "parameters": parameters}, LEVELS[1]]
    components = [{**OF_LEVELS["components"][0], "measures": rows}]
    draft = import_draft(document(**OF_LEVELS | {"components": components}), now=NOW)

    assert words in "; ".join(str(problem) for problem in check(draft))


def test_a_file_whose_parameters_are_no_mapping_is_refused():
    rows = [{**LEVELS[0], "parameters": "reports"}]
    components = [{**OF_LEVELS["components"][0], "measures": rows}]

    with pytest.raises(FileProblem, match="“parameters” of feature_events is a mapping"):
        import_draft(document(**OF_LEVELS | {"components": components}), now=NOW)


@pytest.mark.parametrize("changes", [{}, OF_LEVELS])
def test_what_is_exported_is_imported_as_the_same(changes):
    draft = import_draft(document(**changes), now=NOW)
    again = import_draft(export_card(draft), now=NOW)

    assert replace(build_spec(again), version=1) == replace(build_spec(draft), version=1)
