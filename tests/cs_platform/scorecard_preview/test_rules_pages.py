"""Assignment rules on their pages: edited as a draft, previewed on all accounts, published."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Account, DirtyAccount, Installation, User
from cs_platform.models.previews import Preview, PreviewMover
from health.models import RuleSet, Scorecard
from health.publishing import copy_to_draft, publish
from health.queries.rules import RuleContent, content_of, rules_in_force
from tests.cards import put_rules_in_force
from tests.page_house import DAY, NOW

LIST = reverse("admin:health_ruleset_changelist")
BEGIN = reverse("admin:health_ruleset_draft")


def address(rules, page="change"):
    return reverse(f"admin:health_ruleset_{page}", args=[rules.pk])


def body(response):
    return response.content.decode()


@pytest.fixture
def rules(ops, published):
    """The draft, which says what is in force: onboarding, ARR from 25,000, everybody else."""
    ops.post(BEGIN)
    return RuleSet.objects.get(state="draft")


def filled_in(client, rules, **changes):
    """The form as the browser would send it back, but for `changes` (__ for the dashes)."""
    context = client.get(address(rules)).context
    data = {"revision": rules.revision}
    for form in (context["form"].management_form, *context["form"].forms):
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value in (None, False) else value
    return data | {f"rule-{name.replace('__', '-')}": value for name, value in changes.items()}


def add(**values):
    """What is typed into the row of a rule that is added: the fourth."""
    return {f"3__{name}": value for name, value in values.items()}


def test_rules_read_as_people_speak(ops, published):
    page = body(ops.get(LIST))

    assert "In force: v1" in page
    assert "Stage Onboarding" in page
    assert "ARR from $25,000" in page or "ARR from €25,000" in page
    assert "Everybody else" in page
    assert ">Four inputs</td>" in page


def test_a_rule_is_added_before_the_one_for_everybody(ops, rules):
    typed = add(scorecard_key="high_touch", segment="enterprise", note="They pay for it")
    response = ops.post(address(rules), filled_in(ops, rules, **typed))
    rules.refresh_from_db()

    assert response.url == address(rules)
    assert content_of(rules)[2] == RuleContent(
        "high_touch", segment="enterprise", note="They pay for it"
    )
    assert content_of(rules)[3].is_catch_all
    assert (rules.revision, rules.edited_by.name) == (2, "Ola Ops")
    assert len(content_of(rules_in_force())) == 3


def test_rules_are_moved_and_removed(ops, rules):
    changed = {"0__order": 2, "1__order": 1, "2__scorecard_key": "tech_touch"}
    ops.post(address(rules), filled_in(ops, rules, **changed))
    rules.refresh_from_db()
    assert content_of(rules)[0].minimum_arr == 25_000
    assert content_of(rules)[2].scorecard_key == "tech_touch"

    ops.post(address(rules), filled_in(ops, rules, **{"1__DELETE": "on"}))
    rules.refresh_from_db()
    assert [rule.stage for rule in content_of(rules)] == ["", ""]


def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_is_saved(ops, rules):
    typed = filled_in(ops, rules, **{"1__minimum_arr": "-1", "2__scorecard_key": "gone"})
    page = body(ops.post(address(rules), typed))
    rules.refresh_from_db()

    assert "Everything you typed is still here" in page
    assert "Rule 2, arr from" in page
    assert "greater than or equal to 0" in page
    assert "gone is not one of the available choices" in page
    assert rules.revision == 1


def test_a_draft_without_a_rule_for_everybody_is_saved_and_not_previewed(ops, rules):
    typed = filled_in(ops, rules, **{"2__DELETE": "on"}) | {"preview": "1"}
    response = ops.post(address(rules), typed, follow=True)

    assert "add one without a condition" in body(response)
    assert not Preview.objects.exists()


def test_two_people_are_told_of_each_other(ops, rules):
    typed = filled_in(ops, rules, **{"2__scorecard_key": "tech_touch"})
    ops.post(address(rules), filled_in(ops, rules, **{"1__minimum_arr": "50000"}))
    page = body(ops.post(address(rules), typed))
    rules.refresh_from_db()

    assert "saved this draft while you had it open" in page
    assert "50,000" in page
    assert content_of(rules)[2].scorecard_key == "four_inputs"


@pytest.fixture
def previewed(ops, rules, portfolio):
    """Accounts of which value is expected go to Tech touch: companies 05 to 10."""
    Account.objects.filter(arr_minor__gte=6_000_00).update(stage="value")
    typed = add(scorecard_key="tech_touch", stage="value") | {"1__DELETE": "on"}
    ops.post(address(rules), filled_in(ops, rules, **typed) | {"preview": "1"})
    rules.refresh_from_db()
    return Preview.objects.get()


def test_the_preview_says_who_gets_another_scorecard(ops, rules, previewed):
    response = ops.get(address(rules, "preview"))
    page = body(response)

    assert previewed.total == 11
    # 6,000 + 7,000 + … + 11,000
    assert previewed.cards == [["Four inputs", "Tech touch", 6, 51_000_00]]
    movers = PreviewMover.objects.filter(preview=previewed)
    assert movers.count() == 6
    assert {(m.from_card, m.to_card) for m in movers} == {("Four inputs", "Tech touch")}
    assert page.index("Company 10") < page.index("Company 05")  # the largest ARR first
    assert "Company 04" not in page
    assert "Publish rules v2" in page
    assert sum(row.accounts for row in response.context["matrix"]) == 11


def test_rules_come_into_force_from_their_preview_with_a_reason(ops, rules, previewed, ola):
    form = {"preview": previewed.pk, "reason": ""}
    assert "Say why" in body(ops.post(address(rules, "publish"), form))
    DirtyAccount.objects.all().delete()
    ops.post(address(rules, "publish"), form | {"reason": "Small ones are served by mail"})

    now = rules_in_force()
    assert (now.version, now.published_by, now.reason) == (2, ola, "Small ones are served by mail")
    assert DirtyAccount.objects.count() == 11
    page = body(ops.get(address(rules)))
    assert "In force" in page
    assert "Stage Value" in page


@pytest.mark.parametrize("what", ["rules", "scorecard", "day", "draft"])
def test_what_was_not_looked_at_is_not_published(ops, rules, previewed, what):
    if what == "rules":  # of another version, past the draft
        RuleSet.objects.filter(pk=rules.pk).update(version=3)
        RuleSet.objects.filter(pk=rules.pk).update(revision=rules.revision)
        RuleSet.objects.create(version=2, state="published", created_at=NOW, published_at=NOW)
    elif what == "scorecard":
        card = Scorecard.objects.get(key="tech_touch", version=1)
        publish(scorecard=copy_to_draft(scorecard=card, now=NOW), user=None, reason="x", now=NOW)
    elif what == "day":
        Installation.objects.update(as_of=DAY + timedelta(days=1))
    else:
        ops.post(address(rules), filled_in(ops, rules, **{"0__DELETE": "on"}))
    ops.post(address(rules, "publish"), {"preview": previewed.pk, "reason": "Try"})

    assert "out of date" in body(ops.get(address(rules, "preview")))
    assert not RuleSet.objects.get(pk=rules.pk).is_published


def test_a_preview_of_a_scorecard_is_out_of_date_once_other_rules_are_in_force(
    ops, draft, portfolio
):
    card = reverse("admin:health_scorecard_preview", args=[draft.pk])
    ops.post(card)
    assert "out of date" not in body(ops.get(card))
    put_rules_in_force([RuleContent("four_inputs")], now=NOW)
    assert "out of date" in body(ops.get(card))


def test_an_earlier_version_is_taken_up_and_a_draft_thrown_away(ops, published):
    first = rules_in_force()
    put_rules_in_force([RuleContent("four_inputs")], now=NOW)
    ops.post(address(first, "back"))
    draft = RuleSet.objects.get(state="draft")
    assert content_of(draft) == content_of(first)
    assert draft.reason == "Back to version 1"

    ops.post(address(draft, "discard"))
    assert not RuleSet.objects.filter(state="draft").exists()
    ops.post(address(first, "discard"))
    assert RuleSet.objects.filter(pk=first.pk).exists()


@pytest.mark.parametrize("page", ["change", "preview"])
def test_csms_do_not_see_them(client, rules, page):
    mira = User.objects.create_user("mira@example.test", "x", name="Mira", role="csm")
    client.force_login(mira, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(rules, page)).status_code == 403
