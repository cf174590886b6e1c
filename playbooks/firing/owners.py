"""Roles become people: the account's own, then the team, then the pool, then CS ops' queue.

Somebody who is away is replaced by their cover; somebody who may not see the account is passed
over. None means the queue of CS ops: a step never waits for nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from accounts.catalogue import Role
from accounts.models import Account, Pool, Team, User
from playbooks.facts import AccountRow
from playbooks.triggers.vocabulary import OwnerRole, label


class Owners:
    """Who works here, read once a batch."""

    def __init__(self, *, accounts: Iterable[AccountRow], day: date) -> None:
        self.accounts = {account.id: account for account in accounts}
        self.day = day
        self.people = {user.pk: user for user in User.objects.order_by("pk")}
        self.managers = _pairs(Team.managers.through.objects.values_list("team_id", "user_id"))
        self.members = _pairs(Pool.members.through.objects.values_list("pool_id", "user_id"))
        self.pools = {
            name.casefold(): pool_id for pool_id, name in Pool.objects.values_list("pk", "name")
        }
        self._visible: dict[int, frozenset[int]] = {}
        self._owners: dict[int, frozenset[int]] = {}

    def csm_of(self, account_id: int) -> int | None:
        """Who answers for the account; of a pool always the same member for one account."""
        csms = self._csms(self.accounts[account_id])
        return next((person for person in csms if self._works_here(person)), None)

    def owner_for(self, *, role: OwnerRole, account_id: int) -> int | None:
        """Who finishes it. An executive changes nothing: somebody of the account acts for them."""
        people = self._reached(role, self.accounts[account_id])
        return next((person for person in people if not self._only_reads(person)), None)

    def told_for(self, *, role: OwnerRole, account_id: int) -> int | None:
        """The executive it falls to, who is told while somebody else has the task."""
        first = next(self._reached(role, self.accounts[account_id]), None)
        return first if first is not None and self._only_reads(first) else None

    def _reached(self, role: OwnerRole, account: AccountRow) -> Iterator[int]:
        for candidate in self._candidates(role, account):
            present = self._present(candidate)
            if present is None:
                continue
            # Whoever owns an account, or manages its owner, sees it in every visibility.
            if present in self._own(account) or self._sees(present, account):
                yield present

    def _only_reads(self, person_id: int) -> bool:
        return self.people[person_id].role == Role.EXECUTIVE

    def _candidates(self, role: OwnerRole, account: AccountRow) -> Iterator[int]:
        match role:
            case OwnerRole.CSM:
                yield from self._csms(account)
                yield from self._managers_of(account)
            case OwnerRole.MANAGER:
                yield from self._managers_of(account)
            case OwnerRole.ACCOUNT_EXECUTIVE:
                yield from _known(account.account_executive_id)
            case OwnerRole.EXECUTIVE_SPONSOR:
                yield from _known(account.executive_sponsor_id)
                yield from self._with_role(Role.EXECUTIVE)
                yield from self._csms(account)
                yield from self._managers_of(account)
            case OwnerRole.CS_OPS | OwnerRole.SYSTEM:
                return
            case _:
                yield from self._specialists(role, account)

    def _csms(self, account: AccountRow) -> list[int]:
        if account.owner_id is not None:
            return [account.owner_id]
        return _rotated(self.members.get(account.pool_id or 0, []), account.id)

    def _own(self, account: AccountRow) -> frozenset[int]:
        if account.id not in self._owners:
            people = {*self._csms(account), *self._managers_of(account)}
            self._owners[account.id] = frozenset(people)
        return self._owners[account.id]

    def _team_ids(self, account: AccountRow) -> list[int]:
        people = [self.people[person] for person in self._csms(account) if person in self.people]
        return [person.team_id for person in people if person.team_id is not None]

    def _managers_of(self, account: AccountRow) -> Iterator[int]:
        for team_id in self._team_ids(account):
            yield from self.managers.get(team_id, [])

    def _specialists(self, role: OwnerRole, account: AccountRow) -> Iterator[int]:
        """Team members with that title, then the pool of that name ("Save team")."""
        named, teams = label(role).casefold(), self._team_ids(account)
        for person in self.people.values():
            if person.team_id in teams and person.title.casefold() == named:
                yield person.pk
        yield from _rotated(self.members.get(self.pools.get(named, 0), []), account.id)

    def _with_role(self, role: Role) -> Iterator[int]:
        return (person.pk for person in self.people.values() if person.role == role)

    def _present(self, person_id: int) -> int | None:
        if not self._works_here(person_id):
            return None
        person = self.people[person_id]
        if not person.is_away(day=self.day):
            return person.pk
        cover_id = person.cover_id or 0
        if not self._works_here(cover_id) or self.people[cover_id].is_away(day=self.day):
            return None
        return cover_id

    def _works_here(self, person_id: int) -> bool:
        person = self.people.get(person_id)
        return person is not None and person.is_active and person.role is not None

    def _sees(self, person_id: int, account: AccountRow) -> bool:
        if person_id not in self._visible:
            seen = Account.objects.for_user(self.people[person_id]).filter(pk__in=self.accounts)
            self._visible[person_id] = frozenset(seen.values_list("pk", flat=True))
        return account.id in self._visible[person_id]


def _pairs(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for left, right in sorted(rows):
        found[left].append(right)
    return found


def _known(person_id: int | None) -> list[int]:
    return [] if person_id is None else [person_id]


def _rotated(people: list[int], account_id: int) -> list[int]:
    start = account_id % len(people) if people else 0
    return people[start:] + people[:start]
