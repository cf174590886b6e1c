"""What starts and what is held back, on values alone."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.triggers.decisions import decide, is_historic, suppression_for
from playbooks.triggers.rules import Conditions, OpenPlay
from playbooks.triggers.vocabulary import StartResult, Suppression
from tests.pure.falls import (
    AT_RISK,
    CANCELLATION,
    CHECK_IN,
    NOW,
    RULES,
    STANDING,
    TO_WATCH,
    TO_WATCH_SEEN,
    crossed,
    noticed,
    passed,
)


def outcomes(decisions):
    return [(d.signal_id, d.rule.key, d.result.value, d.reason) for d in decisions]


def test_a_playbook_for_other_accounts_leaves_no_decision():
    rule = replace(CHECK_IN, conditions=Conditions(segments=frozenset({"smb"})))

    assert decide(inputs=[TO_WATCH_SEEN], rules=[rule], account_state=STANDING, now=NOW) == []


def test_one_fall_starts_only_the_severest_play():
    band = crossed("healthy", "intervene", score="35.00", previous="76.00", signal_id=1)
    line = passed("40", score="35.00", previous="76.00", signal_id=2)

    decisions = decide(inputs=[line, band], rules=RULES, account_state=STANDING, now=NOW)

    assert outcomes(decisions) == [
        (1, "escalation", "suppressed", "severer_match"),
        (2, "at_risk", "started", ""),
    ]


@pytest.mark.parametrize("lesser_ended", [False, True])
def test_a_severest_play_in_its_cooldown_leaves_the_fall_to_the_next(lesser_ended):
    ended = [("at_risk", NOW - timedelta(days=20))]
    ended += [("escalation", NOW - timedelta(days=1))] if lesser_ended else []
    band = crossed("healthy", "intervene", score="35.00", previous="76.00", signal_id=1)

    line = passed("40", score="35.00", previous="76.00", signal_id=2)

    rules = [replace(rule, cooldown_days=30) for rule in RULES]
    account_state = replace(STANDING, ended=tuple(ended))

    decisions = decide(inputs=[band, line], rules=rules, account_state=account_state, now=NOW)

    lesser = ("suppressed", "cooldown") if lesser_ended else ("started", "")
    assert outcomes(decisions) == [
        (1, "escalation", *lesser),
        (2, "at_risk", "suppressed", "cooldown"),
    ]


def test_what_waits_in_the_queue_still_stands_for_its_fall():
    account_state = replace(STANDING, queued=frozenset({"at_risk"}))
    band = crossed("healthy", "intervene", score="35.00", previous="76.00", signal_id=1)

    line = passed("40", score="35.00", previous="76.00", signal_id=2)

    decisions = decide(inputs=[band, line], rules=RULES, account_state=account_state, now=NOW)

    assert outcomes(decisions) == [
        (1, "escalation", "suppressed", "severer_match"),
        (2, "at_risk", "suppressed", "already_queued"),
    ]


def test_falls_on_two_days_are_two_falls():
    first = crossed(
        "healthy", "watch", score="71", previous="76", signal_id=1, day=date(2025, 3, 12)
    )
    second = crossed("watch", "intervene", score="48", previous="71", signal_id=2)

    decisions = decide(inputs=[first, second], rules=RULES, account_state=STANDING, now=NOW)

    assert outcomes(decisions) == [(1, "check_in", "started", ""), (2, "escalation", "started", "")]


def test_a_severer_open_play_holds_a_lesser_one_back():
    account_state = replace(STANDING, open_plays=(OpenPlay("at_risk", "fall", 30),))

    decisions = decide(inputs=[TO_WATCH_SEEN], rules=RULES, account_state=account_state, now=NOW)

    assert outcomes(decisions) == [(1, "check_in", "suppressed", "severer_play")]


def test_plays_of_another_family_do_not_mind_each_other():
    account_state = replace(STANDING, open_plays=(OpenPlay("renewal", "renewal", 90),))

    decisions = decide(inputs=[TO_WATCH_SEEN], rules=RULES, account_state=account_state, now=NOW)

    assert outcomes(decisions) == [(1, "check_in", "started", "")]


def test_a_second_notice_finds_the_play_open():
    decisions = decide(
        inputs=[noticed(8), noticed(9)], rules=RULES, account_state=STANDING, now=NOW
    )

    assert outcomes(decisions) == [
        (8, "at_risk", "started", ""),
        (9, "at_risk", "suppressed", "open_play"),
    ]


@pytest.mark.parametrize(
    ("account_state", "reason"),
    [
        (STANDING, None),
        (replace(STANDING, is_churned=True), Suppression.CHURNED),
        (replace(STANDING, is_overridden=True), Suppression.OVERRIDE),
        (replace(STANDING, score=Decimal("78"), band="healthy"), Suppression.RECOVERED),
        (replace(STANDING, score=Decimal("71"), band="watch"), None),
        (replace(STANDING, open_plays=(OpenPlay("check_in", "fall", 10),)), Suppression.OPEN_PLAY),
        (replace(STANDING, queued=frozenset({"check_in"})), Suppression.ALREADY_QUEUED),
        (replace(STANDING, ended=(("check_in", NOW - timedelta(days=29)),)), Suppression.COOLDOWN),
        (replace(STANDING, ended=(("check_in", NOW - timedelta(days=30)),)), None),
        (replace(STANDING, ended=(("other", NOW),)), None),
    ],
)
def test_what_holds_a_play_back(account_state, reason):
    assert (
        suppression_for(rule=CHECK_IN, trigger=TO_WATCH, account_state=account_state, now=NOW)
        == reason
    )


def test_an_override_does_not_hold_back_a_cancellation():
    account_state = replace(STANDING, is_overridden=True)

    assert (
        suppression_for(rule=AT_RISK, trigger=CANCELLATION, account_state=account_state, now=NOW)
        is None
    )


def test_what_is_older_than_a_week_is_history():
    assert not is_historic(occurred_at=NOW - timedelta(days=7), now=NOW)
    assert is_historic(occurred_at=NOW - timedelta(days=7, seconds=1), now=NOW)


HEARD = st.sampled_from(
    [
        ("healthy", "watch", "71", "76", None),
        ("watch", "intervene", "45", "60", None),
        ("healthy", "intervene", "35", "80", None),
        ("above", "below", "35", "80", Decimal(40)),
        ("watch", "healthy", "80", "70", None),
    ]
)


@given(st.lists(st.tuples(HEARD, st.integers(10, 13)), max_size=8))
def test_one_fall_of_a_family_starts_at_most_one_play(seen):
    inputs = [
        crossed(
            one[0],
            one[1],
            score=one[2],
            previous=one[3],
            line=one[4],
            signal_id=number,
            day=date(2025, 3, day),
        )
        for number, (one, day) in enumerate(seen, 1)
    ]

    decisions = decide(inputs=inputs, rules=RULES, account_state=STANDING, now=NOW)

    days = [d.inputs.crossing.day for d in decisions if d.result is StartResult.STARTED]
    assert len(days) == len(set(days))
    assert len({(d.signal_id, d.rule.key) for d in decisions}) == len(decisions)
    assert all((d.reason == "") is (d.result is StartResult.STARTED) for d in decisions)
