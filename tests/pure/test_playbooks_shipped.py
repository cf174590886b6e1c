"""The library holds what the product promises, entry by entry, and every text can be worked by."""

import re
from collections import Counter

import pytest

from accounts.touch_budget import WINDOW
from playbooks.due_dates import Anchor
from playbooks.library.catalogue import BY_KEY, ENTRIES
from playbooks.library.definition_reader import SHIPPED
from playbooks.library.mail import MERGE_FIELDS, gaps, merge
from playbooks.triggers.rules import Recovery
from playbooks.triggers.time_triggers import ContractMark
from playbooks.triggers.vocabulary import Channel, EscalationKind, OwnerRole
from tests.pure.shipped_steps import STEPS

FUNCTIONS = {
    "onboarding_specialist", "renewals_manager", "account_executive", "executive_sponsor",
    "support_lead", "save_team", "finance", "legal",
}  # fmt: skip
UNITS = {"calendar_days": "d", "business_days": "b", "hours": "h"}
ANCHORS = {Anchor.START: "", Anchor.PREVIOUS_STEP: "+", Anchor.CONTRACT_DATE: "T"}
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)


def test_there_are_34_entries_and_each_has_its_file():
    numbers = [entry.number for entry in ENTRIES]
    assert set(numbers) == {*map(str, range(1, 31)), "8b", "8c", "23b", "23c"}
    assert len(numbers) == 34
    assert {path.stem for path in SHIPPED.glob("*.yaml")} == BY_KEY.keys() == STEPS.keys()
    assert all(entry.definition.key == entry.key for entry in ENTRIES)


@each_entry
def test_days_owners_and_channels_are_those_of_the_table(entry):
    said = [
        f"{ANCHORS[step.due.anchor]}{step.due.amount}{UNITS[step.due.unit]}"
        f" {step.owner_role} {step.channel}"
        for step in entry.definition.steps
    ]
    assert said == STEPS[entry.key]


@each_entry
def test_every_step_says_why_how_and_when_it_went_well(entry):
    playbook = entry.definition
    assert all((playbook.purpose, playbook.sla_days, playbook.success))
    for step in playbook.steps:
        assert all((step.purpose, step.guidance, step.success)), step.key
        assert len(step.purpose) + len(step.guidance) <= 500, f"{step.key}: too long for a phone"


@each_entry
def test_every_mail_has_a_draft_whose_fields_are_filled(entry):
    values = dict.fromkeys(MERGE_FIELDS, "filled")
    for step in entry.definition.steps:
        assert step.mail or step.channel is not Channel.EMAIL, step.key
        if step.mail:
            text = merge(f"{step.mail.subject} {step.mail.body}", values)
            assert not re.search(r"[{}]", text), step.key
            broken = re.findall(r"^.{78,}\n(?=.)", step.mail.body, flags=re.M)
            assert broken == [], (
                f"{step.key}: a paragraph is one line, its reader's screen breaks it"
            )


@each_entry
def test_every_owner_is_a_role_or_a_function_that_ships(entry):
    playbook = entry.definition
    roles = {step.owner_role for step in playbook.steps}
    roles |= {each.escalate_to for each in playbook.escalations} | {playbook.owner_role}
    assert roles <= {*OwnerRole} | FUNCTIONS


@each_entry
def test_no_two_tasks_of_one_play_have_the_same_title(entry):
    playbook = entry.definition
    titles = Counter(part.title for part in (*playbook.steps, *playbook.escalations))
    assert [title for title, times in titles.items() if times > 1] == []


@each_entry
def test_nothing_is_due_before_the_play_starts(entry):
    marks = [t.moment.days for t in entry.definition.triggers if isinstance(t.moment, ContractMark)]
    for step in entry.definition.steps:
        earliest = min(marks) if step.due.anchor.is_ahead else 0
        assert step.due.amount >= earliest, step.key


@each_entry
def test_steps_are_in_the_order_of_their_days(entry):
    """And a step far ahead of its day keeps to itself until it is near."""
    days = {"calendar_days": 1.0, "business_days": 1.4, "hours": 1 / 24}
    fixed = [s.due for s in entry.definition.steps if s.due.anchor is not Anchor.PREVIOUS_STEP]
    offsets = [due.amount * days[due.unit] for due in fixed]
    assert offsets == sorted(offsets)
    for step in entry.definition.steps:
        if step.due.unit == "calendar_days" and step.due.amount >= 21:
            assert step.notice_days is not None or step.owner_role == OwnerRole.SYSTEM, step.key


def test_no_two_playbooks_are_called_alike():
    names = Counter(entry.definition.name for entry in ENTRIES)
    assert max(names.values()) == 1


def test_lifecycle_and_operations_are_reviewed_each_quarter_interventions_each_month():
    for entry in ENTRIES:
        is_monthly = entry.definition.category == "intervention"
        assert entry.definition.review_cadence == ("monthly" if is_monthly else "quarterly")


def test_no_mail_waits_for_a_system_that_does_not_send_it():
    unsent = {
        entry.number
        for entry in ENTRIES
        for step in entry.definition.steps
        if step.owner_role == OwnerRole.SYSTEM and step.mail and not step.is_told_by_itself
    }
    assert unsent == set(), "nobody would send these mails today"


def test_what_ships_as_a_sequence_leaves_nothing_to_fill_in_and_hands_over():
    sequences = [each for each in ENTRIES if each.definition.is_sequence]
    assert {each.number for each in sequences} >= {"3", "8c", "29"}
    for entry in sequences:
        playbook = entry.definition
        assert playbook.cap_per_csm_day is None
        assert [
            gap for step in playbook.steps if not step.asks_a_person for gap in gaps(step.mail)
        ] == []
        pulled = {signal for each in playbook.escalations for signal in each.signals}
        assert {"support.escalated", "customer.wrote", "mail.undelivered"} <= pulled
        assert any(each.kind is EscalationKind.SCORE_BELOW for each in playbook.escalations)


def test_nobody_is_charged_for_a_renewal_without_a_notice():
    playbook = BY_KEY["renewal_tech_touch"].definition
    (notice,) = (step for step in playbook.steps if step.key == "notice")
    assert notice.action.is_urgent
    assert (notice.due.amount, notice.due.anchor) == (-7, Anchor.CONTRACT_DATE)
    # A week is as long as the window of the touch budget: room for it comes in time.
    assert -notice.due.amount >= WINDOW.days
    # No message of ours, no fall and no ticket ends it before that; only the contract does.
    assert [each.key for each in playbook.escalations if each.hands_over] == []
    (trigger,) = playbook.triggers
    assert trigger.recovery == Recovery(
        signals=("event.cancellation_notice",), contract_decided=True
    )
    assert playbook.conditions.auto_renews is True
    # Whoever cannot be written to is told by a person.
    assert [edge.to for edge in notice.edges if "nobody" in edge.when] == ["reach"]


def test_what_is_installed_at_first_answers_something_objective():
    at_first = [entry for entry in ENTRIES if entry.at_first]
    assert [entry.number for entry in at_first] == [
        *("1", "2", "5", "6", "7", "8", "8b", "9", "12", "13"),
        *("24", "25", "26", "27", "28"),  # nobody answers before a survey is published
    ]
    assert all(entry.definition.triggers for entry in at_first)


@pytest.mark.parametrize(
    ("key", "minutes"),
    [("qbr", [10, 15, 10, 10, 10, 5]), ("ebr", [15, 10, 20, 10, 15, 15, 5])],
)
def test_the_agendas_of_reviews_have_their_minutes(key, minutes):
    (hold,) = (step for step in BY_KEY[key].definition.steps if step.key == "hold")
    agenda = hold.guidance.split(".")[0]
    assert [int(number) for number in re.findall(r"\d+", agenda)] == minutes


@each_entry
def test_the_document_lists_every_entry(entry):
    listed = (SHIPPED.parents[1] / "docs" / "playbooks.md").read_text("utf-8")
    playbook = entry.definition
    assert f"| {entry.number} | `{entry.key}` | {playbook.name} | " in listed
    row = listed.partition(f"| `{entry.key}` | {playbook.name} | ")[2].partition("\n")[0]
    steps, state = (cell.strip() for cell in row.split("|")[-3:-1])
    assert steps == str(len(playbook.steps))
    assert state == (
        "at first" if entry.at_first
        else "when wanted"
    )  # fmt: skip
