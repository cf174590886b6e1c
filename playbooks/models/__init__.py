from playbooks.models.library import InstalledEntry
from playbooks.models.play import Play, PlayStart
from playbooks.models.playbook import Playbook, PlaybookStep
from playbooks.models.previews import BulkStartAccount, BulkStartList, DryRun
from playbooks.models.step_result import StepResult
from playbooks.models.task import UNFINISHED, Task

__all__ = [
    "UNFINISHED",
    "BulkStartAccount",
    "BulkStartList",
    "DryRun",
    "InstalledEntry",
    "Play",
    "PlayStart",
    "Playbook",
    "PlaybookStep",
    "StepResult",
    "Task",
]
