"""An uploaded file from its bytes to facts: kept, read, checked without writing, imported."""

from accounts.uploads.checking import check_upload
from accounts.uploads.importing import import_upload, start_import
from accounts.uploads.keeping import FileMovedOn, discard, forget_old, keep_upload, move_on
from accounts.uploads.mending import mend, retry_all
from accounts.uploads.reading import is_packed, read_upload

__all__ = [
    "FileMovedOn",
    "check_upload",
    "discard",
    "forget_old",
    "import_upload",
    "is_packed",
    "keep_upload",
    "mend",
    "move_on",
    "read_upload",
    "retry_all",
    "start_import",
]
