"""Playbooks come in as text, are edited as drafts, and never change once published."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import BusinessEventKind, Function
from health.models import WatchLineUse
from playbooks.facts import published_rules
from playbooks.library.definition_reader import SHIPPED, read_yaml
from playbooks.models import Playbook, PlaybookStep, PlayStart
from playbooks.publishing import (
    NotADraftError,
    NotInForceError,
    PlaybookError,
    copy_to_draft,
    import_playbook,
    install_library,
    publish,
    retire,
)
from tests.playbooks.conftest import NOW, fire

TEXT = (SHIPPED / "at_risk.yaml").read_text("utf-8")


def states(key):
    return list(
        Playbook.objects.filter(key=key).order_by("version").values_list("version", "state")
    )


@pytest.mark.django_db
def test_the_library_is_installed_once():
    assert install_library(now=NOW) == 15
    assert install_library(now=NOW) == 0
    assert Playbook.objects.filter(state="published").count() == 15
    assert PlaybookStep.objects.filter(playbook__key="at_risk").count() == 11


@pytest.mark.django_db
def test_an_installation_that_has_playbooks_is_given_none_at_an_upgrade():
    text = (SHIPPED / "qbr.yaml").read_text("utf-8")
    import_playbook(text=text, now=NOW)
    assert install_library(now=NOW) == 0
    assert Playbook.objects.count() == 1


@pytest.mark.django_db
def test_what_asks_for_a_function_that_is_gone_is_left():
    Function.objects.filter(key="legal").delete()
    assert install_library(now=NOW) == 14
    assert not Playbook.objects.filter(key="renewal").exists()


def test_users_import_what_is_shipped_and_get_the_same(house):
    shipped = Playbook.objects.get(key="at_risk")

    draft = import_playbook(text=TEXT, now=NOW)

    assert (draft.version, draft.state) == (2, "draft")
    assert draft.definition() == shipped.definition() == read_yaml(TEXT)


def test_publishing_retires_the_version_before_and_can_be_taken_back(house):
    first = Playbook.objects.get(key="at_risk")
    second = publish(playbook=copy_to_draft(playbook=first, now=NOW), by=None, now=NOW)
    assert states("at_risk") == [(1, "retired"), (2, "published")]

    publish(playbook=first, by=None, now=NOW)

    assert states("at_risk") == [(1, "published"), (2, "retired")]
    with pytest.raises(NotADraftError):
        publish(playbook=first, by=None, now=NOW)
    assert second.published_at == NOW


def test_an_incomplete_draft_is_not_published(house):
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    draft.steps.all().delete()

    with pytest.raises(PlaybookError, match="steps: at least 1 is needed"):
        publish(playbook=draft, by=None, now=NOW)

    assert states("at_risk") == [(1, "published"), (2, "draft")]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Playbook.objects.filter(key="at_risk").update(cooldown_days=1),
        lambda: Playbook.objects.filter(key="at_risk").update(state="draft", published_at=None),
        lambda: Playbook.objects.filter(key="at_risk").delete(),
        lambda: PlaybookStep.objects.filter(playbook__key="at_risk").update(title="Other"),
        lambda: PlaybookStep.objects.filter(playbook__key="at_risk").delete(),
        lambda: PlaybookStep.objects.create(
            playbook=Playbook.objects.get(key="at_risk"), position=12, key="x", title="x",
            purpose="x", guidance="x", owner_role="csm", channel="call", due_amount=1,
            due_unit="hours",
        ),
    ],
)  # fmt: skip
def test_a_published_version_never_changes(house, change):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        change()


def test_a_review_is_noted_on_a_published_version(house):
    assert Playbook.objects.filter(key="at_risk").update(reviewed_on=NOW.date()) == 1


@pytest.fixture
def ops(house, client):
    client.force_login(house.people["otto"])
    return client


def test_playbooks_are_read_only_in_the_admin(house, ops):
    published = Playbook.objects.get(key="at_risk")
    for playbook in (published, copy_to_draft(playbook=published, now=NOW)):
        change = reverse("admin:playbooks_playbook_change", args=[playbook.pk])
        assert reverse("playbook", args=[playbook.pk]) in ops.get(change).content.decode()
        assert ops.post(change, {"name": "Other"}).status_code == 403
        delete = reverse("admin:playbooks_playbook_delete", args=[playbook.pk])
        assert ops.post(delete, {"post": "yes"}).status_code == 403
    assert ops.get(reverse("admin:playbooks_playbook_add")).status_code == 403


def test_nobody_but_ops_enters_the_admin(house, client):
    client.force_login(house.people["mona"])

    assert client.get(reverse("admin:playbooks_playbook_changelist")).status_code == 403


def watched(key):
    uses = WatchLineUse.objects.filter(owner=f"playbook:{key}").select_related("line")
    return sorted(use.line.spec.name for use in uses)


def below(playbook, score):
    """A draft of the playbook whose first trigger is a score below another value."""
    draft = copy_to_draft(playbook=playbook, now=NOW)
    draft.triggers = [draft.triggers[0] | {"score": score}, *draft.triggers[1:]]
    draft.save(update_fields=["triggers"])
    return draft


def test_health_watches_what_published_playbooks_wait_for(house):
    at_risk = Playbook.objects.get(key="at_risk")
    assert watched("at_risk") == ["line:20", "line:40"]

    publish(playbook=below(at_risk, 45), by=None, now=NOW)
    assert watched("at_risk") == ["line:20", "line:45"]

    publish(playbook=Playbook.objects.get(pk=at_risk.pk), by=None, now=NOW)
    assert watched("at_risk") == ["line:20", "line:40"]

    retire(playbook=at_risk, now=NOW)
    assert watched("at_risk") == []
    with pytest.raises(NotInForceError):
        retire(playbook=at_risk, now=NOW)


def test_lines_of_a_version_stay_watched_while_plays_run_by_it(house):
    house.falls(house.account(), "line:40")
    fire()
    at_risk = Playbook.objects.get(key="at_risk")

    retire(playbook=at_risk, now=NOW)

    assert watched("at_risk") == ["line:20", "line:40"]
    house.falls(house.account("second"), "line:40")
    fire()
    assert [start.account.name for start in PlayStart.objects.all()] == ["acme"]


def test_a_publication_that_fails_leaves_the_lines_alone(house):
    draft = below(Playbook.objects.get(key="at_risk"), 101)

    with pytest.raises(PlaybookError):
        publish(playbook=draft, by=None, now=NOW)

    assert watched("at_risk") == ["line:20", "line:40"]


def test_a_playbook_waits_only_for_kinds_of_events_that_there_are(house):
    own = TEXT.replace("event.cancellation_notice", "event.board_change")
    draft = import_playbook(text=own, now=NOW)
    with pytest.raises(PlaybookError, match="no kind of business event"):
        publish(playbook=draft, by=None, now=NOW)

    BusinessEventKind.objects.create(key="board_change", name="Board change")
    assert publish(playbook=draft, by=None, now=NOW).state == "published"


def test_rules_are_asked_for_in_one_query_and_follow_the_version_in_force(
    house, django_assert_num_queries
):
    with django_assert_num_queries(1):
        before = {rule.key: rule for rule in published_rules()}
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    draft.conditions = {"segments": ["enterprise"]}
    draft.save()
    publish(playbook=draft, by=None, now=NOW)
    after = {rule.key: rule for rule in published_rules()}
    assert after["at_risk"].conditions.segments == {"enterprise"}
    assert {key: rule for key, rule in after.items() if key != "at_risk"} == {
        key: rule for key, rule in before.items() if key != "at_risk"
    }
