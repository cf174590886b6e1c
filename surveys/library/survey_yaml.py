"""A definition as YAML and as plain data, in the shape the reader takes."""

from __future__ import annotations

from typing import Any

import yaml

from surveys.library.definition import SurveyDefinition, SurveyText


def as_mapping(definition: SurveyDefinition) -> dict[str, Any]:
    """Read again it is equal; what says nothing is left out."""
    said: dict[str, Any] = {
        "key": definition.key,
        "name": definition.name,
        "kind": definition.kind.value,
        "scale": f"{definition.lowest}-{definition.highest}" if definition.is_scored else None,
        "is_reversed": definition.is_reversed,
        "moment": definition.moment.value,
        "event_kind": definition.event_kind,
        "delay_hours": definition.delay_hours,
        "recipients": definition.recipients.value,
        "delivery": definition.delivery.value,
        "needs_consent": definition.needs_consent,
        "audience": definition.audience,
        "expires_days": definition.expires_days,
        "further": [_further_mapping(each) for each in definition.further],
        "texts": {name: text_mapping(text) for name, text in definition.texts.items()},
    }
    kept = ("delay_hours", "texts")
    return {
        name: value
        for name, value in said.items()
        if name in kept or value not in (None, "", False, [])
    }


def _further_mapping(asked: Any) -> dict[str, Any]:
    said = {"key": asked.key, "kind": asked.kind.value}
    return said | ({"options": asked.options} if asked.options else {})


def text_mapping(text: SurveyText) -> dict[str, Any]:
    said: dict[str, Any] = {
        name: value
        for name in ("subject", "intro", "question", "low", "high", "reason", "thanks")
        if (value := getattr(text, name))
    }
    further = {
        key: {"question": each.question} | ({"options": list(each.options)} if each.options else {})
        for key, each in text.further.items()
    }
    return said | ({"further": further} if further else {})


def write_survey_yaml(definition: SurveyDefinition) -> str:
    return yaml.safe_dump(as_mapping(definition), allow_unicode=True, sort_keys=False, width=100)
