"""Work on an account that is merged goes on at the account that goes on."""

from datetime import datetime

from accounts.models import Account
from playbooks.actions import cancel_play
from playbooks.models import Play, PlayStart, Task
from playbooks.triggers.vocabulary import PlayState


def move_work(merged: Account, into: Account, *, now: datetime) -> dict[str, int]:
    """Tasks and plays, finished ones as well. Of a playbook that runs on both, the play of the
    merged account is stopped."""
    running = Play.objects.filter(account=into, state=PlayState.OPEN).values("playbook_key")
    twice = Play.objects.filter(account=merged, state=PlayState.OPEN, playbook_key__in=running)
    stopped = list(twice.order_by("pk").values_list("pk", flat=True))
    for pk in stopped:
        reason = f"The same playbook runs on {into.name}, which this account was merged into"
        cancel_play(play_id=pk, reason=reason, by=None, now=now)
    return {
        "plays stopped": len(stopped),
        "play starts": PlayStart.objects.filter(account=merged).update(account=into),
        "plays": Play.objects.filter(account=merged).update(account=into),
        "tasks": Task.objects.filter(account=merged).update(account=into),
    }
