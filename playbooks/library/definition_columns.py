"""A checked definition as table columns, which read back to the same definition."""

from typing import Any

from accounts.named_fields import filled
from playbooks.library.conditions import write_conditions
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.moment_reader import write_moment
from playbooks.triggers.rules import Escalation, Recovery, Trigger


def as_columns(definition: PlaybookDefinition) -> dict[str, Any]:
    return {
        "key": definition.key,
        "name": definition.name,
        "summary": definition.summary,
        "purpose": definition.purpose,
        "sla_days": definition.sla_days,
        "category": definition.category.value,
        "family": definition.family,
        "severity": definition.severity,
        "owner_role": definition.owner_role,
        "review_cadence": definition.review_cadence.value,
        "cooldown_days": definition.cooldown_days,
        "cap_per_csm_day": definition.cap_per_csm_day,
        "triggers": [_written_trigger(trigger) for trigger in definition.triggers],
        "conditions": write_conditions(definition.conditions),
        "escalations": [_written_escalation(each) for each in definition.escalations],
        "success": list(definition.success),
    }


def _written_trigger(trigger: Trigger) -> dict[str, Any]:
    return filled(
        {
            "key": trigger.key,
            "kind": trigger.kind.value,
            "signal": trigger.signal,
            "subject": trigger.subject,
            "direction": trigger.direction.value,
            "from": list(trigger.sources),
            "to": list(trigger.targets),
            "score": None if trigger.score is None else str(trigger.score),
            "value": None if trigger.value is None else str(trigger.value),
            "recovered_when": _written_recovery(trigger.recovery),
            **write_moment(trigger.moment),
        }
    )


def _written_recovery(recovery: Recovery) -> dict[str, Any]:
    score = recovery.score_at_least
    return filled(
        {
            "bands": list(recovery.bands),
            "score_at_least": None if score is None else str(score),
            **recovery.beside_health,
        }
    )


def _written_escalation(escalation: Escalation) -> dict[str, Any]:
    return filled(
        {
            "key": escalation.key,
            "when": escalation.kind.value,
            "escalate_to": escalation.escalate_to,
            "title": escalation.title,
            "guidance": escalation.guidance,
            "business_days": escalation.business_days,
            "score": None if escalation.score is None else str(escalation.score),
            "signals": list(escalation.signals),
            "count": escalation.count,
            "within_days": escalation.within_days,
            "keeps_open": escalation.keeps_open,
            "hands_over": escalation.hands_over or None,
        }
    )
