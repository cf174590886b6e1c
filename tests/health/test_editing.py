"""Drafts saved as a whole, from the revision that was looked at; two people at once."""

import threading
from decimal import Decimal

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from health.models import DraftEdit, Publication, Scorecard
from health.publishing import (
    DraftChanged,
    Edit,
    NewPart,
    NoDraft,
    begin_draft,
    check,
    copy_to_draft,
    install_library,
    publish,
    roll_back,
    save_draft,
)
from health.publishing.content import content_of, merge
from health.publishing.draft_edits import content_at, edits_since
from health.queries.scorecards import build_spec, in_force
from tests.health.builders import NOW

LINES = [Decimal(40), Decimal(20)]


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")


@pytest.fixture
def draft(library):
    return copy_to_draft(scorecard=Scorecard.objects.get(key="four_inputs", version=1), now=NOW)


def field(draft, kind, key, name):
    relation = {"component": "components", "measure": "measures", "gate": "gates", "band": "bands"}
    part = getattr(draft, relation[kind]).get(key=key)
    return f"{kind}-{part.pk}-{name}"


def edit_of(draft, changes=(), **parts):
    return Edit({**content_of(draft), **dict(changes)}, parts.pop("lines", LINES), **parts)


def save(draft, user, changes=(), revision=None, **parts):
    return save_draft(
        draft=draft,
        revision=revision or draft.revision,
        edit=edit_of(draft, changes, **parts),
        user=user,
        now=NOW,
    )


def test_a_save_says_who_changed_what(draft, ola):
    weight = field(draft, "component", "support", "weight")
    curve = field(draft, "measure", "champions", "curve")
    edit = save(draft, ola, {weight: "40", curve: "0 → 0, 5 → 100"})

    draft.refresh_from_db()
    assert (draft.revision, draft.edited_by, draft.edited_at) == (2, ola, NOW)
    assert draft.components.get(key="support").weight == 40
    assert edit.changes == [
        "Support burden: weight: 25 → 40",
        "Champions: curve: 0 → 0, 1 → 50, 2 → 85, 3 → 100 → 0 → 0, 5 → 100",
    ]
    assert content_at(draft, revision=1)[weight] == "25"
    assert content_at(draft, revision=2)[weight] == "40"


def test_a_save_that_changes_nothing_is_no_revision(draft, ola):
    assert save(draft, ola) is None
    draft.refresh_from_db()
    assert draft.revision == 1
    assert not DraftEdit.objects.exists()


def test_a_save_from_an_older_revision_writes_nothing(draft, ola):
    weight = field(draft, "component", "support", "weight")
    save(draft, ola, {weight: "40"})
    with pytest.raises(DraftChanged):
        save(draft, ola, {weight: "30"}, revision=1)

    assert draft.components.get(key="support").weight == 40
    assert [edit.revision for edit in edits_since(draft, revision=1)] == [2]


def test_parts_are_removed_and_added_in_one_save(draft, ola):
    gone = draft.measures.get(key="champions")
    gate = draft.gates.get(key="champion_gone")
    added = [
        NewPart("component", {"name": "Money in", "weight": Decimal(5), "parent_id": None}),
        NewPart("band", {"name": "Watch", "lower": Decimal(60), "at_risk": False}),
    ]
    content = {
        name: text
        for name, text in content_of(draft).items()
        if not name.startswith((f"measure-{gone.pk}-", f"gate-{gate.pk}-"))
    }
    edit = save_draft(
        draft=draft,
        revision=1,
        edit=Edit(content, [Decimal(30)], [("measure", gone.pk), ("gate", gate.pk)], added),
        user=ola,
        now=NOW,
    )

    assert not draft.measures.filter(key="champions").exists()
    assert draft.components.get(name="Money in").key == "money_in"
    assert draft.bands.get(lower=60).key == "watch_2"
    assert [line.value for line in draft.alert_lines.all()] == [30]
    assert "Champions: removed" in edit.changes
    assert "Money in: added" in edit.changes
    band = draft.bands.get(lower=60)
    assert (band.tone, band.order) == ("watch", 15)
    assert any("neither measures nor components" in str(problem) for problem in check(draft))


def test_bands_may_change_places(draft, ola):
    low, high = (
        field(draft, "band", "watch", "lower"),
        field(draft, "band", "healthy", "lower"),
    )
    save(draft, ola, {low: "75", high: "50"})

    assert draft.bands.get(key="watch").lower == 75
    assert draft.bands.get(key="healthy").lower == 50


def test_a_published_or_discarded_draft_takes_no_more_edits(draft, ola):
    publish(scorecard=draft, user=ola, reason="Calmer", now=NOW)
    with pytest.raises(NoDraft):
        save(draft, ola)
    another = copy_to_draft(scorecard=draft, now=NOW)
    edit = edit_of(another)
    Scorecard.objects.filter(pk=another.pk).delete()
    with pytest.raises(NoDraft):
        save_draft(draft=another, revision=1, edit=edit, user=ola, now=NOW)


def test_publishing_asks_for_the_revision_that_was_looked_at(draft, ola):
    save(draft, ola, {"recovery_margin": "4"})
    with pytest.raises(DraftChanged):
        publish(scorecard=draft, user=ola, reason="Calmer", now=NOW, revision=1)

    draft.refresh_from_db()
    assert not draft.is_published


def test_rolling_back_is_a_new_version_and_leaves_history_alone(draft, ola):
    first = Scorecard.objects.get(key="four_inputs", version=1)
    save(draft, ola, {"recovery_margin": "4"})
    publish(scorecard=draft, user=ola, reason="Calmer", now=NOW)
    begun = copy_to_draft(scorecard=draft, now=NOW)
    made = roll_back(version=first, user=ola, reason="Too calm", now=NOW)

    begun.refresh_from_db()
    assert (made.version, begun.version) == (3, 4)
    assert made.content_of == first
    assert in_force()["four_inputs"].id == made.pk
    assert build_spec(made).components == build_spec(first).components
    assert build_spec(made).recovery_margin == 3
    assert list(
        Publication.objects.filter(scorecard__key="four_inputs")
        .order_by("pk")
        .values_list("scorecard__version", "reason")
    ) == [(1, "shipped with the product"), (2, "Calmer"), (3, "Too calm")]


def together(*works):
    barrier, results = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait()
            results.append(work())
        except (DraftChanged, NoDraft) as refusal:
            results.append(type(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told():
    install_library(now=NOW)
    ola = User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")
    first = Scorecard.objects.get(key="four_inputs", version=1)
    for _ in range(5):
        draft = copy_to_draft(scorecard=first, now=NOW)
        weight = field(draft, "component", "support", "weight")
        results = together(
            lambda draft=draft, weight=weight: save(draft, ola, {weight: "40"}),
            lambda draft=draft, weight=weight: save(draft, ola, {weight: "30"}),
        )
        draft.refresh_from_db()
        assert results.count(DraftChanged) == 1
        assert draft.revision == 2
        assert DraftEdit.objects.filter(scorecard=draft, revision=2).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_and_a_publication_at_once_never_mix():
    install_library(now=NOW)
    ola = User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")
    for _ in range(5):
        first = Scorecard.objects.filter(key="four_inputs", state="published").first()
        draft = copy_to_draft(scorecard=first, now=NOW)
        results = together(
            lambda draft=draft: save(draft, ola, {"recovery_margin": "5"}),
            lambda draft=draft: publish(
                scorecard=Scorecard.objects.get(pk=draft.pk),
                user=ola,
                reason="As looked at",
                now=NOW,
                revision=1,
            ),
        )
        draft.refresh_from_db()
        margin = int(draft.recovery_margin)
        assert (draft.is_published, margin) in [(True, 3), (False, 5)]
        assert (NoDraft in results) == draft.is_published
        assert (DraftChanged in results) == (not draft.is_published)


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_or_roll_back_at_once_never_collide():
    install_library(now=NOW)
    first = Scorecard.objects.get(key="four_inputs", version=1)
    begun = together(*[lambda: begin_draft(version=first, now=NOW)[0].pk for _ in range(4)])

    assert len(begun) == 4
    assert len(set(begun)) == 1
    made = together(
        *[
            lambda reason=reason: (
                roll_back(version=first, user=None, reason=reason, now=NOW).version
            )
            for reason in ("noisy", "late", "wrong")
        ]
    )
    assert sorted(made) == [2, 3, 4]
    assert Scorecard.objects.get(pk=begun[0]).version == 5


texts = st.sampled_from(["", "1", "2", "3"])
contents = st.dictionaries(st.sampled_from("abcdef"), texts)


@given(contents, contents, contents)
def test_a_merge_loses_nothing_of_either_side(base, mine, theirs):
    merged = merge(base=base, mine=mine, theirs=theirs)

    assert set(merged.content) == set(theirs)
    for name, value in theirs.items():
        own = mine.get(name)
        i_changed = own is not None and own != base.get(name)
        they_changed = value != base.get(name)
        if i_changed:
            assert merged.content[name] == own
            assert (name in merged.clashes) == (they_changed and own != value)
        else:
            assert merged.content[name] == value
    for name in merged.lost:
        assert name not in theirs
        assert mine[name] != base[name]
