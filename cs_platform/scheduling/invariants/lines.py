"""Watch lines: health judges exactly what scorecards in force and published playbooks wait for."""

from __future__ import annotations

from collections import defaultdict

from health.models import WatchLineUse
from health.publishing import line_owner as scorecard_owner
from health.queries.scorecards import in_force
from health.scoring import WatchLineSpec
from playbooks.models import Playbook
from playbooks.publishing import line_owner, lines_to_watch

NAME = "watch_lines_are_registered"
SAYS = (
    "lines of scorecards and playbooks in force that health does not judge, and ones it should not"
)


def lines_beside_their_owners() -> list[str]:
    """One line for each. A playbook may watch more: what its earlier versions, by which plays
    still run, wait for."""
    wanted: dict[str, set[WatchLineSpec]] = defaultdict(set)
    for key, card in in_force().items():
        wanted[scorecard_owner(key)] |= set(card.spec.watch_lines)
    in_books = Playbook.objects.filter(state=Playbook.State.PUBLISHED).prefetch_related("steps")
    for playbook in in_books:
        wanted[line_owner(playbook.key)] |= lines_to_watch(playbook)
    known: dict[str, set[WatchLineSpec]] = defaultdict(set)
    for use in WatchLineUse.objects.select_related("line"):
        known[use.owner].add(use.line.spec)
    found = [
        f"{owner} waits for {line.name}"
        for owner in wanted
        for line in wanted[owner] - known[owner]
    ]
    found += [
        f"{owner} does not watch {line.name}"
        for owner in known
        if owner.startswith("scorecard:")
        for line in known[owner] - wanted[owner]
    ]
    return sorted(found)
