"""CS ops' room for people, accounts and how this installation counts.

Facts are read here and corrected at their source; the ledger and signals are never edited.
"""

from accounts.admin import (
    customers,
    endpoints,
    in_app,
    keys,
    outreach,
    people,
    records,
    settings,
    sizes,
    sources,
)
from accounts.admin.bases import KeptAdmin, ReadOnlyAdmin, TrackedAdmin, labelled

__all__ = [
    "KeptAdmin",
    "ReadOnlyAdmin",
    "TrackedAdmin",
    "customers",
    "endpoints",
    "in_app",
    "keys",
    "labelled",
    "outreach",
    "people",
    "records",
    "settings",
    "sizes",
    "sources",
]
