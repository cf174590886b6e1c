"""A playbook is read as a flow by everybody, and built by CS ops as a draft, part by part."""

import re

import pytest

from accounts.models import Endpoint, Feature, Function, SavedView
from health.models import Band, Scorecard
from playbooks.library.definition_reader import examine
from playbooks.models import Playbook
from playbooks.publishing import begin_draft, save_draft
from playbooks.triggers.kinds import StepKind
from playbooks.triggers.vocabulary import TriggerKind
from surveys.publishing import install_surveys
from tests.playbooks.conftest import NOW
from tests.playbooks.pages.builder.conftest import at, words

CALL = {
    "title": "Call them",
    "owner": "csm",
    "channel": "call",
    "due_amount": "2",
    "due_unit": "business_days",
    "due_from": "start",
    "purpose": "Hear what changed.",
    "guidance": "Ask one open question.",
}
FORMS = {
    StepKind.TASK: CALL,
    StepKind.WAIT: {
        "title": "Give them a week",
        "lasts_amount": "5",
        "lasts_unit": "business_days",
    },
    StepKind.BRANCH: {"title": "Is it a large account?", "arr_at_least": "50000"},
    StepKind.CHANGE_FIELD: {"title": "Mark it", "field": "add_tag", "tag": "slipped"},
    StepKind.ASSIGN: {"title": "Draw in help", "owner": "save_team"},
    StepKind.NOTIFY: {"title": "Tell them", "owner": "manager", "guidance": "Look at it."},
    StepKind.MAIL: {
        "title": "Write to them",
        "owner": "csm",
        "consent": "given",
        "send": "after_approval",
        "subject": "About {{ account }}",
        "body": "Dear {{ contact }}",
    },
    StepKind.START_PLAY: {"title": "Begin the recovery", "playbook": "at_risk"},
    StepKind.HOLD_OUT: {"title": "Leave a tenth alone", "percent": "10"},
    StepKind.SURVEY: {"title": "Ask how it went", "survey": "onboarding_csat"},
    StepKind.IN_APP: {"title": "Show what is new", "subject": "New", "body": "Dear {{ contact }}"},
    StepKind.SLACK: {"title": "Tell the channel", "to": "at_slack", "guidance": "Look at it."},
    StepKind.TEAMS: {"title": "Tell the channel", "to": "at_teams", "guidance": ""},
    StepKind.WEBHOOK: {"title": "Tell the CRM", "to": "at_webhook", "guidance": ""},
}
SAID = {
    StepKind.TASK: "Task for CSM",
    StepKind.WAIT: "For 5 business days",
    StepKind.BRANCH: "Does the account have ARR of at least 50,000?",
    StepKind.CHANGE_FIELD: "The tag “slipped” is added",
    StepKind.ASSIGN: "Save team joins the team of the account",
    StepKind.NOTIFY: "Notice to Manager",
    StepKind.MAIL: "only who agreed to be written to",
    StepKind.START_PLAY: "Asks for a play of “Recover an account at risk”",
    StepKind.HOLD_OUT: "10 of a hundred accounts are left alone",
    StepKind.SURVEY: "Asks: “Satisfied with the onboarding?”",
    StepKind.IN_APP: "Message in the product",
    StepKind.SLACK: "Slack, to “At slack”",
    StepKind.TEAMS: "Teams, to “At teams”",
    StepKind.WEBHOOK: "Webhook, to “At webhook”",
}


@pytest.fixture(autouse=True)
def _endpoints(db):
    for kind in Endpoint.Kind:
        Endpoint.objects.create(key=f"at_{kind}", name=f"At {kind}", kind=kind, created_at=NOW)
    install_surveys(now=NOW)


def post(client, address, draft, **fields):
    draft.refresh_from_db()
    return client.post(address, {"revision": draft.revision, **fields})


def added(client, draft, kind, *, after="", ending="", part="step"):
    """The key of a new part."""
    address = f"{at('playbook_add', draft.pk, part)}?after={after}&ending={ending}"
    response = post(client, address, draft, kind=kind)
    return response.url.rstrip("/").rpartition("/")[2]


def keys(draft):
    return list(draft.steps.order_by("position").values_list("key", flat=True))


def saved(client, draft, part, key, **fields):
    response = post(client, at("playbook_item", draft.pk, part, key), draft, **fields)
    assert response.status_code == 302, words(response)


def test_everybody_reads_what_is_in_force_as_a_flow(house, client):
    playbook = Playbook.objects.get(key="renewal")
    for name in ("alice", "mona", "eva", "otto"):
        client.force_login(house.people[name])
        assert "Renew the contract" in words(client.get(at("playbooks")))
        said = words(client.get(at("playbook", playbook.pk)))
        assert "120 days before the decision about a renewal" in said
        assert "Draws in" in said
        assert ("Edit as a draft" in said) is (name == "otto")


def test_a_draft_is_there_for_cs_ops_alone(house, client, draft):
    client.force_login(house.people["alice"])
    assert client.get(at("playbook", draft.pk)).status_code == 404
    assert "quiet week" not in words(client.get(at("playbooks")))
    assert client.get(at("playbook_part", draft.pk, "about")).status_code == 403
    client.force_login(house.people["otto"])
    assert "Draft of v1" in words(client.get(at("playbook", draft.pk)))


@pytest.mark.parametrize("kind", list(StepKind))
def test_a_step_of_each_kind_is_added_filled_in_and_said(ops, draft, kind):
    key = added(ops, draft, kind.value)
    assert "problem" in words(ops.get(at("playbook", draft.pk)))
    saved(ops, draft, "step", key, **FORMS[kind])

    definition, problems = examine(Playbook.objects.get(pk=draft.pk).as_mapping())
    assert [step.kind for step in definition.steps] == [kind]
    assert [each for each in problems if each.startswith("steps")] == []
    assert SAID[kind] in words(ops.get(at("playbook", draft.pk)))
    shown = ops.get(at("playbook_item", draft.pk, "step", key))
    saved(ops, draft, "step", key, **posted(shown.context["form"]))
    assert examine(Playbook.objects.get(pk=draft.pk).as_mapping())[0] == definition


BEHAVIOUR_CONDITIONS = {
    "used_since_start": False,
    "active_users_below": 2,
    "unused_features": ["reports"],
    "without_events": ["first_value_moment"],
    "onboarding_done": True,
}


@pytest.mark.parametrize(("kind", "name"), [(StepKind.BRANCH, "if"), (StepKind.WAIT, "until")])
def test_a_branch_and_a_wait_ask_what_people_did(ops, draft, kind, name):
    Feature.objects.create(key="reports", name="Reports", valid_from=NOW.date())
    key = added(ops, draft, kind.value)
    asked = BEHAVIOUR_CONDITIONS | {
        "used_since_start": "false",
        "onboarding_done": "true",
        "arr_at_least": "",
    }
    saved(ops, draft, "step", key, **FORMS[kind] | asked)

    (stored,) = Playbook.objects.get(pk=draft.pk).as_mapping()["steps"]
    assert stored[name] == BEHAVIOUR_CONDITIONS
    said = words(ops.get(at("playbook", draft.pk)))
    assert "nobody using the product since the play began" in said
    shown = ops.get(at("playbook_item", draft.pk, "step", key))
    saved(ops, draft, "step", key, **posted(shown.context["form"]))
    assert Playbook.objects.get(pk=draft.pk).as_mapping()["steps"][0][name] == BEHAVIOUR_CONDITIONS


TRIGGERS = {
    TriggerKind.CROSSING: ({"to": ["intervene"]}, "falls to intervene"),
    TriggerKind.SCORE_BELOW: ({"score": "40"}, "falls below 40"),
    TriggerKind.VALUE_PASSES: ({"subject": "score", "value": "80"}, "falls below 80"),
    TriggerKind.SCORE_FALLS: ({"points": "10", "within_days": "7"}, "A fall by 10 points"),
    TriggerKind.SIGNAL: (
        {"signal": "account.expansion_ready"},
        "Readiness for an expansion comes in",
    ),
    TriggerKind.CONTRACT_DATE: ({"days": "-90", "date": "end"}, "90 days before the end"),
    TriggerKind.INACTIVE: ({"days": "21"}, "21 days without anybody using the product"),
    TriggerKind.CADENCE: ({"every_months": "3"}, "Every 3 months"),
    TriggerKind.NOT_STARTED: ({"days": "3"}, "3 days as a customer without"),
    TriggerKind.UNTOUCHED: ({"days": "30", "feature": ""}, "30 days without anybody using a core"),
    TriggerKind.REPEATED: (
        {"event": "help_article_read", "times": "3", "within_days": "14"},
        "3 times about the same within 14 days",
    ),
    TriggerKind.TICKET_SOLVED: ({"days": "7"}, "7 days after a ticket was solved"),
    TriggerKind.UNPAID: ({"days": "10"}, "10 days after an invoice was due"),
    TriggerKind.LAUNCHED: ({"days": "2"}, "2 days after a feature came into their plan"),
    TriggerKind.AFTER_CHURN: (
        {"months": "6", "came_back": "on"},
        "6 months after they left. Closes itself when they are a customer again.",
    ),
    TriggerKind.AUDIENCE_ENTERED: (
        {"audience": "large"},
        "When an account enters the audience Large ones.",
    ),
    TriggerKind.AUDIENCE_LEFT: (
        {"audience": "large"},
        "When an account leaves the audience Large ones.",
    ),
}


@pytest.mark.parametrize("kind", list(TriggerKind))
def test_a_trigger_of_each_kind_is_added_filled_in_and_said(house, ops, draft, kind):
    fields, said = TRIGGERS[kind]
    SavedView.objects.create(
        name="Large ones", key="large", filters={"segment": "enterprise"},
        owner=house.people["otto"], created_at=NOW, shared_on=NOW.date(),
    )  # fmt: skip
    Band.objects.create(
        scorecard=Scorecard.objects.get(), key="intervene", name="Intervene", lower=0,
        tone="intervene", order=3,
    )  # fmt: skip
    key = added(ops, draft, kind.value, part="trigger")
    ends = {"direction": "down"} if kind in WITH_DIRECTION else {}
    saved(ops, draft, "trigger", key, **fields, **ends)
    accounts = {"also_churned": "on"} if kind is TriggerKind.AFTER_CHURN else {}
    post(ops, at("playbook_part", draft.pk, "accounts"), draft, **accounts)

    definition, problems = examine(Playbook.objects.get(pk=draft.pk).as_mapping())
    assert [trigger.kind for trigger in definition.triggers] == [kind]
    assert [each for each in problems if each.startswith("triggers")] == []
    assert said in words(ops.get(at("playbook", draft.pk)))
    shown = ops.get(at("playbook_item", draft.pk, "trigger", key))
    saved(ops, draft, "trigger", key, **posted(shown.context["form"]))
    assert examine(Playbook.objects.get(pk=draft.pk).as_mapping())[0] == definition


WITH_DIRECTION = (TriggerKind.CROSSING, TriggerKind.VALUE_PASSES)


def posted(form):
    """What a browser sends of a form as it is shown."""
    values = {field.html_name: field.value() for field in form}
    empty = (None, False, [])
    return {n: v for n, v in values.items() if not any(v is e or v == [] for e in empty)}


def test_every_shipped_step_and_trigger_survives_being_opened_and_saved(ops):
    for playbook in Playbook.objects.filter(state="published"):
        draft, _ = begin_draft(version=playbook, now=NOW)
        before = draft.definition()
        for part, items in (
            ("step", before.steps),
            ("trigger", before.triggers),
            ("escalation", before.escalations),
        ):
            for item in items:
                shown = ops.get(at("playbook_item", draft.pk, part, item.key))
                saved(ops, draft, part, item.key, **posted(shown.context["form"]))
        for part in ("about", "accounts"):
            shown = ops.get(at("playbook_part", draft.pk, part))
            post(ops, at("playbook_part", draft.pk, part), draft, **posted(shown.context["form"]))
        assert Playbook.objects.get(pk=draft.pk).definition() == before


def test_steps_move_branch_and_go(ops, draft):
    call = added(ops, draft, "task")
    fork = added(ops, draft, "branch", after=call)
    assert keys(draft) == ["task", "branch"]
    yes = added(ops, draft, "wait", after=fork, ending="fits")
    no = added(ops, draft, "notify", after=fork, ending="other")
    assert keys(draft) == ["task", "branch", "wait", "notify"]
    page = words(ops.get(at("playbook", draft.pk)))
    assert "Yes" in page

    post(ops, at("playbook_move", draft.pk), draft, step=call, by="down")
    assert keys(draft) == ["branch", "task", "wait", "notify"]
    post(ops, at("playbook_move", draft.pk), draft, step=call, by="up")
    for key in (yes, no):
        post(ops, at("playbook_remove", draft.pk), draft, part="step", key=key)
    assert keys(draft) == ["task", "branch"]


def test_the_first_step_cannot_go_up_nor_the_last_one_down(ops, draft):
    added(ops, draft, "task")
    said = ops.get(at("playbook", draft.pk)).content.decode()
    assert 'value="up"' not in said
    assert 'value="down"' not in said


def test_what_is_wrong_keeps_what_was_typed_and_stands_at_its_field(ops, draft):
    key = added(ops, draft, "task")
    address = at("playbook_item", draft.pk, "step", key)
    response = post(ops, address, draft, **CALL | {"owner": "", "title": "Ring them"})
    assert response.status_code == 200
    assert 'value="Ring them"' in response.content.decode()
    assert "owner" in response.context["form"].errors
    assert 'id="id_owner_error"' in response.content.decode()


def test_a_second_editor_is_told_and_overwrites_nothing(house, ops, draft):
    key = added(ops, draft, "task")
    draft.refresh_from_db()
    seen = draft.revision
    mona = house.people["mona"]
    content = draft.as_mapping() | {"name": "Ring after a quiet week"}
    save_draft(draft=draft, revision=seen, content=content, by=mona, now=NOW)

    address = at("playbook_item", draft.pk, "step", key)
    response = ops.post(address, {**CALL, "revision": seen})
    assert "mona saved this draft while you had it open" in words(response)
    assert 'value="Call them"' in response.content.decode()
    assert Playbook.objects.get(pk=draft.pk).steps.get().title == ""
    again = re.search(r'name="revision" value="(\d+)"', response.content.decode())
    assert ops.post(address, {**CALL, "revision": again[1]}).status_code == 302
    stored = Playbook.objects.get(pk=draft.pk)
    assert (stored.name, stored.steps.get().title) == ("Ring after a quiet week", "Call them")

    moved = ops.post(
        at("playbook_remove", draft.pk), {"part": "step", "key": key, "revision": seen}
    )
    assert moved.status_code == 302
    assert keys(draft) == [key]


def test_what_was_published_is_not_edited(ops):
    playbook = Playbook.objects.get(key="at_risk")
    first = playbook.steps.order_by("position").first()
    for address in (
        at("playbook_part", playbook.pk, "about"),
        at("playbook_item", playbook.pk, "step", first.key),
        at("playbook_add", playbook.pk, "step"),
    ):
        assert ops.post(address, {"revision": 1, "kind": "task"}).status_code == 302
    ops.post(at("playbook_remove", playbook.pk), {"part": "step", "key": first.key, "revision": 1})
    ops.post(at("playbook_discard", playbook.pk))
    assert Playbook.objects.get(pk=playbook.pk).steps.count() == 11


def test_a_draft_is_begun_once_and_thrown_away(ops):
    playbook = Playbook.objects.get(key="at_risk")
    for _ in range(2):
        ops.post(at("playbook_begin", playbook.pk))
    (draft,) = Playbook.objects.filter(key="at_risk", state="draft")
    ops.post(at("playbook_discard", draft.pk))
    assert Playbook.objects.filter(key="at_risk").count() == 1


def test_a_key_is_taken_once(ops, draft):
    response = ops.post(at("playbook_new"), {"name": "Again", "key": draft.key})
    assert "already" in words(response)
    assert ops.post(at("playbook_new"), {"name": "Other", "key": "other_one"}).status_code == 302


def test_a_step_offers_the_functions_that_an_admin_added(ops, draft):
    Function.objects.create(key="qa_lead", name="QA lead")
    key = added(ops, draft, "task")
    page = ops.get(at("playbook_item", draft.pk, "step", key)).content.decode()
    assert '<option value="qa_lead">QA lead</option>' in page


def test_a_part_that_is_not_there_is_not_found(ops, draft):
    for address in (
        at("playbook_part", draft.pk, "nothing"),
        at("playbook_item", draft.pk, "step", "nothing"),
        at("playbook_item", draft.pk, "about", "nothing"),
        at("playbook_add", draft.pk, "nothing"),
    ):
        assert ops.get(address).status_code == 404
    response = post(ops, at("playbook_add", draft.pk, "step"), draft, kind="nothing")
    assert response.status_code == 404


@pytest.mark.parametrize("key", ["healthy_to_watch", "renewal"])
def test_pages_ask_as_often_for_one_step_as_for_many(ops, key, django_assert_num_queries):
    playbook = Playbook.objects.get(key=key)
    draft, _ = begin_draft(version=playbook, now=NOW)
    ops.get(at("playbooks"))
    for address, asked in (
        (at("playbooks"), 6),
        (at("playbook", playbook.pk), 8),
        (at("playbook", draft.pk), 14),
    ):
        with django_assert_num_queries(asked):
            ops.get(address)
