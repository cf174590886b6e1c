"""A play in simulated time: what its text says will happen, and the hours, people and customers
that make it happen. The paths are read from the YAML, not by the code that walks them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import cycle, takewhile

import yaml

from accounts.models import AttributeHistory, Contact, Contract, Feature
from playbooks.actions import complete_task, skip_task
from playbooks.engine import advance_plays, emit_moments, start_play
from playbooks.library.catalogue import BY_KEY
from playbooks.models import Play, StepResult, Task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.playbooks.conftest import NOW, fire

DAY = NOW.date()
OUTREACH = ("reached", "meeting_booked", "no_response", "declined")
INTERNAL = ("documented", "decided", "nothing_to_do")
# Of each a score that is there, and none of the others'.
SCORES = ("30", "50", "80")
Path = list[tuple[str, str]]


@dataclass(frozen=True)
class Course:
    """One way through a playbook: its steps with how each ends, and what begins it (an empty
    trigger: a person)."""

    key: str
    path: Path
    trigger: dict

    def __str__(self) -> str:
        return f"{self.key}-{self.trigger.get('key', 'by hand')}-{len(self.path)}"


def said(key: str) -> dict:
    return yaml.safe_load(BY_KEY[key].text)


def outcomes(step: dict) -> tuple[str, ...]:
    return (*(INTERNAL if step["channel"] == "internal" else OUTREACH), "skipped")


def endings(step: dict) -> list[str]:
    """Those that make a difference to what follows, each once; "" where none does."""
    kind = step.get("kind", "task")
    if kind == "branch":
        return ["fits", "other"]
    if kind == "wait":
        return ["over", "met"] if "until_signal" in step else ["over"]
    if kind in ("mail", "in_app"):
        return ["written"]
    if step["owner"] == "system":
        return ["notified"]
    named = [word for edge in step.get("next", ()) for word in edge.get("when", ())]
    rest = next((word for word in outcomes(step) if word not in named), None)
    return [*named, *filter(None, [rest])] if named else [""]


def follows(steps: list[dict], index: int, ending: str) -> int:
    keys = [step["key"] for step in steps]
    for edge in steps[index].get("next", ()):
        if not edge.get("when") or ending in edge["when"]:
            return len(steps) if edge["to"] == "end" else keys.index(edge["to"])
    return index + 1


def paths(steps: list[dict], index: int = 0) -> Iterator[Path]:
    if index == len(steps):
        yield []
        return
    for ending in endings(steps[index]):
        for rest in paths(steps, follows(steps, index, ending)):
            yield [(steps[index]["key"], ending), *rest]


def courses(key: str) -> list[Course]:
    """As few as take every edge and pull every trigger."""
    text = said(key)
    steps = text["steps"]
    ways = sorted(paths(steps), key=len, reverse=True)
    found, seen = [], set()
    triggers = text["triggers"] or [{}]
    for way in ways:
        if not set(way) <= seen:
            seen.update(way)
            found.append(Course(key, way, beginning(steps, way, triggers, len(found))))
    left = [each for each in triggers if each not in [course.trigger for course in found]]
    return found + [
        Course(key, next(way for way in ways if begins(steps, way, each)), each) for each in left
    ]


def beginning(steps: list[dict], way: Path, triggers: list[dict], turn: int) -> dict:
    """The next trigger in turn of those that go with what the branches of the way ask."""
    fitting = [each for each in triggers if begins(steps, way, each)]
    return fitting[turn % len(fitting)]


def begins(steps: list[dict], way: Path, trigger: dict) -> bool:
    """Whether a play that it pulled can take that way."""
    asked = {step["key"]: step["if"]["began_with"]
             for step in steps if "began_with" in step.get("if", {})}  # fmt: skip
    return all(
        (trigger.get("signal") in asked[key]) is (ending == "fits")
        for key, ending in way if key in asked
    )  # fmt: skip


class Simulation:
    """Runs one course on an account that fits, from its beginning to its end."""

    def __init__(self, house, course: Course) -> None:
        self.house, self.course, self.now = house, course, NOW
        self.text = said(course.key)
        self.steps = {step["key"]: step for step in self.text["steps"]}
        self.turns = {kind: cycle(words) for kind, words in
                      (("internal", INTERNAL), ("outreach", OUTREACH))}  # fmt: skip
        self.rung: set[str] = set()
        self.account = self._account()
        bands = self.text.get("conditions", {}).get("bands")
        self.house.stands(self.account, "85.00" if bands else "35.00",
                          bands[0] if bands else "intervene")  # fmt: skip
        Contact.objects.create(
            account=self.account, external_id="ann", name="Ann", email="ann@acme.example",
            met_on=DAY - timedelta(days=90),
        )  # fmt: skip

    def run(self) -> Play:
        self._begin()
        play = Play.objects.get(playbook_key=self.course.key)
        for _ in range(200):
            self._prepare()
            advance_plays(limit=100, now=self.now)
            worked = self._work(play)
            play.refresh_from_db()
            if play.state == "closed":
                return play
            if not worked and not self._ends_a_wait():
                ahead = play.next_step_at or self.now + timedelta(days=1)
                self.now = max(ahead, self.now + timedelta(minutes=2))
        raise AssertionError(f"{self.course} stands still at {play.next_position}")

    def left(self) -> Path:
        """What each step left behind, in the order in which they opened."""
        tasks = Task.objects.filter(step__isnull=False).select_related("step")
        done = [(task.step.position, task.step.key, task.outcome or task.state) for task in tasks]
        rows = StepResult.objects.select_related("step")
        done += [(row.step.position, row.step.key, row.ending) for row in rows]
        return [(key, ending) for _, key, ending in sorted(done)]

    def _account(self):
        asked = self.text.get("conditions", {})
        columns = {"touch_tier": "high", "status": "active", "stage": "value"}
        for name, column in (("touch_tiers", "touch_tier"), ("segments", "segment"),
                             ("stages", "stage")):  # fmt: skip
            if name in asked:
                columns[column] = asked[name][0]
        for key, ending in self.course.path:
            tiers = self.steps[key].get("if", {}).get("touch_tiers")
            if tiers:
                columns["touch_tier"] = tiers[0] if ending == "fits" else "tech"
        if self.course.trigger.get("kind") == "after_churn":
            columns["status"] = "churned"
        months = self.course.trigger.get("every_months", 1)
        years, month = divmod(DAY.month - 1 - months, 12)
        since = DAY.replace(year=DAY.year + years, month=month + 1)
        return self.house.account(customer_since=since, **columns)

    def _begin(self) -> None:
        trigger = self.course.trigger
        begin = getattr(self, f"_by_{trigger.get('kind', 'hand')}")
        begin(trigger)
        fire(now=self.now)

    def _by_hand(self, trigger: dict) -> None:
        by = self.house.people["mona"]
        start_play(account=self.account, playbook_key=self.course.key, by=by, now=self.now)

    def _by_signal(self, trigger: dict) -> None:
        self.house.rings(self.account, trigger["signal"], at=self.now)

    def _by_crossing(self, trigger: dict) -> None:
        into = trigger["to"][0]
        self.house.falls(self.account, into, before=trigger["from"][0])

    def _by_score_below(self, trigger: dict) -> None:
        self.house.falls(self.account, f"line:{trigger['score']}")

    def _by_value_passes(self, trigger: dict) -> None:
        line = {"line": Decimal(str(trigger["value"])), "before": "above", "after": "below"}
        self.house.crosses(self.account, subject=trigger["subject"], **line)

    def _by_contract_date(self, trigger: dict) -> None:
        end = DAY - timedelta(days=trigger["days"])
        Contract.objects.create(
            account=self.account, external_id="c1", starts_on=end - timedelta(days=365),
            ends_on=end, arr_minor=1_200_00, currency="USD",
            learned_at=NOW - timedelta(days=200),
        )  # fmt: skip
        self._night()

    def _by_cadence(self, trigger: dict) -> None:
        self._night()

    def _by_launched(self, trigger: dict) -> None:
        day = DAY - timedelta(days=trigger["days"])
        Feature.objects.create(key="board", name="Board", is_core=True, valid_from=day)
        self._night()

    def _by_after_churn(self, trigger: dict) -> None:
        left = DAY.replace(year=DAY.year - 1, month=DAY.month + 12 - trigger["months"])
        AttributeHistory.objects.create(
            account=self.account, attribute="status", value="churned", valid_from=left,
            learned_at=NOW,
        )  # fmt: skip
        self._night()

    def _night(self) -> None:
        emit_moments(closed=DAY - timedelta(days=1), day=DAY)

    def _prepare(self) -> None:
        """The account is as the branches that come next on the path find it."""
        here = list(takewhile(lambda each: "if" in self.steps[each[0]], self._ahead()))
        asked = [(self.steps[key]["if"], ending == "fits") for key, ending in here]
        for condition, fits in asked:
            if "contract_renewed" in condition and fits:
                Contract.objects.update(state="renewed", closed_on=self.now.date())
        if any("score" in name for condition, _ in asked for name in condition):
            score = next(
                each for each in SCORES
                if all(within(each, condition) is fits for condition, fits in asked
                       if "contract_renewed" not in condition)
            )  # fmt: skip
            self.house.stands(self.account, score, "watch")

    def _ahead(self) -> Path:
        done = {key for key, ending in self.left() if ending}
        return [each for each in self.course.path if each[0] not in done]

    def _ends_a_wait(self) -> bool:
        """What a wait waits for rings two hours after it began, where the path says so."""
        met = [self.steps[key] for key, ending in self._ahead()[:1] if ending == "met"]
        if not met or met[0]["key"] in self.rung:
            return False
        self.rung.add(met[0]["key"])
        self.now += timedelta(hours=2)
        self.house.rings(self.account, met[0]["until_signal"][0], at=self.now)
        fire(now=self.now)
        return True

    def _work(self, play: Play) -> bool:
        """Every open task of it ends as the path says; what the path leaves open, and who was
        drawn in, in turn with every outcome there is."""
        ways = dict(self.course.path)
        tasks = list(Task.objects.filter(play=play, state="open").select_related("step"))
        for task in tasks:
            kind = "internal" if task.channel == "internal" else "outreach"
            ending = (task.step and ways[task.step.key]) or next(self.turns[kind])
            if ending == "skipped":
                skip_task(task_id=task.pk, reason="Not needed.", by=None, now=self.now)
            else:
                outcome = TaskOutcome(ending)
                complete_task(task_id=task.pk, outcome=outcome, by=None, now=self.now)
        return bool(tasks)


def within(score: str, condition: dict) -> bool:
    least, below = condition.get("score_at_least", 0), condition.get("score_below", 101)
    return Decimal(least) <= Decimal(score) < Decimal(below)
