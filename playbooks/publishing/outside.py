"""What the steps of a playbook reach beyond the platform, as it is now."""

from __future__ import annotations

from accounts.models import Endpoint, InAppSite
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.findings import Outside
from playbooks.triggers.kinds import PostTo, StepKind


def known_outside(definition: PlaybookDefinition) -> Outside:
    """Asks only for what its steps name."""
    named = {step.action.endpoint for step in definition.steps if isinstance(step.action, PostTo)}
    shows = any(step.kind is StepKind.IN_APP for step in definition.steps)
    open_ones = Endpoint.objects.filter(is_active=True, key__in=named)
    return Outside(
        endpoints=frozenset(open_ones.values_list("kind", "key")),
        has_product=not shows or InAppSite.objects.filter(is_active=True).exists(),
    )
