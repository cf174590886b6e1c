"""Our own invented people: CSMs in teams, managers, a pool for tech touch, specialists, ops."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.catalogue import Role
from accounts.demo.names import mailbox, person_name
from accounts.demo.shape import Shape

CSMS_PER_TEAM = 4
CSMS_PER_ACCOUNT = 8 / 340
EXECUTIVE_ID, OPS_ID, FIRST_SELLER_ID, FIRST_ONBOARDER_ID, RENEWALS_ID = 1, 2, 3, 6, 8
FIRST_MANAGER_ID = 11
SELLERS, ONBOARDERS = 3, 2
# Of another team than any CSM: they see accounts by being on their teams.
SPECIALISTS_TEAM = "Specialists"
PASSWORD = "demo"  # noqa: S105 -- printed at start, refused outside the demo
_TEAM_NAMES = ("Harbour", "Valley", "Summit", "Meadow", "Canyon", "Delta", "Ridge", "Forest")
# Whose turn it is in a team: two look after the large accounts and get fewer of the others.
_LARGE, _OTHERS = (0, 1), (2, 1, 2, 0, 2, 1)
_OWN_NAMES = {
    "csm@demo.example": "Mira Quellstone",
    "manager@demo.example": "Osric Vellgate",
    "executive@demo.example": "Thessaly Moorhaven",
    "ops@demo.example": "Jun Rookdale",
    "sales@demo.example": "Perrin Ashvale",
}
_NAMES_FROM = 40_000  # names of staff come from elsewhere in the sequence than names of contacts


@dataclass(frozen=True, slots=True)
class StaffMember:
    id: int
    email: str
    name: str
    title: str
    role: Role | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Staff:
    """CSMs are numbered through all teams; the first one is csm@demo.example."""

    members: tuple[StaffMember, ...]
    teams: tuple[tuple[int, str, int], ...]  # of CSMs: id, name, id of the manager
    specialists_team_id: int
    csms: tuple[int, ...]
    pool_members: tuple[int, ...]

    def team_of(self, slot: int, *, accounts: int) -> int:
        """Position of the team that looks after a slot: neighbours share one at large sizes."""
        return slot * len(self.teams) // accounts if len(self.teams) > 2 else slot % len(self.teams)

    def owner(self, *, team: int, turn: int, is_large: bool) -> int:
        """One CSM of the team, in turn; large accounts stay with its first two."""
        places = _LARGE if is_large else _OTHERS
        return self.csms[team * CSMS_PER_TEAM + places[turn % len(places)]]


def staff_of(shape: Shape) -> Staff:
    teams = max(2, round(shape.accounts * CSMS_PER_ACCOUNT / CSMS_PER_TEAM))
    first_csm = FIRST_MANAGER_ID + teams
    csms = tuple(range(first_csm, first_csm + teams * CSMS_PER_TEAM))
    members = [
        _staff_member(
            EXECUTIVE_ID, "executive@demo.example", "Chief customer officer", Role.EXECUTIVE
        ),
        _staff_member(OPS_ID, "ops@demo.example", "CS operations", Role.OPS),
    ]
    specialists = ["Account executive"] * SELLERS + ["Onboarding specialist"] * ONBOARDERS
    members += [
        _staff_member(
            FIRST_SELLER_ID + n, None if n else "sales@demo.example", title, Role.CSM, teams
        )
        for n, title in enumerate([*specialists, "Renewals manager"])
    ]
    for team in range(teams):
        email = None if team else "manager@demo.example"
        members.append(
            _staff_member(
                FIRST_MANAGER_ID + team, email, "Customer success manager lead", Role.MANAGER, team
            )
        )
    for place, id_ in enumerate(csms):
        email = None if place else "csm@demo.example"
        team = place // CSMS_PER_TEAM
        members.append(_staff_member(id_, email, "Customer success manager", Role.CSM, team))
    return Staff(
        members=tuple(members),
        teams=tuple((n + 1, _team_name(n), FIRST_MANAGER_ID + n) for n in range(teams)),
        specialists_team_id=teams + 1,
        csms=csms,
        pool_members=csms[CSMS_PER_TEAM - 1 :: CSMS_PER_TEAM],
    )


def _staff_member(
    id_: int, email: str | None, title: str, role: Role | None, team: int | None = None
) -> StaffMember:
    name = _OWN_NAMES.get(email or "") or person_name(_NAMES_FROM + id_ * 13)
    address = email or f"{mailbox(name)}.{id_}@demo.example"
    return StaffMember(id_, address, name, title, role, None if team is None else team + 1)


def _team_name(number: int) -> str:
    round_, place = divmod(number, len(_TEAM_NAMES))
    return _TEAM_NAMES[place] + (f" {round_ + 1}" if round_ else "")
