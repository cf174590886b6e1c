"""What starts, what waits and what is held back, on values alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.triggers.decisions import (
    attention_rank,
    decide,
    hindrance,
    is_historic,
    ration,
)
from playbooks.triggers.matching import fits, has_recovered, hear, matches
from playbooks.triggers.rules import Conditions, OpenPlay, Recovery, Rule, Standing, Trigger
from playbooks.triggers.vocabulary import Direction, StartResult, Suppression, TriggerKind
from playbooks.triggers.wording import closes_when, why_started

NOW = datetime(2025, 3, 14, 8, 0, tzinfo=UTC)

TO_WATCH = Trigger(
    "to_watch",
    TriggerKind.CROSSING,
    sources=("healthy",),
    targets=("watch",),
    recovery=Recovery(bands=("healthy",)),
)
TO_INTERVENE = Trigger("to_intervene", TriggerKind.CROSSING, targets=("intervene",))
BELOW_40 = Trigger("below_40", TriggerKind.SCORE_BELOW, score=Decimal(40))
CANCELLATION = Trigger(
    "cancellation", TriggerKind.SIGNAL, signal="event.cancellation_notice"
)  # fmt: skip

CHECK_IN = Rule(1, "check_in", "Check-in", "fall", 10, (TO_WATCH,), cooldown_days=30)
ESCALATION = Rule(2, "escalation", "Escalation", "fall", 20, (TO_INTERVENE,))
AT_RISK = Rule(3, "at_risk", "At risk", "fall", 30, (BELOW_40, CANCELLATION))
RULES = (CHECK_IN, ESCALATION, AT_RISK)

STANDING = Standing(
    account_id=7, csm_id=3, segment="mid_market", touch_tier="low", stage="value", arr_minor=100_00
)


def crossed(before, after, *, score, previous, signal_id=1, subject="score", **changes):
    payload = {
        "subject": subject,
        "from": before,
        "to": after,
        "direction": "down" if Decimal(score) < Decimal(previous) else "up",
        "score": score,
        "score_before": previous,
        "cause": "moved",
        "day": "2025-03-13",
        "scorecard": "four_inputs",
        "version": 1,
    }
    return hear(
        signal_id=signal_id,
        kind="health.crossed",
        occurred_at=NOW - timedelta(hours=1),
        payload=payload | changes,
    )


def noticed(signal_id=9):
    return hear(
        signal_id=signal_id,
        kind="event.cancellation_notice",
        occurred_at=NOW - timedelta(minutes=5),
        payload={"note": "budget cut"},
    )


TO_WATCH_SEEN = crossed("healthy", "watch", score="71.40", previous="76.10")


def outcomes(decisions):
    return [(d.signal_id, d.rule.key, d.result.value, d.reason) for d in decisions]


def test_a_crossing_pulls_the_trigger_with_its_bands():
    assert matches(trigger=TO_WATCH, heard=TO_WATCH_SEEN)
    assert not matches(trigger=TO_INTERVENE, heard=TO_WATCH_SEEN)


@pytest.mark.parametrize(
    "change",
    [
        {"cause": "first_score"},
        {"cause": "scored_again"},
        {"cause": "new_scorecard"},
        {"direction": "up"},
        {"subject": "component:support"},
        {"from": "intervene"},
    ],
)
def test_any_other_crossing_pulls_nothing(change):
    seen = crossed("healthy", "watch", score="71.40", previous="76.10", **change)

    assert not matches(trigger=TO_WATCH, heard=seen)


def test_a_trigger_may_look_at_one_component():
    support = replace(TO_WATCH, subject="component:support")

    seen = crossed("healthy", "watch", score="60", previous="80", subject="component:support")

    assert matches(trigger=support, heard=seen)


@pytest.mark.parametrize(
    ("subject", "previous", "score", "pulled"),
    [
        ("line:40", "41.00", "39.99", True),
        ("line:40", "41.00", "40.00", False),
        ("line:20", "45.00", "19.00", False),  # line 40 has its own crossing
        ("score", "55.00", "39.99", True),
        ("score", "55.00", "40.00", False),
        ("score", "39.00", "38.00", False),
        ("component:support", "55.00", "30.00", False),
    ],
)
def test_score_below_is_pulled_on_passing_the_score(subject, previous, score, pulled):
    seen = crossed("", "below", score=score, previous=previous, subject=subject)

    assert matches(trigger=BELOW_40, heard=seen) is pulled


def test_an_unreadable_score_pulls_no_score_trigger():
    payload = {"subject": "line:40", "direction": "down", "cause": "moved", "score": "low"}
    seen = hear(signal_id=1, kind="health.crossed", occurred_at=NOW, payload=payload)

    assert not matches(trigger=BELOW_40, heard=seen)


def test_an_event_is_matched_by_its_kind():
    assert matches(trigger=CANCELLATION, heard=noticed())
    assert not matches(trigger=TO_WATCH, heard=noticed())
    assert not matches(trigger=CANCELLATION, heard=TO_WATCH_SEEN)


@pytest.mark.parametrize(
    ("conditions", "fitting"),
    [
        (Conditions(), True),
        (Conditions(segments=frozenset({"mid_market"})), True),
        (Conditions(segments=frozenset({"smb"})), False),
        (Conditions(touch_tiers=frozenset({"high"})), False),
        (Conditions(stages=frozenset({"onboarding"})), False),
        (Conditions(tags=frozenset({"pilot", "beta"})), True),
        (Conditions(tags=frozenset({"beta"})), False),
        (Conditions(without_tags=frozenset({"pilot"})), False),
        (Conditions(segments=frozenset({"mid_market"}), without_tags=frozenset({"beta"})), True),
    ],
)
def test_conditions_choose_the_accounts(conditions, fitting):
    standing = replace(STANDING, tags=frozenset({"pilot"}))

    assert fits(conditions=conditions, standing=standing) is fitting


def test_a_playbook_for_other_accounts_leaves_no_decision():
    rule = replace(CHECK_IN, conditions=Conditions(segments=frozenset({"smb"})))

    assert decide(heard=[TO_WATCH_SEEN], rules=[rule], standing=STANDING, now=NOW) == []


def test_one_fall_starts_only_the_severest_play():
    band = crossed("healthy", "intervene", score="35.00", previous="76.00", signal_id=1)
    line = crossed("", "", score="35.00", previous="76.00", subject="line:40", signal_id=2)

    decisions = decide(heard=[line, band], rules=RULES, standing=STANDING, now=NOW)

    assert outcomes(decisions) == [
        (1, "escalation", "suppressed", "severer_match"),
        (1, "at_risk", "started", ""),
        (2, "at_risk", "suppressed", "severer_match"),
    ]


def test_falls_on_two_days_are_two_falls():
    first = crossed("healthy", "watch", score="71", previous="76", signal_id=1, day="2025-03-12")
    second = crossed("watch", "intervene", score="48", previous="71", signal_id=2)

    decisions = decide(heard=[first, second], rules=RULES, standing=STANDING, now=NOW)

    assert outcomes(decisions) == [(1, "check_in", "started", ""), (2, "escalation", "started", "")]


def test_a_severer_open_play_holds_a_lesser_one_back():
    standing = replace(STANDING, open_plays=(OpenPlay("at_risk", "fall", 30),))

    decisions = decide(heard=[TO_WATCH_SEEN], rules=RULES, standing=standing, now=NOW)

    assert outcomes(decisions) == [(1, "check_in", "suppressed", "severer_play")]


def test_plays_of_another_family_do_not_mind_each_other():
    standing = replace(STANDING, open_plays=(OpenPlay("renewal", "renewal", 90),))

    decisions = decide(heard=[TO_WATCH_SEEN], rules=RULES, standing=standing, now=NOW)

    assert outcomes(decisions) == [(1, "check_in", "started", "")]


def test_a_second_notice_finds_the_play_open():
    decisions = decide(heard=[noticed(8), noticed(9)], rules=RULES, standing=STANDING, now=NOW)

    assert outcomes(decisions) == [
        (8, "at_risk", "started", ""),
        (9, "at_risk", "suppressed", "open_play"),
    ]


@pytest.mark.parametrize(
    ("standing", "reason"),
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
def test_what_holds_a_play_back(standing, reason):
    assert hindrance(rule=CHECK_IN, trigger=TO_WATCH, standing=standing, now=NOW) == reason


def test_an_override_does_not_hold_back_a_cancellation():
    standing = replace(STANDING, is_overridden=True)

    assert hindrance(rule=AT_RISK, trigger=CANCELLATION, standing=standing, now=NOW) is None


def test_what_is_older_than_a_week_is_history():
    assert not is_historic(occurred_at=NOW - timedelta(days=7), now=NOW)
    assert is_historic(occurred_at=NOW - timedelta(days=7, seconds=1), now=NOW)


@pytest.mark.parametrize(
    ("recovery", "score", "band", "recovered"),
    [
        (Recovery(), "90", "healthy", False),
        (Recovery(bands=("healthy",)), "77", "healthy", True),
        (Recovery(bands=("healthy",)), "76", "watch", False),
        (Recovery(score_at_least=Decimal(52)), "52.00", "watch", True),
        (Recovery(score_at_least=Decimal(52)), "51.99", "intervene", False),
        (Recovery(bands=("healthy",)), None, "healthy", False),
    ],
)
def test_recovery_needs_a_score(recovery, score, band, recovered):
    known = None if score is None else Decimal(score)

    assert has_recovered(recovery=recovery, score=known, band=band) is recovered


def decided(signal_id, *, rank_arr, csm_id=3, urgent=False):
    rule = replace(CHECK_IN, cap_per_csm_day=2)
    seen = crossed(
        "healthy", "watch", score="70", previous="76", signal_id=signal_id, handled_first=urgent
    )
    standing = replace(STANDING, account_id=signal_id, csm_id=csm_id, arr_minor=rank_arr)
    return decide(heard=[seen], rules=[rule], standing=standing, now=NOW)[0]


def test_the_cap_starts_the_largest_and_queues_the_rest():
    decisions = [decided(1, rank_arr=10), decided(2, rank_arr=30), decided(3, rank_arr=20)]

    rationed = ration(decisions=decisions, opened={})

    assert [(d.signal_id, d.result) for d in rationed] == [
        (2, StartResult.STARTED),
        (3, StartResult.STARTED),
        (1, StartResult.QUEUED),
    ]


def test_the_first_90_days_go_first_under_the_cap():
    decisions = [decided(1, rank_arr=10, urgent=True), decided(2, rank_arr=90)]

    rationed = ration(decisions=decisions, opened={(3, "check_in"): 1})

    assert [(d.signal_id, d.result) for d in rationed] == [
        (1, StartResult.STARTED),
        (2, StartResult.QUEUED),
    ]


def test_each_csm_has_their_own_cap():
    decisions = [decided(1, rank_arr=10, csm_id=3), decided(2, rank_arr=10, csm_id=4)]

    rationed = ration(decisions=decisions, opened={(3, "check_in"): 2})

    assert {d.signal_id: d.result for d in rationed} == {
        1: StartResult.QUEUED,
        2: StartResult.STARTED,
    }


@given(
    arrs=st.lists(st.integers(0, 10**9), min_size=1, max_size=12),
    cap=st.integers(1, 5),
    opened=st.integers(0, 5),
)
def test_the_cap_is_kept_and_nothing_vanishes(arrs, cap, opened):
    rule = replace(CHECK_IN, cap_per_csm_day=cap)
    decisions = [
        replace(decided(number, rank_arr=arr), rule=rule) for number, arr in enumerate(arrs, 1)
    ]

    rationed = ration(decisions=decisions, opened={(3, "check_in"): opened})

    started = [d for d in rationed if d.result is StartResult.STARTED]
    queued = [d for d in rationed if d.result is StartResult.QUEUED]
    assert len(started) == min(len(arrs), max(0, cap - opened))
    assert len(started) + len(queued) == len(arrs)
    assert all(one.rank >= other.rank for one in started for other in queued)


HEARD = st.sampled_from(
    [
        ("healthy", "watch", "71", "76", "score"),
        ("watch", "intervene", "45", "60", "score"),
        ("healthy", "intervene", "35", "80", "score"),
        ("", "", "35", "80", "line:40"),
        ("watch", "healthy", "80", "70", "score"),
    ]
)


@given(st.lists(st.tuples(HEARD, st.integers(10, 13)), max_size=8))
def test_one_fall_of_a_family_starts_at_most_one_play(seen):
    heard = [
        crossed(
            one[0],
            one[1],
            score=one[2],
            previous=one[3],
            subject=one[4],
            signal_id=number,
            day=f"2025-03-{day}",
        )
        for number, (one, day) in enumerate(seen, 1)
    ]

    decisions = decide(heard=heard, rules=RULES, standing=STANDING, now=NOW)

    days = [d.heard.crossing.day for d in decisions if d.result is StartResult.STARTED]
    assert len(days) == len(set(days))
    assert len({(d.signal_id, d.rule.key) for d in decisions}) == len(decisions)
    assert all((d.reason == "") is (d.result is StartResult.STARTED) for d in decisions)


def test_attention_goes_by_arr_and_risk():
    assert attention_rank(arr_minor=1_000, score=Decimal("35")) == 65_000
    assert attention_rank(arr_minor=1_000, score=None) == 50_000
    assert attention_rank(arr_minor=0, score=Decimal("1")) == 0


def test_a_task_says_which_rule_and_which_values():
    assert why_started(playbook="Check-in", trigger=TO_WATCH, heard=TO_WATCH_SEEN) == (
        "“Check-in” starts on this fall. Score 76.10 → 71.40, healthy → watch"
        " on 13 Mar 2025 by scorecard four inputs v1."
    )
    assert why_started(playbook="At risk", trigger=CANCELLATION, heard=noticed()) == (
        "“At risk” starts on cancellation notice: budget cut."
    )


def test_a_task_says_what_would_close_it():
    assert closes_when(Recovery(bands=("healthy", "watch"))) == (
        "Closes itself when the band is healthy or watch again."
    )
    assert closes_when(Recovery(score_at_least=Decimal(52))) == (
        "Closes itself when the score is 52 or more."
    )
    assert closes_when(Recovery()) == ""


def test_directions_are_the_words_health_writes():
    assert [direction.value for direction in Direction] == ["down", "up"]
