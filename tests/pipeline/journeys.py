"""Accounts in a sequence of five working days, what they do meanwhile, and what they must have got:
worked out day by day from the words of docs/playbooks.md. Nothing here knows of the engine.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

DAYS = 5
WAIT_DAYS = 2
"""A wait of one business day that begins after hours is over on the second day after."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Evenings, by the number of the day, on which something happens; None: on none of them.

    `rises`: the score, which ends the first wait. `values`: they reach the first value, which ends
    the second. `asks`: support is escalated; `falls`: the score, below 40. Each of them hands over.
    """

    name: str
    uses: bool
    bounces: bool
    rises: int | None = None
    values: int | None = None
    asks: int | None = None
    falls: int | None = None


def journeys(count: int, *, seed: int) -> list[Journey]:
    dice = random.Random(seed)
    found = []
    for number in range(count):
        ends = dice.choice(["", "", "asks", "falls"])
        found.append(
            Journey(
                f"a{number:05}",
                uses=dice.random() < 0.5,
                bounces=dice.random() < 0.1,
                rises=dice.choice([None, 0, 1, 1]),
                values=dice.choice([None, None, 0, 1, 2, 3, 4]),
                **{ends: dice.randrange(DAYS)} if ends else {},
            )
        )
    return found


@dataclass
class Course:
    """`letters`: on which day each was at their mail server. `steps`: what the platform did, and
    how it ended; `tasks`: of whom they are; `outcome`: empty while the play runs."""

    letters: Counter[tuple[str, int]] = field(default_factory=Counter)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    tasks: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcome: str = ""


class _Walk:
    def __init__(self, journey: Journey) -> None:
        self.journey, self.course = journey, Course()
        self.waits_in, self.began, self.has_value = "", 0, False

    def write(self, step: str, day: int) -> None:
        """Once a mail has come back there is nobody left to write to."""
        if self.journey.bounces and step != "hello":
            self.course.steps[step, "nobody"] += 1
            return
        self.course.steps[step, "written"] += 1
        if not self.journey.bounces:
            self.course.letters[step, day] += 1

    def wait(self, step: str, day: int) -> None:
        self.waits_in, self.began = step, day
        self.course.steps[step, ""] += 1

    def end_wait(self, ending: str, day: int) -> None:
        step, self.waits_in = self.waits_in, ""
        self.course.steps[step, ""] -= 1
        self.course.steps[step, ending] += 1
        if step == "pause":
            self.course.steps["fork", "fits" if self.journey.uses else "other"] += 1
            self.write("thanks" if self.journey.uses else "nudge", day)
            self.wait("rest", day)
        else:
            self.course.steps["reached", "fits" if self.has_value else "other"] += 1
            if self.has_value:
                self.write("last", day)
                # Who was drawn in for the address still has a task of the play.
                self.course.outcome = "" if self.journey.bounces else "completed"
            else:
                self.course.tasks["call", "csm"] += 1

    def morning(self, day: int) -> None:
        if self.waits_in and day >= self.began + WAIT_DAYS:
            self.end_wait("over", day)

    def evening(self, day: int) -> None:
        if self.course.outcome:
            return
        # What ends a wait comes after it began: the clock of a frozen day does not move.
        if self.journey.rises == day and self.waits_in == "pause" and self.began < day:
            self.end_wait("met", day)
        if self.journey.values == day:
            self.has_value = True
            if self.waits_in == "rest" and self.began < day:
                self.end_wait("met", day)
        handed = {self.journey.asks: "ask", self.journey.falls: "risk"}.get(day)
        if handed and not self.course.outcome:
            self.course.outcome = "cancelled"
            self.course.tasks[handed, "csm"] += 1
            self.waits_in = ""


def course(journey: Journey) -> Course:
    walk = _Walk(journey)
    walk.write("hello", 0)
    if journey.bounces:
        walk.course.tasks["bounced", ""] += 1
    walk.wait("pause", 0)
    for day in range(DAYS):
        walk.morning(day)
        walk.evening(day)
    walk.course.steps = +walk.course.steps
    return walk.course
