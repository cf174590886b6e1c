"""What must hold of plays, tasks and the lines that playbooks watch at any moment."""

from __future__ import annotations

from collections import defaultdict

from accounts.invariants.checks import Check, CheckScope, PythonCheck
from accounts.models import Account, User
from health.models import WatchLineUse
from health.publishing import line_owner as scorecard_owner
from health.queries.scorecards import in_force
from health.scoring import WatchLineSpec
from playbooks.models import Playbook, Task
from playbooks.publishing import line_owner, lines_to_watch


def _lines_beside_their_owners(_scope: CheckScope) -> list[str]:
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


def _tasks_of_strangers(_scope: CheckScope) -> list[str]:
    """One question per owner: who may see what has one definition, and it is not SQL."""
    unfinished = Task.objects.filter(closed_at=None, owner__isnull=False)
    found: list[str] = []
    for owner in User.objects.filter(pk__in=unfinished.values("owner_id")).order_by("pk"):
        hidden = unfinished.filter(owner=owner).exclude(account__in=Account.objects.for_user(owner))
        found += [f"task {pk} of {owner.pk}" for pk in hidden.values_list("pk", flat=True)]
    return found


INVARIANTS = (
    Check(
        "one_start_per_signal_and_playbook",
        "signals that started a playbook more than once",
        """
        SELECT format('signal %%s, %%s', signal_id, playbook_key) FROM playbooks_playstart
        WHERE signal_id IS NOT NULL
        GROUP BY signal_id, playbook_key HAVING count(*) > 1 ORDER BY 1
        """,
    ),
    Check(
        "one_task_per_step",
        "steps of a play with more than one task",
        """
        SELECT format('play %%s, step %%s', play_id, step_id) FROM playbooks_task
        WHERE play_id IS NOT NULL AND step_id IS NOT NULL
        GROUP BY play_id, step_id HAVING count(*) > 1 ORDER BY 1
        """,
    ),
    Check(
        "passed_steps_have_a_task",
        "steps that a play has passed without a task, or without a row of what the platform did",
        # A play that ended early passed the steps before the last one it opened. An edge may lead
        # past the steps after it.
        """
        SELECT format('play %%s, step %%s', p.id, s.position)
        FROM playbooks_play p
        JOIN playbooks_playbookstep s ON s.playbook_id = p.playbook_id
        LEFT JOIN playbooks_task t ON t.play_id = p.id AND t.step_id = s.id
        LEFT JOIN playbooks_stepresult r ON r.play_id = p.id AND r.step_id = s.id
        WHERE t.id IS NULL AND r.id IS NULL AND NOT EXISTS (
            SELECT FROM playbooks_playbookstep e
            WHERE e.playbook_id = p.playbook_id AND e.position < s.position AND e.edges <> '[]')
        AND CASE
            WHEN p.state = 'open' THEN p.next_position IS NULL OR s.position < p.next_position
            WHEN p.outcome = 'completed' THEN true
            ELSE s.position < (
                SELECT max(o.position) FROM playbooks_task l
                JOIN playbooks_playbookstep o ON o.id = l.step_id WHERE l.play_id = p.id)
            END
        ORDER BY p.id, s.position
        """,
    ),
    Check(
        "ended_play_has_no_open_task",
        "tasks left open by a play that has ended",
        """
        SELECT format('task %%s of play %%s', t.id, p.id) FROM playbooks_task t
        JOIN playbooks_play p ON p.id = t.play_id
        WHERE t.state IN ('open', 'snoozed') AND p.state = 'closed' AND t.escalation <> 'next_step'
        ORDER BY t.id
        """,
    ),
    Check(
        "started_means_a_play",
        "started plays without a play row",
        """
        SELECT format('start %%s of %%s', s.id, s.playbook_key) FROM playbooks_playstart s
        LEFT JOIN playbooks_play p ON p.start_id = s.id
        WHERE s.result = 'started' AND p.id IS NULL ORDER BY s.id
        """,
    ),
    Check(
        "due_steps_are_opened",
        "open plays whose next step is due for more than 15 minutes",
        """
        SELECT format('play %%s, step %%s', id, next_position) FROM playbooks_play
        WHERE state = 'open' AND next_step_at < %(now)s::timestamptz - interval '15 minutes'
        ORDER BY id
        """,
        heals=True,
    ),
    PythonCheck(
        "task_owner_sees_the_account",
        "open tasks of people who may not see the account",
        _tasks_of_strangers,
    ),
    PythonCheck(
        "watch_lines_are_registered",
        "lines of scorecards and playbooks in force that health does not judge, and ones it should"
        " not",
        _lines_beside_their_owners,
    ),
)
