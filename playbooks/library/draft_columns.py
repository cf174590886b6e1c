"""A draft as table columns: what its author writes, complete or not; `Playbook.as_mapping` reads it
back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.named_fields import filled
from playbooks.due_dates import Anchor, Unit
from playbooks.library.steps import OWNED
from playbooks.triggers.kinds import StepKind
from playbooks.triggers.vocabulary import Channel, OwnerRole

_HEAD = ("name", "summary", "purpose", "sla_days", "category", "family", "severity", "owner_role")
_LISTS = ("cooldown_days", "cap_per_csm_day", "triggers", "conditions", "escalations", "success")
_SAME = ("key", "title", "purpose", "guidance", "notice_days", "kind", "prepare", "ask", "success")
_BEYOND = {*_SAME, "owner", "channel", "due", "next", "mail"}


def head_columns(content: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: content[name] for name in (*_HEAD, *_LISTS)}
    return columns | {"review_cadence": content["review"]}


def step_columns(step: Mapping[str, Any]) -> dict[str, Any]:
    due = dict(step["due"])
    anchor = due.pop("from", Anchor.START.value)
    ((unit, amount),) = due.items()
    mail = step.get("mail") or {}
    return {
        **{name: step[name] for name in _SAME},
        "owner_role": step["owner"],
        "channel": step["channel"],
        "due_amount": amount,
        "due_unit": unit,
        "due_from": anchor,
        "edges": step["next"],
        "mail_subject": mail.get("subject", ""),
        "mail_body": mail.get("body", ""),
        "action": filled({name: value for name, value in step.items() if name not in _BEYOND}),
    }


def blank_step(key: str, kind: StepKind, *, is_first: bool) -> dict[str, Any]:
    """A new step, which its author fills in."""
    is_task = kind is StepKind.TASK
    anchor = Anchor.START if is_first else Anchor.PREVIOUS_STEP
    unit = Unit.BUSINESS_DAYS if is_task else Unit.HOURS
    return {
        "key": key,
        "kind": kind.value,
        "title": "",
        "purpose": "",
        "guidance": "",
        "owner": "" if kind in OWNED else OwnerRole.SYSTEM.value,
        "channel": Channel.INTERNAL.value,
        "due": {unit.value: 1 if is_task else 0, "from": anchor.value},
        "notice_days": None,
        "next": [],
        "prepare": [],
        "ask": [],
        "success": "",
        "mail": None,
    }
