"""The team of an account: who is on it when, what that lets them see and change."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import clock
from accounts.access import people_for
from accounts.catalogue import Role
from accounts.models import Account, Contact, Function, Installation, Team, TeamMember, User

START = date(2025, 1, 1)


def person(name, role=Role.CSM, **columns):
    return User.objects.create_user(f"{name}@demo.example", name=name, role=role, **columns)


def joins(account, who, function="account_executive", since=START, until=None):
    return TeamMember.objects.create(
        account=account,
        person=who,
        function=Function.objects.get(key=function),
        since=since,
        until=until,
    )


@pytest.fixture
def sales(db):
    """Alice of CS owns acme; Sid sells, and is of another team, led by Sara."""
    cs, sales = Team.objects.create(name="CS"), Team.objects.create(name="Sales")
    people = {
        "alice": person("alice", team=cs),
        "sid": person("sid", team=sales),
        "sue": person("sue", team=sales),
        "sara": person("sara", Role.MANAGER),
        "eva": person("eva", Role.EXECUTIVE),
    }
    sales.managers.add(people["sara"])
    people["acme"] = Account.objects.create(external_id="acme", name="Acme", owner=people["alice"])
    return people


def reached(who, queryset=Account.objects):
    return list(queryset.for_user(who).values_list("external_id", flat=True))


def changed(who):
    return list(Account.objects.changeable_by(who).values_list("external_id", flat=True))


def test_a_member_of_another_team_sees_and_changes_the_account(sales):
    Installation.objects.update(visibility="own")
    assert (reached(sales["sid"]), changed(sales["sid"])) == ([], [])

    joins(sales["acme"], sales["sid"])

    assert (reached(sales["sid"]), changed(sales["sid"])) == (["acme"], ["acme"])
    assert (reached(sales["sue"]), changed(sales["sara"])) == ([], ["acme"])
    assert list(Account.objects.owned_by(sales["sid"])) == [sales["acme"]]


def test_with_team_visibility_the_members_own_team_reads_the_account(sales):
    joins(sales["acme"], sales["sid"])

    assert (reached(sales["sue"]), changed(sales["sue"])) == (["acme"], [])


def test_contacts_follow_the_account(sales):
    Installation.objects.update(visibility="own")
    Contact.objects.create(account=sales["acme"], external_id="c1", name="x", met_on=START)
    assert reached(sales["sid"], Contact.objects) == []

    joins(sales["acme"], sales["sid"])

    assert reached(sales["sid"], Contact.objects) == ["c1"]


def test_reach_begins_with_the_first_day_and_ends_after_the_last(sales):
    today = clock.today()
    for first, last, seen in [
        (today + timedelta(days=1), None, []),
        (today - timedelta(days=9), today - timedelta(days=1), []),
        (today, today, ["acme"]),
        (today - timedelta(days=9), today + timedelta(days=9), ["acme"]),
    ]:
        with transaction.atomic():
            joins(sales["acme"], sales["sid"], since=first, until=last)
            assert reached(sales["sid"]) == seen, (first, last)
            transaction.set_rollback(True)


def test_two_functions_of_one_account_show_it_once(sales):
    joins(sales["acme"], sales["sid"])
    joins(sales["acme"], sales["sid"], function="legal")

    assert reached(sales["sid"]) == ["acme"]


def test_tasks_can_be_handed_to_members_an_executive_among_them_only_as_such(sales):
    Installation.objects.update(visibility="own")
    assert set(people_for(sales["acme"])) == {sales["alice"]}

    joins(sales["acme"], sales["sid"])
    joins(sales["acme"], sales["eva"], function="executive_sponsor")

    found = list(people_for(sales["acme"]))
    able = {sales[name] for name in ("alice", "sid", "sara", "eva")}
    assert (set(found), len(found)) == (able, 4)


def test_a_function_has_one_person_a_day(sales):
    acme = sales["acme"]
    joins(acme, sales["sid"], until=date(2025, 3, 31))
    joins(acme, sales["sue"], since=date(2025, 4, 1))

    with pytest.raises(IntegrityError, match="team_member_one_a_function_and_day"):
        joins(acme, sales["sara"], since=date(2025, 3, 1), until=date(2025, 3, 31))


@pytest.mark.parametrize("key", ["csm", "manager", "cs_ops", "system"])
def test_who_owns_the_account_is_said_in_one_place(db, key):
    with pytest.raises(ValidationError, match="follow from the account's owner"):
        Function(key=key, name="Twice").full_clean()
