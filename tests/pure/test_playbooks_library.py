"""The shipped playbooks say what the product promises, and a wrong file says what is wrong."""

import json
from decimal import Decimal

import pytest
import yaml

from playbooks.due_dates import Unit
from playbooks.library.definition_columns import as_columns
from playbooks.library.definition_reader import (
    LONGEST_FILE,
    PlaybookError,
    read_definition,
    read_rule,
    read_yaml,
    shipped_texts,
)
from playbooks.library.mail import MailDraft, merge
from playbooks.triggers.descriptions import starts_when
from playbooks.triggers.time_triggers import (
    AfterChurn,
    Cadence,
    ContractDate,
    ContractMark,
    Launched,
    NotStarted,
    Repeated,
    ScoreFall,
    Silence,
    TicketSolved,
    Unpaid,
    Untouched,
)
from playbooks.triggers.vocabulary import Channel, OwnerRole, TriggerKind

SHIPPED = {definition.key: definition for definition in map(read_yaml, shipped_texts())}

SMALLEST = {
    "key": "small",
    "name": "Small",
    "summary": "Nothing much.",
    "category": "operational",
    "owner_role": "cs_ops",
    "review": "quarterly",
    "cooldown_days": 0,
    "triggers": [{"key": "left", "kind": "signal", "signal": "event.champion_left"}],
    "steps": [
        {
            "key": "call",
            "title": "Call",
            "purpose": "Hear it.",
            "guidance": "Ask.",
            "owner": "csm",
            "channel": "call",
            "due": {"hours": 48},
        }
    ],
}


def problems(**changes):
    with pytest.raises(PlaybookError) as raised:
        read_definition(SMALLEST | changes)
    return raised.value.problems


def step(**changes):
    return [SMALLEST["steps"][0] | changes]


def steps(*changes):
    """Two steps, the first changed so and the second so."""
    first, second = (*changes, {})[:2]
    return [SMALLEST["steps"][0] | {"key": key} | more for key, more in
            (("first", first), ("second", second))]  # fmt: skip


def edge(to, *when):
    return {"next": [{"to": to, "when": list(when)}]}


def trigger(**changes):
    return [SMALLEST["triggers"][0] | changes]


def test_the_three_reactions_to_a_fall_are_shipped():
    falls = [each for each in SHIPPED.values() if each.family == "health_fall"]
    by_severity = [each.key for each in sorted(falls, key=lambda each: each.severity)]
    assert by_severity == ["healthy_to_watch", "watch_to_intervene", "at_risk"]


def test_healthy_to_watch_is_one_written_check_in_within_five_business_days():
    steps = SHIPPED["healthy_to_watch"].steps

    assert [(s.due.amount, s.due.unit, s.owner_role, s.channel) for s in steps] == [
        (5, Unit.BUSINESS_DAYS, OwnerRole.CSM, Channel.EMAIL)
    ]


def test_watch_to_intervene_draws_a_senior_person_in_within_48_hours():
    steps = {s.key: s for s in SHIPPED["watch_to_intervene"].steps}

    assert (steps["join"].due.amount, steps["join"].due.unit) == (48, Unit.HOURS)
    assert steps["join"].owner_role == OwnerRole.MANAGER
    assert (steps["problem_call"].due.amount, steps["problem_call"].due.unit) == (48, Unit.HOURS)


def test_at_risk_has_eleven_steps_over_thirty_days():
    at_risk = SHIPPED["at_risk"]

    assert [s.due.amount for s in at_risk.steps] == [0, 0, 1, 2, 3, 5, 7, 10, 14, 21, 30]
    assert {s.due.unit for s in at_risk.steps} == {Unit.CALENDAR_DAYS}
    below, notice = at_risk.triggers
    assert (below.kind, below.score) == (TriggerKind.SCORE_BELOW, Decimal(40))
    assert (notice.kind, notice.signal) == (TriggerKind.SIGNAL, "event.cancellation_notice")
    assert not notice.recovery, "no score answers a cancellation notice"


def test_at_risk_knows_whom_to_draw_in():
    drawn = {
        e.key: (e.business_days, e.score, e.escalate_to) for e in SHIPPED["at_risk"].escalations
    }

    assert drawn == {
        "silence": (3, None, OwnerRole.MANAGER),
        "below_20": (0, Decimal(20), "executive_sponsor"),
        "cancellation": (0, None, "save_team"),
        "stakeholders_gone": (0, None, OwnerRole.MANAGER),
    }


@pytest.mark.parametrize("definition", SHIPPED.values(), ids=SHIPPED)
def test_every_shipped_step_says_why_and_how(definition):
    assert all(s.title and s.purpose and s.guidance for s in definition.steps)
    assert definition.success


def test_the_smallest_playbook_reads_with_its_defaults():
    small = read_definition(SMALLEST)

    assert (small.family, small.severity, small.cap_per_csm_day) == ("small", 0, None)
    assert small.steps[0].notice_days is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"steps": steps({"kind": "dance"})}, "steps[1].kind: “dance” is none of task, wait"),
        ({"steps": steps(edge("moon"))}, "steps[1].next[1].to: “moon” is none of second, end"),
        ({"steps": steps({}, edge("first"))}, "steps[2].next[1].to: “first” is none of end"),
        ({"steps": steps(edge("second", "won"))}, "steps[1].next[1].when: “won” is none of"),
        ({"steps": steps(edge("end"))}, "steps[2]: no step leads to “second”"),
        (
            {"steps": steps({"next": [{"to": "second"}, {"to": "end", "when": ["reached"]}]})},
            "steps[1].next[2]: the one before it is taken with any ending",
        ),
        (
            {"steps": steps({"next": 2 * [{"to": "end", "when": ["reached"]}]})},
            "steps[1].next[2].when: an edge before it is taken with these",
        ),
        ({"steps": steps({"key": "end"})}, "steps[1].key: “end” stands for the end of the play"),
        ({"key": "Not A Key"}, "key: “Not A Key”: small letters, digits and _ only"),
        ({"name": ""}, "name: write a text, not nothing"),
        ({"name": "n" * 81}, "name: at most 80 characters, these are 81"),
        ({"summary": 5}, "summary: write a text, not 5"),
        ({"category": "vip"}, "category: “vip” is none of lifecycle, intervention, operational"),
        ({"cooldown_days": -1}, "cooldown_days: a whole number from 0 to 730, not -1"),
        ({"cooldown_days": True}, "cooldown_days: a whole number from 0 to 730, not True"),
        ({"cooldown_days": None}, "cooldown_days: is missing"),
        ({"cap_per_csm_day": 0}, "cap_per_csm_day: a whole number from 1 to 1000, not 0"),
        ({"colour": "red"}, "colour: is no field of this part"),
        ({"triggers": None}, "triggers: is missing: write [] where only people start it"),
        ({"triggers": "later"}, "triggers: must be a list, not a text"),
        ({"triggers": ["x"]}, "triggers[1]: must be a list of named fields, not a text"),
        ({"triggers": trigger(signal="weather")}, "triggers[1].signal: “weather” is none of"),
        ({"triggers": trigger(kind="crossing")}, "triggers[1].to: is missing"),
        ({"triggers": trigger(kind="score_below")}, "triggers[1].score: is missing"),
        ({"triggers": trigger(kind="score_below", score=101)}, "a score from 0 to 100, not 101"),
        ({"triggers": trigger(kind="score_below", score="low")}, "a score from 0 to 100"),
        ({"triggers": trigger(kind="score_below", score=40.125)}, "two decimals at most, not 40"),
        ({"triggers": trigger(kind="crossing", to=["a"], score=40)}, "score: is for score_below"),
        ({"triggers": trigger(kind="score_below", score=40, direction="up")}, "below is down"),
        ({"triggers": trigger(kind="value_passes")}, "triggers[1].value: is missing"),
        ({"triggers": trigger(kind="value_passes", value="6,5")}, "a number with four decimals"),
        ({"triggers": trigger(kind="value_passes", value=6, subject="line:40")}, "write score, "),
        (
            {"triggers": trigger(kind="value_passes", value=6, subject="measure:mood")},
            "triggers[1].subject: “mood” is not in the measure catalogue",
        ),
        (
            {"triggers": trigger(kind="score_below", score=6, subject="measure:ticket_load")},
            "a measure has no bands and no score",
        ),
        ({"triggers": trigger() * 2}, "triggers: the key “left” is used 2 times"),
        ({"conditions": {"tags": "pilot"}}, "conditions.tags: a list of texts, not a text"),
        ({"conditions": {"arr": 5}}, "conditions.arr: is no field of this part"),
        ({"steps": step(ask="Why?")}, "steps[1].ask: a list of texts, not a text"),
        ({"steps": step(mail={"subject": "Hello"})}, "steps[1].mail.body: is missing"),
        (
            {"steps": step(mail={"subject": "{{ acount }}", "body": "Hello"})},
            "steps[1].mail.subject: “acount” is none of account, contact",
        ),
        ({"steps": step(due={})}, "steps[1].due: give one of hours, business_days, calendar_days"),
        ({"steps": step(due={"hours": 1, "calendar_days": 1})}, "steps[1].due: give one of"),
        ({"steps": step(due={"hours": -1})}, "steps[1].due.hours: a whole number from 0"),
        (
            {"steps": step(due={"hours": 1, "from": "previous_step"})},
            "steps[1].due.from: the first step has no previous step",
        ),
        ({"steps": step() * 2}, "steps: the key “call” is used 2 times"),
        (
            {"escalations": [{"key": "a", "when": "no_response", "escalate_to": "manager",
                              "title": "T", "guidance": "G"}]},
            "escalations[1].business_days: is missing: “no_response” needs it",
        ),
        (
            {"escalations": [{"key": "a", "when": "signals", "escalate_to": "manager",
                              "title": "T", "guidance": "G", "keeps_open": "yes"}]},
            "escalations[1].keeps_open: true or false, not 'yes'",
        ),
    ],
)  # fmt: skip
def test_a_wrong_playbook_says_where_and_what(changes, problem):
    assert any(said.startswith(problem) or problem in said for said in problems(**changes))


def test_all_that_is_wrong_is_said_at_once():
    assert len(problems(name="", category="vip", cooldown_days=-1)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "key: [",
        "a: &x 1\nb: !!python/object:os.x {}",
        "key: 2024-02-30",
        "9" * 5_000,
        "[" * 5_000,
    ],
    ids=range(8),
)
def test_what_is_no_playbook_is_refused(text):
    with pytest.raises(PlaybookError):
        read_yaml(text)


def test_a_file_beyond_the_limit_is_refused():
    with pytest.raises(PlaybookError, match="at most"):
        read_yaml("#" * (LONGEST_FILE + 1))


def test_a_contract_step_may_lie_before_the_end():
    due = {"calendar_days": -30, "from": "contract_end"}

    assert read_definition(SMALLEST | {"steps": step(due=due)}).steps[0].due.amount == -30


def test_yaml_and_json_are_one_shape():
    assert read_yaml(yaml.safe_dump(SMALLEST)) == read_definition(SMALLEST)


def test_a_playbook_may_be_for_people_to_start():
    assert read_definition(SMALLEST | {"triggers": []}).triggers == ()


def test_a_step_says_what_to_have_at_hand_to_ask_and_to_write():
    says = {
        "prepare": ["The last ticket."],
        "ask": ["What changed?"],
        "success": "They answered.",
        "mail": {"subject": "About {{ account }}", "body": "Hello {{ contact }}"},
    }
    first, second = read_definition(SMALLEST | {"steps": steps(says)}).steps
    assert (first.prepare, first.ask) == (("The last ticket.",), ("What changed?",))
    assert (first.success, first.mail) == (
        "They answered.",
        MailDraft("About {{ account }}", "Hello {{ contact }}"),
    )
    assert second.mail is None


def test_what_is_not_known_stays_visible_in_a_draft():
    text = "Dear {{ contact }}, {{account}} renews on {{ renewal_date }}."
    filled = merge(text, {"account": "Acme", "contact": "", "renewal_date": "3 May"})
    assert filled == "Dear [contact], Acme renews on 3 May."


def test_purpose_and_sla_read_back_as_they_were_written():
    definition = read_yaml(yaml.safe_dump(SMALLEST | {"purpose": "They stay.", "sla_days": 30}))
    assert (definition.purpose, definition.sla_days) == ("They stay.", 30)
    columns = as_columns(definition)
    assert (columns["purpose"], columns["sla_days"]) == ("They stay.", 30)
    assert read_yaml(yaml.safe_dump(SMALLEST)).sla_days is None


def test_every_shipped_playbook_says_its_purpose_and_how_long_it_may_take():
    assert SHIPPED["at_risk"].sla_days == 30
    assert all(shipped.purpose and shipped.sla_days for shipped in SHIPPED.values())


@pytest.mark.parametrize(
    ("said", "moment", "words"),
    [
        (
            {"kind": "contract_date", "days": -90},
            ContractMark(ContractDate.DECISION, -90),
            "90 days before the decision about a renewal.",
        ),
        (
            {"kind": "contract_date", "date": "start", "days": 1},
            ContractMark(ContractDate.START, 1),
            "A day after the start of a contract.",
        ),
        (
            {"kind": "score_falls", "points": 12.5, "within_days": 14},
            ScoreFall(Decimal("12.5"), 14),
            "A fall by 12.5 points within 14 days.",
        ),
        (
            {"kind": "inactive", "days": 14},
            Silence(14),
            "14 days without anybody using the product.",
        ),
        ({"kind": "cadence", "every_months": 3}, Cadence(3), "Every 3 months."),
        (
            {"kind": "not_started", "days": 3},
            NotStarted(3),
            "3 days as a customer without anybody using the product.",
        ),
        (
            {"kind": "untouched", "days": 30},
            Untouched(30),
            "30 days without anybody using a core feature.",
        ),
        (
            {"kind": "untouched", "days": 30, "feature": "report_builder"},
            Untouched(30, "report_builder"),
            "30 days without anybody using the feature report builder.",
        ),
        (
            {"kind": "repeated", "event": "help_article_read", "times": 3, "within_days": 14},
            Repeated("help_article_read", 3, 14),
            "Help article read 3 times about the same within 14 days.",
        ),
        (
            {"kind": "ticket_solved", "days": 7},
            TicketSolved(7),
            "7 days after a ticket was solved.",
        ),
        (
            {"kind": "unpaid", "days": 1},
            Unpaid(1),
            "A day after an invoice was due, and it is not paid.",
        ),
        (
            {"kind": "launched", "days": 0},
            Launched(0),
            "On the day of a feature coming into their plan.",
        ),
        (
            {"kind": "after_churn", "months": 6, "recovered_when": {"came_back": True}},
            AfterChurn(6),
            "6 months after they left. Closes itself when they are a customer again.",
        ),
    ],
)
def test_a_moment_is_read_written_and_put_into_words(said, moment, words):
    left = {"also_churned": True} if said["kind"] == "after_churn" else {}
    definition = read_definition(
        SMALLEST | {"triggers": [{"key": "when"} | said], "conditions": left}
    )
    (trigger,) = definition.triggers
    assert trigger.moment == moment
    assert starts_when(trigger).startswith(words)
    written = as_columns(definition)["triggers"]
    again = {"triggers": written, "conditions": as_columns(definition)["conditions"]}
    assert read_definition(SMALLEST | again) == definition


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"kind": "contract_date"}, "triggers[1].days: is missing"),
        ({"kind": "contract_date", "days": -90, "date": "renewal"}, "triggers[1].date"),
        ({"kind": "score_falls", "within_days": 30}, "triggers[1].points: is missing"),
        ({"kind": "inactive", "days": 0}, "triggers[1].days"),
        ({"kind": "cadence", "every_months": 3, "days": 1}, "triggers[1].days: is no field"),
        ({"kind": "signal", "signal": "contract.date"}, "triggers[1].signal"),
        ({"kind": "repeated", "times": 3, "within_days": 5}, "triggers[1].event: is missing"),
        ({"kind": "unpaid", "days": 0}, "triggers[1].days"),
        ({"kind": "after_churn", "months": 6}, "triggers[1].kind: after_churn starts nothing"),
        (
            {"kind": "cadence", "every_months": 1, "recovered_when": {"came_back": True}},
            "triggers[1].recovered_when.came_back: is for after_churn",
        ),
    ],
)
def test_a_moment_that_cannot_be_says_where(said, problem):
    found = problems(triggers=[{"key": "when"} | said])
    assert any(each.startswith(problem) for each in found), found


def rule_text(definition):
    columns = as_columns(definition)
    return json.dumps({name: columns[name] for name in ("triggers", "conditions", "escalations")})


@pytest.mark.parametrize("definition", SHIPPED.values(), ids=SHIPPED)
def test_a_rule_is_read_as_the_whole_playbook_says_it(definition):
    assert read_rule(rule_text(definition)) == {
        "triggers": definition.triggers,
        "conditions": definition.conditions,
        "escalations": definition.escalations,
    }


def test_a_stored_rule_that_cannot_be_says_where():
    said = {"triggers": [{"key": "when", "kind": "cadence"}], "conditions": {}, "escalations": []}
    with pytest.raises(PlaybookError, match=r"triggers\[1\].every_months"):
        read_rule(json.dumps(said))
