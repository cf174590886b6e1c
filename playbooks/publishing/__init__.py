"""Playbooks come in as text or are built as drafts, and are published as versions that never
change."""

from playbooks.publishing.drafts import (
    DraftGoneError,
    DraftMovedOnError,
    begin_draft,
    discard_draft,
    new_draft,
    save_draft,
    take_text,
)
from playbooks.publishing.outside import known_outside
from playbooks.publishing.versions import (
    NotADraftError,
    NotInForceError,
    NotInstallableError,
    PlaybookError,
    copy_to_draft,
    draft_of,
    import_playbook,
    install,
    install_library,
    line_owner,
    lines_to_watch,
    publish,
    retire,
    roll_back,
    unknown_words,
)

__all__ = [
    "DraftGoneError",
    "DraftMovedOnError",
    "NotADraftError",
    "NotInForceError",
    "NotInstallableError",
    "PlaybookError",
    "begin_draft",
    "copy_to_draft",
    "discard_draft",
    "draft_of",
    "import_playbook",
    "install",
    "install_library",
    "known_outside",
    "line_owner",
    "lines_to_watch",
    "new_draft",
    "publish",
    "retire",
    "roll_back",
    "save_draft",
    "take_text",
    "unknown_words",
]
