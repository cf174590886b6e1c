"""Which playbooks answers to surveys start: surveys know of none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.urls import reverse

from playbooks.models import Playbook
from surveys.pages.editor.started import StartedPlaybook


def playbooks_started(signals: Collection[str]) -> Mapping[str, Sequence[StartedPlaybook]]:
    """Those in force, by name."""
    found: dict[str, list[StartedPlaybook]] = defaultdict(list)
    in_force = Playbook.objects.filter(state=Playbook.State.PUBLISHED).order_by("name")
    for pk, name, triggers in in_force.values_list("pk", "name", "triggers"):
        heard = {each.get("signal") for each in triggers}
        for signal in signals:
            if signal in heard:
                found[signal].append(StartedPlaybook(name, reverse("playbook", args=[pk])))
    return found
