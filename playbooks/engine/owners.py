"""Roles become people: who has the function on the account's team, then a pool, then CS ops.

Somebody who is away is replaced by their cover; somebody who may not see the account is passed
over. A step never waits for nobody: without a person it lies in the queue of CS ops, and its task
says whom the team lacks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from accounts.catalogue import Role
from accounts.models import Account, Function, Installation, Pool, Team, TeamMember, User
from accounts.models.scope import AnyOf
from playbooks.facts import AccountRow
from playbooks.triggers.vocabulary import Fallback, OwnerRole


@dataclass(frozen=True, slots=True)
class Assignee:
    """`person_id` is None for the queue of CS ops. `fallback` says why a role fell to somebody
    else than who has it."""

    person_id: int | None
    fallback: Fallback | None = None


class Owners:
    """Who works here, read once a batch."""

    def __init__(self, *, accounts: Iterable[AccountRow], day: date) -> None:
        self.accounts = {account.id: account for account in accounts}
        self.day = day
        self.people = {user.pk: user for user in User.objects.order_by("pk")}
        self.managers = _grouped_pairs(
            Team.managers.through.objects.values_list("team_id", "user_id")
        )
        self.members = _grouped_pairs(
            Pool.members.through.objects.values_list("pool_id", "user_id")
        )
        self.function_pools = dict(Function.objects.values_list("key", "pool_id"))
        installation = Installation.current()
        self._leads: dict[str, str] = {
            OwnerRole.RENEWAL_LEAD: installation.renewal_lead,
            OwnerRole.EXPANSION_LEAD: installation.expansion_lead,
        }
        self._visible: dict[int, frozenset[int]] = {}
        self._own: dict[int, frozenset[int]] = {}

    @cached_property
    def teams(self) -> dict[int, dict[str, int]]:
        """Person by function, of each account. Who asks for CSMs alone has no need of it."""
        found: dict[int, dict[str, int]] = defaultdict(dict)
        members = TeamMember.objects.on_day(self.day).filter(AnyOf("account", self.accounts.keys()))
        for account_id, key, person_id in members.values_list(
            "account_id", "function__key", "person_id"
        ):
            found[account_id][key] = person_id
        return found

    def csm_of(self, account_id: int) -> int | None:
        """Who answers for the account; of a pool always the same member for one account."""
        csms = self._csms_of(self.accounts[account_id])
        return next((person for person in csms if self._works_here(person)), None)

    def settled_role(self, role: str) -> str:
        """The role or function that the settings name for the lead of a renewal or an expansion;
        any other role as it is."""
        return self._leads.get(role, role)

    def owner_for(self, *, role: str, account_id: int) -> int | None:
        return self.assignment(role=role, account_id=account_id).person_id

    def assignment(self, *, role: str, account_id: int, lead: int | None = None) -> Assignee:
        """Who gets a task of that role today; `lead` goes before the CSM of the account."""
        account, role = self.accounts[account_id], self.settled_role(role)
        if role in (OwnerRole.CS_OPS, OwnerRole.SYSTEM):
            return Assignee(None)
        holders = list(self._holders_of_role(role, account))
        if lead is not None and role == OwnerRole.CSM:
            holders.insert(0, lead)
        if (person := self._first_available(holders, account)) is not None:
            return Assignee(person)
        is_held = any(map(self._works_here, holders))
        if (
            person := self._first_available(self._pool_members_for(role, account), account)
        ) is not None:
            return Assignee(person, Fallback.AWAY_POOL if is_held else Fallback.EMPTY_POOL)
        return Assignee(None, Fallback.AWAY_QUEUE if is_held else Fallback.EMPTY_QUEUE)

    def _holders_of_role(self, role: str, account: AccountRow) -> Iterator[int]:
        """A CSM nobody covers is replaced by their manager."""
        if role == OwnerRole.CSM:
            yield from self._csms_of(account)
        if role in (OwnerRole.CSM, OwnerRole.MANAGER):
            yield from self._managers_of(account)
        elif role in self.teams[account.id]:
            yield self.teams[account.id][role]

    def _pool_members_for(self, role: str, account: AccountRow) -> Iterator[int]:
        """Of a function: its own pool before the account's. Only a function falls to a pool."""
        if role in (OwnerRole.CSM, OwnerRole.MANAGER):
            return
        for pool_id in (self.function_pools.get(role), account.pool_id):
            if pool_id is not None:
                yield from _rotated_by_account(self.members.get(pool_id, []), account.id)

    def _first_available(self, candidates: Iterable[int], account: AccountRow) -> int | None:
        for candidate in candidates:
            present = self._present_or_cover(candidate)
            if present is not None and self._reaches_account(present, account):
                return present
        return None

    def _reaches_account(self, person_id: int, account: AccountRow) -> bool:
        """Who owns an account, manages its owner or is on its team sees it in every visibility."""
        if account.id not in self._own:
            team = self.teams[account.id].values()
            people = {*self._csms_of(account), *self._managers_of(account), *team}
            self._own[account.id] = frozenset(people)
        return person_id in self._own[account.id] or self._sees_account(person_id, account)

    def _csms_of(self, account: AccountRow) -> list[int]:
        if account.owner_id is not None:
            return [account.owner_id]
        return _rotated_by_account(self.members.get(account.pool_id or 0, []), account.id)

    def _managers_of(self, account: AccountRow) -> Iterator[int]:
        people = [self.people[person] for person in self._csms_of(account) if person in self.people]
        for person in people:
            yield from self.managers.get(person.team_id or 0, [])

    def _present_or_cover(self, person_id: int) -> int | None:
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

    def _sees_account(self, person_id: int, account: AccountRow) -> bool:
        """An executive sees all, and works only where they are on the team."""
        if self.people[person_id].role == Role.EXECUTIVE:
            return False
        if person_id not in self._visible:
            seen = Account.objects.for_user(self.people[person_id]).filter(pk__in=self.accounts)
            self._visible[person_id] = frozenset(seen.values_list("pk", flat=True))
        return account.id in self._visible[person_id]


def _grouped_pairs(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for left, right in sorted(rows):
        found[left].append(right)
    return found


def _rotated_by_account(people: list[int], account_id: int) -> list[int]:
    start = account_id % len(people) if people else 0
    return people[start:] + people[:start]
