"""Scorecards come into force here: import, draft, check, publish, roll back."""

from health.publishing.actions import (
    NotPublishable,
    check,
    copy_to_draft,
    install_library,
    publish,
)
from health.publishing.importing import FileProblem, import_draft

__all__ = [
    "FileProblem",
    "NotPublishable",
    "check",
    "copy_to_draft",
    "import_draft",
    "install_library",
    "publish",
]
