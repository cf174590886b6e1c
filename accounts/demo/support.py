"""Support tickets: more of them, and slower to solve, where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.catalogue import Sentiment, Severity, TicketCategory
from accounts.demo.customers import Founded
from accounts.demo.offering import TOPICS
from accounts.demo.satisfaction import lagged
from accounts.demo.timeline import Timeline
from accounts.demo.usage import Access

MOOD_LAG = 7
RATE_A_DAY = 0.0034
INCIDENT_DAYS = 12
PATIENCE_MINUTES = 2 * 24 * 60


@dataclass(frozen=True, slots=True)
class DemoProblem:
    """Repeats of a problem share its topic key; another one like it has a key of its own."""

    category: str
    key: str
    subject: str
    number: int
    opened_at: int  # minutes since the first day
    solved_at: int

    @property
    def topic(self) -> str:
        return f"{self.key}-{self.number}"


@dataclass(frozen=True, slots=True)
class TicketRow:
    opened: int
    minute: int
    solved: int | None
    solved_minute: int
    category: TicketCategory
    severity: Severity
    topic: str
    subject: str
    satisfaction: int | None
    sentiment: Sentiment


def tickets(
    random: np.random.Generator,
    *,
    account: Founded,
    access: Access,
    timeline: Timeline,
    activity: np.ndarray,
) -> list[TicketRow]:
    mood = lagged(account.path[None, access.first : access.last], days=MOOD_LAG)[0]
    trouble = _incident_days_of(account, access=access)
    rate = RATE_A_DAY * access.seats**0.8 * (0.12 + 6.0 * (1 - mood) ** 2.5 + 3.0 * trouble)
    counts = random.poisson(rate * np.maximum(activity[access.first : access.last], 0.1))
    rows: list[TicketRow] = []
    problem: DemoProblem | None = None
    for offset in np.repeat(np.arange(len(counts)), counts):
        felt = float(mood[offset])
        opened = (int(offset) + access.first) * 1440 + int(random.integers(8 * 60, 18 * 60))
        if problem is None or not _is_repeated(random, problem, opened=opened, mood=felt):
            topic = _draw_topic(random, mood=felt, trouble=float(trouble[offset]))
            problem = _draw_problem(random, topic, number=len(rows) + 1, opened=opened, mood=felt)
        rows.append(_ticket_row(random, opened, problem, felt, timeline))
    return rows


def _incident_days_of(account: Founded, *, access: Access) -> np.ndarray:
    """1 in the days after an incident or release that hit this account, else 0."""
    level = np.zeros(access.last - access.first)
    for shock in account.shocks:
        begin = shock.day - access.first
        if shock.kind in ("incident", "release") and begin < len(level):
            level[max(begin, 0) : max(begin + INCIDENT_DAYS, 0)] = 1.0
    return level


def _draw_topic(random: np.random.Generator, *, mood: float, trouble: float) -> int:
    defect = 0.08 + 0.36 * (1 - mood) ** 1.5 + 0.4 * trouble
    odds = {"defect": defect, "billing": 0.07, "request": 0.2, "how_to": max(0.1, 0.73 - defect)}
    weights = np.array([odds[category] for category, _, _ in TOPICS])
    return int(np.searchsorted(np.cumsum(weights), random.random() * weights.sum()))


def _is_repeated(
    random: np.random.Generator, problem: DemoProblem, *, opened: int, mood: float
) -> bool:
    """Who still has a problem after some days writes again; one that is solved is solved."""
    is_unsolved = opened < problem.solved_at and opened - problem.opened_at >= PATIENCE_MINUTES
    return bool(is_unsolved and random.random() < 0.3 + 0.4 * (1 - mood))


def _draw_problem(
    random: np.random.Generator, topic: int, *, number: int, opened: int, mood: float
) -> DemoProblem:
    category, key, subject = TOPICS[topic]
    median = 1.1 * _SLOWNESS[category] * np.exp(4.5 * max(0.0, 0.7 - mood))
    took = float(median * np.exp(random.normal(0, 0.9))) * 24 * 60
    return DemoProblem(category, key, subject, number, opened, opened + int(took))


def _ticket_row(
    random: np.random.Generator, opened: int, problem: DemoProblem, mood: float, timeline: Timeline
) -> TicketRow:
    """All tickets about a problem are solved with it."""
    end = problem.solved_at
    solved = end // 1440 if end < timeline.days * 1440 else None
    is_rated = random.random() < 0.45 and solved is not None
    score = int(np.clip(round(random.normal(2.0 + 3.4 * mood, 0.9)), 1, 5))
    return TicketRow(
        opened=opened // 1440,
        minute=opened % 1440,
        solved=solved,
        solved_minute=end % 1440,
        category=TicketCategory(problem.category),
        severity=_draw_severity(random, category=problem.category),
        topic=problem.topic,
        subject=problem.subject,
        satisfaction=score if is_rated else None,
        sentiment=tone(random, mood=mood),
    )


_SLOWNESS = {"how_to": 1.0, "defect": 2.2, "request": 3.0, "billing": 1.0}
_SEVERITIES = (Severity.HIGH, Severity.NORMAL, Severity.LOW)


def _draw_severity(random: np.random.Generator, *, category: str) -> Severity:
    draw = random.random()
    if draw < (0.12 if category == "defect" else 0.02):
        return Severity.URGENT
    return _SEVERITIES[int(np.searchsorted((0.3, 0.8), draw))]


def tone(random: np.random.Generator, *, mood: float) -> Sentiment:
    """How what is said or written sounds: the mood with what the day adds to it."""
    heard = mood + random.normal(0, 0.13)
    if heard < 0.39:
        return Sentiment.NEGATIVE
    return Sentiment.POSITIVE if heard > 0.68 else Sentiment.NEUTRAL
