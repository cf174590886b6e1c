"""Scorecards come into force here: import, draft, check, publish, roll back."""

from health.publishing.actions import (
    NotPublishable,
    begin_draft,
    check,
    copy_to_draft,
    draft_of,
    install_library,
    publish,
    roll_back,
)
from health.publishing.editing import DraftChanged, Edit, NewPart, NoDraft, keep_reason, save_draft
from health.publishing.exporting import export_card
from health.publishing.fitting import FittedDraft, NothingToFit, begin_fitted_draft
from health.publishing.importing import FileProblem, import_draft
from health.publishing.lines import line_owner, register_lines

__all__ = [
    "DraftChanged",
    "Edit",
    "FileProblem",
    "FittedDraft",
    "NewPart",
    "NoDraft",
    "NotPublishable",
    "NothingToFit",
    "begin_draft",
    "begin_fitted_draft",
    "check",
    "copy_to_draft",
    "draft_of",
    "export_card",
    "import_draft",
    "install_library",
    "keep_reason",
    "line_owner",
    "publish",
    "register_lines",
    "roll_back",
    "save_draft",
]
