"""An uploaded file from its bytes to facts: kept, read, checked without writing, imported."""

from accounts.uploads.check import check_upload
from accounts.uploads.import_run import import_upload, start_import
from accounts.uploads.parse import is_packed, read_upload
from accounts.uploads.retry_rows import mend, retry_all
from accounts.uploads.storage import FileMovedOn, discard, forget_old, keep_upload, move_on

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
