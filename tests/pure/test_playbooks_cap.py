"""What waits: the cap of a CSM and a day, and what is worth most first."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from playbooks.triggers.decisions import attention_rank, decide, ration
from playbooks.triggers.vocabulary import StartResult
from tests.pure.falls import CHECK_IN, NOW, STANDING, crossed


def decided(signal_id, *, rank_arr, csm_id=3, urgent=False):
    rule = replace(CHECK_IN, cap_per_csm_day=2)
    seen = crossed(
        "healthy", "watch", score="70", previous="76", signal_id=signal_id, handled_first=urgent
    )
    account_state = replace(STANDING, account_id=signal_id, csm_id=csm_id, arr_minor=rank_arr)
    return decide(inputs=[seen], rules=[rule], account_state=account_state, now=NOW)[0]


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


def test_attention_goes_by_arr_and_risk():
    assert attention_rank(arr_minor=1_000, score=Decimal("35")) == 65_000
    assert attention_rank(arr_minor=1_000, score=None) == 50_000
    assert attention_rank(arr_minor=0, score=Decimal("1")) == 0


def test_the_budget_of_a_csm_counts_over_all_playbooks_and_no_intervention_waits():
    other = replace(CHECK_IN, key="other", cap_per_csm_day=None)
    rescue = replace(CHECK_IN, key="rescue", cap_per_csm_day=None, is_intervention=True)
    rules = (other, CHECK_IN, other, rescue, rescue)
    decisions = [
        replace(decided(number, rank_arr=100 - number), rule=replace(rule, cap_per_csm_day=None))
        for number, rule in enumerate(rules, start=1)
    ]
    nobodys = replace(decided(9, rank_arr=1, csm_id=None), rule=other)

    rationed = ration(decisions=[*decisions, nobodys], opened={(3, "yesterday_s"): 1}, budget=3)

    assert {d.signal_id for d in rationed if d.result is StartResult.QUEUED} == {3}


@given(
    kinds=st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=15),
    budget=st.integers(1, 6),
    before=st.integers(0, 6),
)
def test_nothing_but_interventions_opens_beyond_the_budget(kinds, budget, before):
    decisions = [
        replace(
            decided(number, rank_arr=number),
            rule=replace(CHECK_IN, key=key, cap_per_csm_day=None, is_intervention=is_free),
        )
        for number, (key, is_free) in enumerate(kinds, start=1)
    ]

    rationed = ration(decisions=decisions, opened={(3, "a"): before}, budget=budget)

    held = [d for d in rationed if d.result is StartResult.QUEUED]
    started = [d for d in rationed if d.result is StartResult.STARTED]
    assert not any(d.rule.is_intervention for d in held)
    assert sum(not d.rule.is_intervention for d in started) <= max(0, budget - before)
    if held:
        assert before + len(started) >= budget
