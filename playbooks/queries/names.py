"""Names of what playbooks call by keys: only what they name is asked for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Endpoint, Feature, Plan, SavedView
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.definition_reader import asked_audiences
from playbooks.library.steps import asked_conditions, asked_features, asked_plays
from playbooks.models import Playbook
from playbooks.triggers.kinds import AskSurvey, PostTo
from playbooks.triggers.names import RowNames
from playbooks.triggers.time_triggers import Untouched
from surveys.models import Survey


def row_names(*definitions: PlaybookDefinition) -> RowNames:
    """Of what these name: at most one query a kind of row."""
    audiences, features, plans, plays, endpoints, surveys = (set[str]() for _ in range(6))
    for each in definitions:
        audiences |= asked_audiences(each)
        features |= asked_features(each) | _awaited_features(each)
        asked = [each.conditions, *asked_conditions(each)]
        plans |= {key for conditions in asked for key in conditions.plans}
        plays |= asked_plays(each)
        endpoints |= {
            step.action.endpoint for step in each.steps if isinstance(step.action, PostTo)
        }
        surveys |= {step.action.survey for step in each.steps if isinstance(step.action, AskSurvey)}
    in_order = Playbook.objects.order_by("version")  # the latest name stays
    return RowNames(
        audiences=_names_by_key(SavedView.objects.exclude(key=None), audiences),
        features=_names_by_key(Feature.objects.all(), features),
        plans=_names_by_key(Plan.objects.all(), plans),
        playbooks=_names_by_key(in_order, plays),
        endpoints=_names_by_key(Endpoint.objects.all(), endpoints),
        surveys=_names_by_key(Survey.objects.order_by("version"), surveys),
    )


def _awaited_features(definition: PlaybookDefinition) -> set[str]:
    moments = (trigger.moment for trigger in definition.triggers)
    return {each.feature for each in moments if isinstance(each, Untouched) and each.feature}


def _names_by_key(rows: QuerySet[Any], keys: set[str]) -> dict[str, str]:
    return dict(rows.filter(key__in=keys).values_list("key", "name")) if keys else {}
