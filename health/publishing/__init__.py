"""Scorecards come into force here: import, draft, check, publish, roll back."""

from health.publishing.actions import (
    NotPublishable,
    begin_draft,
    check,
    copy_to_draft,
    draft_of,
    publish,
    roll_back,
)
from health.publishing.draft_edits import DraftChanged, Edit, NewPart, NoDraft, save_draft
from health.publishing.fitted_drafts import FittedDraft, NothingToFit, begin_fitted_draft
from health.publishing.lines import line_owner, register_lines
from health.publishing.rules import (
    begin_rules,
    check_rules,
    publish_rules,
    rules_draft,
    save_rules,
)
from health.publishing.shipped_scorecards import install_library
from health.publishing.yaml_export import export_card
from health.publishing.yaml_import import FileProblem, import_draft

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
    "begin_rules",
    "check",
    "check_rules",
    "copy_to_draft",
    "draft_of",
    "export_card",
    "import_draft",
    "install_library",
    "line_owner",
    "publish",
    "publish_rules",
    "register_lines",
    "roll_back",
    "rules_draft",
    "save_draft",
    "save_rules",
]
