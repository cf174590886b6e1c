"""Accounts whose scores fall and rise, and what must have become of it: worked out from the words
of docs/playbooks.md alone, one account after the other. Nothing here knows of the engine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

# Scores, one rescoring after the other; the first is where the account stands.
PATHS = (
    (80, 71, 48, 62, 45, 35),
    (80, 71, 48, 35, 62, 38),
    (80, 35, 45, 38, 55, 30),
    (80, 71, 78, 72, 76, 70),
    (60, 48, 35, 45, 39, 80),
    (60, 38, 62, 35, 62, 79),
)
TIERS = ("high", "low", "tech")
SEVERITY = {"slip": 10, "fall": 20, "deep": 30}
"""Three reactions to a fall, one family; `thanks` and `capped` are each a family of their own."""
COOLDOWN_DAYS = {"slip": 30, "fall": 14, "deep": 0, "thanks": 5, "capped": 0}


@dataclass(frozen=True, slots=True)
class Told:
    """One crossing: of a band (`line` 0) or past a line."""

    before: int
    after: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class Customer:
    """`csm` empty: nobody owns it."""

    name: str
    tier: str
    csm: str
    path: tuple[int, ...]
    is_churned: bool = False
    is_overridden: bool = False

    def crossings(self, wave: int) -> list[Told]:
        before, after = self.path[wave], self.path[wave + 1]
        found = [Told(before, after)] if band(before) != band(after) else []
        return found + [
            Told(before, after, line) for line in (40,) if (before < line) != (after < line)
        ]


def band(score: int) -> str:
    return "healthy" if score >= 75 else "watch" if score >= 50 else "intervene"


def customers(crossings: int, *, csms: Sequence[str], seed: int) -> list[Customer]:
    """So many that they cross at least so often in all."""
    dice = random.Random(seed)
    found: list[Customer] = []
    while crossings > 0:
        kind = dice.random()
        new = Customer(
            f"a{len(found):05}",
            dice.choice(TIERS),
            "" if kind > 0.95 else dice.choice(csms),
            dice.choice(PATHS),
            is_churned=kind < 0.05,
            is_overridden=0.05 < kind < 0.10,
        )
        found.append(new)
        crossings -= sum(len(new.crossings(wave)) for wave in range(len(new.path) - 1))
    return found


@dataclass
class Expected:
    """`starts`: by wave, line and playbook the result and reason, several where the order in which
    workers come decides. `plays`: of each, the playbook and how it ended. `tasks` and `messages`:
    what each is and whom it goes to."""

    starts: dict[tuple[int, int, str], set[tuple[str, str]]] = field(default_factory=dict)
    plays: Counter[tuple[str, str]] = field(default_factory=Counter)
    tasks: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    messages: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def expected(customer: Customer, *, manager: str) -> Expected:
    all_of_it = Expected()
    running: dict[str, str] = {}  # open plays
    cooling: set[str] = set()  # ended on this day, with a cooldown
    for wave in range(len(customer.path) - 1):
        score, told = customer.path[wave + 1], customer.crossings(wave)
        if told and not customer.is_churned:
            for key in [key for key in running if _is_recovered(key, score)]:
                del running[key]
                all_of_it.plays[key, "recovered"] += 1
                if COOLDOWN_DAYS[key]:
                    cooling.add(key)
        _judge_wave(customer, wave, told, running, cooling, all_of_it, manager)
    for key in running:
        all_of_it.plays[key, ""] += 1
    return all_of_it


def _judge_wave(customer, wave, told, running, cooling, found, manager) -> None:
    matches = [(each, key) for each in told for key in _answers(customer, each)]
    reasons = {match: _own_reason(customer, match[1], running, cooling) for match in matches}
    contest = [
        match
        for match in matches
        if match[1] in SEVERITY
        and reasons[match] not in ("churned", "cooldown", "override", "recovered")
    ]
    severest = max((SEVERITY[key] for _, key in contest), default=0)
    has_started = False
    for each, key in matches:
        reason = reasons[each, key]
        if SEVERITY.get(key, 99) < severest:
            reason = "severer_match"
        at = (wave, each.line, key)
        if reason == "open_play" and key == "capped":
            found.starts[at] = {("suppressed", reason), ("suppressed", "already_queued")}
        else:
            found.starts[at] = {("suppressed", reason) if reason else ("started", "")}
        if reason:
            continue
        has_started = True
        for other in [k for k in running if SEVERITY.get(k, 99) < SEVERITY.get(key, 0)]:
            del running[other]
            found.plays[other, "superseded"] += 1
        _begin(customer, key, running, cooling, found, manager)
    if customer.csm and not has_started and any(not each.line for each in told):
        found.messages["crossing", customer.csm, "in_app"] += 1


def _answers(customer: Customer, told: Told) -> list[str]:
    """Playbooks whose trigger this is and whose conditions the account meets."""
    after = band(told.after)
    if told.line:
        is_deep = told.after < told.line and customer.tier == "high"
        return ["deep"] if is_deep else []
    if told.after > told.before:
        return ["thanks"] if after == "healthy" else []
    if after == "intervene":
        return ["fall"]
    return ["slip", "capped"] if customer.tier == "tech" else ["slip"]


def _own_reason(customer: Customer, key: str, running, cooling) -> str:
    if customer.is_churned:
        return "churned"
    if customer.is_overridden:
        return "override"
    if key in running:
        return "open_play"
    worst = max((SEVERITY[other] for other in running if other in SEVERITY), default=0)
    if key in SEVERITY and worst > SEVERITY[key]:
        return "severer_play"
    return "cooldown" if key in cooling else ""


def _is_recovered(key: str, score: int) -> bool:
    if key == "slip":
        return band(score) == "healthy"
    if key == "fall":
        return band(score) in ("healthy", "watch")
    return key == "deep" and score >= 50


def _begin(customer: Customer, key: str, running, cooling, found: Expected, manager: str) -> None:
    csm = customer.csm
    if key == "thanks":  # one mail, and it is over
        found.messages["thanks", customer.name, "email"] += 1
        found.plays[key, "completed"] += 1
        cooling.add(key)
        return
    running[key] = key
    found.tasks[key, "work", csm] += 1
    if csm:
        found.messages["begun", csm, "in_app"] += 1
    if key == "slip":
        found.tasks[key, "tell", ""] += 1
        told = [(csm, "email"), (manager, "in_app"), (manager, "email")] if csm else []
        for person, channel in told:
            found.messages["tell", person, channel] += 1
    if key == "fall":
        found.tasks[key, "lead", manager if csm else ""] += 1
        if csm:
            found.messages["lead", manager, "in_app"] += 1
            found.messages["letter", customer.name, "email"] += 1
