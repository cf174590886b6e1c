"""Who is asked and who is not: each rule by hand, and what holds for any plan in any order."""

import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.catalogue import HELD_BACK_WORDS
from surveys.scoring.governance import (
    ALLOWED,
    Allowed,
    Asked,
    AskingPolicy,
    HeldBack,
    Invitee,
    NotAsked,
    as_planned,
    decide_in_order,
    gate,
)
from surveys.scoring.scores import SurveyKind

MARCH = date(2025, 3, 1)
POLICY = AskingPolicy(days_between=30, account_cap=2, account_days=30, ticket_days=14)
ADA = Invitee(account=1, contact=1, survey="csat", day=MARCH, kind=SurveyKind.CSAT)
NPS_TO_ADA = replace(ADA, survey="nps", kind=SurveyKind.NPS)


def day(number):
    """Of March; 0 and below lie in February."""
    return MARCH + timedelta(days=number - 1)


def asked(contact, number, *, survey="other", **told):
    return Asked(contact, survey, day(number), **told)


LASTING = [
    (replace(ADA, is_customer=False), HeldBack.NOT_CUSTOMER),
    (replace(ADA, has_left=True), HeldBack.LEFT),
    (replace(ADA, is_do_not_contact=True), HeldBack.DO_NOT_CONTACT),
    (replace(ADA, has_address=False), HeldBack.UNREACHABLE),
    (replace(ADA, is_suppressed=True), HeldBack.UNREACHABLE),
    (replace(ADA, has_left=True, has_address=False, is_customer=False), HeldBack.NOT_CUSTOMER),
]


@pytest.mark.parametrize(("invitee", "reason"), LASTING)
def test_what_time_does_not_mend_names_no_day(invitee, reason):
    assert gate(invitee, asked=[], policy=POLICY) == NotAsked(reason)


def test_whom_nothing_stands_in_the_way_of_is_asked():
    assert gate(ADA, asked=[], policy=POLICY) == ALLOWED


@pytest.mark.parametrize(
    ("before", "first_day"),
    [
        ([asked(1, -28)], day(2)),  # 29 days ago
        ([asked(1, -29)], None),  # 30 days ago: allowed
        ([asked(1, 1)], day(31)),  # the same day
        ([asked(1, 20, is_planned=True)], day(50)),  # planned later counts alike
        ([asked(1, 31)], None),
        ([asked(1, -10), asked(1, 40)], day(70)),  # the gap between both is too short
        ([asked(1, -10), asked(1, 60)], day(20)),
        ([asked(2, 1)], None),  # somebody else
    ],
)
def test_a_person_is_asked_once_in_thirty_days(before, first_day):
    found = gate(ADA, asked=before, policy=POLICY)
    assert found == (NotAsked(HeldBack.ASKED_LATELY, first_day) if first_day else ALLOWED)


@pytest.mark.parametrize(
    ("before", "first_day"),
    [
        ([asked(2, -5)], None),  # one of two
        ([asked(2, -5), asked(3, -9)], day(21)),  # the older leaves after thirty days
        ([asked(2, -5), asked(3, -29)], None),  # it has left
        ([asked(2, -20), asked(3, 15)], None),  # no thirty days hold all three
        ([asked(2, -14), asked(3, 16)], None),  # nor these, which are thirty days apart
        ([asked(2, -20), asked(3, 5)], day(10)),
        ([asked(2, 5), asked(3, 25)], day(35)),  # the day before the window counts as well
        ([asked(2, -5), asked(3, -5), asked(4, -5)], day(25)),  # over the cap already
    ],
)
def test_an_account_is_asked_twice_in_any_thirty_days(before, first_day):
    found = gate(ADA, asked=before, policy=POLICY)
    assert found == (NotAsked(HeldBack.ACCOUNT_CAP, first_day) if first_day else ALLOWED)


@pytest.mark.parametrize(
    ("invitee", "ticket", "first_day"),
    [
        (NPS_TO_ADA, day(1), day(15)),
        (NPS_TO_ADA, day(-12), day(2)),  # 13 days ago
        (NPS_TO_ADA, day(-13), None),  # 14 days ago
        (NPS_TO_ADA, day(2), None),  # not yet
        (ADA, day(1), None),  # no NPS
        (replace(ADA, survey="words", kind=None), day(1), None),
    ],
)
def test_no_nps_follows_a_bad_ticket(invitee, ticket, first_day):
    found = gate(replace(invitee, last_bad_ticket=ticket), asked=[], policy=POLICY)
    assert found == (NotAsked(HeldBack.BAD_TICKET, first_day) if first_day else ALLOWED)


@pytest.mark.parametrize(
    ("before", "decision"),
    [
        ([asked(1, -90, survey="ces", moment="t7")], NotAsked(HeldBack.SAME_MOMENT)),
        ([asked(1, -90, survey="csat", moment="t7")], NotAsked(HeldBack.SAME_MOMENT)),
        ([asked(2, -90, survey="ces", moment="t7")], NotAsked(HeldBack.SAME_MOMENT)),
        ([asked(2, -90, survey="csat", moment="t7")], ALLOWED),  # the same survey, a colleague
        ([asked(1, -90, survey="ces", moment="t8")], ALLOWED),
        ([asked(1, -90, survey="csat")], ALLOWED),
        (
            [asked(1, 90, survey="csat", moment="t7", is_planned=True)],
            NotAsked(HeldBack.ALREADY_PLANNED),
        ),
        ([asked(1, 9, survey="csat", is_planned=True)], NotAsked(HeldBack.ALREADY_PLANNED)),
        ([asked(1, 30, survey="csat", is_planned=True)], NotAsked(HeldBack.ALREADY_PLANNED)),
        ([asked(1, 31, survey="csat", is_planned=True)], ALLOWED),
        ([asked(1, 90, survey="csat", is_planned=True)], ALLOWED),  # the next of its rhythm
    ],
)
def test_one_trigger_starts_one_survey(before, decision):
    assert gate(replace(ADA, moment="t7"), asked=before, policy=POLICY) == decision


def test_a_rhythm_is_about_no_moment():
    before = [asked(2, -90, survey="ces"), asked(1, -90, survey="csat")]
    assert gate(ADA, asked=before, policy=POLICY) == ALLOWED


def test_the_first_day_has_everything_out_of_the_way():
    """Ticket until the 15th, Ada until the 20th, and then the account is full until the 45th."""
    before = [asked(1, -10), asked(2, 15), asked(3, 16)]
    found = gate(replace(NPS_TO_ADA, last_bad_ticket=day(1)), asked=before, policy=POLICY)
    assert found == NotAsked(HeldBack.BAD_TICKET, day(45))


def test_whoever_is_let_through_counts_for_those_behind():
    people = [replace(ADA, contact=contact) for contact in (3, 1, 2)]
    other = replace(ADA, account=2, contact=9)
    found = decide_in_order([*people, other], asked={}, policy=POLICY)
    assert found == [ALLOWED, ALLOWED, NotAsked(HeldBack.ACCOUNT_CAP, day(31)), ALLOWED]


@pytest.mark.parametrize(
    ("name", "least"),
    [("days_between", 1), ("account_cap", 1), ("account_days", 1), ("ticket_days", 0)],
)
def test_a_policy_of_too_little_is_refused(name, least):
    assert getattr(replace(POLICY, **{name: least}), name) == least
    with pytest.raises(ValueError, match=f"{name} is at least {least}, not {least - 1}"):
        replace(POLICY, **{name: least - 1})


def test_a_policy_may_let_nps_follow_a_bad_ticket():
    policy = replace(POLICY, ticket_days=0)
    assert gate(replace(NPS_TO_ADA, last_bad_ticket=MARCH), asked=[], policy=policy) == ALLOWED


days = st.integers(1, 120).map(day)
surveys = st.sampled_from(["nps", "csat", "ces"])
moments = st.sampled_from([None, None, "a", "b", "c"])
invitees = st.builds(
    Invitee,
    account=st.integers(1, 2),
    contact=st.just(0),
    survey=surveys,
    day=days,
    kind=st.sampled_from([None, SurveyKind.NPS]),
    moment=moments,
    has_address=st.sampled_from([True, True, True, False]),
    last_bad_ticket=st.none() | days,
).flatmap(
    # Nobody works at two accounts.
    lambda each: st.integers(1, 3).map(lambda k: replace(each, contact=10 * each.account + k))
)
policies = st.builds(
    AskingPolicy,
    days_between=st.integers(1, 40),
    account_cap=st.integers(1, 4),
    account_days=st.integers(1, 40),
    ticket_days=st.integers(0, 20),
)
plans = st.lists(invitees, max_size=25)


def let_through(plan, policy):
    decisions = decide_in_order(plan, asked={}, policy=policy)
    pairs = zip(plan, decisions, strict=True)
    return [each for each, decision in pairs if isinstance(decision, Allowed)]


@given(plans, policies)
def test_no_order_lets_two_through_within_the_window(plan, policy):
    own, of_account = defaultdict(list), defaultdict(list)
    for each in let_through(plan, policy):
        own[each.contact].append(each.day)
        of_account[each.account].append(each.day)
    for found in own.values():
        ordered = sorted(found)
        gaps = [(b - a).days for a, b in pairwise(ordered)]
        assert all(gap >= policy.days_between for gap in gaps)
    for found in of_account.values():
        for start in range(1, 121):
            window = range(start, start + policy.account_days)
            inside = sum((each - day(0)).days in window for each in found)
            assert inside <= policy.account_cap


@given(plans, policies)
def test_no_moment_is_asked_about_by_two_surveys_or_twice(plan, policy):
    about = [each for each in let_through(plan, policy) if each.moment]
    asking = defaultdict(set)
    for each in about:
        asking[each.account, each.moment].add(each.survey)
    assert all(len(surveys) == 1 for surveys in asking.values())
    told = Counter((each.contact, each.moment) for each in about)
    assert all(times == 1 for times in told.values())


@given(plans, policies)
def test_many_at_once_are_decided_as_one_by_one(plan, policy):
    known, expected = defaultdict(list), []
    for each in plan:
        decision = gate(each, asked=known[each.account], policy=policy)
        expected.append(decision)
        if decision == ALLOWED:
            known[each.account].append(as_planned(each))
    assert decide_in_order(plan, asked={}, policy=policy) == expected


@given(invitees, st.lists(st.tuples(st.integers(1, 3), days), max_size=8), policies)
def test_the_first_day_is_the_first_that_is_let_through(invitee, others, policy):
    before = [Asked(10 * invitee.account + contact, "another", when) for contact, when in others]
    found = gate(invitee, asked=before, policy=policy)
    if not isinstance(found, NotAsked) or found.first_day is None:
        return
    tried = (invitee.day + timedelta(days=k) for k in range(1, 400))
    allowed = (
        when
        for when in tried
        if gate(replace(invitee, day=when), asked=before, policy=policy) == ALLOWED
    )
    assert found.first_day == next(allowed)


@pytest.mark.parametrize("cap", [1, 50, 10**9])
def test_many_people_of_one_account_take_time_in_proportion(cap):
    policy = replace(POLICY, account_cap=cap)

    def seconds(count):
        plan = [replace(ADA, contact=k, day=day(1 + k % 30)) for k in range(count)]
        began = time.process_time()
        decide_in_order(plan, asked={}, policy=policy)
        return time.process_time() - began

    seconds(100)
    assert seconds(16_000) < 12 * max(seconds(4_000), 0.01)


def test_each_reason_has_words():
    assert set(HELD_BACK_WORDS.given) == set(HeldBack)
