"""Plans keep the rules for asking and the touch budget together, whatever is asked and in which
order it comes."""

import itertools
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.touch_budget import TouchBudget
from surveys.scoring.governance import Asked, AskingPolicy, Invitee
from surveys.scoring.plans import AccountTouch, Asking, plan

START = datetime(2025, 3, 3, 8, tzinfo=UTC)
POLICY = AskingPolicy(days_between=10, account_cap=3, account_days=10, ticket_days=5)
BUDGET = TouchBudget(per_contact=1, per_account=2)


def day_of(at):
    return at.date()


def asking(contact, day, moment="m", *, within=7, account=1, **fields):
    due_at = START + timedelta(days=day)
    invitee = Invitee(
        account=account, contact=contact, survey="s", day=due_at.date(), moment=moment
    )
    ends_at = due_at + timedelta(days=within)
    return Asking(invitee=invitee, due_at=due_at, ends_at=ends_at, **fields)


def planned(askings, *, asked=(), touches=(), policy=POLICY, budget=BUDGET):
    found = plan(
        askings, asked={1: asked}, touches=touches, policy=policy, budget=budget, day_of=day_of
    )
    return [
        (each.asking.invitee.contact, (each.due_at - START).days, each.reason) for each in found
    ]


def touch(contact, day):
    return AccountTouch(1, (contact,), START + timedelta(days=day))


def test_it_goes_when_the_touch_budget_has_room():
    assert planned([asking(1, 0)], touches=[touch(1, -4)]) == [(1, 3, None)]
    assert planned([asking(1, 0)], touches=[touch(1, 0)]) == [(1, 0, "touch_budget")]
    # A touch to come counts like one that was.
    assert planned([asking(1, 0, within=20)], touches=[touch(1, 4)]) == [(1, 11, None)]


def test_where_the_budget_moves_it_the_rules_hold_on_that_day():
    waits = Asked(contact=1, survey="t", day=(START + timedelta(days=12)).date(), is_planned=True)
    assert planned([asking(1, 0)], asked=[waits]) == [(1, 0, None)]
    assert planned([asking(1, 0)], asked=[waits], touches=[touch(1, -4)]) == [
        (1, 0, "asked_lately")
    ]


def test_the_important_goes_first_and_then_the_closest():
    found = planned(
        [
            asking(1, 0, "rhythm", importance=7),
            asking(2, 0, "renewal", place=2),
            asking(3, 0, "renewal", place=1),
        ]
    )
    assert found == [(3, 0, None), (2, 0, None), (1, 0, "touch_budget")]


def test_who_has_not_agreed_takes_nobodys_room():
    found = planned([asking(1, 0, is_consent_missing=True), asking(2, 0), asking(3, 0)])
    assert found == [(1, 0, "no_consent"), (2, 0, None), (3, 0, None)]


ASKINGS = st.lists(
    st.builds(
        asking,
        st.integers(1, 4),
        st.integers(0, 40),
        st.sampled_from(["a", "b", "c", "d"]),
        within=st.integers(1, 15),
        place=st.integers(1, 3),
        importance=st.integers(0, 2),
    ),
    max_size=12,
)


@given(rounds=st.lists(ASKINGS, max_size=3))
def test_no_order_of_planning_exceeds_a_cap(rounds):
    """One round after the other, each knowing what those before it have let through."""
    asked, touches = [], []
    for askings in rounds:
        found = plan(
            askings, asked={1: asked}, touches=touches, policy=POLICY, budget=BUDGET, day_of=day_of
        )
        for each in found:
            if each.reason is None:
                assert each.asking.due_at <= each.due_at < each.asking.ends_at
                of = each.asking.invitee
                day = each.due_at.date()
                asked.append(Asked(of.contact, of.survey, day, of.moment, is_planned=True))
                touches.append(AccountTouch(1, (of.contact,), each.due_at))

    by_contact: dict[int, list[date]] = defaultdict(list)
    for each in asked:
        by_contact[each.contact].append(each.day)
    for days in by_contact.values():
        ordered = sorted(days)
        assert all((b - a).days >= 10 for a, b in itertools.pairwise(ordered))
    times = sorted(each.at for each in touches)
    for first in times:
        within = [at for at in times if first <= at < first + timedelta(days=7)]
        assert len(within) <= BUDGET.per_account
    every = sorted(each.day for each in asked)
    for first in every:
        assert sum(first <= day < first + timedelta(days=10) for day in every) <= 3
