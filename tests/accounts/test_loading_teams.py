"""Rows of the kind `team`, and the columns of accounts that name a person of their team."""

from datetime import date

import pytest

from accounts.intake.fields import Kind
from accounts.intake.records import Record
from accounts.loading import load
from accounts.models import Account, TeamMember, User
from tests.accounts.loading import NOW

DAY = date(2025, 3, 14)


@pytest.fixture
def people(db):
    names = ("ann", "ben")
    Account.objects.create(external_id="acme", name="Acme")
    return {
        name: User.objects.create_user(f"{name}@demo.example", name=name, role="csm")
        for name in names
    }


def said(position=1, **values):
    base = {"account": "acme", "function": "account_executive", "person": "Ann@demo.example"}
    return Record(position, base | values)


def loaded(*records, kind=Kind.TEAM):
    return load(kind=kind, records=records, day=DAY, now=NOW)


def team():
    rows = TeamMember.objects.order_by("function__key", "since")
    return [(r.function.key, r.person.name, r.since, r.until) for r in rows]


def test_a_row_puts_somebody_on_the_team_and_again_changes_nothing(people):
    assert loaded(said()).statuses == {1: "created"}
    assert team() == [("account_executive", "ann", DAY, None)]

    assert loaded(said()).statuses == {1: "unchanged"}
    assert loaded(said(since=date(2025, 1, 1))).statuses == {1: "updated"}
    assert team() == [("account_executive", "ann", date(2025, 1, 1), None)]


def test_the_next_person_takes_over_and_the_past_stays(people):
    loaded(said(since=date(2025, 1, 1)))

    assert loaded(said(person="ben@demo.example")).statuses == {1: "created"}

    assert team() == [
        ("account_executive", "ann", date(2025, 1, 1), date(2025, 3, 13)),
        ("account_executive", "ben", DAY, None),
    ]


def test_days_change_hands_in_one_batch(people):
    loaded(said(since=date(2025, 1, 1), until=date(2025, 1, 31)))
    loaded(said(person="ben@demo.example", since=date(2025, 2, 1)))

    loaded(said(since=date(2025, 1, 1), until=date(2025, 2, 28)))

    assert team() == [
        ("account_executive", "ann", date(2025, 1, 1), date(2025, 2, 28)),
        ("account_executive", "ben", date(2025, 3, 1), None),
    ]


def test_what_is_not_known_is_named_and_the_rest_is_kept(people):
    result = loaded(
        said(1, account="nobody"),
        said(2, function="barista"),
        said(3, person="zoe@demo.example"),
        said(4, until=date(2025, 3, 1)),
        said(5, function="legal"),
    )

    assert [(p.position, p.field, p.code) for p in result.problems] == [
        (1, "account", "unknown"),
        (2, "function", "unknown"),
        (3, "person", "unknown"),
        (4, "until", "order"),
    ]
    assert team() == [("legal", "ann", DAY, None)]


def account(position=1, **values):
    return Record(position, {"external_id": "acme", "name": "Acme"} | values)


def test_the_columns_of_an_account_name_its_team_and_an_empty_one_ends_it(people):
    first = account(account_executive="ann@demo.example", executive_sponsor="ben@demo.example")
    assert loaded(first, kind=Kind.ACCOUNTS).statuses == {1: "updated"}
    assert loaded(first, kind=Kind.ACCOUNTS).statuses == {1: "unchanged"}
    assert team() == [
        ("account_executive", "ann", DAY, None),
        ("executive_sponsor", "ben", DAY, None),
    ]

    loaded(account(account_executive=None), kind=Kind.ACCOUNTS)

    assert team() == [("executive_sponsor", "ben", DAY, None)]


def test_a_column_that_is_not_there_leaves_the_team_alone(people):
    loaded(said())

    loaded(account(), kind=Kind.ACCOUNTS)

    assert team() == [("account_executive", "ann", DAY, None)]


def test_two_kinds_of_reading_take_a_bounded_number_of_questions(
    people, django_assert_max_num_queries
):
    for number in range(20):
        Account.objects.create(external_id=f"a{number}", name="x")
    with django_assert_max_num_queries(15):
        loaded(*(said(number, account=f"a{number}") for number in range(20)))
    assert TeamMember.objects.count() == 20
