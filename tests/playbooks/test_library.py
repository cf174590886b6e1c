"""CS ops install entries of the library one by one, and take updates without losing own edits."""

from datetime import timedelta

import pytest
from django.urls import reverse

from playbooks.engine import advance_plays, start_play
from playbooks.library.catalogue import BY_KEY, ENTRIES
from playbooks.library_updates import entry_states
from playbooks.models import InstalledEntry, Playbook, PlaybookStep, Task
from playbooks.publishing import copy_to_draft, import_playbook, install_library, publish
from tests.playbooks.conftest import NOW

ENTRY = BY_KEY["qbr"]
# What an earlier version of the product said.
OLDER = ENTRY.text.replace("Send the notes", "Send the minutes").replace(
    "cooldown_days: 60", "cooldown_days: 45"
)

EXTRA_STEP = """\
  - key: extra
    title: Ask once more
    purpose: One more.
    guidance: Ask.
    owner: csm
    channel: call
    due: {calendar_days: 20}
"""


@pytest.fixture
def ops(client, house):
    client.force_login(house.people["otto"])
    return client


@pytest.fixture
def older(house):
    """Installed when the library said something else, and edited here since."""
    first = publish(playbook=import_playbook(text=OLDER, now=NOW), by=None, now=NOW)
    InstalledEntry.objects.create(key=ENTRY.key, text=OLDER, taken_at=NOW)
    draft = copy_to_draft(playbook=first, now=NOW)
    PlaybookStep.objects.filter(playbook=draft, key="hold").update(title="Hold it on a Tuesday")
    return publish(playbook=draft, by=None, now=NOW)


def post(client, action, key=ENTRY.key):
    response = client.post(reverse(f"library_{action}", args=[key]), follow=True)
    return response.content.decode()


def in_force(key=ENTRY.key):
    return Playbook.objects.get(key=key, state="published")


def titles(playbook):
    return {step.key: step.title for step in playbook.steps.all()}


def state(key=ENTRY.key):
    (found,) = entry_states([BY_KEY[key]])
    return found


def test_the_playbooks_of_the_admin_lead_to_the_library(ops):
    html = ops.get(reverse("admin:playbooks_playbook_changelist")).content.decode()
    assert f'href="{reverse("library")}"' in html


def test_the_list_says_of_each_entry_whether_it_is_installed(ops):
    html = ops.get(reverse("library")).content.decode()
    assert all(entry.definition.name in html for entry in ENTRIES)
    assert html.count("In force") == 15
    assert html.count("Available") == 19
    assert html.count("waits for") == 0
    assert "edited here" not in html
    assert "Update available" not in html


def test_the_list_asks_no_more_for_more_entries(house, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert [each.is_edited for each in entry_states(ENTRIES)] == [False] * 34
    with django_assert_num_queries(3):
        assert [each.is_edited for each in entry_states(ENTRIES[4:5])] == [False]


def test_an_entry_is_installed_once_and_in_force(ops, house):
    assert (
        "Only people start it."
        in ops.get(reverse("library_entry", args=["escalation"])).content.decode()
    )

    assert "Installed: Hold the quarterly review, version 1." in post(ops, "install")
    assert "There is a playbook “qbr” already." in post(ops, "install")

    assert in_force().definition() == ENTRY.definition
    assert in_force().published_by == house.people["otto"]
    assert not state().is_edited


def test_an_update_is_told_in_words_and_taken_beside_own_edits(ops, older):
    html = ops.get(reverse("library_entry", args=[ENTRY.key])).content.decode()
    assert "edited here" in html
    taken = [(each.place, each.before, each.after) for each in state().taken()]
    assert taken == [
        ("Cooldown days", "45", "60"),
        ("Step “Send the minutes”: title", "Send the minutes", "Send the notes"),
    ]
    (kept,) = state().kept()
    assert (kept.before, kept.after) == ("Hold the review", "Hold it on a Tuesday")
    assert "Send the minutes" in html
    assert "Hold it on a Tuesday" in html

    assert "Updated: Hold the quarterly review, version 3." in post(ops, "take")

    assert in_force().cooldown_days == 60
    assert titles(in_force())["follow_up"] == "Send the notes"
    assert titles(in_force())["hold"] == "Hold it on a Tuesday"
    assert (state().has_update, state().is_edited) == (False, True)
    assert "There is nothing new to take." in post(ops, "take")
    assert Playbook.objects.filter(key=ENTRY.key).count() == 3


def test_who_keeps_their_own_is_not_asked_again(ops, older):
    assert "Yours stays as it is." in post(ops, "keep")

    assert in_force() == older
    assert (state().has_update, state().is_edited) == (False, True)


def test_an_update_of_what_is_out_of_force_is_a_draft(ops, older):
    Playbook.objects.filter(pk=older.pk).update(state="retired")

    post(ops, "take")

    latest = Playbook.objects.filter(key=ENTRY.key).order_by("-version")[0]
    assert (latest.state, titles(latest)["follow_up"]) == ("draft", "Send the notes")


def test_an_update_that_does_not_fit_own_edits_is_refused_with_the_place(ops):
    """A step that own edits lead to is gone in the library."""
    older = ENTRY.text + EXTRA_STEP
    first = publish(playbook=import_playbook(text=older, now=NOW), by=None, now=NOW)
    InstalledEntry.objects.create(key=ENTRY.key, text=older, taken_at=NOW)
    draft = copy_to_draft(playbook=first, now=NOW)
    edges = [{"to": "extra", "when": ["declined"]}]
    PlaybookStep.objects.filter(playbook=draft, key="hold").update(edges=edges)
    publish(playbook=draft, by=None, now=NOW)

    html = post(ops, "take")

    assert "steps[5].next[1].to: “extra” is none of follow_up, end" in html
    assert in_force() == draft
    assert state().has_update


def test_what_was_installed_before_its_text_was_kept_is_recognised(house):
    InstalledEntry.objects.all().delete()
    publish(playbook=import_playbook(text=OLDER, now=NOW), by=None, now=NOW)

    assert install_library(now=NOW) == 0

    assert not state("at_risk").is_edited
    assert not state("at_risk").has_update
    assert (state().has_update, state().is_edited) == (True, False)


def test_a_playbook_of_ones_own_under_a_key_of_the_library_stays_ones_own(ops, house):
    publish(playbook=import_playbook(text=OLDER, now=NOW), by=house.people["otto"], now=NOW)

    install_library(now=NOW)

    html = ops.get(reverse("library_entry", args=[ENTRY.key])).content.decode()
    assert "Your own playbook of this key" in html
    assert not state().has_update


@pytest.mark.parametrize("name", ["mona", "alice", "eva"])
def test_only_cs_ops_see_the_library(client, house, name):
    client.force_login(house.people[name])
    assert client.get(reverse("library")).status_code == 403
    assert client.post(reverse("library_install", args=["qbr"])).status_code == 403
    assert not Playbook.objects.filter(key="qbr").exists()


def test_an_unknown_entry_is_not_found(ops):
    assert ops.get(reverse("library_entry", args=["nothing"])).status_code == 404


@pytest.mark.parametrize(
    ("score", "drawn_in"),
    [
        ("39.99", {"Join a renewal at high risk", "Speak to their executive about the renewal"}),
        ("40.00", {"Take the doubt out of the renewal"}),
        ("59.99", {"Take the doubt out of the renewal"}),
        ("60.00", set()),
        (None, set()),
    ],
)
def test_a_renewal_draws_in_who_acts_on_its_risk(house, score, drawn_in):
    account = house.account(renews_on=NOW.date() + timedelta(days=120), touch_tier="high")
    house.stands(account, score, "watch")
    start_play(account=account, playbook_key="renewal", by=house.people["alice"], now=NOW)

    for days in range(0, 92, 2):
        advance_plays(limit=100, now=NOW + timedelta(days=days))

    drawn = {
        "Join a renewal at high risk",
        "Take the doubt out of the renewal",
        "Speak to their executive about the renewal",
    }
    titles = set(Task.objects.values_list("title", flat=True))
    assert titles & drawn == drawn_in
    assert {"Ask whether they mean to renew", "Propose what fits next year"} <= titles


def test_nothing_of_a_renewal_learned_late_is_overdue_when_it_begins(house):
    account = house.account(renews_on=NOW.date() + timedelta(days=40), touch_tier="high")
    start_play(account=account, playbook_key="renewal", by=house.people["alice"], now=NOW)

    advance_plays(limit=100, now=NOW)

    dues = dict(Task.objects.values_list("title", "due_at"))
    closes = NOW.replace(hour=18)
    assert dues["Review the account and forecast the renewal"] == closes
    assert dues["Propose what fits next year"] == closes
    assert min(dues.values()) == closes
