"""What an installation gave a name of its own is called by it, not by its key."""

import pytest

from accounts.models import Endpoint, Feature, Plan, SavedView
from playbooks.library.draft_columns import blank_step
from playbooks.models import Playbook
from playbooks.publishing import begin_draft, publish, save_draft
from playbooks.triggers.kinds import StepKind
from tests.playbooks.conftest import NOW
from tests.playbooks.pages.builder.conftest import at, words


def step(key, kind, **said):
    return blank_step(key, kind, is_first=False) | said


BRANCH = step("asks", StepKind.BRANCH, title="Which way?") | {"if": {"audiences": ["large"]}}
OTHER = step("then", StepKind.START_PLAY, title="Go on", playbook="renewal_low_touch")
POST = step("post", StepKind.SLACK, title="Say it", to="renewals")


@pytest.fixture
def said(draft, house):
    """A draft that names rows of every kind."""
    by = house.people["otto"]
    SavedView.objects.create(
        name="Large ones", key="large", filters={}, owner=by, created_at=NOW, shared_on=NOW.date()
    )
    Feature.objects.create(key="export_api", name="Export", valid_from=NOW.date())
    Plan.objects.create(key="pro", name="Professional")
    Endpoint.objects.create(kind="slack", key="renewals", name="Renewals room", created_at=NOW)
    triggers = [
        {"key": "came", "kind": "audience_entered", "audience": "large"},
        {"key": "left", "kind": "untouched", "feature": "export_api", "days": 30},
    ]
    content = draft.as_mapping() | {
        "summary": "For those that are large.",
        "triggers": triggers,
        "conditions": {"plans": ["pro"], "audiences": ["large"]},
        "steps": [BRANCH, OTHER, POST],
    }
    return save_draft(draft=draft, revision=draft.revision, content=content, by=by, now=NOW)


def test_the_flow_says_names(ops, said):
    page = words(ops.get(at("playbook", said.pk)))
    for sentence in (
        "When an account enters the audience Large ones.",
        "without anybody using the feature Export.",
        "Accounts with plan Professional, membership of the audience Large ones.",
        "Does the account have membership of the audience Large ones?",
        "Asks for a play of “Renew by mail”",
        "Slack, to “Renewals room”",
    ):
        assert sentence in page
    assert Playbook.objects.filter(key="renewal_low_touch", name="Renew by mail").exists()


def test_what_changed_says_names(ops, said, house):
    by = house.people["otto"]
    publish(playbook=said, by=by, now=NOW, reason="First of all")
    draft, _ = begin_draft(version=said, now=NOW)
    content = draft.as_mapping() | {"conditions": {}}
    save_draft(draft=draft, revision=draft.revision, content=content, by=by, now=NOW)
    page = words(ops.get(at("playbook_publish", draft.pk)))
    assert "Accounts with plan Professional, membership of the audience Large ones." in page
