"""A version of a playbook as one reads it: what starts it, the steps, how it ends, who is drawn in;
with what is wrong and what would be better, each at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from playbooks.library.definition import PlaybookDefinition, StepDefinition
from playbooks.library.definition_reader import examine
from playbooks.library.findings import Finding, findings
from playbooks.library.flow import Arm, FlowStep, flow_of, numbers_of
from playbooks.models import Playbook
from playbooks.models.playbook import known_roles
from playbooks.pages.builder.escalations import WORDS as ESCALATION_WORDS
from playbooks.pages.builder.kinds import ROOMS
from playbooks.pages.builder.kinds.step_form import StepWords
from playbooks.pages.builder.triggers import WORDS as TRIGGER_WORDS
from playbooks.publishing import known_outside, unknown_words
from playbooks.queries.names import row_names
from playbooks.triggers.descriptions import escalation_label, is_for, starts_when
from playbooks.triggers.names import RowNames
from playbooks.triggers.path import END
from playbooks.triggers.task_sentences import closes_when
from playbooks.triggers.vocabulary import label


@dataclass(frozen=True, slots=True)
class FlowRow:
    """`jumps`: sentences about where it leads otherwise than one reads."""

    key: str
    number: str
    icon: str
    said: StepWords
    jumps: tuple[str, ...]
    arms: tuple[ArmRow, ...]
    findings: tuple[Finding, ...]
    is_first: bool
    is_last: bool

    @property
    def has_error(self) -> bool:
        return any(each.is_error for each in self.findings)


@dataclass(frozen=True, slots=True)
class ArmRow:
    ending: str
    word: str
    is_yes: bool
    steps: tuple[FlowRow, ...]
    ends: bool


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """A trigger or an escalation in words."""

    key: str
    sentence: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """In the list above the flow; it leads to its place."""

    where: str
    anchor: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class FlowPage:
    definition: PlaybookDefinition
    starts: list[SentenceRow]
    is_for: str
    limits: str
    steps: tuple[FlowRow, ...]
    ends: list[str]
    draws_in: list[SentenceRow]
    errors: list[ListedFinding]
    advice: list[ListedFinding]
    about: tuple[Finding, ...]


def flow_page(playbook: Playbook, *, is_checked: bool) -> FlowPage:
    """`is_checked`: with what is wrong; a published version was checked when it was published."""
    definition, problems = examine(
        playbook.as_mapping(), roles=known_roles() if is_checked else None
    )
    found = _findings_of_draft(definition, problems) if is_checked else []
    flow, names = flow_of(definition.steps), row_names(definition)
    numbers = numbers_of(flow)
    return FlowPage(
        definition=definition,
        starts=[
            _sentence_row(
                starts_when(each, names), str(TRIGGER_WORDS[each.kind]), found, "trigger", each.key
            )
            for each in definition.triggers
        ],
        is_for=is_for(definition.conditions, names),
        limits=_limits_sentence(definition),
        steps=_Rows(definition.steps, numbers, found, names).rows(flow),
        ends=_ending_sentences(definition),
        draws_in=[
            _sentence_row(
                escalation_label(each),
                str(ESCALATION_WORDS[each.kind]),
                found,
                "escalation",
                each.key,
            )
            for each in definition.escalations
        ],
        errors=[_listed_finding(each, numbers) for each in found if each.is_error],
        advice=[_listed_finding(each, numbers) for each in found if not each.is_error],
        about=tuple(each for each in found if each.part in ("about", "steps", "conditions")),
    )


def _findings_of_draft(definition: PlaybookDefinition, problems: Sequence[str]) -> list[Finding]:
    outside = known_outside(definition)
    return findings(definition, [*problems, *unknown_words(definition)], outside=outside)


def _sentence_row(
    whole: str, begun: str, found: Sequence[Finding], part: str, key: str
) -> SentenceRow:
    """`begun` while something of it is missing: no sentence can be made yet."""
    own = _findings_at(found, part, key)
    return SentenceRow(key, begun if any(each.is_error for each in own) else whole, own)


def _findings_at(found: Sequence[Finding], part: str, key: str) -> tuple[Finding, ...]:
    return tuple(each for each in found if (each.part, each.key) == (part, key))


def _listed_finding(finding: Finding, numbers: Mapping[str, str]) -> ListedFinding:
    words = {
        "step": gettext("Step %s") % numbers.get(finding.key, ""),
        "trigger": gettext("What starts it"),
        "escalation": gettext("Who is drawn in"),
        "conditions": gettext("Which accounts"),
        "steps": gettext("Steps"),
    }
    has_place = finding.part in ("step", "trigger", "escalation")
    anchor = f"{finding.part}-{finding.key}" if has_place else "about"
    return ListedFinding(words.get(finding.part, gettext("About")), anchor, finding)


def _limits_sentence(definition: PlaybookDefinition) -> str:
    parts = [gettext("once in %s days an account") % definition.cooldown_days]
    if definition.cap_per_csm_day:
        parts.append(gettext("at most %s a day for one CSM") % definition.cap_per_csm_day)
    if definition.family != definition.key:
        told = {"family": definition.family.replace("_", " "), "severity": definition.severity}
        parts.append(gettext("family %(family)s, severity %(severity)s") % told)
    return " · ".join(parts)


def _ending_sentences(definition: PlaybookDefinition) -> list[str]:
    closes = (closes_when(each.recovery) for each in definition.triggers)
    sentences = [each for each in dict.fromkeys(closes) if each]
    sentences.append(gettext("Completed once the last step is done or skipped."))
    if definition.sla_days:
        sentences.append(gettext("Promised within %s days.") % definition.sla_days)
    return sentences


class _Rows:
    def __init__(
        self,
        steps: Sequence[StepDefinition],
        numbers: Mapping[str, str],
        found: Sequence[Finding],
        names: RowNames,
    ) -> None:
        self.steps, self.numbers, self.found, self.names = steps, numbers, found, names

    def rows(self, flow: Sequence[FlowStep]) -> tuple[FlowRow, ...]:
        return tuple(self._flow_row(step) for step in flow)

    def _flow_row(self, flow: FlowStep) -> FlowRow:
        step = self.steps[flow.index]
        room = ROOMS[step.kind]
        return FlowRow(
            key=step.key,
            number=flow.number,
            icon=room.icon,
            said=room.says(step, self.names),
            jumps=tuple(self._jump_sentence(when, to) for when, to in flow.jumps),
            arms=tuple(self._arm_row(arm) for arm in flow.arms),
            findings=_findings_at(self.found, "step", step.key),
            is_first=flow.index == 0,
            is_last=flow.index == len(self.steps) - 1,
        )

    def _arm_row(self, arm: Arm) -> ArmRow:
        return ArmRow(
            ending=arm.ending,
            word=gettext("Yes") if arm.ending == "fits" else gettext("No"),
            is_yes=arm.ending == "fits",
            steps=self.rows(arm.steps),
            ends=arm.ends,
        )

    def _jump_sentence(self, when: Sequence[str], to: str) -> str:
        target = gettext("the end") if to == END else gettext("step %s") % self.numbers.get(to, "?")
        if not when:
            return gettext("Then to %s") % target
        told = {"when": " / ".join(map(label, when)), "target": target}
        return gettext("%(when)s: to %(target)s") % told


def later_steps(content: Mapping[str, Any], page: FlowPage, key: str) -> list[tuple[str, str]]:
    """Keys of the steps below this one, as they may follow it."""
    keys = [step["key"] for step in content["steps"]]
    numbers = numbers_of(flow_of(page.definition.steps))
    below = content["steps"][keys.index(key) + 1 :]
    return [
        (each["key"], gettext("to step %(number)s: %(title)s") % _number_and_title(each, numbers))
        for each in below
    ]


def _number_and_title(step: Mapping[str, Any], numbers: Mapping[str, str]) -> dict[str, str]:
    return {"number": numbers.get(step["key"], "?"), "title": step["title"] or step["key"]}
