"""A satisfied answer about the first value makes a candidate for an expansion, for a while."""

from datetime import date, timedelta

import pytest

from surveys.queries.expansion_signals import expansion_candidates, first_value_signals
from tests.surveys.answers import NOW, account_with_person, answer
from tests.surveys.engine.house import contract

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DAY_90 = TODAY + timedelta(days=40)


def newcomer(name="acme", **fields):
    """On day 50."""
    return account_with_person(name, **{"customer_since": TODAY - timedelta(days=50)} | fields)


def says(person, value, *, days=0, **fields):
    at = NOW + timedelta(days=days)
    standing = {5: 1, 4: 1, 3: 0, 2: -1, 1: -1}[value]
    dated = {"answered_at": at, "learned_at": at}
    told = {"kind": "csat", "moment": "first_value", "standing": standing}
    return answer(person, value, **dated | told | fields)


def candidate_days(account):
    """Each day of half a year, asked one by one."""
    days = [TODAY + timedelta(days=number) for number in range(-60, 120)]
    found = [day for day in days if account.pk in expansion_candidates(day)]
    assert found == [day for day in days if found and found[0] <= day <= found[-1]]
    return (found[0], found[-1]) if found else None


def test_from_the_day_of_the_answer_until_day_90_of_the_customer():
    account, person = newcomer()
    given = says(person, 5)
    assert candidate_days(account) == (TODAY, DAY_90)
    signal = first_value_signals()[account.pk]
    assert (signal.since, signal.until) == (TODAY, DAY_90)
    assert (signal.response_id, signal.value, signal.highest) == (given.pk, 5, 5)


@pytest.mark.parametrize("value", [1, 2, 3])
def test_who_is_not_satisfied_is_none(value):
    account, person = newcomer()
    says(person, value)
    assert candidate_days(account) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"moment": "end_of_onboarding"},
        {"moment": "after_ticket"},
        {"kind": "ces", "lowest": 1, "highest": 7},
        {"kind": "nps", "lowest": 0, "highest": 10},
    ],
)
def test_other_answers_are_no_such_signal(fields):
    account, person = newcomer()
    says(person, 5, **fields)
    assert candidate_days(account) is None


def test_somebody_who_is_not_satisfied_ends_it_on_that_day():
    account, person = newcomer()
    says(person, 5)
    says(person, 4, days=3)
    says(person, 2, days=10)
    says(person, 5, days=20)
    assert candidate_days(account) == (TODAY, TODAY + timedelta(days=9))
    assert first_value_signals()[account.pk].value == 5


def test_an_answer_of_day_90_counts_that_day_and_a_later_one_never():
    account, person = newcomer(customer_since=TODAY - timedelta(days=90))
    says(person, 4)
    assert candidate_days(account) == (TODAY, TODAY)
    other, person = newcomer("late", customer_since=TODAY - timedelta(days=91))
    says(person, 4)
    assert candidate_days(other) is None


def test_an_answer_that_is_taken_back_is_no_signal_any_more():
    account, person = newcomer()
    given = says(person, 5)
    given.value, given.standing = 2, -1
    given.save()
    assert candidate_days(account) is None


def test_what_is_learned_late_counts_from_then_unless_asked_for_as_given():
    account, person = newcomer()
    says(person, 5, learned_at=NOW + timedelta(days=7))
    assert candidate_days(account) == (TODAY + timedelta(days=7), DAY_90)
    assert first_value_signals(as_known=False)[account.pk].since == TODAY


def test_without_a_first_day_the_first_contract_tells_it_and_else_there_is_none():
    account, person = newcomer(customer_since=None)
    says(person, 5)
    assert first_value_signals() == {}
    contract(account, date(2026, 2, 1), starts_on=TODAY - timedelta(days=10))
    contract(account, date(2027, 2, 1), starts_on=TODAY)
    assert first_value_signals()[account.pk].until == TODAY + timedelta(days=80)


def test_of_the_accounts_that_are_asked_for_at_once(django_assert_num_queries):
    accounts = []
    for name in ("a", "b", "c"):
        account, person = newcomer(name)
        says(person, 5)
        accounts.append(account.pk)
    with django_assert_num_queries(2):  # one of them for the time zone
        assert set(expansion_candidates(TODAY)) == set(accounts)
    assert set(expansion_candidates(TODAY, accounts[:2])) == set(accounts[:2])
    assert expansion_candidates(TODAY, []) == {}
