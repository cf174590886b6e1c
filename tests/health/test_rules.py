"""Rules are drafted and published in versions, and those in force give everybody a scorecard."""

import pytest
from django.db import InternalError, transaction

from accounts.models import DirtyAccount, User
from health.models import AssignmentRule, RuleSet
from health.publishing import (
    DraftChanged,
    NoDraft,
    NotPublishable,
    begin_rules,
    check_rules,
    publish_rules,
    save_rules,
)
from health.queries.assignment import assignment
from health.queries.rules import RuleContent, content_of, rules_in_force
from tests.cards import draft_rules, put_rules_in_force
from tests.health import builders as make
from tests.health.builders import NOW

pytestmark = pytest.mark.usefixtures("library")
EVERYBODY = RuleContent("four_inputs")
LARGE = RuleContent("high_touch", minimum_arr=100_000)


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")


def save(draft, rules, by):
    return save_rules(draft=draft, revision=draft.revision, rules=rules, user=by, now=NOW)


def publish(draft, **more):
    return publish_rules(draft=draft, user=None, now=NOW, **{"reason": "Try", **more})


def test_a_draft_begins_with_what_is_in_force_and_decides_nothing(ola):
    before = content_of(rules_in_force())
    draft, is_new = begin_rules(now=NOW)
    assert (is_new, draft.version, content_of(draft)) == (True, 2, before)

    assert save(draft, [LARGE, EVERYBODY], ola)
    assert content_of(rules_in_force()) == before
    assert begin_rules(now=NOW) == (draft, False)


def test_publication_marks_every_customer_and_counts_at_once():
    customer, gone = make.make_account(), make.make_account(status="churned")
    DirtyAccount.objects.all().delete()
    put_rules_in_force([LARGE, EVERYBODY], now=NOW)

    assert content_of(rules_in_force()) == [LARGE, EVERYBODY]
    assert len(assignment().rules) == 2
    assert list(DirtyAccount.objects.values_list("account_id", flat=True)) == [customer.pk]
    assert gone.pk != customer.pk


def test_a_save_from_an_older_revision_writes_nothing(ola):
    draft, _ = begin_rules(now=NOW)
    save(draft, [LARGE, EVERYBODY], ola)
    with pytest.raises(DraftChanged):
        save_rules(draft=draft, revision=1, rules=[EVERYBODY], user=ola, now=NOW)
    draft.refresh_from_db()
    assert content_of(draft) == [LARGE, EVERYBODY]
    assert not save(draft, [LARGE, EVERYBODY], ola)  # as it was

    publish(draft, revision=2)
    with pytest.raises(NoDraft):
        save(draft, [EVERYBODY], ola)


@pytest.mark.parametrize(
    ("rules", "problems"),
    [
        ([LARGE], ["Rules: add one without a condition: who fits no other gets its scorecard"]),
        (
            [EVERYBODY, LARGE],
            ["Rule 2: nobody comes to it: rule 1 before it fits every account"],
        ),
        (
            [LARGE, RuleContent("four_inputs", minimum_arr=100_000), EVERYBODY],
            ["Rule 2: nobody comes to it: rule 1 asks the same"],
        ),
        (
            [RuleContent("planned", stage="adoption"), EVERYBODY],
            ["Rule 1: the scorecard “planned” is not in force: publish it first"],
        ),
        (
            [RuleContent("four_inputs", segment="gone"), EVERYBODY],
            ["Rule 1: there is no segment “gone”"],
        ),
        (
            [RuleContent("four_inputs", touch_tier="gone"), EVERYBODY],
            ["Rule 1: there is no touch tier “gone”"],
        ),
    ],
)
def test_what_may_not_be_published_says_where_and_why(rules, problems):
    draft = draft_rules(rules, now=NOW)

    assert [str(problem) for problem in check_rules(draft)] == problems
    with pytest.raises(NotPublishable):
        publish(draft)
    assert rules_in_force().version == 1


def test_publication_needs_a_reason():
    with pytest.raises(NotPublishable, match="say why"):
        publish(draft_rules([EVERYBODY], now=NOW), reason=" ")


def test_an_earlier_version_is_taken_up_again_as_a_draft():
    first = rules_in_force()
    put_rules_in_force([EVERYBODY], now=NOW)
    draft, _ = begin_rules(now=NOW, content=first)
    publish(draft)

    now = rules_in_force()
    assert (now.version, now.content_of) == (3, first)
    assert content_of(now) == content_of(first)


def test_a_published_version_never_changes_whoever_asks():
    rules = rules_in_force().rules
    for change in (
        lambda: RuleSet.objects.update(reason="Another"),
        lambda: RuleSet.objects.all().delete(),
        lambda: rules.update(minimum_arr=5),
        lambda: rules.all().delete(),
        lambda: rules.create(position=90, scorecard_key="four_inputs", stage="value"),
    ):
        with pytest.raises(InternalError, match=r"never change|Cannot"), transaction.atomic():
            change()


def test_the_database_keeps_a_rule_for_everybody():
    draft = draft_rules([LARGE], now=NOW)
    with pytest.raises(InternalError, match="no rule without a condition"), transaction.atomic():
        RuleSet.objects.filter(pk=draft.pk).update(state="published", published_at=NOW)
    assert AssignmentRule.objects.in_force().catch_alls().count() == 1
