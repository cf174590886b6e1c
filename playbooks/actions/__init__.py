"""What people do with tasks and plays."""

from playbooks.actions.bulk import MOST_AT_ONCE, BulkRefusedError, RefusedLine, act_on_all
from playbooks.actions.plays import PlayClosedError, cancel_play, reassign_play
from playbooks.actions.tasks import (
    REFUSED,
    UNDO_WITHIN,
    OutOfSightError,
    ReasonMissingError,
    TaskFinishedError,
    WrongOutcomeError,
    WrongTimeError,
    add_task,
    complete_task,
    reassign_task,
    skip_task,
    snooze_task,
)
from playbooks.actions.undo import UndoOverError, undo_task

__all__ = [
    "MOST_AT_ONCE",
    "REFUSED",
    "UNDO_WITHIN",
    "BulkRefusedError",
    "OutOfSightError",
    "PlayClosedError",
    "ReasonMissingError",
    "RefusedLine",
    "TaskFinishedError",
    "UndoOverError",
    "WrongOutcomeError",
    "WrongTimeError",
    "act_on_all",
    "add_task",
    "cancel_play",
    "complete_task",
    "reassign_play",
    "reassign_task",
    "skip_task",
    "snooze_task",
    "undo_task",
]
