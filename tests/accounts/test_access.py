"""Who sees and who changes which account, in each visibility."""

import pytest

from accounts.access import GRANTED, Right, may, people_for
from accounts.catalogue import Role
from accounts.models import (
    Account,
    Contact,
    Function,
    Installation,
    Pool,
    Team,
    TeamMember,
    User,
)


def _person(name, role, *, team=None):
    return User.objects.create_user(f"{name}@demo.example", name=name, role=role, team=team)


def joins(account, who, function):
    TeamMember.objects.create(
        account=Account.objects.get(external_id=account),
        person=who,
        function=Function.objects.get(key=function),
        since="2025-01-01",
    )


@pytest.fixture
def house(db):
    """Two teams; Alice and Bob in the north led by Mona, Carl in the south; a pool of Alice's."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    people = {
        "alice": _person("alice", Role.CSM, team=north),
        "bob": _person("bob", Role.CSM, team=north),
        "carl": _person("carl", Role.CSM, team=south),
        "mona": _person("mona", Role.MANAGER),
        "eva": _person("eva", Role.EXECUTIVE),
        "otto": _person("otto", Role.OPS),
        "nobody": _person("nobody", None),
    }
    north.managers.add(people["mona"])
    pool = Pool.objects.create(name="Tech touch")
    pool.members.add(people["alice"])
    for owner in ("alice", "bob", "carl"):
        Account.objects.create(external_id=owner, name=owner, owner=people[owner])
    Account.objects.create(external_id="pooled", name="pooled", pool=pool)
    Account.objects.create(external_id="orphan", name="orphan")
    return people


EVERYTHING = {"alice", "bob", "carl", "pooled", "orphan"}
SEEN = {
    "own": {
        "alice": {"alice", "pooled"},
        "bob": {"bob"},
        "carl": {"carl"},
        "mona": {"alice", "bob", "pooled"},
    },
    "team": {
        "alice": {"alice", "bob", "pooled"},
        "bob": {"alice", "bob", "pooled"},
        "carl": {"carl"},
        "mona": {"alice", "bob", "pooled"},
    },
    "all": dict.fromkeys(("alice", "bob", "carl", "mona"), EVERYTHING),
}


@pytest.mark.parametrize("visibility", ["own", "team", "all"])
def test_visibility_decides_what_is_read(house, visibility):
    Installation.objects.update(visibility=visibility)
    expected = SEEN[visibility] | {"eva": EVERYTHING, "otto": EVERYTHING, "nobody": set()}
    seen = {
        name: set(Account.objects.for_user(person).values_list("external_id", flat=True))
        for name, person in house.items()
    }
    assert seen == expected


@pytest.mark.parametrize("visibility", ["own", "team", "all"])
def test_changes_stay_own_in_every_visibility(house, visibility):
    Installation.objects.update(visibility=visibility)
    changeable = {
        name: set(Account.objects.changeable_by(person).values_list("external_id", flat=True))
        for name, person in house.items()
    }
    assert changeable == SEEN["own"] | {"eva": set(), "otto": EVERYTHING, "nobody": set()}


@pytest.mark.parametrize("visibility", ["own", "team", "all"])
def test_a_task_can_be_given_to_those_who_see_the_account_and_may_work(house, visibility):
    Installation.objects.update(visibility=visibility)
    Team.objects.get(name="South").managers.add(house["mona"], house["bob"])
    User.objects.filter(name="mona").update(team=Team.objects.get(name="South"))
    joins("alice", house["carl"], "account_executive")
    joins("bob", house["eva"], "executive_sponsor")
    for name, left in (("gone", False), ("back", True)):
        left_team = _person(name, Role.CSM, team=house["alice"].team)
        User.objects.filter(pk=left_team.pk).update(is_active=left)
    for account in Account.objects.all():
        able = {
            person
            for person in User.objects.exclude(role=Role.EXECUTIVE)
            if Account.objects.for_user(person).filter(pk=account.pk).exists()
        }
        if account.external_id == "bob":
            able.add(house["eva"])
        found = list(people_for(account))
        assert (set(found), len(found)) == (able, len(able)), account


def test_facts_follow_their_account(house):
    for account in Account.objects.all():
        Contact.objects.create(
            account=account,
            external_id=f"c-{account.external_id}",
            name="x",
            met_on="2025-01-01",
        )
    Installation.objects.update(visibility="own")
    assert set(Contact.objects.for_user(house["bob"]).values_list("external_id", flat=True)) == {
        "c-bob"
    }
    assert not Contact.objects.changeable_by(house["eva"]).exists()


def test_a_disabled_person_sees_nothing(house):
    alice = house["alice"]
    assert Account.objects.for_user(alice).exists()
    alice.is_active = False
    assert not Account.objects.for_user(alice).exists()
    assert not may(alice, Right.VIEW_ACCOUNTS)


def test_a_person_in_two_pools_sees_an_account_once(house):
    alice = house["alice"]
    Pool.objects.create(name="Second").members.add(alice)
    found = list(Account.objects.for_user(alice).values_list("external_id", flat=True))
    assert sorted(found) == ["alice", "bob", "pooled"]


def test_an_executive_reads_and_changes_nothing(house):
    bob = Account.objects.get(external_id="bob")
    assert may(house["eva"], Right.VIEW_ACCOUNTS, account=bob)
    assert not may(house["eva"], Right.WORK_ACCOUNTS, account=bob)
    assert may(house["mona"], Right.WORK_ACCOUNTS, account=bob)
    assert not may(house["carl"], Right.WORK_ACCOUNTS, account=bob)


@pytest.mark.parametrize("visibility", ["own", "team", "all"])
def test_a_right_to_one_account_is_that_to_the_list_it_stands_in(house, visibility):
    Installation.objects.update(visibility=visibility)
    goes_on = Account.objects.get(external_id="bob")
    Account.objects.create(
        external_id="gone", name="gone", owner=house["alice"], merged_into=goes_on
    )
    for person in house.values():
        works = person.role in GRANTED[Right.WORK_ACCOUNTS]
        changeable = set(Account.objects.changeable_by(person)) if works else set()
        seen = set(Account.objects.for_user(person))
        for account in Account.objects.all():
            assert may(person, Right.WORK_ACCOUNTS, account=account) == (account in changeable)
            assert may(person, Right.VIEW_ACCOUNTS, account=account) == (account in seen)


def test_only_cs_ops_administers(house):
    allowed = {name for name, person in house.items() if person.has_perm("accounts.change_user")}
    assert allowed == {"otto"}
    assert not house["otto"].has_perm("auth.change_group")
