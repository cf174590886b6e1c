"""An update of the library and edits made here become one playbook, and both can be read."""

from dataclasses import replace

import pytest

from playbooks.due_dates import Anchor, Offset, Unit
from playbooks.library.catalogue import BY_KEY, ENTRIES
from playbooks.library.changes import PlaybookDifference, differences, due_label, merge_texts
from playbooks.triggers.kinds import StepKind, Wait

BASE = BY_KEY["watch_to_intervene"].definition


def with_step(playbook, key, **changes):
    steps = [replace(s, **changes) if s.key == key else s for s in playbook.steps]
    return replace(playbook, steps=tuple(steps))


def without_step(playbook, key):
    return replace(playbook, steps=tuple(s for s in playbook.steps if s.key != key))


def added_after(playbook, key, new_key):
    steps = []
    for step in playbook.steps:
        steps.append(step)
        if step.key == key:
            steps.append(replace(step, key=new_key, title=new_key))
    return replace(playbook, steps=tuple(steps))


def keys(playbook):
    return [step.key for step in playbook.steps]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_where_only_one_side_changed_that_side_is_taken(entry):
    base = entry.definition
    changed = replace(with_step(base, base.steps[0].key, guidance="Otherwise."), name="Other")
    assert merge_texts(base=base, own=base, shipped=base) == base
    assert merge_texts(base=base, own=changed, shipped=base) == changed
    assert merge_texts(base=base, own=base, shipped=changed) == changed


def test_an_edited_text_survives_an_update_of_another_step():
    own = with_step(BASE, "brief", title="Brief Mona")
    shipped = with_step(BASE, "join", owner_role="executive_sponsor")

    merged = merge_texts(base=BASE, own=own, shipped=shipped)

    assert merged == with_step(own, "join", owner_role="executive_sponsor")


def test_two_fields_of_one_step_are_merged_and_of_one_field_the_own_text_stays():
    own = with_step(BASE, "brief", title="Brief Mona", guidance="As we do it.")
    shipped = with_step(BASE, "brief", purpose="Why.", guidance="As they do it.")

    (brief, *_) = merge_texts(base=BASE, own=own, shipped=shipped).steps

    assert (brief.title, brief.purpose, brief.guidance) == ("Brief Mona", "Why.", "As we do it.")


def test_what_was_added_is_there_and_what_was_removed_is_gone():
    own = without_step(added_after(BASE, "brief", "ours"), "join")
    shipped = without_step(added_after(BASE, "problem_call", "theirs"), "follow_up")

    merged = merge_texts(base=BASE, own=own, shipped=shipped)

    assert keys(merged) == ["brief", "ours", "problem_call", "theirs"]


def test_a_step_edited_here_outlives_its_removal_there():
    own = with_step(BASE, "join", title="Join with Mona")
    assert keys(merge_texts(base=BASE, own=own, shipped=without_step(BASE, "join"))) == keys(BASE)


def test_steps_stay_in_the_order_that_was_given_to_them_here():
    one, two, *rest = BASE.steps
    own = replace(BASE, steps=(two, one, *rest))
    shipped = added_after(BASE, "brief", "theirs")

    merged = merge_texts(base=BASE, own=own, shipped=shipped)

    assert keys(merged) == ["join", "brief", "theirs", "problem_call", "follow_up"]


def test_triggers_and_escalations_are_merged_by_key():
    own = replace(BASE, escalations=BASE.escalations[1:])
    shipped = replace(
        BASE, cooldown_days=60, triggers=(*BASE.triggers, BY_KEY["at_risk"].definition.triggers[0])
    )

    merged = merge_texts(base=BASE, own=own, shipped=shipped)

    assert [each.key for each in merged.escalations] == ["below_20", "cancellation"]
    assert [each.key for each in merged.triggers] == ["fell_to_intervene", "below_40"]
    assert merged.cooldown_days == 60


def test_differences_are_told_in_words():
    after = replace(
        with_step(BASE, "brief", due=Offset(12, Unit.HOURS), owner_role="manager"),
        name="Step in",
        cap_per_csm_day=2,
        escalations=BASE.escalations[1:],
    )
    said = {each.place: (each.before, each.after) for each in differences(BASE, after)}
    assert said.pop("Draws in")[1] == ""
    assert said == {
        "Name": ("Step in within 48 hours", "Step in"),
        "Plays a CSM and day": ("nothing", "2"),
        "Step “Brief a senior operator”: owner": ("CSM", "Manager"),
        "Step “Brief a senior operator”: due": ("24 hours", "12 hours"),
    }
    assert differences(BASE, BASE) == []


def test_steps_that_come_go_and_move_are_told():
    one, two, *rest = BASE.steps
    (came,) = differences(BASE, added_after(BASE, "brief", "ours"))
    (went,) = differences(BASE, without_step(BASE, "brief"))
    (moved,) = differences(BASE, replace(BASE, steps=(two, one, *rest)))
    assert (came.place, came.before) == ("Step “ours”", "")
    assert came.after.startswith("24 hours, CSM: Two people look at the account")
    assert (went.place, went.after) == ("Step “Brief a senior operator”", "")
    assert moved.place == "Order of the steps"
    assert isinstance(moved, PlaybookDifference)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (Offset(3, Unit.CALENDAR_DAYS), "Day 3"),
        (Offset(1, Unit.BUSINESS_DAYS), "1 business day"),
        (Offset(48, Unit.HOURS, Anchor.PREVIOUS_STEP), "48 hours after the step before"),
        (
            Offset(-60, Unit.CALENDAR_DAYS, Anchor.CONTRACT_DATE),
            "60 days before the date of the contract",
        ),
        (Offset(0, Unit.CALENDAR_DAYS, Anchor.CONTRACT_END), "On the end of the contract"),
    ],
)
def test_a_due_date_is_put_into_words(due, words):
    assert due_label(due) == words


def test_what_a_step_does_by_itself_is_told_as_it_is_written():
    wait, longer = (
        replace(BASE.steps[0], kind=StepKind.WAIT, action=Wait(Offset(days, Unit.BUSINESS_DAYS)))
        for days in (3, 5)
    )
    (found,) = differences(replace(BASE, steps=(wait,)), replace(BASE, steps=(longer,)))
    assert found.place == "Step “Brief a senior operator”: action"
    assert found.before == "lasts: {'business_days': 3}"
    assert found.after == "lasts: {'business_days': 5}"
