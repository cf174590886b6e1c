"""Which table each kind of record is stored in, and what happens before and after it is written.

Each app declares its own in `fact_tables` of its configuration (`accounts/declarations.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from accounts.declarations import platform_apps
from accounts.intake.fields import Kind
from accounts.intake.records import Record
from accounts.loading.change_signals import mark_dirty
from accounts.loading.loaded import Loaded
from accounts.loading.results import LoadResult
from accounts.loading.tables.fact_table import FactTable

Before = Callable[[Sequence[Record], str, LoadResult], Sequence[Record]]
After = Callable[[Loaded], None]


def keep_all(records: Sequence[Record], source: str, result: LoadResult) -> Sequence[Record]:
    return records


def mark_accounts_dirty(loaded: Loaded) -> None:
    mark_dirty(loaded.changed.account_ids)


@dataclass(frozen=True, slots=True)
class StoredKind:
    """`before` answers the records to be written, given them, the key of their source and the
    result that takes the problems of the others. `after` does what follows from rows that were
    written. All three run in the transaction of the batch."""

    table: FactTable
    before: Before = keep_all
    after: After = mark_accounts_dirty


@cache
def stored_kinds() -> Mapping[Kind, StoredKind]:
    """Of all apps, once they are loaded. Raises ImproperlyConfigured: two apps store one kind."""
    found: dict[Kind, StoredKind] = {}
    for app in platform_apps():
        declared = import_string(app.fact_tables) if app.fact_tables else {}
        if twice := sorted(found.keys() & declared.keys()):
            raise ImproperlyConfigured(f"{app.name} stores {', '.join(twice)}, as another app does")
        found |= declared
    return found
