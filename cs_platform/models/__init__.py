"""What the machinery remembers: nightly steps, processes, interventions, previews."""

from cs_platform.models.operations import Intervention, InvariantRun
from cs_platform.models.previews import Preview, PreviewCell, PreviewMover, PreviewPlay
from cs_platform.models.schedule import Pulse, StepRun

__all__ = [
    "Intervention",
    "InvariantRun",
    "Preview",
    "PreviewCell",
    "PreviewMover",
    "PreviewPlay",
    "Pulse",
    "StepRun",
]
