"""A draft comes into force with a reason; versions are compared in words and taken back; YAML goes
both ways."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from playbooks.library.definition_reader import read_yaml
from playbooks.library.playbook_yaml import with_lines, write_text
from playbooks.models import Playbook
from playbooks.publishing import begin_draft, save_draft
from tests.playbooks.conftest import NOW
from tests.playbooks.pages.builder.conftest import at, words


@pytest.fixture
def edited(house):
    """A draft of the check-in that waits longer and cools down for 45 days."""
    found, _ = begin_draft(version=Playbook.objects.get(key="healthy_to_watch"), now=NOW)
    content = found.as_mapping() | {"cooldown_days": 45}
    return save_draft(draft=found, revision=1, content=content, by=house.people["otto"], now=NOW)


def in_force(key="healthy_to_watch"):
    return Playbook.objects.get(key=key, state="published")


def test_a_draft_is_published_with_a_reason(ops, edited):
    address = at("playbook_publish", edited.pk)
    page = words(ops.get(address))
    assert "Cooldown days 30 45" in page
    refused = ops.post(address, {"reason": ""})
    assert "Say why" in words(refused)
    assert in_force().version == 1

    ops.post(address, {"reason": "Too soon before"})
    published = in_force()
    assert (published.version, published.reason, published.published_by.name) == (
        2,
        "Too soon before",
        "otto",
    )


def test_what_is_wrong_keeps_it_from_being_published(ops, draft):
    address = at("playbook_publish", draft.pk)
    page = words(ops.get(address))
    assert "Add a step: it does nothing yet." in page
    ops.post(address, {"reason": "Why not"})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_going_back_makes_a_version_that_says_what_the_earlier_one_said(ops, edited, house):
    first = in_force()
    ops.post(at("playbook_publish", edited.pk), {"reason": "Too soon before"})
    listed = words(ops.get(at("playbook_versions", in_force().pk)))
    assert "Too soon before" in listed
    assert "Cooldown days 30 45" in listed

    ops.post(at("playbook_back", first.pk), {"reason": "Too late now"})
    third = in_force()
    assert (third.version, third.reason) == (3, "Back to v1: Too late now")
    assert third.definition() == Playbook.objects.get(pk=first.pk).definition()


def test_everybody_reads_versions_and_no_draft_among_them(client, house, edited):
    client.force_login(house.people["alice"])
    page = words(client.get(at("playbook_versions", in_force().pk)))
    assert "v1" in page
    assert "Draft" not in page
    address = f"{at('playbook_versions', in_force().pk)}?with={edited.pk}"
    assert client.get(address).status_code == 404


def test_it_is_taken_out_of_force_and_reviewed(ops):
    playbook = in_force()
    ops.post(at("playbook_reviewed", playbook.pk))
    ops.post(at("playbook_retire", playbook.pk))
    playbook.refresh_from_db()
    assert playbook.state == "retired"
    assert playbook.reviewed_on is not None


def test_every_version_is_read_back_from_its_file(client, house):
    client.force_login(house.people["alice"])
    for playbook in Playbook.objects.filter(state="published"):
        response = client.get(at("playbook_export", playbook.pk))
        assert response["Content-Type"].startswith("application/yaml")
        assert read_yaml(response.content.decode()) == playbook.definition()


def test_a_text_becomes_a_draft_and_takes_the_place_of_one_only_if_told(ops, edited):
    text = write_text(in_force().as_mapping() | {"name": "From a file"})
    refused = ops.post(at("playbook_text"), {"text": text})
    assert "is a draft already" in words(refused)
    upload = SimpleUploadedFile("a.yaml", text.encode())
    ops.post(at("playbook_text"), {"file": upload, "text": "ignored", "replaces": "on"})
    (taken,) = Playbook.objects.filter(key="healthy_to_watch", state="draft")
    assert (taken.name, taken.cooldown_days) == ("From a file", 30)


def test_the_example_fits(ops):
    example = ops.get(at("playbook_text")).context["form"]["text"].value()
    ops.post(at("playbook_text"), {"text": example})
    assert Playbook.objects.get(key="quiet_champion").steps.count() == 2


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("name: Check-in after a slip", "name: ''"), 2, "name: write a text"),
        (("  channel: email", "  channel: pigeon"), None, "steps[1].channel: “pigeon” is none"),
        (("key: healthy_to_watch", "key: [1"), None, "This is not YAML"),
    ],
)
def test_errors_name_line_and_field(ops, change, line, says):
    text = write_text(in_force().as_mapping())
    assert change[0] in text
    wrong = text.replace(*change, 1)
    page = words(ops.post(at("playbook_text"), {"text": wrong}))
    expected = line or wrong[: wrong.index(change[1])].count("\n") + 1
    assert says in page
    if "YAML" not in says:
        assert f"Line {expected}:" in page
    assert not Playbook.objects.filter(state="draft").exists()


def test_a_problem_without_a_place_of_its_own_names_the_part_around_it():
    text = "key: a\nsteps:\n  - key: one\n  - key: two\n    kind: wait\n"
    (found,) = with_lines(text, ["steps[2].lasts: is missing"])
    assert found.line == 4
