"""How content each customer really is, day by day: hidden, and the cause of all that is seen.

A mean-reverting path between 0 and 1. Its mean moves: onboarding done badly drags at first and a
little for ever, a champion who leaves or a reorganisation pulls down for most of a year, an
incident for weeks, a CSM who steps in lifts again. Seen facts follow with lags (see docs/demo.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REVERSION = 1 / 35
NOISE = 0.013
SLOW_DECAY = 0.5 ** (1 / 160)
FAST_DECAY = 0.5 ** (1 / 22)
CARE_DECAY = 0.5 ** (1 / 200)
CARE_BELOW = 0.42
CARE_CHANCE_A_DAY = 0.005
INCIDENT_EVERY_DAYS = 115
INCIDENT_REACH = 0.3
# The last autumn was difficult: a release that took away how some of them worked.
RELEASE_DAYS_AGO = 70
RELEASE_REACH = 0.16
RELEASE_DEPTH = (0.16, 0.46)


@dataclass(frozen=True, slots=True)
class Shock:
    account: int  # position in the block
    day: int
    kind: str
    depth: float


@dataclass(frozen=True, slots=True)
class Character:
    """What an account is like for good: arrays over the accounts of one draw.

    `fit` 0-1 is the level it reverts to, `quality` 0-1 how well it was onboarded, `care` scales how
    likely somebody steps in, `since` is the day number of its first contract.
    """

    fit: np.ndarray
    quality: np.ndarray
    care: np.ndarray
    since: np.ndarray


# kind, chance a year, depth from, depth to; champion_promoted lifts.
_HAPPENINGS = (
    ("champion_left", 0.24, 0.2, 0.46),
    ("reorganisation", 0.11, 0.26, 0.52),
    ("competitor", 0.11, 0.16, 0.36),
    ("champion_promoted", 0.07, -0.16, -0.06),
    ("new_leader", 0.06, -0.22, -0.08),
)


def draw_shocks(
    random: np.random.Generator, *, accounts: int, days: int, incidents: list[int]
) -> list[Shock]:
    """What happens to whom and when, in order of day; incidents hit many on one day."""
    shocks = []
    for kind, yearly, low, high in _HAPPENINGS:
        count = random.poisson(yearly * days / 365.25, accounts)
        for account in np.repeat(np.arange(accounts), count):
            day = int(random.integers(days))
            shocks.append(Shock(int(account), day, kind, float(random.uniform(low, high))))
    for day in incidents:
        hit = np.flatnonzero(random.random(accounts) < INCIDENT_REACH)
        depths = random.uniform(0.06, 0.22, len(hit))
        shocks += [
            Shock(int(n), day, "incident", float(d)) for n, d in zip(hit, depths, strict=True)
        ]
    released = days - RELEASE_DAYS_AGO
    hit = np.flatnonzero(random.random(accounts) < RELEASE_REACH)
    depths = random.uniform(*RELEASE_DEPTH, len(hit))
    shocks += [
        Shock(int(n), released, "release", float(d)) for n, d in zip(hit, depths, strict=True)
    ]
    return sorted(shocks, key=lambda shock: (shock.day, shock.account, shock.kind))


def incident_days(random: np.random.Generator, *, days: int) -> list[int]:
    """The vendor's own bad days, the same for every block."""
    return sorted(int(d) for d in random.integers(days, size=round(days / INCIDENT_EVERY_DAYS)))


def satisfaction_paths(
    random: np.random.Generator, *, character: Character, shocks: list[Shock], days: int
) -> np.ndarray:
    """Accounts × days, 0.02 to 0.98; before an account began its value means nothing."""
    accounts = len(character.fit)
    slow, fast = _shock_impulses(shocks, accounts=accounts, days=days)
    noise = random.standard_normal((days, accounts)) * NOISE
    luck = random.random((days, accounts))
    drag = np.zeros(accounts)
    dip = np.zeros(accounts)
    lift = np.zeros(accounts)
    weakness = character.quality - 0.66
    level = np.clip(character.fit + 0.35 * weakness, 0.02, 0.98)
    path = np.empty((days, accounts))
    for day in range(days):
        drag = drag * SLOW_DECAY + slow[day]
        dip = dip * FAST_DECAY + fast[day]
        cared = (
            (level < CARE_BELOW) & (lift < 0.05) & (luck[day] < CARE_CHANCE_A_DAY * character.care)
        )
        lift = lift * CARE_DECAY + 0.24 * cared
        age = np.maximum(day - character.since, 0)
        onboarding = weakness * (0.12 + 0.45 * np.exp(-age / 80))
        target = character.fit + onboarding + lift - drag - dip
        level = np.clip(level + REVERSION * (target - level) + noise[day], 0.02, 0.98)
        path[day] = level
    return np.ascontiguousarray(path.T)


def _shock_impulses(
    shocks: list[Shock], *, accounts: int, days: int
) -> tuple[np.ndarray, np.ndarray]:
    slow = np.zeros((days, accounts))
    fast = np.zeros((days, accounts))
    for shock in shocks:
        (fast if shock.kind == "incident" else slow)[shock.day, shock.account] += shock.depth
    return slow, fast


def lagged(path: np.ndarray, *, days: int) -> np.ndarray:
    """An exponential mean over the past with this time constant: how the seen follows the felt."""
    keep = np.exp(-1 / days)
    out = np.empty_like(path)
    state = path[..., 0]
    for day in range(path.shape[-1]):
        state = keep * state + (1 - keep) * path[..., day]
        out[..., day] = state
    return out
