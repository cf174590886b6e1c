"""An uploaded file from its bytes to facts: kept, read, checked without writing, imported."""

from accounts.loading.uploads.checking import check_upload
from accounts.loading.uploads.importing import import_upload, start_import
from accounts.loading.uploads.keeping import discard, forget_old, keep_upload
from accounts.loading.uploads.mending import mend, retry_all
from accounts.loading.uploads.reading import read_upload

__all__ = [
    "check_upload",
    "discard",
    "forget_old",
    "import_upload",
    "keep_upload",
    "mend",
    "read_upload",
    "retry_all",
    "start_import",
]
